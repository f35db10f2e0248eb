//! What a change stops managing: a security field or a whole client. No guard over changes sees that, so a warning names
//! it, and a guard that denies unmanaged fields makes it an error.

use std::fs;

use serde_json::json;

use crate::rule_ids::diagnostics;
use crate::world::{Ran, World};

/// Two clients under a profile, on a branch.
fn world(lines: &str) -> World {
    let profiles = "profiles: {standard: {geo_list: RU, timezone: UTC}}\ndefaults: {profiles: [standard]}";
    let mut world = World::new().project(profiles).project(lines).live(15, json!({"dial_rule_id": 19}));
    for id in [12, 13] {
        world = world.live(id, json!({"geo_list": "RU", "timezone": "UTC"}));
        world = world.file(&format!("clients/{id}.yaml"), &format!("client: {id}\n"));
    }
    let world = world.declared(15, "{dial_rule_id: 19}\nprofiles: []").repository();
    world.git(&["checkout", "-q", "-b", "change"]);
    world
}

fn edit(world: &World, file: &str, from: &str, to: &str) {
    let text = world.read(file);
    assert!(text.contains(from), "{text}");
    fs::write(world.path(file), text.replace(from, to)).unwrap();
}

/// The sentences about what is not managed any more.
fn sentences(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let found = json["diagnostics"].as_array().unwrap().iter().filter(|one| one["rule"] == "unmanaged-by-change");
    found.map(|one| one["summary"].as_str().unwrap().to_owned()).collect()
}

type Edit = fn(&World);

/// Ways to give up a field or a client, and the sentence about it.
fn ways() -> Vec<(Edit, &'static str)> {
    let of_12 = "client 12: this change stops managing geo_list; main declares it in ringform.yaml:2:33";
    vec![
        (|world| edit(world, "clients/12.yaml", "12\n", "12\nignore: [geo_list]\n"), of_12),
        (|world| edit(world, "clients/12.yaml", "12\n", "12\nprofiles: []\nsettings: {timezone: UTC}\n"), of_12),
        (
            |world| edit(world, "ringform.yaml", "geo_list: RU, ", ""),
            "clients 12, 13: this change stops managing geo_list; main declares it in ringform.yaml:2:33",
        ),
        (
            |world| edit(world, "clients/15.yaml", "{dial_rule_id: 19}", "{timezone: null}"),
            "client 15: this change stops managing dial_rule_id; main declares it in clients/15.yaml:2:26",
        ),
        (
            |world| fs::remove_file(world.path("clients/12.yaml")).unwrap(),
            "this change stops managing client 12 (clients/12.yaml:1:1); main declares it",
        ),
        (
            |world| edit(world, "ringform.yaml", "profiles: {", "documents: [\"clients/15.yaml\"]\nprofiles: {"),
            "this change stops managing clients 12 (clients/12.yaml:1:1), 13 (clients/13.yaml:1:1); main declares them",
        ),
        (
            |world| fs::write(world.path("clients/ringform.yaml"), "{}\n").unwrap(),
            "this change stops managing clients 12 (clients/12.yaml:1:1), 13 (clients/13.yaml:1:1), \
             15 (clients/15.yaml:1:1); main declares them",
        ),
    ]
}

#[test]
fn what_a_change_stops_managing_is_named_with_its_place_at_the_base() {
    for (edit, sentence) in ways() {
        let mut world = world("");
        edit(&world);
        // A project without documents is an error of its own.
        if sentence.contains("15 (") {
            world = world.file("kept.yaml", "client: 16\nsettings: {timezone: UTC}\nprofiles: []\n");
        }
        for line in ["plan --base main --offline", "plan --base main --offline --affected"] {
            let ran = world.run(&format!("{line} --format json")).ok();
            assert_eq!(sentences(&ran), [sentence], "{line}");
        }
    }
}

#[test]
fn a_field_that_is_not_selected_or_decides_no_calls_is_no_warning() {
    let mut world = world("");
    edit(&world, "clients/12.yaml", "12\n", "12\nsettings: {hold_music: null}\nignore: [timezone, geo_list]\n");
    let ran = world.run("plan --base main --format json").ok();
    assert_eq!(diagnostics(&ran, ""), ["warning unmanaged-by-change clients/12.yaml:1:1"]);
    assert_eq!(world.run("plan --base main --field timezone --format json").ok().json()["diagnostics"], json!([]));
    assert_eq!(world.run("plan --base main --client 13 --format json").ok().json()["diagnostics"], json!([]));
    world.run("drift --base main").ok().says(&["this change stops managing geo_list"]);
}

#[test]
fn a_guard_that_denies_unmanaged_fields_makes_it_an_error_and_two_merges_pass() {
    let deny = "guards: [{name: unmanaged-security, deny: {}}]";
    let own = "guards: [{name: kept, field: geo_list, deny: {unmanaged: true}}]";
    for (then, now) in [(deny, deny), (deny, ""), ("", deny), (own, own), (own, "")] {
        let mut world = world(then);
        let file = world.read("ringform.yaml");
        let rest = file.strip_suffix(&format!("{then}\n")).unwrap();
        fs::write(world.path("ringform.yaml"), format!("{rest}{now}\n")).unwrap();
        world.commit("the rule");
        edit(&world, "clients/12.yaml", "12\n", "12\nignore: [geo_list]\n");
        fs::remove_file(world.path("clients/13.yaml")).unwrap();
        let ran = world.run("plan --base main --format json").status(1);
        assert_eq!(sentences(&ran).len(), 2, "{then} → {now}");
        let errors = diagnostics(&ran, "").iter().filter(|one| one.starts_with("error unmanaged")).count();
        assert_eq!(errors, 2, "{then} → {now}");
        for line in ["plan --base main --trust-project", "apply --base main --yes", "plan --base main --offline"] {
            world.run(line).status(1).says(&["denies it"]);
        }
        world.run("plan --base main --out p.json").status(1);
        world.run("show p.json").status(1).says(&["denies it"]);
        world.run("apply --plan p.json --yes").status(1).says(&["denies it"]);
        // One run can pass a guard of the work tree, and none that only the base has.
        let name = if then.contains("kept") || now.contains("kept") { "kept" } else { "unmanaged-security" };
        let passed = world.run(&format!("plan --base main --override-guard {name} --reason agreed"));
        let said = if now.is_empty() { "cannot pass guard" } else { "this change stops managing" };
        passed.status(i32::from(now.is_empty())).says(&[said]);
        // When the rule was removed in a merge of its own, this is a warning.
        if now.is_empty() {
            world.run("plan --base change").ok().says(&["this change stops managing"]);
        }
    }
}
