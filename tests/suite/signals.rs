//! Signals and the terminal: runs that are interrupted while they write, print or ask.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::World;

#[test]
#[cfg(unix)]
fn a_signal_ends_in_order() {
    let mut world = World::new().fault("latency=200ms,on=put");
    for id in 1..=20 {
        world = world.live(id, json!({"hold_music": 7})).declared(id, "{timezone: UTC}");
    }
    let mut command = world.command("apply --yes --format json --concurrency 2");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while world.server().counts().write < 3 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    let signalled = Instant::now();
    assert!(std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(signalled.elapsed() < Duration::from_secs(3));
    assert_eq!(output.status.code(), Some(130));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let results: Vec<&str> =
        report["clients"].as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
    let applied = results.iter().filter(|result| **result == "applied").count();
    assert_eq!(applied as u64, world.server().counts().write);
    assert_eq!(results.iter().filter(|result| **result == "skipped").count(), 20 - applied);
    assert!((3..=5).contains(&applied), "{results:?}");
}

#[test]
#[cfg(unix)]
fn a_second_signal_ends_at_once_even_where_nobody_reads_what_is_printed() {
    let mut world = World::new();
    for id in 1..=300 {
        world = world.live(id, json!({})).declared(id, "{timezone: UTC}");
    }
    let mut command = world.command("plan --format json");
    // More than a pipe holds, and nobody reads it.
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let signal = |child: &std::process::Child| {
        let killed = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(killed.unwrap().success());
    };
    let begun = Instant::now();
    while world.server().counts().read < 300 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(500));
    signal(&child);
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "it waits for a reader");
    signal(&child);
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(5) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the second signal was not heard");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(status.code(), Some(130));
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("interrupted"), "{said}");
}

/// On a terminal of its own, by `script` of util-linux; `None` where this machine has none.
#[cfg(target_os = "linux")]
fn on_a_terminal(world: &mut World, line: &str) -> Option<std::process::Child> {
    let mut command = world.command("");
    command.args(["-q", "-e", "-c", &format!("{} {line}", env!("CARGO_BIN_EXE_ringform")), "/dev/null"]);
    let mut script = std::process::Command::new("/usr/bin/script");
    script.args(command.get_args()).current_dir(world.folder()).env_clear();
    script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("SHELL", "/bin/sh");
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()
}

/// Reads what stands on the terminal until it holds this text.
#[cfg(target_os = "linux")]
fn until(child: &mut std::process::Child, text: &str) -> String {
    use std::io::Read;
    let mut shown = Vec::new();
    let mut byte = [0];
    let stdout = child.stdout.as_mut().unwrap();
    while !String::from_utf8_lossy(&shown).contains(text) && stdout.read(&mut byte).unwrap() == 1 {
        shown.push(byte[0]);
    }
    String::from_utf8_lossy(&shown).into_owned()
}

#[test]
#[cfg(target_os = "linux")]
fn an_interruption_ends_the_wait_for_an_answer() {
    use std::io::Write;
    for (typed, status, puts) in [("\u{3}", 130, 0), ("yes\n", 0, 1), ("y\n", 1, 0)] {
        let mut world = World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: [RU, KZ]}");
        let Some(mut child) = on_a_terminal(&mut world, "apply") else { return };
        let shown = until(&mut child, "sends nothing.");
        assert!(shown.contains("apply would send 1 setting of 1 client to"), "{shown}");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(typed.as_bytes()).unwrap();
        let begun = Instant::now();
        let code = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.code();
            }
            if begun.elapsed() > Duration::from_secs(10) {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("it still waits for an answer to {typed:?}");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(code, Some(status), "{typed:?}");
        assert_eq!(world.server().counts().write, puts, "{typed:?}");
    }
}
