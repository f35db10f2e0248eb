//! `--floor FILE` and RINGFORM_FLOOR: rules from outside of the project, which the project can add to and not lower.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use crate::rule_ids::diagnostics;
use crate::world::World;

/// A folder outside of the project, with a floor in it.
fn floor(text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("floor.yaml");
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn opened() -> World {
    World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: \"*\"}")
}

#[test]
fn a_guard_of_the_floor_stops_what_the_project_lets_through() {
    let (_folder, path) = floor("guards: [{name: shut, field: geo_list, deny: {to: \"*\"}, message: our words}]\n");
    let mut world = opened();
    world.run("plan").ok();
    for (flag, variable) in [(format!("--floor {path}"), ""), (String::new(), path.as_str())] {
        world = world.env("RINGFORM_FLOOR", variable);
        let ran = world.run(&format!("plan --format json {flag}")).status(1).requests(1, 1, 0);
        let blocked = &ran.client("12")["blocked"];
        assert_eq!(
            *blocked,
            json!([{"kind": "guard", "name": "shut", "message": "our words (guard shut of the floor)"}])
        );
        world.run(&format!("apply --yes {flag}")).status(1).requests(1, 1, 0);
        let ran = world.run(&format!("validate --format json {flag}")).ok();
        assert_eq!(diagnostics(&ran, ""), ["warning guard clients/12.yaml:2:22"]);
    }
    assert!(world.puts().is_empty());
    world.env("RINGFORM_FLOOR", "").run("apply --yes").ok().requests(1, 1, 1);
}

#[test]
fn no_override_passes_the_floor_even_where_the_project_has_the_same_guard() {
    let (_folder, path) = floor("guards: [open-geo]\n");
    let mut world = opened().env("RINGFORM_FLOOR", &path);
    let flags = "--override-guard open-geo --reason fair";
    let ran = world.run(&format!("plan {flags}")).status(1).sends_nothing();
    ran.says(&["--override-guard cannot pass guard open-geo of the floor", "the project has no guards"]);
    let project = world.read("ringform.yaml");
    world.write("ringform.yaml", format!("{project}guards: [open-geo]\n").as_bytes());
    let ran = world.run(&format!("plan --format json {flags}")).status(1).requests(1, 1, 0);
    assert_eq!(ran.client("12")["blocked"].as_array().unwrap().len(), 1, "{}", ran.client("12")["blocked"]);
    world.run(&format!("apply --yes {flags}")).status(1).requests(1, 1, 0);
    // Without an override the two say the same, so it is said once.
    let ran = world.run("plan --format json").status(1);
    assert_eq!(ran.client("12")["blocked"].as_array().unwrap().len(), 1, "{}", ran.client("12")["blocked"]);
    assert!(world.puts().is_empty());
    world.env("RINGFORM_FLOOR", "").run(&format!("apply --yes {flags}")).ok().requests(1, 1, 1);
}

#[test]
fn a_change_that_takes_a_label_away_is_still_judged_by_the_guard_of_the_floor_for_it() {
    let (_folder, path) = floor("guards: [{name: open-geo, labels: {city: omsk}}]\n");
    let document = |labels: &str, codes: &str| format!("client: 12\nsettings: {{geo_list: {codes}}}\n{labels}\n");
    let world = World::new().live(12, json!({"geo_list": "RU"}));
    let mut world = world.file("clients/12.yaml", &document("labels: {city: omsk}", "RU")).repository();
    world.write("clients/12.yaml", document("", "\"*\"").as_bytes());
    world.commit("one change");
    world.run(&format!("plan --base HEAD~1 --floor {path}")).status(1).requests(1, 1, 0);
    world.run(&format!("plan --base HEAD --floor {path}")).ok();
}

