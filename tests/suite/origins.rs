//! `--base REV`: where each difference comes from, and what a base may never be taken for.

use serde_json::{Value as Json, json};

use crate::world::{Ran, World};

/// The origin of each changed field of a client.
fn origins(ran: &Ran, id: &str) -> Json {
    let client = ran.client(id);
    let changes = client["changes"].as_array().unwrap();
    Json::Object(changes.iter().map(|one| (one["field"].as_str().unwrap().to_owned(), one["origin"].clone())).collect())
}

/// Client 12 in sync with what is committed.
fn world() -> World {
    World::new()
        .live(12, json!({"geo_list": "RU", "timezone": "UTC", "hold_music": 7}))
        .declared(12, "{geo_list: [RU], timezone: UTC, hold_music: 7}")
        .repository()
}

#[test]
fn a_difference_is_pending_drift_or_conflict_by_three_values() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU", "timezone": "Asia/Omsk", "hold_music": 8, "dial_rule_id": 19}))
        .declared(12, "{geo_list: [RU], timezone: UTC, hold_music: 7, disk_space_notify_threshold: null}")
        .repository();
    world.declare(
        12,
        "{geo_list: [RU, BY], timezone: UTC, hold_music: 9, dial_rule_id: 20, disk_space_notify_threshold: 90}",
    );
    let ran = world.run("plan --base HEAD --format json").status(1).requests(1, 1, 0);
    assert_eq!(
        origins(&ran, "12"),
        json!({
            "geo_list": "pending",                    // the file changed, live is as it was
            "timezone": "drift",                      // live changed, the file did not
            "hold_music": "conflict",                 // both did
            "dial_rule_id": "pending",                // not managed before
            "disk_space_notify_threshold": "pending", // null before is a value, and live has it
        })
    );
    let json = ran.json();
    assert_eq!(json["base"], "HEAD");
    let summary = &json["summary"];
    assert_eq!([&summary["pending"], &summary["drift"], &summary["conflict"]], [&json!(3), &json!(1), &json!(1)]);
    let client = ran.client("12");
    assert_eq!(
        (&client["blocked"][0]["kind"], &client["blocked"][0]["name"]),
        (&json!("conflict"), &json!("hold_music"))
    );
    // What would be sent stands there whole, though the client is blocked.
    assert_eq!(client["put"].as_object().unwrap().len(), 5);
    // apply would refuse the client.
    world.run("plan --base HEAD --detailed-exitcode").status(1).prints(&["▸ pending", "≠ drift", "‼ conflict"]);
    world.run("plan --base HEAD --format markdown").status(1).prints(&["**▸ Pending", "**≠ Drift", "**‼ Conflict"]);
}

#[test]
fn without_a_base_nothing_is_said_of_origins() {
    let mut world = world();
    world.declare(12, "{timezone: Asia/Omsk}");
    let ran = world.run("plan").ok();
    assert!(!ran.stdout.contains("pending") && !ran.stdout.contains("released"), "{}", ran.stdout);
}

#[test]
fn a_field_that_is_no_longer_managed_is_released_and_never_sent() {
    let mut world = world().live(13, json!({}));
    world.declare(12, "{geo_list: [RU]}");
    let ran = world.run("plan --base HEAD --format json --detailed-exitcode").ok();
    let client = ran.client("12");
    assert_eq!(client["status"], "in_sync");
    assert_eq!(client["put"], json!({}));
    assert_eq!(client["released"][0]["field"], "timezone");
    assert_eq!(
        client["released"][1],
        json!({"field": "hold_music", "live": 7, "source": {"file": "clients/12.yaml", "line": 2, "column": 55}})
    );
    assert_eq!((&ran.json()["summary"]["released"], &ran.json()["summary"]["changes"]), (&json!(2), &json!(0)));
    world.run("plan --base HEAD").ok().prints(&["· hold_music released", "· 2 settings released"]);
    world.run("apply --base HEAD --yes").ok().requests(1, 1, 0);
    // A field that is merely not looked at is not released.
    let narrowed = world.run("plan --base HEAD --field geo_list --format json").ok();
    assert_eq!(narrowed.client("12")["released"], json!([]));
}

