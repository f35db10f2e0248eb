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
    world.run("apply --yes").ok().says(&[&format!("{path}:3"), "client 12", "may have landed"]);
    // A whole journal, empty lines included, says nothing.
    world.write(&path, text.replace('\n', "\n\n").as_bytes());
    assert!(!world.run("apply --yes").ok().stderr.contains("damaged-journal"));
    // A journal of another endpoint is nothing to this run.
    let elsewhere = text.replace("http://127.0.0.1", "http://127.0.0.2") + "damage\n";
    world.write(&path, elsewhere.as_bytes());
    assert!(!world.run("apply --yes").ok().stderr.contains("damaged-journal"));
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
