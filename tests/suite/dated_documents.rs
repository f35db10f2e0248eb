//! The keys of dated settings in every kind of document, and the schemas of what people write: a schema and ringform
//! judge an entry alike.

use serde_json::{Value as Json, json};

use crate::dated_files::{NOW, load};
use crate::world::World;

fn schema(name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(format!("schemas/{name}.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

#[test]
fn every_kind_of_document_has_the_keys_of_dated_settings() {
    let schema = schema("plan");
    let ended = "- {settings: {geo_list: {add: [TR]}}, until: 2020-01-05, owner: anna, reason: fair}";
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU TR"}))
        .live(13, json!({"hold_music": 7}))
        .file("clients/12.yaml", &format!("client: 12\nsettings: {{geo_list: [RU]}}\ntemporary:\n{ended}\n"))
        .declared(13, "{hold_music: 8}")
        .repository();
    for (line, kind, changes) in [
        ("plan", "plan", 2),
        ("plan --base HEAD", "plan", 2),
        ("plan --base HEAD --offline", "offline", 0),
        ("validate", "validation", 0),
        ("drift", "drift", 2),
        ("apply --only-closing --yes", "report", 2),
        ("apply --yes", "report", 1),
    ] {
        let ran = world.run(&format!("{line} --format json"));
        let document = ran.json();
        assert_eq!(document["kind"], kind, "{line}");
        let problems: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new(), "{line}");
        let has = |one: &Json, keys: &[&str]| keys.iter().all(|key| one.as_object().unwrap().contains_key(*key));
        assert!(has(&document["run"], &["at"]), "{line}");
        let clients = document["clients"].as_array().unwrap();
        assert_eq!(clients.len(), if kind == "validation" { 0 } else { 2 }, "{line}");
        assert!(clients.iter().all(|client| has(client, &["valid_until", "scheduled"])), "{line}");
        let all: Vec<&Json> = clients.iter().flat_map(|client| client["changes"].as_array().unwrap()).collect();
        assert_eq!(all.len(), changes, "{line}: {all:?}");
        for change in all {
            assert!(has(change, &["because", "overdue_since"]), "{line}");
            let is_dated = change["field"] == "geo_list";
            let overdue = if is_dated { json!("2020-01-06T00:00:00Z") } else { Json::Null };
            assert_eq!((&change["overdue_since"], change["because"].is_object()), (&overdue, is_dated), "{line}");
        }
    }
}

/// Entries, whether ringform accepts them, and whether a schema can see that.
const ENTRIES: &[(&str, bool, bool)] = &[
    ("{settings: {geo_list: {add: [TR, GE]}}, until: 2026-12-14, owner: anna, reason: fair}", true, true),
    ("{settings: {hold_music: null}, from: 2026-12-01T10:00Z, until: 2026-12-14, owner: a, reason: b}", true, true),
    ("{settings: {hold_music: 7}, until: 2026-12-14T10:00:30+03, owner: a, reason: b}", true, true),
    ("{settings: {hold_music: \"7\"}, until: \"2026-12-14T10:00-03:30\", owner: 42, reason: 4711}", true, true),
    ("{settings: {hold_music: 7}, until: 2026-12-14, owner: a}", false, true),
    ("{settings: {hold_music: 7}, until: 2026-12-14, reason: b}", false, true),
    ("{settings: {hold_music: 7}, owner: a, reason: b}", false, true),
    ("{until: 2026-12-14, owner: a, reason: b}", false, true),
    ("{settings: {}, until: 2026-12-14, owner: a, reason: b}", false, true),
    ("{settings: {hold_music: 7}, until: 2026-12-14, owner: a, reason: b, form: 2026-12-01}", false, true),
    ("{settings: {hold_music: 7}, until: 01.12.2026, owner: a, reason: b}", false, true),
    ("{settings: {hold_music: 7}, until: tomorrow, owner: a, reason: b}", false, true),
    ("{settings: {hold_music: 7}, until: 2026-12-14T10:00, owner: a, reason: b}", false, true),
    ("{settings: {hold_music: 7}, until: null, owner: a, reason: b}", false, true),
    ("{settings: {geo_list: [TR]}, until: 2026-12-14, owner: a, reason: b}", false, true),
    ("{settings: {geo_list: null}, until: 2026-12-14, owner: a, reason: b}", false, true),
    ("{settings: {geo_list: {add: []}}, until: 2026-12-14, owner: a, reason: b}", false, true),
    ("{settings: {geo_list: {add: [\"*\"]}}, until: 2026-12-14, owner: a, reason: b}", false, true),
    ("{settings: {geo_list: {add: [TR], remove: [RU]}}, until: 2026-12-14, owner: a, reason: b}", false, true),
    ("{settings: {hold_music: {add: [7]}}, until: 2026-12-14, owner: a, reason: b}", false, true),
    ("{settings: {domain: a.b}, until: 2026-12-14, owner: a, reason: b}", false, true),
    ("[]", false, true),
    ("null", false, true),
    // What no schema of this kind expresses: calendars, and pairs of values.
    ("{settings: {hold_music: 7}, until: 2026-13-01, owner: a, reason: b}", false, false),
    ("{settings: {hold_music: 7}, until: 2027-02-29, owner: a, reason: b}", false, false),
    ("{settings: {hold_music: 7}, from: 2026-12-14, until: 2026-12-13, owner: a, reason: b}", false, false),
];

#[test]
fn a_schema_and_ringform_judge_an_entry_alike() {
    let (client, project) = (schema("client"), schema("project"));
    let mut wrong = Vec::new();
    for (entry, is_valid, is_seen) in ENTRIES {
        let document = format!("settings: {{geo_list: [RU], hold_music: 5}}\ntemporary:\n- {entry}\n");
        let profiles = format!(
            "profiles:\n  standard:\n    geo_list: [RU]\n    hold_music: 5\n    temporary:\n    - {entry}\n\
             defaults: {{profiles: [standard]}}\n"
        );
        let yaml = |text: String| -> Json { serde_yaml::from_str(&text).unwrap() };
        let found = [
            !load("", &document, NOW).has_errors(),
            !load(&profiles, "settings: {}\n", NOW).has_errors(),
            client.is_valid(&yaml(format!("client: 12\n{document}"))),
            project.is_valid(&yaml(format!("endpoint: https://pbx.example\n{profiles}"))),
        ];
        if found != [*is_valid, *is_valid, *is_valid || !is_seen, *is_valid || !is_seen] {
            wrong.push(format!("{entry}: document, profile, their schemas: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let zone = |zone: &str| project.is_valid(&json!({"endpoint": "https://pbx.example", "zone": zone}));
    assert!(zone("Europe/Moscow") && zone("Africa/Cairo") && !zone("MSK") && !zone("+03:00") && !zone("Mars/Base"));
}
