//! `--override-guard`: one run passes one guard of the project, with a reason, and every record says so.

use std::fs;

use serde_json::{Value as Json, json};

use crate::rule_ids::diagnostics;
use crate::world::World;

const GUARDS: &str = "guards: [open-geo, {name: notice, field: hold_music, warn: {}}, dial-rule-changed]";

fn opened() -> World {
    World::new()
        .project(GUARDS)
        .live(12, json!({"geo_list": "RU"}))
        .live(13, json!({"geo_list": "RU", "dial_rule_id": 7}))
        .declared(12, "{geo_list: \"*\"}")
        .declared(13, "{geo_list: \"*\", dial_rule_id: 8}")
}

/// Runs with words that hold blanks.
fn run(world: &mut World, line: &str, words: &[&str]) -> (i32, String, String) {
    let output = world.command(line).args(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn journal(world: &World) -> Json {
    let mut files: Vec<_> =
        fs::read_dir(world.path(".ringform/journal")).unwrap().map(|one| one.unwrap().path()).collect();
    // Two runs within one second differ in the random end of the name only.
    files.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    let text = fs::read_to_string(files.last().unwrap()).unwrap();
    serde_json::from_str(text.lines().next().unwrap()).unwrap()
}

#[test]
fn an_override_lets_one_run_pass_one_guard_and_is_recorded() {
    let mut world = opened();
    world.run("apply --yes").status(1).requests(1, 2, 0);
    let flags = "--override-guard open-geo --reason fair";
    let plan = world.run(&format!("plan --format json {flags}")).status(1).requests(1, 2, 0);
    assert_eq!(plan.json()["run"]["overrides"], json!([{"guard": "open-geo", "reason": "fair"}]));
    assert_eq!(plan.client("12")["blocked"], json!([]));
    let blocked = plan.client("13")["blocked"].clone();
    assert_eq!(blocked.as_array().unwrap().len(), 1, "{blocked}");
    assert_eq!(blocked[0]["name"], "dial-rule-changed", "the other guard still judges");
    assert_eq!(
        diagnostics(&plan, ""),
        ["warning guard-overridden clients/12.yaml:1:1", "warning guard-overridden clients/13.yaml:1:1"]
    );
    let apply = world.run(&format!("apply --yes --format json {flags}")).status(1).requests(1, 2, 1);
    assert_eq!(world.puts(), [json!({"geo_list": "*"})]);
    assert_eq!(apply.results(), ["applied", "refused"]);
    assert_eq!(apply.json()["run"]["overrides"], json!([{"guard": "open-geo", "reason": "fair"}]));
    assert_eq!(journal(&world)["overrides"], json!([{"guard": "open-geo", "reason": "fair"}]));
    // It was for one run.
    world.run("apply --yes --client 13").status(1).requests(1, 1, 0);
    let both = "--override-guard open-geo --override-guard dial-rule-changed --reason fair";
    world.run(&format!("apply --yes {both}")).ok().requests(1, 2, 1);
    assert_eq!(journal(&world)["overrides"].as_array().unwrap().len(), 2);
}

#[test]
fn runs_without_an_override_say_that_there_is_none() {
    let mut world = opened();
    for (line, status) in [("plan", 1), ("drift", 2), ("validate", 0), ("apply --yes", 1)] {
        let ran = world.run(&format!("{line} --format json")).status(status);
        assert_eq!(ran.json()["run"]["overrides"], json!([]), "{line}");
    }
}

#[test]
fn every_page_says_it_and_the_reason_stays_text() {
    let mut world = opened();
    let reason = "fair\u{1b}[2J <b>x</b> [x](y)\n::error::no";
    let words = ["--override-guard", "open-geo", "--reason", reason];
    let (_, text, stderr) = run(&mut world, "plan --client 12", &words);
    assert!(text.contains("! guard open-geo was overridden: fair"), "{text}");
    let (_, markdown, _) = run(&mut world, "plan --client 12 --format markdown", &words);
    assert!(markdown.contains("guard open-geo was overridden: fair"), "{markdown}");
    let (_, html, _) = run(&mut world, "plan --client 12 --format html", &words);
    assert!(html.contains("<p class=\"alarm\">guard open-geo was overridden: fair"), "{html}");
    let (_, json, _) = run(&mut world, "plan --client 12 --format json", &words);
    let (_, github, _) = run(&mut world, "plan --client 12 --format github", &words);
    for page in [&text, &stderr, &markdown, &html, &json, &github] {
        assert!(!page.contains('\u{1b}'), "{page}");
        assert!(!page.lines().any(|line| line.starts_with("::error::no")), "{page}");
    }
    assert!(!html.contains("<b>x</b>") && !markdown.contains("<b>x</b>"), "{html}{markdown}");
}

#[test]
fn a_saved_plan_carries_no_permission() {
    let flags = "--override-guard open-geo --reason fair";
    for base in ["", "--base HEAD"] {
        let mut world = opened().repository();
        world.run(&format!("plan --client 12 --out with.json {flags} {base}")).ok();
        world.run(&format!("plan --client 12 --out without.json {base}")).status(1);
        for plan in ["with.json", "without.json"] {
            let ran = world.run(&format!("apply --plan {plan} --yes --format json")).status(1).sends_nothing();
            assert_eq!(ran.results(), ["refused"], "{plan} {base}");
            assert_eq!(ran.json()["run"]["overrides"], json!([]), "{plan} {base}");
        }
        world.run(&format!("apply --plan without.json --yes {flags}")).ok().requests(1, 1, 1);
        world.server().set(12, "geo_list", "RU".into());
        world.run(&format!("apply --plan with.json --yes {flags}")).ok().requests(1, 1, 1);
        world.run("apply --plan with.json --yes --override-guard nosuch --reason x").status(1).sends_nothing();
    }
}

#[test]
fn wrong_overrides_are_errors_before_any_request() {
    let mut world = opened();
    for command in ["plan", "apply --yes", "plan --base HEAD --offline"] {
        world = if command.contains("base") { world.repository() } else { world };
        let ran = world.run(&format!("{command} --override-guard open_geo --reason fair")).status(1).sends_nothing();
        ran.says(&["no guard `open_geo`", "open-geo, notice, dial-rule-changed"]);
        world.run(&format!("{command} --override-guard open-geo")).status(1).sends_nothing().says(&["--reason"]);
        let (status, _, stderr) = run(&mut world, command, &["--override-guard", "open-geo", "--reason", " "]);
        assert!(status == 1 && stderr.contains("the reason is empty"), "{stderr}");
    }
    assert!(world.puts().is_empty());
    for command in ["drift", "validate", "import 12"] {
        world.run(&format!("{command} --override-guard open-geo --reason fair")).status(1).sends_nothing();
    }
    let mut without = World::new().live(12, json!({})).declared(12, "{timezone: UTC}");
    without.run("plan --override-guard open-geo --reason x").status(1).sends_nothing().says(&["has no guards"]);
}

#[test]
fn an_override_that_changes_nothing_is_a_warning() {
    let mut world = opened();
    for guard in ["notice", "dial-rule-changed"] {
        let ran =
            world.run(&format!("plan --client 12 --format json --override-guard {guard} --reason fair")).status(1);
        assert_eq!(diagnostics(&ran, ""), ["warning nothing-to-override"], "{guard}");
        assert_eq!(ran.client("12")["blocked"][0]["name"], "open-geo", "{guard}");
    }
    world.run("apply --yes --client 12 --override-guard open-geo --reason fair").ok();
    // In sync: the guard has nothing to stop.
    let ran = world.run("apply --yes --client 12 --format json --override-guard open-geo --reason fair").ok();
    assert!(diagnostics(&ran, "").contains(&"warning nothing-to-override".to_owned()), "{}", ran.stderr);
}

/// The rule of the base that a change removes or replaces binds that change, with an override too.
#[test]
fn a_guard_that_the_change_removes_or_replaces_cannot_be_overridden() {
    let flags = "--override-guard open-geo --reason fair";
    let world = World::new()
        .project("guards: [open-geo]")
        .live(12, json!({"geo_list": "RU"}))
        .declared(12, "{geo_list: \"*\"}");
    let mut world = world.repository();
    let text = world.read("ringform.yaml");
    world.run(&format!("plan --base HEAD {flags}")).ok();
    for (now, error) in [
        ("", true),
        ("[{name: open-geo, labels: {city: nowhere}}]", false),
        ("[{name: open-geo, field: geo_list, warn: {to: \"*\"}}]", false),
    ] {
        world.write("ringform.yaml", text.replace("[open-geo]", now).as_bytes());
        let ran = world.run(&format!("plan --base HEAD --format json {flags}")).status(1);
        if error {
            let ran = ran.sends_nothing();
            assert_eq!(ran.json()["diagnostics"].as_array().unwrap().last().unwrap()["rule"], "override-guard");
            ran.says(&["--override-guard cannot pass guard open-geo of HEAD, which this change removes"]);
        } else {
            assert_eq!(ran.client("12")["blocked"][0]["name"], "open-geo", "{now}");
        }
        world.run(&format!("apply --yes --base HEAD {flags}")).status(1);
        assert!(world.puts().is_empty(), "{now}");
    }
}
