//! One apply a folder: a second one sends no request, and the lock of a killed one is free.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::world::World;

fn two() -> World {
    World::new()
        .live(12, json!({"hold_music": 7}))
        .live(13, json!({"hold_music": 7}))
        .declared(12, "{timezone: UTC}")
        .declared(13, "{timezone: UTC}")
}

/// An apply that waits for the answer to a request. Returns when the request has arrived.
fn busy(world: &mut World, line: &str, arrived: fn(&World) -> bool) -> Child {
    let child = world.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !arrived(world) {
        assert!(begun.elapsed() < Duration::from_secs(20), "no request arrived");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

/// Kills a run that still waits.
fn end(mut run: Child) {
    run.kill().unwrap();
    run.wait().unwrap();
}

fn lock_file(world: &World) -> Json {
    serde_json::from_str(&world.read(".ringform/apply.lock")).unwrap()
}

#[test]
fn a_second_apply_sends_no_request_and_names_the_first() {
    let mut world = two();
    world.run("plan --out plan.json").ok();
    world.server().fault("latency=60s,on=put,times=1".parse().unwrap());
    let mut first = busy(&mut world, "apply --yes", |world| world.server().counts().write > 0);
    let holder = lock_file(&world);
    let (run, since) = (holder["run"].as_str().unwrap(), holder["started_at"].as_str().unwrap());
    for line in ["apply --yes", "apply --yes --client 13", "apply --yes --plan plan.json"] {
        world.run(line).status(1).sends_nothing().says(&["another apply", run, since, ".ringform/apply.lock"]);
        let ran = world.run(&format!("{line} --format json")).status(1).sends_nothing();
        assert_eq!(ran.json()["kind"], "report", "{line}");
        assert_eq!(ran.json()["diagnostics"][0]["rule"], "apply-lock", "{line}");
    }
    // Whatever only reads is free to run.
    world.run("plan").ok();
    world.run("drift").status(2);
    world.run("validate").ok();
    assert!(first.try_wait().unwrap().is_none(), "the first apply still runs");
    assert_eq!(world.server().counts().write, 1, "only the first apply has sent");
    end(first);
    world.run("apply --yes").ok();
}

#[test]
fn an_apply_that_reads_holds_the_lock_already() {
    let mut world = two().fault("latency=60s,on=get,times=1");
    let first = busy(&mut world, "apply --yes --client 12", |world| world.server().counts().read > 0);
    world.run("apply --yes").status(1).sends_nothing().says(&["another apply"]);
    end(first);
}

#[test]
#[cfg(unix)]
fn the_lock_of_a_killed_apply_is_free() {
    let mut world = two().fault("latency=30s,on=put");
    let first = busy(&mut world, "apply --yes", |world| world.server().counts().write > 0);
    let killed = lock_file(&world);
    end(first);
    assert_eq!(lock_file(&world), killed, "the text stays behind");
    world.server().clear_faults();
    world.run("apply --yes").ok();
    assert_eq!(world.stored(13, "timezone"), "UTC");
    assert_eq!(world.read(".ringform/apply.lock"), "");
}

#[test]
fn each_folder_has_its_own_lock_and_projects_in_one_folder_share_it() {
    let mut world = two().live(14, json!({})).fault("latency=60s,on=put,times=1");
    world.start();
    let project = world.read("ringform.yaml");
    world.write("staging.ringform.yaml", project.as_bytes());
    world.write("other/ringform.yaml", project.as_bytes());
    world.write("other/14.yaml", b"client: 14\nsettings: {hold_music: 8}\n");
    let first = busy(&mut world, "apply --yes", |world| world.server().counts().write > 0);
    world.run("apply --yes --project staging").status(1).sends_nothing().says(&["another apply"]);
    world.run("apply --yes other").ok();
    end(first);
}

#[test]
#[cfg(unix)]
fn a_lock_file_that_cannot_be_used_stops_apply_before_the_first_request() {
    let precious = tempfile::NamedTempFile::new().unwrap();
    fs::write(precious.path(), "mine").unwrap();
    let link = two();
    fs::create_dir(link.path(".ringform")).unwrap();
    std::os::unix::fs::symlink(precious.path(), link.path(".ringform/apply.lock")).unwrap();
    let worlds = [
        ("a folder", two().file(".ringform/apply.lock/x", "")),
        ("a link out of the project", link),
        ("no folder around it", two().file(".ringform", "a file\n")),
    ];
    for (what, mut world) in worlds {
        let ran = world.run("apply --yes").status(1).sends_nothing();
        assert!(ran.stderr.contains(".ringform/apply.lock cannot be locked"), "{what}: {}", ran.stderr);
        world.run("plan").ok();
    }
    assert_eq!(fs::read_to_string(precious.path()).unwrap(), "mine");
}

#[test]
fn commands_that_only_read_write_no_lock() {
    let mut world = two();
    for (line, status) in [("plan --out plan.json", 0), ("drift", 2), ("validate", 0), ("show plan.json", 0)] {
        world.run(line).status(status);
        assert!(!world.path(".ringform").exists(), "{line}");
    }
    world.run("apply --yes").ok();
    assert_eq!(world.read(".ringform/.gitignore"), "*\n");
}
