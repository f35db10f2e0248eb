//! `import --factor`: what most clients share becomes profiles, and no client declares anything else.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::world::{Ran, World};

const PROJECT: &str =
    "# ours\nprofiles: # named settings\n  house: {geo_list: [BY]} # for new clients\nlimits: {concurrency: 4}\n";

/// A fleet of 36 clients: most are alike, those of Omsk differ in their zone, and a few are odd or open.
fn fleet() -> World {
    let mut world = World::new();
    for id in 1..=36 {
        let mut fields = json!({
            "domain": format!("sip{id}.example.com"), "geo_list": "RU", "timezone": "Europe/Moscow", "dial_rule_id": 19,
        });
        if id % 5 == 0 {
            fields["timezone"] = json!("Asia/Omsk");
        }
        match id {
            3 => fields["geo_list"] = json!("*"),
            4 => fields["geo_list"] = json!("ZZ # ]"),
            7 => fields["dial_rule_id"] = json!(7),
            8 => fields["timezone"] = json!("MSK"),
            10 => fields["disk_space_notify_email"] = json!("ops@example.com"),
            _ => {}
        }
        world = world.live(id, fields);
    }
    world.file("clients.csv", &list())
}

fn list() -> String {
    let mut list = "id,labels\n".to_owned();
    for id in 1..=36 {
        let city = if id % 5 == 0 { "Omsk" } else { "Moscow" };
        writeln!(list, "{id},city={city} tier=t{}", id % 2).unwrap();
    }
    list
}

/// The effective settings of each client.
fn effective(world: &mut World) -> Vec<Json> {
    let resolved = world.run("resolve --format json").ok().json();
    let values = |client: &Json| {
        let values =
            client["settings"].as_object().unwrap().iter().map(|(key, one)| (key.clone(), one["value"].clone()));
        json!([client["client_id"], client["labels"], client["expect"], Json::Object(values.collect())])
    };
    resolved["clients"].as_array().unwrap().iter().map(values).collect()
}

#[track_caller]
fn plan_is_empty(world: &mut World, clients: usize) {
    let plan = world.run("plan --detailed-exitcode --format json").ok().json();
    assert_eq!(plan["summary"]["in_sync"], clients);
    assert_eq!(plan["summary"]["clients"], clients);
}

fn factored(world: &mut World) -> Ran {
    world.run("import --from clients.csv --factor").ok()
}

#[test]
fn what_most_clients_share_becomes_profiles_and_the_plan_is_empty() {
    let mut plain = fleet().project(PROJECT);
    plain.run("import --from clients.csv").ok();
    let mut world = fleet().project(PROJECT);
    let ran = factored(&mut world);
    ran.prints(&[
        "profile common: geo_list [RU] (34 of 35), timezone Europe/Moscow (28 of 35), dial_rule_id 19 (35 of 36), \
         hold_music null (36 of 36)",
        "profile city-Omsk: timezone Asia/Omsk (7 of 7)\n",
        "36 of 36 documents shortened\n",
    ])
    .says(&["more than half of the clients", "80 %", "geo_list \"*\" is in no profile"]);
    plan_is_empty(&mut world, 36);
    assert_eq!(effective(&mut world), effective(&mut plain));
    let project = world.read("ringform.yaml");
    let (before, rest) = project.split_once("  common:\n    geo_list: [\"RU\"]\n").unwrap();
    assert!(
        before.ends_with("# ours\nprofiles: # named settings\n  house: {geo_list: [BY]} # for new clients\n"),
        "{before}"
    );
    assert!(rest.ends_with("  city-Omsk:\n    timezone: Asia/Omsk\nlimits: {concurrency: 4}\n\n"), "{rest}");
    let expected = "client: \"5\"\nlabels:\n  city: Omsk\n  tier: t1\nprofiles: [\"common\", \"city-Omsk\"]\nexpect:\n  domain: \
                    \"sip5.example.com\"\n";
    assert_eq!(world.read("clients/5-client-5.yaml"), expected);
    // The differences stay, and what is open stays in sight.
    assert!(world.read("clients/3-client-3.yaml").ends_with("settings:\n  geo_list: \"*\"\n"));
    assert!(world.read("clients/7-client-7.yaml").ends_with("settings:\n  dial_rule_id: 7\n"));
    let odd = "settings:\n  # geo_list holds \"ZZ # ]\", which cannot be declared: not managed\nignore: [geo_list]\n";
    assert!(world.read("clients/4-client-4.yaml").ends_with(odd));
    // Once more, nothing changes.
    factored(&mut world).prints(&["0 of 36 documents shortened, 36 named profiles before\n"]).requests(0, 0, 0);
    assert_eq!(world.read("ringform.yaml"), project);
}

