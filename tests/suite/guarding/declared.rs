//! Guards over the declared state: `validate` warns of it without a live client, `plan` where live holds it already.

use ringform::config::keys;
use ringform::model::guard::BUILT_IN;
use serde_json::json;

use crate::rule_ids::diagnostics;
use crate::world::World;

/// The warnings of `validate` for one client under one guard: their places in its document.
#[track_caller]
fn check(guard: &str, labels: &str, settings: &str, expected: &[&str]) {
    let document = format!("client: 12\nlabels: {{{labels}}}\nsettings:\n  {settings}\n");
    let mut world = World::new().project(&format!("guards:\n- {guard}")).file("a.yaml", &document);
    let ran = world.run("validate --format json").ok().sends_nothing();
    let expected: Vec<String> = expected.iter().map(|place| format!("warning guard {place}")).collect();
    assert_eq!(diagnostics(&ran, "a.yaml"), expected, "{guard}\n{document}");
}

#[test]
fn validate_warns_of_a_declared_value_that_a_guard_would_refuse_as_a_change() {
    check("open-geo", "", "geo_list: \"*\"", &["4:13"]);
    check("open-geo", "", "geo_list: [RU]", &[]);
    check("too-many-countries", "", "geo_list: AM AZ BY DE FR GE IT KG KZ RU UZ", &["4:13"]);
    check("too-many-countries", "", "geo_list: AM AZ BY", &[]);
    check("{name: x, field: dial_rule_id, deny: {to: 19}}", "", "dial_rule_id: 19", &["4:17"]);
    check("{name: x, field: geo_list, deny: {allow: [RU]}}", "", "geo_list: [RU, KZ]", &["4:13"]);
    check("{name: x, field: geo_list, deny: {allow: [RU]}}", "", "geo_list: null", &["4:13"]);
    check("{name: x, field: geo_list, deny: {allow: [RU]}}", "", "timezone: UTC", &[]);
    check("{name: x, field: geo_list, deny: {allow: [RU, BY], max_countries: 1}}", "", "geo_list: [KZ]", &[]);
}

#[test]
fn one_warning_names_every_guard_that_would_refuse_the_value() {
    let project = "guards: [open-geo, too-many-countries]";
    let mut world = World::new().project(project).live(12, json!({"geo_list": "*"})).declared(12, "{geo_list: \"*\"}");
    let sentence =
        "client 12 declares geo_list: \"*\", which guard `open-geo` and guard `too-many-countries` refuse as a change";
    world.run("validate").ok().says(&[sentence]);
    world.run("plan").ok().prints(&[sentence]);
}

#[test]
fn validate_does_not_judge_what_depends_on_the_live_value_or_only_warns() {
    check("{name: x, field: geo_list, deny: {from: [RU], to: \"*\"}}", "", "geo_list: \"*\"", &[]);
    check("{name: x, field: geo_list, deny: {}}", "", "geo_list: \"*\"", &[]);
    check("dial-rule-changed", "", "dial_rule_id: 19", &[]);
    check("{name: open-geo, warn: {}}", "", "geo_list: \"*\"", &[]);
}

#[test]
fn validate_warns_of_fields_that_are_not_managed() {
    check("unmanaged-security", "", "timezone: UTC", &["1:1"; 3]);
    check("unmanaged-security", "", "dial_rule_id: 19", &["1:1"; 2]);
    check("{name: x, field: geo_list, deny: {unmanaged: true}}", "", "timezone: UTC", &["1:1"]);
    check("{name: x, field: geo_list, deny: {unmanaged: true}}", "", "geo_list: null", &[]);
}

#[test]
fn validate_judges_only_clients_that_carry_the_labels() {
    let guard = "{name: open-geo, labels: {city: omsk}}";
    check(guard, "city: omsk", "geo_list: \"*\"", &["4:13"]);
    check(guard, "city: moscow", "geo_list: \"*\"", &[]);
}

#[test]
fn plan_warns_of_a_refused_value_that_live_holds_beside_other_changes_too() {
    let mut world = World::new()
        .project("guards: [open-geo]")
        .live(12, json!({"geo_list": "*"}))
        .declared(12, "{geo_list: \"*\", timezone: UTC}");
    let plan = world.run("plan --format json").ok();
    assert_eq!(diagnostics(&plan, ""), ["warning guard clients/12.yaml:1:1"]);
    assert_eq!(plan.client("12")["blocked"], json!([]));
    // A field that the selection leaves out is not compared, so nothing is said of it.
    let none: [String; 0] = [];
    assert_eq!(diagnostics(&world.run("plan --format json --field timezone").ok(), ""), none);
    world.run("apply --yes").ok();
    assert_eq!(world.puts(), [json!({"timezone": "UTC"})]);
}

