//! Who ran a command, why, and in which job: the report, the journal and the pages say so.

use std::fs;

use serde_json::{Value as Json, json};

use crate::world::World;

fn one() -> World {
    World::new().live(12, json!({"hold_music": 7, "timezone": "UTC"})).declared(12, "{hold_music: 8}")
}

/// The part of the report that says who, why and where.
fn who(run: &Json) -> Json {
    json!([run["actor"], run["reason"], run["ci"]])
}

const GITHUB: [(&str, &str); 6] = [
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_TRIGGERING_ACTOR", "anna"),
    ("GITHUB_SERVER_URL", "https://git.example"),
    ("GITHUB_REPOSITORY", "acme/pbx"),
    ("GITHUB_RUN_ID", "77"),
    ("GITHUB_REF", "refs/pull/12/merge"),
];

#[test]
fn every_document_names_the_job_and_the_person_of_the_ci_system() {
    let mut world = GITHUB.iter().fold(one(), |world, (name, value)| world.env(name, value));
    let ci = json!({
        "provider": "github",
        "job": "https://git.example/acme/pbx/actions/runs/77",
        "pull_request": "https://git.example/acme/pbx/pull/12",
    });
    for line in ["plan", "drift", "apply --yes"] {
        let run = world.run(&format!("{line} --format json")).json()["run"].clone();
        assert_eq!(who(&run), json!(["anna", null, ci]), "{line}");
    }
    let flags = ["apply", "--yes", "--format", "json", "--actor", "Bo", "--reason", "ticket 4711"];
    let output = world.command("").args(flags).output().unwrap();
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(who(&report["run"]), json!(["Bo", "ticket 4711", ci]));
    let mut gitlab = one().env("GITLAB_CI", "true").env("GITLAB_USER_NAME", "Anna").env("CI_JOB_URL", "ftp://x");
    let run = gitlab.run("plan --format json").json()["run"].clone();
    assert_eq!(who(&run), json!(["Anna", null, {"provider": "gitlab", "job": null, "pull_request": null}]));
}

#[test]
fn apply_asks_git_and_then_the_system_and_plan_starts_no_process_for_it() {
    let programs = tempfile::tempdir().unwrap();
    let calls = programs.path().join("calls");
    let world = one().env("USER", "noc").repository();
    let mut world = world.git_script(programs.path(), &format!("echo \"$@\" >> {}", calls.display()));
    let asked = |of: &str| {
        let text = fs::read_to_string(&calls).unwrap_or_default();
        fs::remove_file(&calls).ok();
        text.lines().filter(|line| line.contains(of)).count()
    };
    assert_eq!(world.run("plan --format json").json()["run"]["actor"], json!(null));
    assert_eq!(world.run("drift --format json").json()["run"]["actor"], json!(null));
    assert_eq!(asked("user"), 0);
    assert_eq!(world.run("apply --yes --format json").ok().json()["run"]["actor"], "noc");
    assert_eq!(asked("user"), 1);
    world.git(&["config", "user.email", "anna@example.com"]);
    assert_eq!(world.run("apply --yes --format json").ok().json()["run"]["actor"], "anna@example.com");
    world.git(&["config", "user.name", "Anna"]);
    assert_eq!(world.run("apply --yes --format json").ok().json()["run"]["actor"], "Anna <anna@example.com>");
    asked("");
    assert_eq!(world.run("apply --yes --format json --actor bo").ok().json()["run"]["actor"], "bo");
    assert_eq!(asked("user"), 0);
    // Without git, too, and where nothing names a person.
    assert_eq!(one().run("apply --yes --format json").ok().json()["run"]["actor"], json!(null));
}

#[test]
fn a_page_shows_who_and_why_in_one_line() {
    for (format, line) in [("text", "By anna: fair"), ("markdown", "By anna: fair"), ("html", "By anna: fair</p>")] {
        let mut world = one();
        let shown = |world: &mut World, line: &str| world.run(&format!("{line} --format {format}")).ok().stdout;
        assert!(!shown(&mut world, "plan --actor anna").contains("anna"), "{format}: a plan is not signed");
        assert!(shown(&mut world, "plan --actor anna --reason fair").contains(line), "{format}");
        assert!(shown(&mut world, "plan --reason fair").contains("Reason: fair"), "{format}");
        assert!(shown(&mut world, "apply --yes --actor anna --reason fair").contains(line), "{format}");
        assert!(!shown(&mut world, "apply --yes").contains("By "), "{format}: no name, no line");
    }
}

#[test]
fn a_saved_plan_keeps_its_reason_and_the_apply_has_its_own() {
    let mut world = one();
    world.run("plan --out plan.json --actor anna --reason planned").ok();
    let saved = world.read("plan.json");
    let report = world.run("apply --plan plan.json --yes --format json --actor bo --reason sent").ok().json();
    assert_eq!(who(&report["run"]), json!(["bo", "sent", null]));
    assert_eq!(world.read("plan.json"), saved);
    let planned: Json = serde_json::from_str(&saved).unwrap();
    assert_eq!(who(&planned["run"]), json!(["anna", "planned", null]));
    // Neither name nor reason is part of the digest.
    world.write("other.json", saved.replace("planned", "because").as_bytes());
    world.run("show other.json").ok().prints(&["By anna: because"]);
}

#[test]
fn names_and_reasons_are_text_in_every_format() {
    let hostile = "x\u{1b}[2J\u{202e}<script>alert(1)</script> [a](https://evil) @team\n::error::forged\n\nRun: no";
    let long = "y".repeat(10_000);
    let mut world = one().env("GITHUB_ACTIONS", "true").env("GITHUB_SERVER_URL", "https://a\u{1b}b<i>");
    world = world.env("GITHUB_REPOSITORY", "c").env("GITHUB_RUN_ID", "7");
    let formats = "text json markdown github gitlab junit sarif html terraform prometheus";
    for format in formats.split(' ') {
        let words = ["plan", "--format", format, "--actor", hostile, "--reason", &long];
        let output = world.command("").args(words).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains(['\u{1b}', '\u{202e}']) || format == "json", "{format}: {said}");
        assert!(!said.contains("<script>") || matches!(format, "text" | "json"), "{format}: {said}");
        assert!(!said.lines().any(|line| line.starts_with("::error::forged")), "{format}: {said}");
        assert!(!said.contains(&"y".repeat(501)), "{format}: the reason is cut");
    }
    let words = ["plan", "--format", "json", "--reason", &long];
    let output = world.command("").args(words).output().unwrap();
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["run"]["reason"], json!("y".repeat(499) + "…"));
    for flag in ["--actor", "--reason"] {
        let output = world.command("").args(["plan", flag, " \n"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{flag}");
    }
}