#[test]
fn a_client_whose_document_is_gone_is_released_as_far_as_the_selection_covers_it() {
    let mut world = World::new()
        .live(12, json!({}))
        .live(13, json!({}))
        .live(14, json!({}))
        .file("north/12.yaml", "client: 12\nlabels: {city: omsk}\nsettings: {timezone: null}\n")
        .file("north/13.yaml", "client: 13\nlabels: {city: omsk}\nsettings: {timezone: null}\n")
        .file("south/14.yaml", "client: 14\nlabels: {city: sochi}\nsettings: {timezone: null}\n")
        .file("south/15.yaml", "client: 15\nlabels: {city: sochi}\nsettings: {timezone: null}\n")
        .repository();
    std::fs::remove_file(world.path("north/13.yaml")).unwrap();
    std::fs::remove_file(world.path("south/15.yaml")).unwrap();
    let mut released = |arguments: &str| {
        let ran = world.run(&format!("plan --base HEAD --format json {arguments}")).ok();
        let json = ran.json();
        let clients = json["released_clients"].as_array().unwrap();
        clients.iter().map(|one| one["client_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(released(""), ["13", "15"]);
    assert_eq!(released("north"), ["13"]);
    assert_eq!(released("north/12.yaml"), Vec::<String>::new());
    assert_eq!(released("--label city=omsk"), ["13"]);
    assert_eq!(released("--client 1[245]"), ["15"]);
    let shards: Vec<String> =
        ["1/3", "2/3", "3/3"].iter().flat_map(|shard| released(&format!("--shard {shard}"))).collect();
    assert_eq!(shards.len(), 2, "{shards:?}");
    world.run("plan --base HEAD").ok().requests(1, 2, 0).prints(&[
        "· client 13 released",
        "north/13.yaml:1",
        "· 2 clients released",
    ]);
    // Moved out of the named folder it is still declared.
    world.git(&["mv", "north/12.yaml", "south/12.yaml"]);
    world.write("north/16.yaml", b"client: 14\nsettings: {timezone: null}\n");
    std::fs::remove_file(world.path("south/14.yaml")).unwrap();
    let ran = world.run("plan --base HEAD --format json north").ok();
    let ids: Vec<Json> =
        ran.json()["released_clients"].as_array().unwrap().iter().map(|one| one["client_id"].clone()).collect();
    assert_eq!(ids, [json!("13")]);
}

#[test]
fn documents_are_followed_by_client_and_not_by_path() {
    let mut world = World::new()
        .live(12, json!({"timezone": "UTC"}))
        .file("клиенты/норд.yaml", "client: 12\nsettings: {timezone: Asia/Omsk}\n")
        .repository();
    // Names that git quotes.
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(origins(&ran, "12"), json!({"timezone": "drift"}));
    world.git(&["mv", "клиенты/норд.yaml", "elsewhere.yaml"]);
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(origins(&ran, "12"), json!({"timezone": "drift"}));
    assert_eq!(ran.json()["released_clients"], json!([]));
}

#[test]
fn a_profile_that_changes_is_seen_in_exactly_its_heirs() {
    let mut world = World::new()
        .project("profiles:\n  omsk: {timezone: UTC}\n  other: {hold_music: 7}")
        .live(12, json!({"timezone": "UTC"}))
        .live(13, json!({"hold_music": 7}))
        .file("clients/12.yaml", "client: 12\nprofiles: [omsk]\n")
        .file("clients/13.yaml", "client: 13\nprofiles: [other]\n")
        .repository();
    let ran = world.run("plan --base HEAD --affected --format json").ok().sends_nothing();
    assert_eq!((&ran.json()["clients"], &ran.json()["unaffected"]), (&json!([]), &json!(2)));
    ran.says(&["0 of 2 clients differ from HEAD", "0 requests to come"]);
    world.run("plan --base HEAD --affected").ok().prints(&["this change touches none", "2 clients were not read"]);
    let text = world.read("ringform.yaml").replace("timezone: UTC", "timezone: Asia/Omsk");
    world.write("ringform.yaml", text.as_bytes());
    let ran = world.run("plan --base HEAD --affected --format json").ok().requests(1, 1, 0);
    assert_eq!(origins(&ran, "12"), json!({"timezone": "pending"}));
    ran.says(&["1 of 2 clients differ from HEAD", "2 requests to come"]);
}

#[test]
fn what_comes_to_the_same_is_not_affected_and_a_changed_expectation_is() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU BY"}))
        .declared(12, "{geo_list: [RU, BY]}")
        .live(13, json!({"name": "n"}))
        .file("clients/13.yaml", "client: 13\nsettings: {timezone: null}\n")
        .repository();
    world.write(
        "clients/12.yaml",
        b"# another spelling\nclient: \"12\"\nlabels: {a: b}\nsettings:\n  geo_list: \"by  ru\"\n",
    );
    world.write("clients/13.yaml", b"client: 13\nexpect: {name: n}\nsettings: {timezone: null}\n");
    let ran = world.run("plan --base HEAD --affected --format json").ok().requests(1, 1, 0);
    assert_eq!(ran.client("13")["status"], "in_sync");
}

#[test]
fn apply_refuses_a_conflict_until_it_is_told_to_overwrite() {
    let mut world = World::new()
        .live(12, json!({"timezone": "Asia/Omsk", "hold_music": 7}))
        .declared(12, "{timezone: UTC, hold_music: 7}")
        .live(13, json!({"hold_music": 7}))
        .declared(13, "{hold_music: 7}")
        .repository();
    world.declare(12, "{timezone: Europe/Moscow, hold_music: 8}");
    world.declare(13, "{hold_music: 8}");
    let ran = world.run("apply --base HEAD --yes --format json").status(1).requests(1, 2, 1);
    assert_eq!(ran.results(), ["refused", "applied"]);
    // What --only leaves out blocks all the same.
    let ran = world.run("apply --base HEAD --yes --only pending --format json").status(1).requests(1, 2, 0);
    assert_eq!(ran.results(), ["refused", "unchanged"]);
    // For another field, or client, nothing is lifted, and it says so.
    world.run("apply --base HEAD --yes --overwrite-drift 12/hold_music").status(1).says(&["no such conflict"]);
    world.run("apply --base HEAD --yes --overwrite-drift 99").status(1).says(&["client 99 is not among the clients"]);
    // The flags of a pipeline beside it keep nothing back that was settled.
    let ran = world.run("apply --base HEAD --yes --only pending --overwrite-drift 12/timezone --format json").ok();
    assert_eq!(ran.results(), ["applied", "unchanged"]);
    assert_eq!(world.stored(12, "timezone"), json!("Europe/Moscow"));
}

#[test]
fn a_change_of_guards_or_waivers_is_seen_beside_what_it_lets_through() {
    let mut world = world();
    let project = world.read("ringform.yaml");
    world.write(
        "ringform.yaml",
        format!("{project}guards: [open-geo, {{name: few, field: geo_list, deny: {{max_countries: 3}}}}]\n").as_bytes(),
    );
    world.commit("guards");
    let ran = world.run("plan --base HEAD").ok();
    assert!(!ran.stderr.contains("differ from those of HEAD"), "{}", ran.stderr);
    world.write(
        "ringform.yaml",
        format!(
            "{project}guards: [dial-rule-changed, {{name: few, field: geo_list, deny: {{max_countries: 250}}}}]\n\
             waivers: [{{client: 12, owner: x, reason: y, until: 2099-12-31}}]\n"
        )
        .as_bytes(),
    );
    for flags in ["--affected --format markdown", "--offline --format markdown", "--format markdown"] {
        world.run(&format!("plan --base HEAD {flags}")).ok().prints(&[
            "open-geo is removed, few is changed, dial-rule-changed is new",
            "every field of client 12, any value, until 2099-12-31",
        ]);
    }
}

#[test]
fn what_is_affected_is_asked_of_the_fields_that_are_looked_at() {
    let mut world = world();
    world.run("plan --base HEAD --affected --field hold_music").ok().sends_nothing();
    world.declare(12, "{geo_list: [BY], timezone: UTC, hold_music: 7}");
    world.run("plan --base HEAD --affected --field hold_music").ok().sends_nothing();
    world.run("plan --base HEAD --affected --field geo_list").ok().requests(1, 1, 0);
}

#[test]
fn only_chooses_what_is_sent_and_put_follows_from_it() {
    let mut world = World::new()
        .live(12, json!({"timezone": "Asia/Omsk", "hold_music": 7}))
        .declared(12, "{timezone: UTC, hold_music: 7}")
        .repository();
    world.declare(12, "{timezone: UTC, hold_music: 8}");
    let ran = world.run("plan --base HEAD --only pending --out plan.json --format json").ok();
    let client = ran.client("12");
    assert_eq!(client["put"], json!({"hold_music": 8}));
    assert_eq!((&client["changes"][0]["withheld"], &client["changes"][1]["withheld"]), (&json!(true), &json!(false)));
    world.run("plan --base HEAD --only pending").ok().prints(&["≠ drift, not sent", "▸ pending"]);
    // The saved plan is the same, and what is withheld may move meanwhile.
    world.run("show plan.json").ok().prints(&["≠ drift, not sent"]);
    let page = world.run("show plan.json --format html").ok().stdout;
    assert_eq!(page.matches(">not sent</span>").count(), 1, "{page}");
    let ran = world.run("apply --plan plan.json --yes --format json").ok().requests(1, 1, 1);
    assert_eq!(ran.results(), ["applied"]);
    assert_eq!((world.stored(12, "timezone"), world.stored(12, "hold_music")), (json!("Asia/Omsk"), json!(8)));
    // Nothing left of that origin: what differs is shown, and nothing is sent.
    let ran = world.run("apply --base HEAD --only pending --yes --format json").ok().requests(1, 1, 0);
    assert_eq!(ran.results(), ["unchanged"]);
    assert_eq!(ran.client("12")["status"], "change");
}

#[test]
fn what_acts_while_a_plan_is_made_is_wrong_usage_with_a_saved_one() {
    let mut world = world();
    world.run("plan --out plan.json").ok();
    for flags in [
        "--only pending",
        "--overwrite-drift 12",
        "--base HEAD",
        "--base HEAD --only pending",
        "--affected",
        "clients/12.yaml",
    ] {
        world.run(&format!("apply --plan plan.json --yes {flags}")).status(1).sends_nothing();
    }
    // Another project has other guards, though the endpoint is the same.
    world.write("elsewhere/ringform.yaml", world.read("ringform.yaml").as_bytes());
    world.write("other.ringform.yaml", world.read("ringform.yaml").as_bytes());
    for project in ["elsewhere", "--project other"] {
        let ran = world.run(&format!("apply --plan plan.json --yes {project}")).status(1).sends_nothing();
        ran.says(&["another project"]);
    }
    world.run("apply --plan plan.json --yes .").ok();
    for flags in ["--only pending", "--overwrite-drift 12", "--affected", "--offline"] {
        world.run(&format!("plan {flags}")).status(1).sends_nothing().says(&["--base"]);
    }
}

#[test]
fn a_saved_plan_keeps_its_conflicts() {
    let mut world =
        World::new().live(12, json!({"timezone": "Asia/Omsk"})).declared(12, "{timezone: UTC}").repository();
    world.declare(12, "{timezone: Europe/Moscow}");
    world.run("plan --base HEAD --out blocked.json").status(1);
    // What is shown again ends as the plan did.
    world.run("show blocked.json").status(1);
    world.run("show blocked.json --detailed-exitcode").status(1);
    world.run("plan --base HEAD --overwrite-drift 12 --out lifted.json").ok();
    world.run("apply --plan blocked.json --yes --format json").status(1).requests(0, 0, 0);
    let ran = world.run("apply --plan lifted.json --yes --format json").ok();
    assert_eq!((ran.results(), origins(&ran, "12")), (vec!["applied".to_owned()], json!({"timezone": "conflict"})));
}

#[test]
fn an_offline_plan_needs_no_secret_and_can_never_be_applied() {
    let mut world = world().env("RINGFORM_APP_SECRET", "").env("RINGFORM_APP_ID", "");
    world.declare(12, "{geo_list: [RU, BY], timezone: UTC, dial_rule_id: 19, sip_network_permission_id: null}");
    let ran = world.run("plan --base HEAD --offline --out plan.json --format json").ok().sends_nothing();
    let client = ran.client("12");
    assert_eq!((&client["live"], &client["id"], &client["status"]), (&json!(null), &json!(null), &json!("change")));
    assert_eq!(origins(&ran, "12"), json!({"geo_list": "pending", "dial_rule_id": "pending"}));
    assert_eq!((&client["changes"][0]["before"], &client["changes"][1]["before"]), (&json!("RU"), &json!(null)));
    assert_eq!(client["released"][0]["field"], "hold_music");
    // A null that was not declared before clears nobody knows what.
    ran.says(&["sip_network_permission_id is newly declared null"]);
    world.run("plan --base HEAD --offline").ok().prints(&["Offline:"]);
    world.run("apply --plan plan.json --yes").status(1).sends_nothing().says(&["--offline"]);
    world.git(&["checkout", "-q", "."]);
    world.run("plan --base HEAD --offline --detailed-exitcode").ok().prints(&["1 client is declared as at the base"]);
}

#[test]
fn a_project_that_asks_for_secrets_elsewhere_sends_nothing() {
    let mut world = World::new()
        .project("credentials:\n  default: {app_id: \"${RINGFORM_APP_ID}\", app_secret: \"${RINGFORM_APP_SECRET}\"}")
        .live(12, json!({}))
        .declared(12, "{timezone: UTC}")
        .repository();
    let honest = world.read("ringform.yaml");
    let endpoint = world.server().endpoint();
    // Another endpoint, the credentials of somebody else, and comments that change nothing.
    world.write("ringform.yaml", honest.replace(&endpoint, "https://evil.example").as_bytes());
    world.run("plan --base HEAD").status(1).sends_nothing().says(&["endpoint differs", "--trust-project"]);
    world.run("apply --base HEAD --yes").status(1).sends_nothing();
    world.run(&format!("plan --base HEAD --endpoint {endpoint}")).ok().requests(1, 1, 0);
    world.write("ringform.yaml", honest.replace("${RINGFORM_APP_ID}", "app").as_bytes());
    world
        .run("plan --base HEAD --format json")
        .status(1)
        .sends_nothing()
        .says(&["credentials of ringform.yaml differ"]);
    world.run("plan --base HEAD --trust-project").ok().requests(1, 1, 0);
    world.run("plan --base HEAD --offline").ok().sends_nothing();
    world.write("ringform.yaml", format!("# moved\n\n{honest}").as_bytes());
    world.run("plan --base HEAD").ok().requests(1, 1, 0);
    // With --affected a changed credential is its clients'.
    world.write("ringform.yaml", honest.replace("${RINGFORM_APP_ID}", "app").as_bytes());
    world.run("plan --base HEAD --affected --trust-project").ok().requests(1, 1, 0);
}

#[test]
fn a_project_that_the_base_does_not_have_is_pending_and_not_trusted() {
    let mut world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}").repository();
    world.git(&["rm", "-rq", "--cached", "."]);
    world.git(&["commit", "-qm", "nothing"]);
    world.run("plan --base HEAD").status(1).sends_nothing().says(&["--trust-project"]);
    let ran = world.run("plan --base HEAD --trust-project --format json").ok();
    assert_eq!(origins(&ran, "12"), json!({"timezone": "pending"}));
}

#[test]
fn what_is_broken_at_the_base_is_a_warning_and_makes_origins_unknown() {
    let mut world = World::new()
        .live(12, json!({}))
        .live(13, json!({}))
        .live(14, json!({}))
        .declared(12, "{timezone: UTC}")
        // A syntax error costs the whole file, a wrong value its document.
        .file("clients/13.yaml", "client: 13\nsettings: {timezone: UTC}\n---\nclient: 15\nsettings: {\n")
        .file("clients/14.yaml", "client: 14\nsettings: {timezone: Nowhere}\n")
        .repository();
    world.declare(13, "{timezone: UTC}");
    world.declare(14, "{timezone: UTC}");
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(origins(&ran, "12"), json!({"timezone": "drift"}));
    assert_eq!(origins(&ran, "13"), json!({"timezone": "unknown"}));
    assert_eq!(origins(&ran, "14"), json!({"timezone": "unknown"}));
    let rules: Vec<Json> =
        ran.json()["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].clone()).collect();
    assert_eq!(rules, [json!("base-broken"), json!("base-broken")]);
    // A project file that is broken there makes all unknown, and is not trusted.
    let honest = world.read("ringform.yaml");
    world.write("ringform.yaml", format!("{honest}nonsense: {{\n").as_bytes());
    world.commit("broken");
    world.write("ringform.yaml", honest.as_bytes());
    world.run("plan --base HEAD").status(1).sends_nothing().says(&["--trust-project"]);
    let ran = world.run("plan --base HEAD --trust-project --format json").ok();
    assert_eq!(origins(&ran, "12"), json!({"timezone": "unknown"}));
}

#[test]
fn the_rules_of_discovery_hold_at_the_base_too() {
    let document = |id: u64| format!("client: {id}\nsettings: {{timezone: UTC}}\n");
    let mut world =
        World::new().project("documents: [\"clients/**\"]").live(12, json!({})).declared(12, "{timezone: UTC}");
    for (path, id) in [
        ("elsewhere/20.yaml", 20),
        ("clients/.hidden.yaml", 21),
        ("clients/.git2/a.yaml", 22),
        ("clients/a.yaml~", 23),
        ("clients/b.yaml.bak", 24),
        ("clients/other/c.yaml", 25),
        ("clients/gone.yaml", 26),
        ("common/linked.yaml", 27),
    ] {
        world = world.file(path, &document(id));
    }
    world = world.file("clients/other/ringform.yaml", "endpoint: https://x.example\n");
    std::os::unix::fs::symlink("../common", world.path("clients/link")).unwrap();
    let mut world = world.repository();
    std::fs::remove_file(world.path("clients/gone.yaml")).unwrap();
    std::fs::remove_file(world.path("clients/link")).unwrap();
    let ran = world.run("plan --base HEAD --format json").ok();
    let released: Vec<Json> =
        ran.json()["released_clients"].as_array().unwrap().iter().map(|one| one["client_id"].clone()).collect();
    assert_eq!(released, [json!("26"), json!("27")]);
    assert_eq!(crate::rule_ids::diagnostics(&ran, ""), ["warning unmanaged-by-change"]);
}

#[test]
fn where_the_journal_knows_better_the_base_is_told_to_be_behind() {
    let mut world = World::new().live(12, json!({"hold_music": 7})).declared(12, "{hold_music: 7}").repository();
    world.declare(12, "{hold_music: 8}");
    world.commit("eight");
    world.run("apply --yes").ok().requests(1, 1, 1);
    world.declare(12, "{hold_music: 9}");
    // Nobody else touched it: the base is older than what was applied.
    let ran = world.run("plan --base HEAD~1 --format json").status(1).says(&["HEAD~1 is behind what was applied"]);
    assert_eq!(origins(&ran, "12"), json!({"hold_music": "conflict"}));
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!((origins(&ran, "12"), &ran.json()["diagnostics"]), (json!({"hold_music": "pending"}), &json!([])));
    world.git(&["checkout", "-q", "."]);
    world.git(&["checkout", "-q", "HEAD~1"]);
    world.run("plan --base HEAD").ok().says(&["HEAD is behind what was applied"]);
}

#[test]
fn drift_with_a_base_tells_what_this_change_brings_from_what_was_changed_elsewhere() {
    let mut world = World::new()
        .live(12, json!({"timezone": "Asia/Omsk", "hold_music": 7}))
        .declared(12, "{timezone: UTC, hold_music: 7}")
        .repository();
    world.declare(12, "{timezone: UTC, hold_music: 8}");
    let ran = world.run("drift --base HEAD --format json").status(2);
    assert_eq!(origins(&ran, "12"), json!({"timezone": "drift", "hold_music": "pending"}));
    let findings = &ran.json()["run"]["drift"]["findings"];
    assert_eq!((findings.as_array().unwrap().len(), &findings[0]["field"]), (1, &json!("timezone")));
    // What is pending is no drift.
    world.run("drift --base HEAD --field hold_music").ok();
    world.run("drift --field hold_music").status(2);
    world.run("drift --base nosuch").status(1).sends_nothing();
    // A conflict is a difference, and the report shown again is one too.
    world.declare(12, "{timezone: Europe/Moscow, hold_music: 7}");
    world.run("drift --base HEAD --format json=conflict.json").status(2);
    world.run("show conflict.json --detailed-exitcode").status(2);
    world.run("show conflict.json").ok();
}
