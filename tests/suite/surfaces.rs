//! What CI systems show: annotations, the step summary, test results, code scanning and the merge request's counts.

use std::process::Command;

use serde_json::{Value as Json, json};

use crate::world::{Ran, World};

/// Two clients in a project in a subfolder of a repository.
fn repository() -> World {
    let mut world = World::new()
        .live(12, json!({"name": "ringme_test", "geo_list": "RU BY"}))
        .live(13, json!({"geo_list": "RU BY"}))
        .file(
            "infra/pbx/clients/acme.yaml",
            "client: 12\nsettings: {geo_list: [RU, BY, KZ]}\n---\nclient: 13\nsettings:\n  geo_list: [RU, BY, KZ]\n",
        );
    world.start();
    std::fs::rename(world.path("ringform.yaml"), world.path("infra/pbx/ringform.yaml")).unwrap();
    for words in [&["init", "-q"][..], &["add", "infra"], &["commit", "-q", "-m", "all"]] {
        let git = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(words)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(world.folder())
            .status();
        assert!(git.unwrap().success());
    }
    world
}

/// Runs in a folder of the world.
fn run_in(world: &mut World, folder: &str, line: &str) -> String {
    let mut command = world.command(line);
    command.current_dir(world.path(folder));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn paths_begin_at_the_top_of_the_repository_wherever_the_run_begins() {
    let mut world = repository();
    let absolute = world.path("infra/pbx").display().to_string();
    for (folder, path) in [("infra/pbx", "."), ("", "infra/pbx"), ("infra/pbx/clients", ""), ("", &absolute)] {
        for (format, expected) in [
            ("github", "file=infra/pbx/clients/acme.yaml,line=2,col=22,"),
            ("sarif", "\"uri\": \"infra/pbx/clients/acme.yaml\""),
            ("junit", "file=\"infra/pbx/clients/acme.yaml\" line=\"1\""),
        ] {
            let text = run_in(&mut world, folder, &format!("plan {path} --format {format}"));
            assert!(text.contains(expected), "{folder} {path} {format}: {text}");
        }
        let document: Json =
            serde_json::from_str(&run_in(&mut world, folder, &format!("plan {path} --format json"))).unwrap();
        assert_eq!(document["clients"][0]["source"]["file"], "clients/acme.yaml");
        assert_eq!(document["revision"]["folder"], "infra/pbx/");
    }
    // A saved plan knows it too, wherever it is shown.
    run_in(&mut world, "infra/pbx", "plan --out ../../saved.json");
    let text = run_in(&mut world, "", "show saved.json --format github");
    assert!(text.contains("file=infra/pbx/clients/acme.yaml,"), "{text}");
}

#[test]
fn outside_of_a_repository_paths_are_those_of_the_project() {
    let mut world = World::new().live(12, json!({})).declared(12, "{hold_music: 7}");
    world.run("plan --format github").ok().prints(&["::notice file=clients/12.yaml,line=2,col=24,"]);
}

#[test]
fn problems_of_the_files_are_annotations_too() {
    let mut world = repository();
    world.write("infra/pbx/clients/broken.yaml", b"cleint: 14\n");
    for command in ["validate", "plan"] {
        let mut run = world.command(&format!("{command} infra/pbx --format github"));
        let output = run.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("::error file=infra/pbx/clients/broken.yaml,line=1,col=1,title=ringform%3A "), "{text}");
    }
    let mut run = world.command("validate infra/pbx --format sarif");
    let log: Json = serde_json::from_slice(&run.output().unwrap().stdout).unwrap();
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert!(!log["runs"][0]["results"].as_array().unwrap().is_empty());
    let mut run = world.command("validate infra/pbx --format junit");
    let text = String::from_utf8(run.output().unwrap().stdout).unwrap();
    assert!(text.contains("<error message=\"`cleint` is not a key"), "{text}");
}

