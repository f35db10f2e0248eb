//! `import` into a project with defaults: the plan afterwards is empty whatever they say.

use ringform::sandbox::Semantics;
use serde_json::json;

use crate::world::World;

#[test]
fn a_field_that_cannot_be_declared_is_not_managed_by_a_default_profile_either() {
    let mut world = World::new()
        .live(12, json!({"domain": "a.example", "timezone": "MSK", "geo_list": "RU", "hold_music": 7}))
        .live(13, json!({"domain": "b.example", "timezone": "Europe/Moscow", "geo_list": "ZZ"}))
        .project("defaults: {profiles: [standard]}\nprofiles:\n  standard: {timezone: UTC, hold_music: 1}");
    world.run("import 12 13").ok().says(&["client 12: timezone holds \"MSK\"", "it stays unmanaged"]);
    let plan = world.run("plan --format json").ok();
    assert_eq!(plan.json()["summary"]["in_sync"], 2, "{}", plan.stdout);
    assert!(!plan.client("12")["managed"].as_array().unwrap().contains(&json!("timezone")));
    assert!(world.read("clients/12-client-12.yaml").ends_with("\nignore: [timezone]\n"));
    // Nothing manages the country list of 13, so nothing must be ignored there.
    assert!(!world.read("clients/13-client-13.yaml").contains("ignore"));
}

#[test]
fn a_field_that_the_answer_lacks_is_not_managed_by_a_default_profile_either() {
    let mut world = World::new()
        .live(12, json!({"domain": "a.example"}))
        .semantics(Semantics { missing: vec!["hold_music".into()], ..Semantics::default() })
        .project("defaults: {profiles: [standard]}\nprofiles:\n  standard: {hold_music: 1}");
    world.run("import 12").ok().says(&["the answer lacks hold_music; it stays unmanaged"]);
    world.run("plan --detailed-exitcode").ok().prints(&["No difference: 1 client"]);
}

#[test]
fn a_dated_entry_of_a_default_profile_changes_no_imported_value() {
    let entry = "{settings: {timezone: Asia/Omsk, hold_music: 2}, from: 2020-01-01, until: 2020-01-02, owner: o, \
                 reason: r}";
    for entry in [entry.to_owned(), entry.replace("until: 2020-01-02", "until: 2999-01-02")] {
        let mut world = World::new()
            .live(12, json!({"domain": "a.example", "timezone": "MSK", "hold_music": 7}))
            .project("defaults: {profiles: [standard]}\nprofiles:\n  standard:\n    timezone: UTC\n    hold_music: 1")
            .project(&format!("    temporary:\n      - {entry}"));
        world.run("import 12").ok();
        world.run("plan --detailed-exitcode").ok().prints(&["No difference: 1 client"]);
    }
}

#[test]
fn a_document_names_its_credentials_where_the_default_is_another() {
    let app = "{app_id: '${RINGFORM_APP_ID}', app_secret: '${RINGFORM_APP_SECRET}'}";
    let credentials = format!("defaults: {{credentials: acme}}\ncredentials:\n  default: {app}\n  acme: {app}");
    for (flags, expected) in [("", "acme"), ("--credentials acme", "acme"), ("--credentials default", "default")] {
        let mut world = World::new().live(12, json!({"domain": "a.example"})).project(&credentials);
        world.run(&format!("import 12 {flags}")).ok();
        let plan = world.run("plan --format json").ok();
        assert_eq!(plan.client("12")["credentials"], expected, "{flags}");
        let names = world.read("clients/12-client-12.yaml").contains("credentials:");
        assert_eq!(names, expected == "default", "{flags}");
    }
}
