//! Rules about the project file, by `validate`.

use crate::rule_ids::{Row, assert_none, diagnostics, has_errors, row};
use crate::world::World;

/// A valid first line, and these lines behind it.
fn project(lines: &str, expected: &[&str]) -> Row {
    row(format!("endpoint: https://pbx.example\n{lines}"), expected)
}

/// A list of guards; the first is line 3 of the file.
fn guards(lines: &str, expected: &[&str]) -> Row {
    project(&format!("guards:\n{lines}"), expected)
}

/// A list of waivers; the first is line 3 of the file.
fn waivers(lines: &str, expected: &[&str]) -> Row {
    project(&format!("waivers:\n{lines}"), expected)
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = sections();
    rows.extend(credentials());
    rows.extend(rules());
    rows.extend(conditions());
    rows.extend(ignored_conditions());
    rows.extend(exceptions());
    rows
}

fn sections() -> Vec<Row> {
    vec![
        project("zone: Europe/Moscow\n", &[]),
        project("zone: MSK\n", &["error bad-zone 2:7"]),
        project("", &[]),
        row("endpoint: [\n", &["error yaml-syntax 1:11"]),
        row("<<<<<<< HEAD\nendpoint: a\n=======\nendpoint: b\n>>>>>>> b\n", &["error yaml-syntax 1:1"]),
        row(b"endpoint: \xff\n", &["error bad-text 1:11"]),
        row("endpoint: http://pbx.example\n", &["error endpoint 1:11"]),
        row("endpoint: ftp://pbx.example\n", &["error endpoint 1:11"]),
        row("endpoint: https://user@pbx.example\n", &["error endpoint 1:11"]),
        row("endpoint: https://pbx.example/?a=b\n", &["error endpoint 1:11"]),
        row("endpoint: https://${HOST\n", &["error endpoint 1:11"]),
        row("endpoint: https://${}\n", &["error endpoint 1:11"]),
        row("endpoint:\n", &["error empty-value 1:1"]),
        // A missing variable matters only where something is sent.
        row("endpoint: https://${HOST}\n", &[]),
        project("endpoint: https://other.example\n", &["error duplicate-key 2:1"]),
        project("endpiont: https://other.example\n", &["error unknown-key 2:1"]),
        project("route: clients\n", &["error bad-shape 2:8"]),
        project("documents: clients\n", &["error bad-shape 2:12"]),
        project("documents: [\"clients/[\"]\n", &["error bad-shape 2:13"]),
        project("documents: [a.yaml, a.yaml]\n", &["error duplicate-item 2:21"]),
        project("documents: [\"**\", \"extr/**\"]\n", &["warning unmatched-glob 2:19"]),
        project("documents: [\"**\", \"!!a\"]\n", &["error bad-shape 2:19"]),
        project("---\nendpoint: https://other.example\n", &["error bad-shape 3:1"]),
        row("- endpoint: https://pbx.example\n", &["error bad-shape 1:1"]),
        project("defaults: [house]\n", &["error bad-shape 2:11"]),
        project("defaults: {profile: []}\n", &["error unknown-key 2:12"]),
        project("defaults: {profiles: [house]}\n", &["error unknown-profile 2:23"]),
        project("defaults: {credentials: acme}\n", &["error unknown-credentials 2:25"]),
        project("profiles: {house: {geo_list: [ZZ]}}\n", &["error bad-setting 2:31"]),
        project("profiles: {house: {domain: x.y}}\n", &["error read-only-field 2:20"]),
        project("limits: {concurrency: 0}\n", &["error bad-limit 2:23"]),
        project("limits: {concurrency: 1025}\n", &["error bad-limit 2:23"]),
        project("limits: {requests_per_second: -1}\n", &["error bad-limit 2:31"]),
        project("limits: {timeout: 30}\n", &["error bad-limit 2:19"]),
        project("limits: {timeout: 0s}\n", &["error bad-limit 2:19"]),
        project("ledger: {lease: 59s}\n", &["warning short-lease 2:17"]),
        project("limits: {max_read_age: soon}\n", &["error bad-limit 2:24"]),
        project("limits: {concurrency: 1024, requests_per_second: 0, timeout: 1ms, max_read_age: 0s}\n", &[]),
        project("limits: {max_changes: 0, max_changed_clients: 0, max_opening: 0, max_failures: 1, canary: 1}\n", &[]),
        project("limits: {max_changed_clients: 12.5%}\n", &[]),
        project("limits: {max_changes: \"50\", max_changed_clients: \"10%\"}\n", &[]),
        project("limits: {max_changes: 10%}\n", &["error bad-limit 2:23"]),
        project("limits: {max_changes: 050}\n", &["error bad-limit 2:23"]),
        project("limits: {max_changed_clients: 101%}\n", &["error bad-limit 2:31"]),
        project("limits: {max_changed_clients: few}\n", &["error bad-limit 2:31"]),
        project("limits: {max_opening: -1}\n", &["error bad-limit 2:23"]),
        project("limits: {max_failures: 0}\n", &["error bad-limit 2:24"]),
        project("limits: {canary: 0}\n", &["error bad-limit 2:18"]),
        project("limits: {max_change: 1}\n", &["error unknown-key 2:10"]),
        project("limits: {max_changes: }\n", &["error empty-value 2:10"]),
        project("limits: {time_out: 30s}\n", &["error unknown-key 2:10"]),
    ]
}