/// Every example of docs/guards.md: live and declared settings of a client in Almaty, and what the example makes of it.
const PAGE: &[(&str, &str, &str, &str)] = &[
    ("open-geo", r#"{"geo_list": "RU"}"#, "{geo_list: \"*\"}", "deny"),
    ("open-geo", r#"{"geo_list": "RU"}"#, "{geo_list: [RU, BY]}", "pass"),
    ("too-many-countries", r#"{"geo_list": "RU"}"#, "{geo_list: [RU, BY, KZ, AM]}", "deny"),
    ("too-many-countries", r#"{"geo_list": "RU"}"#, "{geo_list: [RU, BY, KZ]}", "pass"),
    ("opening-needs-end", r#"{"geo_list": "RU"}"#, "{geo_list: [RU, BY]}", "deny"),
    ("opening-needs-end", r#"{"geo_list": "RU BY"}"#, "{geo_list: [RU]}", "pass"),
    ("max_days", r#"{"geo_list": "RU"}"#, "{geo_list: [BY]}", "deny"),
    ("max_days", r#"{"geo_list": null}"#, "{geo_list: [RU, BY]}", "pass"),
    ("trusted-network-changed", r#"{"sip_network_permission_id": 5}"#, "{sip_network_permission_id: null}", "deny"),
    ("trusted-network-changed", r#"{"sip_network_permission_id": 5}"#, "{hold_music: 7}", "pass"),
    ("dial-rule-changed", r#"{"dial_rule_id": 19}"#, "{dial_rule_id: 20}", "warn"),
    ("unmanaged-security", r#"{"hold_music": 1}"#, "{hold_music: 7}", "deny"),
    ("unmanaged-security", r#"{"hold_music": 7}"#, "{hold_music: 7}", "warn"),
    ("from", r#"{"geo_list": "RU"}"#, "{geo_list: [BY]}", "deny"),
    ("from", r#"{"geo_list": "BY"}"#, "{geo_list: [RU]}", "pass"),
    ("to", r#"{"dial_rule_id": 19}"#, "{dial_rule_id: null}", "deny"),
    ("to", r#"{"dial_rule_id": 19}"#, "{dial_rule_id: 20}", "pass"),
    ("allow", r#"{"geo_list": "RU"}"#, "{geo_list: [RU, BY]}", "deny"),
    ("allow", r#"{"geo_list": "RU"}"#, "{geo_list: [KZ]}", "pass"),
    ("max_countries", r#"{"geo_list": "RU"}"#, "{geo_list: [AM, AZ, BY, DE, FR, GE]}", "warn"),
    ("max_countries", r#"{"geo_list": "RU"}"#, "{geo_list: [AM, AZ, BY, DE, FR]}", "pass"),
    ("unmanaged", r#"{"hold_music": 1}"#, "{hold_music: 7}", "deny"),
    ("unmanaged", r#"{"geo_list": "RU"}"#, "{geo_list: [BY]}", "pass"),
];

/// The example under a heading of docs/guards.md.
fn example<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, part) = page.split_once(&format!("\n### `{name}`\n")).expect(name);
    let (_, example) = part.split_once("```yaml\n").expect(name);
    let example = &example[..example.find("```").expect(name)];
    assert!(!part[..part.find(example).expect(name)].contains("\n### "), "{name} has no example");
    assert!(example.contains(name), "{name}: {example}");
    example
}

#[test]
fn every_guard_and_condition_has_an_example_in_the_docs_and_it_judges_as_the_docs_say() {
    let page = std::fs::read_to_string("docs/guards.md").unwrap();
    let built_in = BUILT_IN.iter().map(|guard| guard.name);
    for name in built_in.chain(keys::CONDITIONS.rows.iter().map(|row| row.name)) {
        assert!(PAGE.iter().any(|row| row.0 == name), "{name} is not tried");
    }
    for (name, live, declared, expected) in PAGE {
        let document = format!("client: 12\nlabels: {{city: almaty}}\nsettings: {declared}\n");
        let world = World::new().project(example(&page, name)).live(12, serde_json::from_str(live).unwrap());
        let ran = world.file("a.yaml", &document).run("plan --format json");
        let blocked = ran.client("12")["blocked"].as_array().unwrap().len();
        let found = match (blocked, diagnostics(&ran, "a.yaml").len()) {
            (0, 0) => "pass",
            (0, _) => "warn",
            (_, _) => "deny",
        };
        assert_eq!((found, ran.status), (*expected, i32::from(*expected == "deny")), "{name}: {live} {declared}");
    }
}