#[test]
fn documents_of_an_earlier_import_are_factored_and_edited_ones_are_not() {
    let mut world = fleet();
    world.run("import --from clients.csv").ok();
    let edited = format!("{}# mine\n", world.read("clients/9-client-9.yaml"));
    world.write("clients/9-client-9.yaml", edited.as_bytes());
    let before = effective(&mut world);
    factored(&mut world).prints(&["geo_list [RU] (33 of 34)", "35 of 35 documents shortened"]);
    assert_eq!(effective(&mut world), before);
    assert_eq!(world.read("clients/9-client-9.yaml"), edited);
    // Clients by number, and one that fails: the others are factored.
    let mut world = fleet();
    world.run("import 1 2 99 6 --factor").status(1).prints(&["profile common: ", "3 of 3 documents shortened"]);
    plan_is_empty(&mut world, 3);
    // Where many fail, the few say too little of the fleet.
    let mut many = fleet();
    many.run("import 1 2 3 6 97 98 --factor")
        .status(1)
        .says(&["note: 2 of 6 clients have no document, so --factor waits"]);
    assert!(!many.read("ringform.yaml").contains("profiles"));
    // The same command goes on with what it lacks.
    world
        .run("import 1 2 11 6 --factor")
        .ok()
        .prints(&["profile common (as it is): ", "1 of 4 documents shortened, 3 named profiles before"])
        .requests(1, 1, 0);
    plan_is_empty(&mut world, 4);
}

#[test]
fn default_profiles_stay_below_and_a_profile_that_exists_is_never_changed() {
    let project = "defaults: {profiles: [house]}\nprofiles:\n  house: {geo_list: [RU], hold_music: 5}\n  common: {timezone: UTC}\n";
    let mut world = fleet().project(project);
    let ran = factored(&mut world).prints(&["profile common-2: timezone Europe/Moscow (28 of 35), dial_rule_id 19"]);
    ran.says(&["note: another profile has the name common, so this one is common-2"]);
    plan_is_empty(&mut world, 36);
    let text = world.read("ringform.yaml");
    assert!(
        text.contains("  house: {geo_list: [RU], hold_music: 5}\n  common: {timezone: UTC}\n  common-2:\n"),
        "{text}"
    );
    assert!(world.read("clients/1-client-1.yaml").contains("profiles: [\"house\", \"common-2\"]\nexpect"));
    // An equal one is taken.
    let mut world = World::new().project("profiles: {common: {geo_list: ru, timezone: UTC}}");
    for id in 1..=3 {
        world = world.live(id, json!({"geo_list": "RU", "timezone": "UTC", "hold_music": id, "dial_rule_id": id * 10}));
    }
    let ran = world.run("import 1 2 3 --factor").ok();
    assert!(ran.stdout.contains("common-2"), "null is a value: {}", ran.stdout);
    plan_is_empty(&mut world, 3);
}

#[test]
fn dated_settings_of_a_default_profile_reach_no_client_that_they_did_not_reach() {
    let project = "defaults: {profiles: [house]}\nprofiles:\n  house:\n    geo_list: [RU]\n    temporary:\n      - {settings: \
                   {geo_list: {add: [KZ]}}, from: 2000-01-01, until: 2999-12-31, owner: o, reason: r}\n";
    let mut world = fleet().project(project);
    factored(&mut world).prints(&["profile common: geo_list [RU] (34 of 35)"]);
    plan_is_empty(&mut world, 36);
}

#[test]
fn a_project_file_that_cannot_be_edited_keeps_the_documents_plain() {
    let mut world = fleet().project("profiles: &all {house: {geo_list: [BY]}}");
    let ran = world.run("import --from clients.csv --factor").status(1);
    ran.says(&[
        "error: cannot add the profiles to ringform.yaml: a YAML anchor is at this place",
        "(ringform.yaml:2:",
        "the documents stay as import wrote them",
        "help: add these lines by hand, then run the same command again:\n    profiles:\n      common:\n        geo_list: [\"RU\"]\n",
    ]);
    assert!(world.read("clients/5-client-5.yaml").contains("timezone: Asia/Omsk"));
    plan_is_empty(&mut world, 36);
}

#[test]
fn few_clients_and_other_folders_make_no_profile() {
    let mut world = fleet();
    let ran = world.run("import 1 2 --factor").ok();
    ran.says(&["note: --factor needs 3 documents of the project that are as import writes them; it has 2"]);
    assert!(!world.read("ringform.yaml").contains("profiles"));
    // Three that share nothing but one open list.
    let mut world = World::new();
    for (id, zone) in (1..).zip(["UTC", "Asia/Omsk", "Asia/Tomsk"]) {
        let email = format!("a{id}@example.com");
        world = world.live(
            id,
            json!({
                "geo_list": "*", "timezone": zone, "hold_music": id,
                "dial_rule_id": id, "sip_network_permission_id": id, "disk_space_notify_threshold": id,
                "disk_space_notify_email": email,
            }),
        );
    }
    world.run("import 1 2 3 --factor").ok().says(&["note: 3 documents share no values that make a profile; they stay"]);
    plan_is_empty(&mut world, 3);
    let outside = tempfile::tempdir().unwrap();
    let mut world = fleet();
    let ran = world.run(&format!("import 1 2 3 --factor --out {}", outside.path().display())).status(1);
    ran.says(&["is not inside of the project, so its documents can name no profiles"]);
}

#[test]
fn factor_needs_a_project_file() {
    let mut world = fleet();
    world.start();
    let endpoint = world.server().endpoint();
    std::fs::remove_file(world.path("ringform.yaml")).unwrap();
    let ran = world.run(&format!("import 1 2 3 --factor --endpoint {endpoint}")).status(1);
    ran.says(&["ringform init"]).sends_nothing();
}
