//! The journal of `apply`: what a later reader learns from it, and what is said when it cannot be read or written.

use std::fs;

use serde_json::{Value as Json, json};

use crate::world::World;

fn one() -> World {
    World::new().live(12, json!({"hold_music": 7, "timezone": "UTC"})).declared(12, "{hold_music: 8}")
}

/// The journals of the project, by name.
fn journals(world: &World) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(world.path(".ringform/journal"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// The one line of this event in the newest journal.
fn line(world: &World, event: &str) -> Json {
    let (_, text) = journals(world).pop().unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    lines.rfind(|line| line["event"] == event).unwrap()
}

#[test]
fn a_put_whose_answer_was_lost_says_so_in_the_journal() {
    let table = [
        ("reset-after,on=put,times=1", json!("reading"), true),
        ("server-error-after=503,on=put,times=1", json!("reading"), true),
        ("empty-object,on=put,times=1", json!("reading"), true),
        ("", json!("answer"), false),
    ];
    for (fault, confirmed_by, lost) in table {
        let mut world = one();
        if !fault.is_empty() {
            world = world.fault(fault);
        }
        let ran = world.run("apply --yes --format json").ok();
        assert_eq!(ran.client("12")["details"]["confirmed_by"], confirmed_by, "{fault}");
        let done = line(&world, "done");
        assert_eq!((&done["result"], &done["confirmed_by"]), (&json!("applied"), &confirmed_by), "{fault}: {done}");
        assert_eq!(done["why"].as_str().is_some_and(|why| !why.is_empty()), lost, "{fault}: {done}");
    }
    // Nothing confirms a refusal.
    let mut world = one().fault("error=user_blocked,on=put");
    world.run("apply --yes").status(1);
    let done = line(&world, "done");
    assert_eq!((&done["confirmed_by"], &done["why"]), (&json!(null), &json!(null)), "{done}");
}

#[test]
fn a_line_that_cannot_be_read_is_a_warning_with_its_place() {
    let mut world = one();
    world.run("apply --yes").ok();
    let (name, text) = journals(&world).remove(0);
    let path = format!(".ringform/journal/{name}");
    world.write(&path, text.replacen("\"sending\"", "\"s\u{fffd}nding\"", 1).as_bytes());
    let ran = world.run("apply --yes --format json").ok().says(&["damaged-journal", &format!("{path}:2"), "help: "]);
    let warnings = ran.json()["diagnostics"].clone();
    assert_eq!((&warnings[0]["rule"], &warnings[0]["range"]["line"]), (&json!("damaged-journal"), &json!(2)));
    // Cut short by a crash, too. What can be read counts all the same.
    let cut = text.lines().take(2).collect::<Vec<_>>().join("\n") + "\n{\"event\":\"do";
    world.write(&path, cut.as_bytes());
    world.run("apply --yes").ok().says(&[&format!("{path}:3"), "client 12", "it has landed: live holds the value"]);
    // A whole journal, empty lines included, says nothing.
    world.write(&path, text.replace('\n', "\n\n").as_bytes());
    assert!(!world.run("apply --yes").ok().stderr.contains("damaged-journal"));
    // A journal of another endpoint is nothing to this run.
    let elsewhere = text.replace("http://127.0.0.1", "http://127.0.0.2") + "damage\n";
    world.write(&path, elsewhere.as_bytes());
    assert!(!world.run("apply --yes").ok().stderr.contains("damaged-journal"));
}

#[test]
fn the_first_line_says_who_why_where_and_what() {
    let world =
        one().env("GITLAB_CI", "true").env("GITLAB_USER_LOGIN", "anna").env("CI_JOB_URL", "https://ci.example/7");
    let world = world.live(13, json!({"hold_music": 7})).declared(13, "{hold_music: 7}");
    let mut world = world.repository();
    // The digest is that of the clients that get a PUT, or that of a saved plan.
    let sent = world.run("plan --format json --client 12").ok().json()["digest"].clone();
    let whole = world.run("plan --format json --out plan.json").ok().json()["digest"].clone();
    world.run("apply --yes --reason 4711").ok();
    let begin = line(&world, "begin");
    assert_eq!((&begin["actor"], &begin["reason"]), (&json!("anna"), &json!("4711")), "{begin}");
    let ci = json!({"provider": "gitlab", "job": "https://ci.example/7", "pull_request": null});
    assert_eq!((&begin["ci"], &begin["commit"]), (&ci, &json!(world.git(&["rev-parse", "HEAD"]))), "{begin}");
    assert_eq!(begin["digest"], sent);
    world.server().set(12, "hold_music", json!(7));
    world.run("apply --yes --plan plan.json").ok();
    assert!(journals(&world).iter().any(|(_, text)| text.contains(whole.as_str().unwrap())));
}

/// A journal of a run on this day, with these lines after its first.
fn past(world: &World, day: &str, lines: &str) -> String {
    let run = format!("{day}T090000Z-00aa11");
    let endpoint = world.server().endpoint();
    let begin = json!({"event": "begin", "run": run, "started_at": "t", "ringform_version": "0.0.1",
        "endpoint": endpoint, "project": "ringform.yaml"});
    world.write(&format!(".ringform/journal/{run}.jsonl"), format!("{begin}\n{lines}").as_bytes());
    run
}

fn sending(client: u64, after: u64) -> String {
    let put = json!({"hold_music": after});
    let changes = json!([{"field": "hold_music", "before": 7, "after": after}]);
    let line = json!({"event": "sending", "client_id": client.to_string(), "credentials": null,
        "changes": changes, "put": put});
    format!("{line}\n")
}

#[test]
fn the_next_run_says_what_became_of_each_put_in_doubt_and_settles_it() {
    let mut world = one();
    world.start();
    past(&world, "20260101", &(sending(12, 7) + &sending(13, 7)));
    past(&world, "20260102", &sending(12, 9));
    let lost =
        r#"{"event":"done","client_id":"12","credentials":null,"result":"failed","message":null,"in_doubt":true}"#;
    past(&world, "20260103", &(sending(12, 6) + lost + "\n"));
    let said = |world: &mut World| -> Vec<String> {
        let report = world.run("apply --yes --format json").ok().json();
        let all = report["diagnostics"].as_array().unwrap().clone();
        let all = all.into_iter().filter(|one| one["rule"] == "unresolved-put");
        all.map(|one| one["summary"].as_str().unwrap().to_owned()).collect()
    };
    let undeclared = "run 20260101T090000Z-00aa11 ended while it was sending hold_music of client 13; it may have landed; \
                      this run does not read that client";
    let first = [
        "run 20260101T090000Z-00aa11 ended while it was sending hold_music of client 12; it has landed: live holds the \
         value",
        undeclared,
        "run 20260102T090000Z-00aa11 ended while it was sending hold_music of client 12; live does not hold the value now",
        "run 20260103T090000Z-00aa11 lost the answer to its PUT of hold_music of client 12; live does not hold the value \
         now",
    ];
    assert_eq!(said(&mut world), first);
    assert_eq!(said(&mut world), [undeclared], "what was read is settled");
}

#[test]
fn a_saved_plan_settles_only_what_it_reads_again() {
    let world = World::new().live(12, json!({"hold_music": 7})).live(13, json!({"hold_music": 7}));
    let mut world = world.declared(12, "{hold_music: 8}").declared(13, "{hold_music: 7}");
    world.run("plan --out plan.json").ok();
    past(&world, "20260101", &(sending(12, 8) + &sending(13, 7)));
    let ran = world.run("apply --yes --plan plan.json").ok();
    ran.says(&["hold_music of client 12; this run has read the client again", "client 13; it may have landed"]);
    let ran = world.run("apply --yes").ok().says(&["hold_music of client 13; it has landed"]);
    assert!(!ran.stderr.contains("client 12;"), "{}", ran.stderr);
}

#[test]
fn the_puts_of_a_run_that_died_are_one_warning_for_each_outcome() {
    let mut world = one();
    world.start();
    past(&world, "20260101", &(20..=26).map(|id| sending(id, 8)).collect::<String>());
    let expected = "of 7 clients (20, 21, 22, 23, 24 and 2 more); for each: it may have landed; this run does not read \
                    that client";
    let ran = world.run("apply --yes").ok().says(&[expected]);
    assert_eq!(ran.stderr.matches("unresolved-put").count(), 1, "{}", ran.stderr);
}

#[test]
fn journals_stay_by_count_and_by_age_and_none_with_a_put_in_doubt_goes() {
    let mut world = one().project("limits: {journal_runs: 3, journal_age: 400d}");
    world.start();
    past(&world, "20010101", "");
    past(&world, "20010102", &sending(99, 8));
    for day in ["20260101", "20260102", "20260103"] {
        past(&world, day, "");
    }
    world.write(".ringform/journal/notes.txt", b"mine\n");
    world.run("plan").ok();
    assert_eq!(journals(&world).len(), 6, "only apply removes journals");
    world.run("apply --yes").ok();
    let names: Vec<String> = journals(&world).into_iter().map(|(name, _)| name[..8].to_owned()).collect();
    assert_eq!(names[..3], ["20010102", "20260102", "20260103"]);
    assert_eq!((names.len(), names[4].as_str()), (5, "notes.tx"));
    for limits in ["{journal_runs: 0}", "{journal_runs: 100001}", "{journal_age: 0d}", "{journal_age: 24h}"] {
        one().project(&format!("limits: {limits}")).run("validate").status(1).says(&["bad-limit"]);
    }
}

#[test]
fn an_error_of_the_journal_names_the_file() {
    // The lock is in the first folder, so its error comes before any request.
    for (file, requests) in [(".ringform", 0), (".ringform/journal", 1)] {
        let mut world = one().file(file, "a file where a folder should be\n");
        let said = format!("{file} is not a folder; remove or rename it");
        world.run("apply --yes").status(1).requests(requests, requests, 0).says(&[&said]);
    }
    // A folder in the place of a journal.
    let mut world = one();
    fs::create_dir_all(world.path(".ringform/journal/20260101T000000Z-1.jsonl")).unwrap();
    let ran = world.run("apply --yes").status(1).requests(1, 1, 0);
    ran.says(&[
        "cannot read the journals of earlier runs",
        ".ringform/journal/20260101T000000Z-1.jsonl: not a regular file",
    ]);
    // A disk that is full: a limit on the size of files stands for it.
    let mut world = one();
    let command = world.command("apply --yes");
    let mut limited = std::process::Command::new("/bin/sh");
    limited.args(["-c", "ulimit -f 0; exec \"$0\" \"$@\""]).arg(command.get_program());
    limited.args(command.get_args()).current_dir(world.folder()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.stdin(std::process::Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(".ringform/.gitignore: file too large"), "{stderr}");
    assert_eq!(world.puts(), Vec::<Json>::new());
}

/// A folder without the permission to write. Root may write everywhere, so a root run drops its rights first.
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let mut world = one();
    world.start();
    fs::create_dir_all(world.path(".ringform/journal")).unwrap();
    fs::write(world.path(".ringform/.gitignore"), "*\n").unwrap();
    // The lock is in .ringform, so that one can be written.
    for (path, mode) in [("", 0o555), (".ringform", 0o777), (".ringform/journal", 0o555)] {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(world.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let probe = world.path(".ringform/journal/probe");
    let mut command = world.command("apply --yes");
    let is_root = fs::write(&probe, "").is_ok();
    if is_root {
        use std::os::unix::process::CommandExt;
        fs::remove_file(&probe).unwrap();
        command.uid(65_534).gid(65_534);
    }
    let output = command.output();
    // The program of the test may lie where another user has no access.
    let Ok(output) = output else { return };
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("the journal cannot be written, so nothing is sent: .ringform/journal/"), "{stderr}");
    assert!(stderr.contains(".jsonl: permission denied"), "{stderr}");
    assert_eq!(world.puts(), Vec::<Json>::new());
}
