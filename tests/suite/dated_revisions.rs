//! Dated settings at a revision and in a part of a project, by the binary.

use serde_json::json;

use crate::world::World;

/// A document for client 12 with one entry that has always held.
fn document(until: &str) -> String {
    let entry = format!("{{settings: {{hold_music: 8}}, until: {until}, owner: anna, reason: fair}}");
    format!("client: 12\nsettings: {{hold_music: 7}}\ntemporary: [{entry}]\n")
}

fn world(document: &str) -> World {
    let world = World::new().live(12, json!({"hold_music": 7})).live(13, json!({"hold_music": 7}));
    world.declared(13, "{hold_music: 8}").file("clients/12.yaml", document).repository()
}

#[test]
fn a_broken_entry_at_the_revision_is_a_warning_and_its_client_has_no_origin() {
    for broken in ["tomorrow", "2026-02-30", "2999-01-01, until: 2999-01-01", ""] {
        let mut world = world(&document(broken));
        world.write("clients/12.yaml", document("2999-01-01T00:00Z").as_bytes());
        let ran = world.run("plan --base HEAD --format json").ok();
        let json = ran.json();
        let has_rule = |rule: &str| json["diagnostics"].as_array().unwrap().iter().any(|one| one["rule"] == rule);
        assert!(has_rule("base-broken"), "{broken}: {}", ran.stdout);
        let change = &ran.client("12")["changes"][0];
        assert_eq!((&change["origin"], &change["after"]), (&json!("unknown"), &json!(8)));
        assert_eq!(ran.client("13")["changes"][0]["origin"], "drift");
    }
}

#[test]
fn an_entry_of_the_revision_is_judged_at_the_instant_of_the_run() {
    // At the revision it holds too, so the difference is no change of these files.
    let mut world = world(&document("2999-01-01T00:00Z"));
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(ran.client("12")["changes"][0]["origin"], "drift");
    // Another value of the entry: the base, the files and live hold three values.
    world.write("clients/12.yaml", document("2999-01-01T00:00Z").replace("music: 8", "music: 9").as_bytes());
    let ran = world.run("plan --base HEAD --format json").status(1);
    let change = &ran.client("12")["changes"][0];
    assert_eq!((&change["origin"], &change["after"]), (&json!("conflict"), &json!(9)), "{}", ran.stdout);
}

#[test]
fn a_path_of_one_document_reads_the_entries_of_its_profiles() {
    let entry = "{settings: {hold_music: 9}, until: 2020-01-01, owner: anna, reason: fair}";
    let profile = format!("profiles:\n  p:\n    hold_music: 7\n    temporary: [{entry}]\n");
    let world = World::new().project(&profile).live(12, json!({"hold_music": 9})).live(13, json!({"hold_music": 9}));
    let world = world.file("clients/12.yaml", "client: 12\nprofiles: [p]\n");
    let mut world = world.file("clients/13.yaml", "client: 13\nprofiles: [p]\nignore: [hold_music]\n");
    let ran = world.run("plan clients/12.yaml --format json").ok();
    assert_eq!(ran.json()["clients"].as_array().unwrap().len(), 1);
    let change = &ran.client("12")["changes"][0];
    assert_eq!((&change["after"], &change["because"]["temporary"]), (&json!(7), &json!("ended")), "{}", ran.stdout);
    // The document that ignores the field manages nothing, and the entry has no effect on it.
    let ran = world.run("plan --format json").ok();
    assert_eq!(ran.client("13")["changes"], json!([]));
}