#[test]
fn the_same_change_at_two_clients_of_one_file_is_two_alerts() {
    let mut world = repository();
    let log: Json = serde_json::from_str(&run_in(&mut world, "infra/pbx", "plan --format sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert_ne!(results[0]["partialFingerprints"], results[1]["partialFingerprints"]);
}

#[test]
fn a_step_summary_is_added_to_what_stands_there_and_stays_small() {
    let mut world = World::new();
    let mut documents = String::new();
    for id in 1..=400 {
        world = world.live(id, json!({"geo_list": "RU", "name": "a name of some length, and \u{1b}[31m <b>more</b>"}));
        documents.push_str(&format!("client: {id}\nsettings: {{dial_rule_id: {id}}}\n---\n"));
    }
    let mut world = world.file("clients/all.yaml", &documents);
    let summary = world.path("summary.md").display().to_string();
    let mut world = {
        world.start();
        world.env("GITHUB_STEP_SUMMARY", &summary)
    };
    let old = format!("# Before\n{}", "x".repeat(960_000));
    world.write("summary.md", old.as_bytes());
    let ran = world.run("plan --format github").ok();
    assert!(ran.stdout.lines().filter(|line| line.starts_with("::warning ")).count() <= 10);
    assert!(ran.stdout.contains("more warnings; see the step summary and the report"), "{}", ran.stdout);
    let text = world.read("summary.md");
    assert!(text.starts_with(&old) && text.len() < 1_000_000, "{}", text.len());
    assert!(text.contains("**ringform plan:** 400 clients") && text.trim_end().ends_with("too many for this summary."));
    // No room at all, another format, and a file that cannot be written: none ends the run.
    world.write("summary.md", "x".repeat(1_000_000).as_bytes());
    world.run("plan --format github").ok().says(&["does not fit"]);
    assert_eq!(world.read("summary.md").len(), 1_000_000);
    world.write("summary.md", b"");
    world.run("plan --format json").ok();
    assert_eq!(world.read("summary.md"), "");
    world.run("plan --format github=annotations.txt").ok();
    assert!(world.read("summary.md").starts_with("**ringform plan:**"));
    let mut world = world.env("GITHUB_STEP_SUMMARY", "/nowhere/summary.md");
    world.run("plan --format github").ok().says(&["warning: the step summary /nowhere/summary.md was not written"]);
    assert!(Command::new("mkfifo").arg(world.path("pipe")).status().unwrap().success());
    let pipe = world.path("pipe").display().to_string();
    let mut world = world.env("GITHUB_STEP_SUMMARY", &pipe);
    world.run("plan --format github").ok().says(&["was not written: not a regular file"]);
    let mut world = world.env("GITHUB_STEP_SUMMARY", "/dev/stderr");
    world.run("plan --format github").ok().says(&["**ringform plan:**"]);
}

#[test]
fn hostile_names_stay_text_in_every_report() {
    let name = "A\u{1b}[31m\u{0}]]>&#27;<failure>\n::warning::y\r\n##[error]z";
    let mut world = World::new()
        .live(12, json!({"name": name}))
        .live(13, json!({"name": name}))
        .declared(12, "{hold_music: 7}")
        // The failure quotes the name.
        .file("clients/13.yaml", "client: 13\nexpect: {name: another}\nsettings: {hold_music: 7}\n");
    for format in ["text", "github", "gitlab", "junit", "sarif", "json", "markdown"] {
        let ran = world.run(&format!("plan -vv --format {format}")).status(1);
        for line in ran.stdout.lines().chain(ran.stderr.lines()) {
            let ours = ["::notice file=clients/12.yaml,", "::error file=clients/13.yaml,"];
            let ours = format == "github" && ours.iter().any(|start| line.starts_with(start));
            assert!(!line.trim_start().starts_with("::") || ours, "{format}: {line}");
            assert!(!line.contains("##[") && !line.contains('\u{1b}') && !line.contains('\0'), "{format}: {line}");
        }
        match format {
            "junit" => drop(ran.prints(&["tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"1\""])),
            "github" => assert_eq!(ran.stdout.lines().filter(|line| line.starts_with("::")).count(), 2),
            "sarif" => assert_eq!(ran.json()["runs"][0]["results"].as_array().map(Vec::len), Some(2)),
            _ => {}
        }
    }
}

/// The statuses of one command in every format.
#[track_caller]
fn status_is(world: &mut World, line: &str, status: i32) {
    for format in ["text", "json", "markdown", "github", "gitlab", "junit", "sarif"] {
        let ran: Ran = world.run(&format!("{line} --format {format}"));
        assert_eq!(ran.status, status, "{line} as {format}:\n{}\n{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn the_exit_status_is_the_same_in_every_format() {
    let mut world = World::new().live(12, json!({"hold_music": 1})).declared(12, "{hold_music: 7}");
    status_is(&mut world, "plan", 0);
    status_is(&mut world, "plan --detailed-exitcode", 2);
    status_is(&mut world, "validate", 0);
    world.write("clients/13.yaml", b"client: 13\nsettings: {hold_music: 7}\n");
    status_is(&mut world, "plan --detailed-exitcode", 1);
    world.write("clients/13.yaml", b"client: x\n");
    status_is(&mut world, "plan", 1);
    status_is(&mut world, "validate", 1);
}

#[test]
fn a_report_of_apply_names_what_was_not_applied() {
    let mut world = World::new().live(12, json!({"hold_music": 1})).declared(12, "{hold_music: 7}");
    world.write("clients/13.yaml", b"client: 13\nsettings: {hold_music: 7}\n");
    let ran = world.run("apply --yes --format json=report.json --format github").status(1);
    let ran =
        ran.prints(&["title=ringform%3A not applied::client 13: failed: ", "title=ringform%3A applied::client 12"]);
    assert!(!ran.stdout.contains("::warning"), "{}", ran.stdout);
    let ran = world.run("show report.json --format sarif").status(1);
    let results = ran.json()["runs"][0]["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), 1, "what was applied is no alert");
    assert_eq!(results[0]["ruleId"], "not-applied");
    world.run("show report.json --format junit").status(1).prints(&[
        "tests=\"3\" skipped=\"0\" failures=\"0\" errors=\"1\"",
        "<error message=\"failed: ",
        "type=\"not-applied\"",
    ]);
}
