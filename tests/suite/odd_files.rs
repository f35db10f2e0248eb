//! FIFOs, sockets, devices and folders in the place of files, and runs that a signal ends while they read.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::World;

const LONGEST: Duration = Duration::from_secs(20);

fn fifo(world: &World, name: &str) {
    fs::create_dir_all(world.path(name).parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(world.path(name)).status().unwrap().success());
}

/// The status of a run that must not hang, and what it said: little, so that no pipe gets full.
fn ended(mut child: Child, what: &str) -> (Option<i32>, String) {
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it hangs: {what}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut stderr).unwrap();
    }
    (status.code(), stderr)
}

fn run(world: &mut World, line: &str) -> (Option<i32>, String) {
    let child = world.command(line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    ended(child, line)
}

#[track_caller]
fn refuses(world: &mut World, line: &str, says: &[&str]) {
    world.start();
    let before = world.server().counts();
    let (status, stderr) = run(world, line);
    assert_eq!(status, Some(1), "{line}: {stderr}");
    for part in says {
        assert!(stderr.contains(part), "{line}: {part:?} is missing: {stderr}");
    }
    let after = world.server().counts();
    assert_eq!((before.token, before.read, before.write), (after.token, after.read, after.write), "{line}");
}

#[test]
fn what_is_not_a_regular_file_is_an_error_and_never_waited_for() {
    let mut world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}");
    world.start();
    fifo(&world, "odd/pipe.yaml");
    let _socket = UnixListener::bind(world.path("odd/socket.yaml")).unwrap();
    symlink("pipe.yaml", world.path("odd/link.yaml")).unwrap();
    symlink("/dev/zero", world.path("odd/zero.yaml")).unwrap();
    for name in ["pipe", "socket", "link", "zero"] {
        let named = format!("odd/{name}.yaml cannot be read: not a regular file");
        for command in ["plan", "validate", "apply --yes", "drift"] {
            refuses(&mut world, &format!("{command} odd/{name}.yaml"), &[&named]);
        }
    }
    // In a folder such a name is not passed over either: its client would silently not be managed. The FIFO counts once.
    let names = ["link", "socket", "zero"].map(|name| format!("odd/{name}.yaml cannot be read: not a regular file"));
    refuses(&mut world, "validate", &names.each_ref().map(String::as_str));
    fs::remove_dir_all(world.path("odd")).unwrap();
    fs::create_dir(world.path("folder")).unwrap();
    fifo(&world, "pipe");
    for name in ["pipe", "folder", "/dev/zero"] {
        refuses(&mut world, &format!("plan --ca-file {name}"), &["--ca-file", "not a regular file"]);
        refuses(&mut world, &format!("drift --since {name}"), &["--since", "not a regular file"]);
        let mut command = world.command("plan");
        // The failure of a client is part of the plan.
        command.env("RINGFORM_TOKEN_FILE", name).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (status, stderr) = ended(command.spawn().unwrap(), name);
        assert_eq!(status, Some(1), "{stderr}");
        assert!(stderr.contains("RINGFORM_TOKEN_FILE") && stderr.contains("not a regular file"), "{stderr}");
    }
    for name in ["folder", "/dev/zero"] {
        refuses(&mut world, &format!("apply --yes --plan {name}"), &[name, "not a regular file"]);
        refuses(&mut world, &format!("show {name}"), &[name, "not a regular file"]);
    }
    // A FIFO among the journals.
    fifo(&world, ".ringform/journal/20200101T000000Z-000000.jsonl");
    let (status, stderr) = run(&mut world, "apply --yes");
    assert_eq!((status, world.puts().len()), (Some(1), 0), "{stderr}");
    assert!(stderr.contains("not a regular file"), "{stderr}");
    fs::remove_dir_all(world.path(".ringform")).unwrap();
    // The project file.
    fs::remove_file(world.path("ringform.yaml")).unwrap();
    fifo(&world, "ringform.yaml");
    for line in ["plan", "validate", "plan clients/12.yaml", "import 12", "auth check", "plan --project ringform.yaml"]
    {
        refuses(&mut world, line, &["ringform.yaml", "not a regular file"]);
    }
    // The seed of the simulator, and its stored state.
    fs::remove_file(world.path("ringform.yaml")).unwrap();
    world.write("ringform.yaml", b"endpoint: sandbox:pipe\n");
    refuses(&mut world, "plan", &["pipe", "not a regular file"]);
    refuses(&mut world, "sandbox --data pipe", &["pipe", "not a regular file"]);
    world.write("seed.json", br#"{"clients": [{"id": 12}]}"#);
    world.write("ringform.yaml", b"endpoint: sandbox:seed.json\n");
    fifo(&world, ".ringform/sandbox/seed.json");
    refuses(&mut world, "plan", &["seed.json", "not a regular file"]);
}

#[test]
fn process_substitution_still_serves_what_is_read() {
    let mut world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}");
    world.run("drift --format json=r.json").says(&[]);
    world.run("plan --out p.json").ok();
    let program = env!("CARGO_BIN_EXE_ringform");
    for (line, status) in [
        (format!("{program} drift --since <(cat r.json) --fail-on new"), 0),
        (format!("RINGFORM_TOKEN_FILE=<(echo t0ken) {program} show <(cat p.json)"), 0),
        (format!("{program} show p.json <(cat p.json)"), 1),
        (format!("{program} show /dev/stdin < p.json"), 0),
        (format!("cat p.json | {program} apply --yes --plan /dev/stdin"), 0),
    ] {
        let mut command = Command::new("bash");
        let known = world.command("");
        command.args(["-c", &line]).current_dir(world.folder()).env_clear().stdin(Stdio::null());
        command.envs(known.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", "/usr/bin:/bin");
        let (code, stderr) = ended(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap(), &line);
        assert_eq!(code, Some(status), "{line}: {stderr}");
        assert!(!stderr.contains("regular"), "{line}: {stderr}");
    }
}

/// Sends a signal once `is_due`, and returns how the run ended.
fn interrupted(mut child: Child, signal: &str, is_due: impl Fn() -> bool, what: &str) -> (Option<i32>, String) {
    let begun = Instant::now();
    while !is_due() {
        assert!(begun.elapsed() < LONGEST && child.try_wait().unwrap().is_none(), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
    // It listens to signals before it reads.
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    ended(child, what)
}

#[test]
fn the_first_signal_ends_a_run_that_still_reads_files() {
    let mut world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}");
    world.start();
    fifo(&world, "pipe");
    for (line, signal) in [
        ("apply --yes --plan pipe", "-TERM"),
        ("apply --yes --plan pipe", "-INT"),
        ("apply --yes --plan pipe", "-HUP"),
        ("show pipe", "-TERM"),
    ] {
        let child = world.command(line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (status, stderr) = interrupted(child, signal, || true, line);
        assert_eq!(status, Some(130), "{line} {signal}: {stderr}");
        assert!(stderr.contains("interrupted before the first request"), "{stderr}");
    }
    assert_eq!(world.server().counts().read, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn the_first_signal_ends_a_run_that_waits_for_git_and_all_that_git_started() {
    let mut world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}").repository();
    world.start();
    // A git that hangs, with a child of its own.
    world.write("bin/git", b"#!/bin/sh\nsleep 300 &\necho $! > started\nwait\n");
    fs::set_permissions(world.path("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
    for line in ["plan --base HEAD", "plan --base HEAD --offline", "validate --format sarif"] {
        fs::remove_file(world.path("started")).ok();
        let mut command = world.command(line);
        let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
        let child = command.env("PATH", path).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let started = world.path("started");
        let is_due = || fs::read_to_string(&started).is_ok_and(|text| text.ends_with('\n'));
        let (status, stderr) = interrupted(child, "-TERM", is_due, line);
        assert_eq!(status, Some(130), "{line}: {stderr}");
        let pid = world.read("started");
        let begun = Instant::now();
        let stat = || fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        while stat().rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim().starts_with(['Z', 'X'])) {
            assert!(begun.elapsed() < LONGEST, "what git started still runs: {line}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    assert_eq!(world.server().counts().read, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn few_file_descriptors_are_enough_for_every_command() {
    let mut world = World::new();
    for id in 1..=200 {
        world = world.live(id, json!({"hold_music": 7})).declared(id, "{timezone: UTC}");
    }
    let mut world = world.fault("latency=5ms,on=get").repository();
    world.run("apply clients/1.yaml --yes").ok();
    let program = env!("CARGO_BIN_EXE_ringform");
    for (line, puts) in [
        ("plan --concurrency 64 --out p.json --format html=p.html", 1),
        ("drift --concurrency 64 --metrics m.prom --base HEAD --format json=r.json; test $? -lt 3", 1),
        ("apply --yes --concurrency 64 --base HEAD --format json=a.json", 200),
    ] {
        let mut command = Command::new("bash");
        let known = world.command("");
        command.args(["-c", &format!("ulimit -n 40; {program} {line}")]).current_dir(world.folder()).env_clear();
        command.envs(known.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", "/usr/bin:/bin");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (status, stderr) = ended(child, line);
        assert_eq!(status, Some(0), "{line}: {stderr}");
        assert!(!stderr.contains("open files"), "{line}: {stderr}");
        assert_eq!(world.puts().len(), puts, "{line}: {stderr}");
    }
    for (report, clients) in [("p.json", 200), ("r.json", 200), ("a.json", 200)] {
        let text: serde_json::Value = serde_json::from_str(&world.read(report)).unwrap();
        assert_eq!(text["summary"]["clients"], clients);
        assert_eq!(
            (&text["summary"]["failed"], &text["run"]["requests"]["retries"]),
            (&json!(0), &json!(0)),
            "{report}"
        );
        assert!(text["revision"]["commit"].is_string(), "{report}");
    }
}
