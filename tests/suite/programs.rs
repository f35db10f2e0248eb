//! Credentials that a program prints: who may let it run, and which processes outlive it.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{World, each};

const PAIR: &str = r#"echo '{"app_id": "app", "app_secret": "s3cr3t-of-app"}'"#;

/// A world whose credentials come from a script.
fn world(script: &str) -> World {
    World::new()
        .live(12, json!({}))
        .declared(12, "{timezone: UTC}")
        .file("helper.sh", &format!("{script}\n"))
        .project("credentials: {default: {command: [sh, helper.sh]}}")
        .env("PATH", &std::env::var("PATH").unwrap_or_default())
        .env("RINGFORM_APP_ID", "")
        .env("RINGFORM_APP_SECRET", "")
}

/// Whether a process runs. One that has ended and was not waited for does not.
fn runs(id: &str) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else { return false };
    let state = stat.rsplit(')').next().unwrap_or_default().trim_start().chars().next();
    !matches!(state, Some('Z' | 'X'))
}

/// The process id that the script wrote, once it is there.
fn child_of_the_script(world: &World) -> String {
    let begun = Instant::now();
    loop {
        let id = fs::read_to_string(world.path(".child")).unwrap_or_default();
        if id.ends_with('\n') {
            return id.trim().to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "the script did not start");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process ends within a second: a signal needs a moment.
fn ends(id: &str) -> bool {
    let begun = Instant::now();
    while runs(id) {
        if begun.elapsed() > Duration::from_secs(1) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

#[test]
fn only_1_lets_a_program_run() {
    let script = format!("touch ran\n{PAIR}");
    for value in ["never", "0", "true", "yes", "01", "1 "] {
        let mut world = world(&script).env("RINGFORM_ALLOW_COMMAND", value);
        let ran = world.run("plan").status(1).sends_nothing();
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("RINGFORM_ALLOW_COMMAND must be exactly 1"), "{value:?}: {said}");
        assert!(!world.path("ran").exists(), "{value:?}: the program has run");
    }
    let ran = world(&script).run("plan").status(1).sends_nothing();
    assert!((ran.stdout + &ran.stderr).contains("--allow-command"));
    world(&script).env("RINGFORM_ALLOW_COMMAND", "1").run("plan").ok().requests(1, 1, 0);
    world(&script).run("plan --allow-command").ok().requests(1, 1, 0);
}

#[test]
fn what_a_failing_program_started_ends_with_it() {
    let child = "sleep 1000 & echo $! > .child.new; mv .child.new .child";
    let rows = [
        (format!("{child}; exit 3"), "ended with status 3", 5),
        (format!("{child}; kill -9 $$"), "was killed", 5),
        (format!("{child}; echo no JSON"), "something other than a JSON object", 5),
        (format!("{child}; yes s3cr3t-of-app"), "printed more than 64 KiB", 5),
        (format!("{child}; wait"), "did not end within 10 s", 14),
        // The child itself has a child, and does not hold the output.
        ("(sleep 1000 & echo $! > .child.new; mv .child.new .child; wait) >&- & exit 3".to_owned(), "status 3", 5),
    ];
    each(rows, |(script, why, most)| {
        let mut world = world(&script);
        let begun = Instant::now();
        let ran = world.run("plan --allow-command -vv").status(1).sends_nothing();
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains(why), "{script}: {said}");
        assert!(!said.contains("s3cr3t"), "{said}");
        assert!(begun.elapsed() < Duration::from_secs(most), "{script}");
        let child = fs::read_to_string(world.path(".child")).unwrap_or_default();
        if why != "status 3" {
            assert!(!child.is_empty(), "{script}");
        }
        assert!(child.is_empty() || ends(child.trim()), "{script}: its child lives on");
    });
}

#[test]
fn a_signal_ends_the_program_and_what_it_started() {
    for signal in ["-INT", "-TERM"] {
        let mut world = world("sleep 1000 & echo $! > .child.new; mv .child.new .child; wait");
        let mut command = world.command("plan --allow-command");
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let grandchild = child_of_the_script(&world);
        assert!(runs(&grandchild));
        let begun = Instant::now();
        assert!(std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(begun.elapsed() < Duration::from_secs(3));
        assert!(ends(&grandchild), "{signal}: the child of the program lives on");
    }
}

#[test]
fn a_program_that_printed_its_credentials_is_done_though_its_child_holds_the_output() {
    let mut world = world(&format!("sleep 1000 & echo $! > .child.new; mv .child.new .child\n{PAIR}"));
    let begun = Instant::now();
    world.run("plan --allow-command").ok().requests(1, 1, 0);
    assert!(begun.elapsed() < Duration::from_secs(5), "it waited for the child");
    // An agent that the program left running is its own matter.
    let child = child_of_the_script(&world);
    assert!(runs(&child));
    assert!(std::process::Command::new("kill").arg(&child).status().unwrap().success());
}

#[test]
fn a_program_prints_whole_credentials_in_utf_8() {
    let token = r#"{"token": "tok-1"}"#;
    let seed = json!({"apps": [{"app_id": "a", "app_secret": "b", "token": "tok-1"}]});
    let printed = |bytes: &[u8]| {
        let world = world("cat .printed").seed(seed.clone());
        fs::write(Path::new(&world.path(".printed")), bytes).unwrap();
        world
    };
    printed(token.as_bytes()).run("plan --allow-command").ok().requests(0, 1, 0);
    printed(format!("\u{feff}{token}").as_bytes()).run("plan --allow-command").ok().requests(0, 1, 0);
    let utf16: Vec<u8> = token.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ran = printed(&utf16).run("plan --allow-command").status(1).sends_nothing();
    assert!((ran.stdout + &ran.stderr).contains("printed UTF-16"));
}
