//! `guard test`: a team's cases against its own guards, by the judgement that `plan` and `apply` use.

use serde_json::json;

use crate::rule_ids::diagnostics;
use crate::world::World;

const GUARDS: &str = "guards:
- open-geo
- {name: almaty, field: geo_list, labels: {city: almaty}, deny: {allow: [KZ, RU]}, message: only Kazakhstan and Russia}
- {name: notice, field: dial_rule_id, warn: {}}
- unmanaged-security";

const CASES: &str = "- name: every country is stopped
  live: {geo_list: [RU], dial_rule_id: 19}
  declared: {geo_list: \"*\", dial_rule_id: 19, sip_network_permission_id: null}
  expect: deny
- name: Almaty calls at home
  labels: {city: almaty}
  live: {geo_list: RU}
  declared: {geo_list: [RU, KZ]}
  guard: almaty
  expect: pass
- name: Almaty calls Belarus
  labels: {city: almaty}
  live: {}
  declared: {geo_list: [BY]}
  guard: almaty
  expect: deny
- name: elsewhere Belarus is not the business of that guard
  live: {}
  declared: {geo_list: [BY]}
  guard: almaty
  expect: pass
- name: a new dial rule is shown
  live: {geo_list: RU, dial_rule_id: \"7\", sip_network_permission_id: 4}
  declared: {geo_list: [RU], dial_rule_id: 8, sip_network_permission_id: 4}
  expect: warn
- {name: nothing to manage, live: {timezone: MSK}, declared: {}, guard: unmanaged-security, expect: warn}
";

fn world() -> World {
    World::new()
        .project(GUARDS)
        .live(12, json!({"geo_list": "RU"}))
        .declared(12, "{geo_list: [RU], dial_rule_id: null, sip_network_permission_id: null}")
}

#[test]
fn cases_pass_where_the_verdict_is_as_expected() {
    let mut world = world().file("guards.test.yaml", CASES);
    for line in ["guard test", "guard test guards.test.yaml", "guard test .", "guard test --project ringform.yaml"] {
        let ran = world.run(line).ok().sends_nothing();
        assert_eq!(ran.stdout, "6 cases in 1 file: every verdict is as expected.\n", "{line}");
        assert_eq!(ran.stderr, "", "{line}");
    }
    assert!(!world.path(".ringform").exists());
}

#[test]
fn a_wrong_verdict_names_the_case_its_place_and_the_guards_that_spoke() {
    let mut world = world().file(
        "tests/own.test.yaml",
        "# ours
- {name: quiet, live: {}, declared: {geo_list: \"*\"}, expect: pass, guard: open-geo}
- name: loud
  live: {geo_list: RU}
  declared: {geo_list: [RU]}
  guard: almaty
  expect: deny
- {name: shown, live: {}, declared: {dial_rule_id: 8}, guard: notice, expect: warn}
",
    );
    let ran = world.run("guard test").status(1).sends_nothing();
    let expected = "tests/own.test.yaml:2:3: quiet: expected pass, got deny
  guard open-geo denies: geo_list: null → \"*\" is against the guard

tests/own.test.yaml:3:3: loud: expected deny, got pass
  guard almaty does not apply

3 cases in 1 file: 1 as expected, 2 not.
";
    assert_eq!(ran.stdout, expected);
    let ran = world.run("guard test --format json").status(1);
    let json = ran.json();
    assert_eq!(json["kind"], "guard_test");
    assert_eq!(json["summary"], json!({"cases": 3, "passed": 1, "failed": 2}));
    assert_eq!(
        json["cases"][0],
        json!({
            "name": "quiet", "source": {"file": "tests/own.test.yaml", "line": 2, "column": 3}, "passed": false,
            "expected": "pass", "actual": "deny", "guard": "open-geo",
            "guards": [{"name": "open-geo", "verdict": "deny",
                        "message": "geo_list: null → \"*\" is against the guard"}],
        })
    );
    let ran = world.run("guard test --format junit").status(1);
    let suites = quick_junit::Report::deserialize_from_str(&ran.stdout).unwrap();
    assert_eq!((suites.tests, suites.failures), (3, 2), "{}", ran.stdout);
    assert!(ran.stdout.contains("line=\"2\"") && ran.stdout.contains("expected pass, got deny"), "{}", ran.stdout);
}

/// What a test says, `plan` and `apply` do: the same client, the same guards.
#[test]
fn the_verdict_of_a_test_is_that_of_a_plan() {
    let rows = [
        ("{geo_list: RU}", "{geo_list: \"*\"}"),
        ("{geo_list: \"*\"}", "{geo_list: \"*\"}"),
        ("{geo_list: RU, dial_rule_id: 7}", "{geo_list: [RU], dial_rule_id: 8}"),
        ("{geo_list: \"ZZ\"}", "{geo_list: [RU], dial_rule_id: 8, sip_network_permission_id: null}"),
        ("{dial_rule_id: 8}", "{geo_list: null, dial_rule_id: 8, sip_network_permission_id: null}"),
    ];
    for (live, declared) in rows {
        let fields: serde_json::Value = serde_yaml::from_str(live).unwrap();
        let mut world = World::new().project(GUARDS).live(12, fields).declared(12, declared);
        let plan = world.run("plan --format json");
        let blocked = !plan.client("12")["blocked"].as_array().unwrap().is_empty();
        let warned = diagnostics(&plan, "").iter().any(|one| one.starts_with("warning guard "));
        let verdict = if blocked { "deny" } else { ["pass", "warn"][usize::from(warned)] };
        world.write(
            "a.test.yaml",
            format!("- {{name: x, live: {live}, declared: {declared}, expect: {verdict}}}\n").as_bytes(),
        );
        world.run("guard test").ok();
        world.run("apply --yes").status(i32::from(blocked));
        let sends = !blocked && plan.client("12")["put"] != json!({});
        assert_eq!(!world.puts().is_empty(), sends, "{live} {declared}");
    }
}

#[test]
fn all_problems_are_shown_together_at_their_places() {
    let mut world = world().file(
        "a.test.yaml",
        "- {name: a, live: {geo_list: {}}, declared: {geo_list: [UK]}, expect: deny}
- {name: b, live: {}, declared: {}, expect: denied, guard: open_geo}
- {live: {name: x}, declared: {domain: y}, lables: {}, expect: pass}
- open-geo
",
    );
    world.write("b.test.yaml", b"name: not a list\n");
    let ran = world.run("guard test").status(1).sends_nothing();
    assert_eq!(ran.stdout, "");
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("test.yaml:")).collect();
    let places: Vec<&str> = lines.iter().filter_map(|line| line.split("test.yaml:").nth(1)).collect();
    assert_eq!(places, ["1:30", "1:57", "2:45", "2:60", "3:3", "3:11", "3:32", "3:44", "4:3", "1:1"], "{}", ran.stderr);
    let ran = ran.says(&[
        "did you mean `GB`",
        "`denied` is not a verdict",
        "did you mean `open-geo`?",
        "did you mean `labels`?",
    ]);
    let json = world.run("guard test --format json").status(1);
    assert_eq!(diagnostics(&json, "").len(), lines_of(&ran));
}

fn lines_of(ran: &crate::world::Ran) -> usize {
    ran.stderr.lines().filter(|line| line.contains("test.yaml:")).count()
}

#[test]
fn guard_tests_are_never_client_documents() {
    for documents in ["", "documents: [\"**\"]", "documents: [\"clients/**\"]"] {
        let mut world = world().project(documents).file("clients/guards.test.yaml", CASES);
        world = world.file("clients/deep/more.test.yml", CASES);
        world.run("validate").ok().prints(&["1 document in 1 file"]);
        world.run("plan").ok().requests(1, 1, 0);
        world.run("guard test").ok().prints(&["12 cases in 2 files"]);
        world.run("guard test clients/deep").ok().prints(&["6 cases in 1 file"]);
    }
    let mut world = world().file("clients/guards.test.yaml", CASES).repository();
    world.run("plan --base HEAD --affected").ok().requests(0, 0, 0);
}

#[test]
fn without_cases_there_is_an_error_that_says_what_to_write() {
    let mut world = world();
    world.run("guard test").status(1).says(&["no guard tests found in .", "write guards.test.yaml"]);
    world.run("guard test nosuch.test.yaml").status(1).says(&["nosuch.test.yaml"]);
    world.write("guards.test.yaml", b"[]\n");
    world.run("guard test").status(1).says(&["hold no case", "expect: deny"]);
    world.run("guard").status(1);
}

#[test]
fn hostile_names_stay_text() {
    let world = World::new()
        .project("guards: [{name: \"x\\e[31m\", field: timezone, deny: {}, message: \"::error::\\e[2J<b>\"}]")
        .declared(12, "{timezone: UTC}");
    let case = "- {name: \"a\\e[31m<i>\\n::error::x\", live: {}, declared: {timezone: UTC}, expect: pass}\n";
    let mut world = world.file("a.test.yaml", case);
    for format in ["text", "json", "junit"] {
        let ran = world.run(&format!("guard test --format {format}")).status(1);
        assert!(!ran.stdout.contains('\u{1b}'), "{format}: {}", ran.stdout);
        assert!(!ran.stdout.lines().any(|line| line.starts_with("::")), "{format}: {}", ran.stdout);
        assert!(format != "junit" || !ran.stdout.contains("<i>"), "{}", ran.stdout);
    }
}

const DATED_CASES: &str = "- name: a lasting country is stopped
  live: {geo_list: RU}
  declared: {geo_list: [RU, TR]}
  guard: opening-needs-end
  expect: deny
- name: a trip passes while it lasts
  live: {geo_list: RU}
  declared: {geo_list: [RU]}
  temporary:
  - {settings: {geo_list: {add: [TR]}}, from: 2026-12-01, until: 2026-12-14, owner: anna, reason: fair}
  at: 2026-12-05
  guard: opening-needs-end
  expect: pass
- name: a day too many is stopped before it begins
  live: {geo_list: RU}
  declared: {geo_list: [RU]}
  temporary:
  - {settings: {geo_list: {add: [TR]}}, from: 2026-12-01, until: 2026-12-15, owner: anna, reason: fair}
  at: 2026-11-05
  guard: opening-needs-end
  expect: deny
";

#[test]
fn a_case_can_have_dated_settings() {
    let world = World::new().project("zone: Europe/Moscow\nguards: [{name: opening-needs-end, deny: {max_days: 14}}]");
    let mut world = world.declared(12, "{geo_list: [RU]}").file("guards.test.yaml", DATED_CASES);
    world.run("guard test").ok().sends_nothing().prints(&["3 cases in 1 file: every verdict is as expected."]);
    let trip = "temporary: [{settings: {geo_list: {add: [TR]}}, until: 2026-12-14, owner: anna, reason: fair}]";
    let table = [
        // What the case has beside live and verdict, and where its error is.
        (format!("declared: {{geo_list: RU}}, {trip}"), "error[bad-guard-test]", "needs `at`"),
        ("declared: {geo_list: RU}, at: 2026-12-01".to_owned(), "error[bad-guard-test]", "no effect without"),
        (format!("declared: {{geo_list: RU}}, {trip}, at: tomorrow"), "error[bad-guard-test]", ""),
        (format!("declared: {{}}, {trip}, at: 2026-12-01"), "error[temporary-unmanaged]", "nothing manages `geo_list`"),
    ];
    for (keys, rule, sentence) in table {
        world.write("guards.test.yaml", format!("- {{name: x, live: {{}}, {keys}, expect: pass}}\n").as_bytes());
        world.run("guard test").status(1).sends_nothing().says(&[rule, sentence]);
    }
}