fn credentials() -> Vec<Row> {
    let of = |credential: &str, expected: &[&str]| project(&format!("credentials:\n  acme: {credential}\n"), expected);
    vec![
        of("{app_id: \"${ID}\", app_secret: \"${SECRET}\"}", &[]),
        of("{token: \"${TOKEN}\"}", &[]),
        of("{command: [pass-helper, acme]}", &[]),
        of("{app_id: \"${ID}\"}", &["error bad-credentials 3:3"]),
        of("{token: \"${TOKEN}\", command: [helper]}", &["error bad-credentials 3:3"]),
        of("{app_id: \"${ID\", app_secret: \"${SECRET}\"}", &["error bad-credentials 3:18"]),
        of("{command: pass-helper}", &["error bad-credentials 3:19"]),
        of("{command: []}", &["error bad-credentials 3:19"]),
        of("{command: [[helper]]}", &["error bad-credentials 3:19"]),
        of("hunter2", &["error bad-shape 3:9"]),
        of("{tokn: \"${TOKEN}\"}", &["error bad-credentials 3:3", "error unknown-key 3:10"]),
        of("{token: hunter2}", &["error literal-secret 3:17"]),
        of("{token: \"x${TOKEN}\"}", &["error literal-secret 3:17"]),
        of("{app_id: app, app_secret: hunter2}", &["error literal-secret 3:35"]),
        // A secret is reported whatever else is wrong.
        of("{app_secret: hunter2}", &["error bad-credentials 3:3", "error literal-secret 3:22"]),
    ]
}

fn rules() -> Vec<Row> {
    vec![
        guards("- open-geo\n- {name: few, field: geo_list, deny: {max_countries: 3}}\n", &[]),
        project("guards: open-geo\n", &["error bad-guard 2:9"]),
        guards("- open-go\n", &["error bad-guard 3:3"]),
        guards("- [open-geo]\n", &["error bad-guard 3:3"]),
        guards("- {name: x, field: geo_list}\n", &["error bad-guard 3:3"]),
        guards("- {name: x, field: geo_list, deny: {}, warn: {}}\n", &["error bad-guard 3:3"]),
        guards("- {name: x, field: domain, deny: {}}\n", &["error bad-guard 3:20"]),
        guards("- {field: geo_list, deny: {}}\n", &["error missing-key 3:3"]),
        guards("- {name: x, deny: {}}\n", &["error missing-key 3:3"]),
        guards("- {name: x, feild: geo_list, deny: {}}\n", &["error unknown-key 3:13"]),
        guards("- {name: x, field: geo_list, deny: {form: RU}}\n", &["error unknown-key 3:37"]),
        guards("- open-geo\n- open-geo\n", &["error duplicate-item 4:3"]),
        guards(
            "- {name: x, field: geo_list, deny: {}}\n- {name: x, field: timezone, warn: {}}\n",
            &["error duplicate-item 4:3"],
        ),
        guards("- {name: x, field: geo_list, deny: {}, labels: [city]}\n", &["error bad-shape 3:48"]),
        guards("- {name: x, field: geo_list, deny: {}, labels: {city: }}\n", &["error empty-value 3:49"]),
        guards("- {name: x, field: geo_list, deny: [RU]}\n", &["error bad-shape 3:36"]),
    ]
}

fn conditions() -> Vec<Row> {
    let of = |field: &str, conditions: &str, expected: &[&str]| {
        guards(&format!("- name: x\n  field: {field}\n  deny: {{{conditions}}}\n"), expected)
    };
    vec![
        of("geo_list", "from: [RU], to: \"*\", allow: [RU, BY], max_countries: 300, unmanaged: false", &[]),
        of("dial_rule_id", "from: null, to: 19, allow: [19, 20, null]", &[]),
        of("geo_list", "to: [ZZ]", &["error bad-guard 5:15"]),
        of("geo_list", "from: ZZ", &["error bad-guard 5:16"]),
        of("geo_list", "from: ", &["error empty-value 5:10"]),
        of("dial_rule_id", "allow: [19, 020]", &["error bad-guard 5:22"]),
        of("dial_rule_id", "max_countries: 3", &["error bad-guard 5:10"]),
        of("geo_list", "max_countries: 301", &["error bad-guard 5:25"]),
        of("geo_list", "max_countries: few", &["error bad-guard 5:25"]),
        of("geo_list", "max_days: 1", &[]),
        of("geo_list", "max_days: 3650", &[]),
        of("geo_list", "max_days: 0", &["error bad-guard 5:20"]),
        of("geo_list", "max_days: 3651", &["error bad-guard 5:20"]),
        of("geo_list", "max_days: 30d", &["error bad-guard 5:20"]),
        of("dial_rule_id", "max_days: 3", &["error bad-guard 5:10"]),
        guards("- opening-needs-end\n", &[]),
        guards("- {name: opening-needs-end, deny: {max_days: 14}}\n", &[]),
        guards("- {name: opening-needs-end, field: dial_rule_id}\n", &["error bad-guard 3:36"]),
        of("geo_list", "unmanaged: yes", &["error bad-guard 5:21"]),
        guards(
            "- {name: x, deny: {to: \"*\", allow: [RU], unmanaged: true}}\n",
            &["error bad-guard 3:20", "error bad-guard 3:29"],
        ),
    ]
}