#[test]
fn the_flag_and_the_variable_bind_together() {
    let (_one, guards) = floor("guards: [open-geo]\n");
    let (_other, limits) = floor("limits: {max_changes: 1}\n");
    let mut world = opened()
        .live(13, json!({}))
        .live(14, json!({}))
        .declared(13, "{timezone: UTC}")
        .declared(14, "{timezone: UTC}");
    for (flag, variable) in [(&guards, &limits), (&limits, &guards)] {
        world = world.env("RINGFORM_FLOOR", variable);
        let ran = world.run(&format!("plan --format json --floor {flag}")).status(1);
        assert_eq!(ran.client("12")["blocked"][0]["name"], "open-geo");
        assert_eq!(diagnostics(&ran, ""), ["warning limit-exceeded"]);
        let ran = world.run(&format!("apply --yes --client 13 --client 14 --floor {flag}")).status(1);
        ran.says(&["2 settings would change, max_changes of the floor"]);
        world.run(&format!("apply --yes --client 12 --floor {flag}")).status(1);
    }
    assert!(world.puts().is_empty());
    // The project can be stricter, and a looser project or flag has no effect.
    let project = world.read("ringform.yaml");
    world.write("ringform.yaml", format!("{project}limits: {{max_changes: 50}}\n").as_bytes());
    world.run(&format!("apply --yes --max-changes 9 --client 1[34] --floor {limits}")).status(1);
    assert!(world.puts().is_empty());
    world.run(&format!("apply --yes --client 13 --floor {limits}")).ok().requests(1, 1, 1);
}

#[test]
fn a_saved_plan_is_judged_by_the_floor_again() {
    let (_folder, path) = floor("guards: [open-geo]\nlimits: {max_changes: 50}\n");
    let mut world = opened();
    world.run("plan --out p.json").ok();
    world.run(&format!("apply --plan p.json --yes --floor {path}")).status(1).sends_nothing();
    fs::write(&path, "limits: {max_opening: 0}\n").unwrap();
    world.run(&format!("apply --plan p.json --yes --floor {path}")).status(1).says(&["max_opening of the floor"]);
    fs::write(&path, "limits: {max_opening: 1}\n").unwrap();
    world.run(&format!("apply --plan p.json --yes --floor {path}")).ok().requests(1, 1, 1);
}

