//! Output files: how each kind of target is written, and which targets a run refuses before its first request.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::world::World;

/// Client 12, which a plan changes.
fn world() -> World {
    let mut world = World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: [RU, KZ]}");
    world.start();
    world
}

/// The document in a text that may hold other lines before it.
fn document(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_link_stays_a_link_and_the_file_behind_it_is_replaced_with_its_mode() {
    let mut world = world();
    for (line, name) in [
        ("plan --format json=link", "r.json"),
        ("plan --out link", "p.json"),
        ("drift --metrics link", "m.prom"),
        ("drift --format prometheus=link", "f.prom"),
    ] {
        world.write(&format!("s/{name}"), b"old");
        let file = world.path(&format!("s/{name}"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        fs::remove_file(world.path("link")).ok();
        symlink(format!("s/{name}"), world.path("link")).unwrap();
        let old = fs::File::open(&file).unwrap();
        world.run(line).says(&[]);
        assert!(world.path("link").is_symlink(), "{line}");
        assert_ne!(fs::read(&file).unwrap(), b"old", "{line}");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640, "{line}");
        assert_eq!(std::io::read_to_string(old).unwrap(), "old", "{line}: the old file is replaced, not overwritten");
        assert_eq!(fs::read_dir(world.path("s")).unwrap().filter(|one| one.is_ok()).count(), 1, "no temporary file");
        fs::remove_dir_all(world.path("s")).unwrap();
    }
    // A link to a file that does not exist yet makes that file.
    fs::create_dir(world.path("s")).unwrap();
    fs::remove_file(world.path("link")).unwrap();
    symlink("s/new.json", world.path("link")).unwrap();
    world.run("plan --format json=link").ok();
    assert!(world.path("link").is_symlink());
    assert_eq!(document(&world.read("s/new.json"))["kind"], "plan");
}

#[test]
#[cfg(target_os = "linux")]
fn a_descriptor_is_written_in_place() {
    // Private links: a run that replaces its target must not reach the devices of this machine.
    for (target, stream) in [("/proc/self/fd/1", 1), ("/dev/fd/1", 1), ("/proc/self/fd/2", 2)] {
        let mut world = world();
        symlink(target, world.path("out")).unwrap();
        let mut command = world.command("plan --format json=out");
        let got = fs::File::create(world.path("got")).unwrap();
        let kept = got.try_clone().unwrap();
        match stream {
            1 => command.stdout(got).stderr(Stdio::null()),
            _ => command.stderr(got).stdout(Stdio::null()),
        };
        assert_eq!(command.status().unwrap().code(), Some(0), "{target}");
        assert!(world.path("out").is_symlink(), "{target}");
        let text = std::io::read_to_string(fs::File::open(world.path("got")).unwrap()).unwrap();
        assert_eq!(kept.metadata().unwrap().len(), text.len() as u64, "{target}: the shell's file is still the same");
        let (from, to) = (text.find("{\n").unwrap(), text.rfind("\n}\n").unwrap());
        assert_eq!(document(&text[from..to + 2])["kind"], "plan", "{target}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn process_substitution_and_pipes_work_in_both_directions() {
    let mut world = world();
    world.run("plan --out p.json").ok();
    assert!(Command::new("mkfifo").arg(world.path("pipe")).status().unwrap().success());
    let program = env!("CARGO_BIN_EXE_ringform");
    for (line, file) in [
        (format!("{program} plan --format json=>(cat > a; echo done > a.done)"), "a"),
        (format!("{program} drift --metrics >(cat > b; echo done > b.done)"), "b"),
        (format!("(cat pipe > c; echo done > c.done) & {program} plan --format json=pipe"), "c"),
        (format!("{program} apply --yes --plan <(cat p.json) --format json=d; echo done > d.done"), "d"),
    ] {
        let mut command = Command::new("bash");
        let known = world.command("");
        command.args(["-c", &line]).current_dir(world.folder()).env_clear().stdin(Stdio::null());
        command.envs(known.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", "/usr/bin:/bin");
        let output = command.output().unwrap();
        let begun = Instant::now();
        while !world.path(&format!("{file}.done")).exists() {
            assert!(begun.elapsed() < Duration::from_secs(10), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            std::thread::sleep(Duration::from_millis(5));
        }
        let text = world.read(file);
        assert!(text.contains("ringform"), "{line}: {text} {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!fs::metadata(world.path("pipe")).unwrap().is_file());
    assert_eq!(world.puts(), [json!({"geo_list": "KZ RU"})]);
}

#[test]
fn a_target_that_cannot_be_written_stops_the_run_before_its_first_request() {
    let mut world = world();
    symlink("no/such/file", world.path("nowhere")).unwrap();
    symlink("circle", world.path("circle")).unwrap();
    for (line, named) in [
        ("apply --yes --format json=no/such/r.json", "no/such/r.json"),
        ("apply --yes --format json=clients", "clients"),
        ("apply --yes --format json=ringform.yaml/r.json", "ringform.yaml/r.json"),
        ("apply --yes --format json=nowhere", "nowhere"),
        ("apply --yes --format json=circle", "circle"),
        ("plan --out no/p.json", "no/p.json"),
        ("drift --metrics no/m.prom", "no/m.prom"),
    ] {
        world.run(line).status(1).sends_nothing().says(&[&format!("cannot write {named}")]);
    }
    // The check leaves nothing behind.
    let names = fs::read_dir(world.folder()).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.starts_with(".ringform-")).count(), 0);
}

#[test]
fn one_file_for_two_targets_is_wrong_usage_through_a_link_too() {
    let mut world = world();
    symlink("r.json", world.path("link")).unwrap();
    world.run("plan --out r.json --format json=link").status(1).sends_nothing().says(&["two outputs"]);
    world.run("drift --since r.json --metrics link").status(1).sends_nothing().says(&["link is the file of --since"]);
}

#[test]
fn names_that_are_no_file_and_paths_from_other_folders() {
    let mut world = world();
    fs::create_dir(world.path("sub")).unwrap();
    for line in ["plan --out -", "plan --format json=-", "drift --metrics -"] {
        world.run(line).status(1).sends_nothing().says(&["`-` is not a file"]);
    }
    for line in ["plan --out x --format json=x", "plan --format json=x --format html=./x"] {
        world.run(line).status(1).sends_nothing().says(&["two outputs"]);
    }
    // A file is relative to the working folder, not to the project.
    let mut command = world.command("plan --format json=r.json ..");
    assert_eq!(command.current_dir(world.path("sub")).output().unwrap().status.code(), Some(0));
    assert_eq!(document(&world.read("sub/r.json"))["kind"], "plan");
    assert!(!world.path("r.json").exists());
}

#[test]
fn two_runs_that_write_one_file_leave_one_whole_report() {
    let mut world = world();
    let mut children: Vec<_> =
        (0..6).map(|_| world.command("plan --format json=r.json").stdout(Stdio::null()).spawn().unwrap()).collect();
    let begun = Instant::now();
    while children.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        assert!(begun.elapsed() < Duration::from_secs(30));
        if let Ok(text) = fs::read_to_string(world.path("r.json")) {
            assert_eq!(document(&text)["kind"], "plan");
        }
    }
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert_eq!(document(&world.read("r.json"))["kind"], "plan");
}