/// Guards that seem to stop a change and would let it pass.
fn ignored_conditions() -> Vec<Row> {
    vec![
        guards("- {name: x, field: geo_list, deny: {to: \"*\", unmanaged: true}}\n", &["error bad-guard 3:37"]),
        guards("- {name: x, field: geo_list, warn: {unmanaged: true, from: RU}}\n", &["error bad-guard 3:54"]),
        guards("- {name: x, field: geo_list, deny: {allow: RU, unmanaged: true}}\n", &["error bad-guard 3:37"]),
        guards("- {name: x, field: geo_list, deny: {max_countries: 3, unmanaged: true}}\n", &["error bad-guard 3:37"]),
        guards("- {name: unmanaged-security, field: geo_list, deny: {to: \"*\"}}\n", &["error bad-guard 3:54"]),
        guards("- {name: unmanaged-security, deny: {unmanaged: false}}\n", &["error bad-guard 3:37"]),
        guards("- {name: open-geo, deny: {unmanaged: true}}\n", &["error bad-guard 3:27"]),
        guards("- {name: dial-rule-changed, deny: {unmanaged: true}}\n", &["error bad-guard 3:36"]),
        guards("- {name: open-geo, field: timezone}\n", &["error bad-guard 3:27"]),
        guards("- {name: dial-rule-changed, field: hold_music, deny: {to: 7}}\n", &["error bad-guard 3:36"]),
        guards("- {name: x, field: geo_list, deny: {to: \"*\", unmanaged: false}}\n", &[]),
        guards("- {name: open-geo, field: geo_list, deny: {from: RU, unmanaged: false}}\n", &[]),
        guards("- {name: unmanaged-security, field: timezone, deny: {unmanaged: true}}\n", &[]),
    ]
}

fn exceptions() -> Vec<Row> {
    let whole = "owner: ops, reason: agreed, until: 2999-12-31";
    let of = |parts: &str, expected: &[&str]| waivers(&format!("- {{{parts}}}\n"), expected);
    vec![
        of(&format!("client: 12, field: timezone, {whole}"), &[]),
        of(&format!("client: 12, {whole}"), &[]),
        of(&format!("client: 12, field: hold_music, {whole}"), &["warning idle-waiver 3:3"]),
        of(&format!("client: 13, {whole}"), &["warning idle-waiver 3:3"]),
        project("waivers: {client: 12}\n", &["error bad-waiver 2:10"]),
        of(&format!("client: 12, field: domain, {whole}"), &["error bad-waiver 3:23"]),
        of("client: 12, owner: ops, reason: agreed, until: 2026-02-30", &["error bad-waiver 3:51"]),
        of("client: 12, owner: ops, reason: agreed, until: tomorrow", &["error bad-waiver 3:51"]),
        of("client: 12, owner: ops, reason: agreed, until: 31.12.2999", &["error bad-waiver 3:51"]),
        of("client: 12, owner: ops, reason: agreed, until: 2999-12-31T10:00", &["error bad-waiver 3:51"]),
        of("client: 12, owner: \" \", reason: agreed, until: 2999-12-31", &["error bad-waiver 3:23"]),
        of("client: 12, owner: , reason: agreed, until: 2999-12-31", &["error empty-value 3:16"]),
        of("client: 12", &["error missing-key 3:3"; 3]),
        of(whole, &["error missing-key 3:3"]),
        of(&format!("client: 012, {whole}"), &["error bad-client 3:12"]),
        of(&format!("client: 12, unitl: x, {whole}"), &["error unknown-key 3:16"]),
        waivers(&format!("- {{client: 12, {whole}}}\n- {{client: 12, {whole}}}\n"), &["error duplicate-item 4:3"]),
        waivers("- text\n", &["error bad-shape 3:3"]),
    ]
}

#[test]
fn the_project_file_is_refused_at_the_place_of_the_problem() {
    let mut world = World::new().declared(12, "{timezone: UTC}");
    world.start();
    let mut wrong = Vec::new();
    for Row { text, expected } in rows() {
        world.write("ringform.yaml", &text);
        let ran = world.run("validate --format json").sends_nothing();
        let found = diagnostics(&ran, "ringform.yaml");
        if found != expected || ran.status != i32::from(has_errors(&expected)) {
            wrong.push(format!("{}found {found:?}\nexpected {expected:?}\n", String::from_utf8_lossy(&text)));
        }
    }
    assert_none(&wrong);
}