#[test]
fn waivers_count_as_far_as_the_floor_lets_them() {
    let waiver = |field: &str, until: &str| {
        format!("waivers: [{{client: 12{field}, owner: noc, reason: fair, until: {until}}}]")
    };
    let never = "never_waived: [geo_list]\n";
    let short = "max_waiver: 30d\n";
    let rows = [
        (waiver(", field: geo_list", "2999-12-31"), "max_waiver: 3660d\n", 2, "does not count: it ends after"),
        (waiver(", field: geo_list", "2999-12-31"), never, 2, "does not count: the floor never waives `geo_list`"),
        (waiver("", "2999-12-31"), never, 2, "does not cover geo_list"),
        (waiver(", field: geo_list", "2999-12-31"), short, 2, "the floor allows 30 days from now"),
        (waiver("", "2999-12-31"), short, 2, "the floor allows 30 days from now"),
        (waiver(", field: geo_list", "2999-12-31"), "never_waived: [timezone]\n", 0, ""),
    ];
    for (waivers, text, status, warning) in rows {
        let (_folder, path) = floor(text);
        let mut world =
            World::new().project(&waivers).live(12, json!({"geo_list": "*"})).declared(12, "{geo_list: RU}");
        world.run("drift").ok();
        let ran = world.run(&format!("drift --floor {path}")).status(status).requests(1, 1, 0);
        assert!(ran.stderr.contains(warning), "{waivers} {text}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("floor-waiver"), !warning.is_empty(), "{}", ran.stderr);
        let ran = world.run(&format!("validate --floor {path}")).ok();
        assert_eq!(ran.stderr.contains("floor-waiver"), !warning.is_empty(), "{}", ran.stderr);
    }
}

#[test]
fn a_floor_inside_of_the_project_is_refused_whatever_leads_to_it() {
    let (folder, outside) = floor("guards: [open-geo]\n");
    let mut world = opened().project("documents: [\"clients/**\"]");
    world = world.file("floor.yaml", "guards: [open-geo]\n").file("rules/floor.yaml", "guards: [open-geo]\n");
    let inside = world.folder().canonicalize().unwrap();
    symlink(inside.join("floor.yaml"), folder.path().join("to-inside.yaml")).unwrap();
    symlink(&outside, world.path("to-outside.yaml")).unwrap();
    symlink(folder.path(), world.path("to-folder")).unwrap();
    let absolute = |path: PathBuf| path.to_str().unwrap().to_owned();
    for path in [
        "floor.yaml".to_owned(),
        "rules/../floor.yaml".to_owned(),
        "to-outside.yaml".to_owned(),
        "to-folder/floor.yaml".to_owned(),
        absolute(inside.join("rules/floor.yaml")),
        absolute(folder.path().join("to-inside.yaml")),
    ] {
        for line in ["plan", "apply --yes", "drift", "validate"] {
            world = world.env("RINGFORM_FLOOR", "");
            let ran = world.run(&format!("{line} --floor {path} --format json")).status(1).sends_nothing();
            assert_eq!(ran.json()["diagnostics"][0]["rule"], "bad-floor", "{line} {path}");
            world = world.env("RINGFORM_FLOOR", &path);
            world.run(line).status(1).sends_nothing().says(&["inside of the project"]);
        }
    }
    world.env("RINGFORM_FLOOR", "").run(&format!("plan --floor {outside}")).status(1).requests(1, 1, 0);
}

#[test]
fn a_wrong_floor_is_an_error_before_any_request_and_shows_no_line_of_it() {
    let rows = [
        ("", "holds no rule"),
        ("# nothing\n", "holds no rule"),
        ("{}\n", "holds no rule"),
        ("guards: [hush-hush]\n", "floor.yaml:1:10"),
        ("guards: []\nhush: {}\n", "floor.yaml:2:1"),
        ("max_waiver: hush\n", "floor.yaml:1:13"),
        ("max_waiver: 0d\n", "floor.yaml:1:13"),
        ("never_waived: [hush]\n", "floor.yaml:1:16"),
        ("limits: {concurrency: 4}\n", "floor.yaml:1:10"),
        ("limits: {max_changes: hush}\n", "floor.yaml:1:23"),
        ("guards: [open-geo\n", "floor.yaml:"),
        ("- hush\n", "floor.yaml:1:1"),
        ("guards: [open-geo]\n---\nguards: []\n", "floor.yaml:3:1"),
    ];
    let mut world = opened();
    for (text, expected) in rows {
        let (_folder, path) = floor(text);
        for line in ["plan", "apply --yes", "drift", "validate"] {
            let ran = world.run(&format!("{line} --floor {path}")).status(1).sends_nothing();
            assert!(ran.stderr.contains(expected), "{text} {line}: {}", ran.stderr);
            assert!(!ran.stderr.contains("hush"), "{text} {line}: {}", ran.stderr);
        }
    }
    let (_folder, path) = floor("");
    fs::write(&path, b"guards: [open-geo] # \xff hush\n").unwrap();
    let ran = world.run(&format!("plan --floor {path}")).status(1).sends_nothing();
    assert!(ran.stderr.contains("not UTF-8") && !ran.stderr.contains("hush"), "{}", ran.stderr);
    world.run("plan --floor /nonexistent/floor.yaml").status(1).sends_nothing().says(&["/nonexistent/floor.yaml"]);
    // All problems come together.
    world.write("clients/12.yaml", b"client: 12\nsettings: {geo_list: [UK]}\n");
    let (_folder, path) = floor("never_waived: [x]\n");
    world
        .run(&format!("plan --floor {path}"))
        .status(1)
        .sends_nothing()
        .says(&["clients/12.yaml:2:23", "floor.yaml:1"]);
}

#[test]
fn a_plan_of_a_fork_names_the_guard_and_not_the_words_of_the_floor() {
    let text = "guards: [{name: shut, field: geo_list, deny: {to: \"*\"}, message: hush}]\nlimits: {max_opening: 0}\n";
    let (_folder, path) = floor(text);
    let world = World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: RU}");
    let mut world = world.repository();
    world.declare(12, "{geo_list: \"*\"}");
    for format in ["text", "json", "markdown", "html", "github", "sarif", "junit"] {
        let ran = world.run(&format!("plan --base HEAD --offline --floor {path} --format {format}")).status(1);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!all.contains("hush") && !all.contains("floor.yaml"), "{format}: {all}");
        assert!(all.contains("shut"), "{format}: {all}");
    }
    let ran = world.run(&format!("validate --floor {path}")).ok();
    assert!(!ran.stderr.contains("hush") && ran.stderr.contains("guard shut of the floor"), "{}", ran.stderr);
    world.run(&format!("plan --floor {path}")).status(1).prints(&["hush"]);
}
