//! Outputs that are inputs: a run refuses to replace a file that it reads, and every file stays as it was.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::json;

use crate::world::World;

/// Every file below a folder, with its bytes.
fn all_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                let content = fs::read_link(&path).map(|to| to.into_os_string().into_encoded_bytes());
                files.insert(name, content.or_else(|_| fs::read(&path)).unwrap_or_default());
            }
        }
    }
    files
}

/// Client 12, which a plan changes, a saved plan and a report.
fn world() -> World {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU"}))
        .declared(12, "{geo_list: [RU, KZ]}")
        .file("b.yaml", "client: 13\nsettings: {timezone: UTC}\n")
        .file("staging.ringform.yaml", "endpoint: https://staging.example\n")
        .file("ca.pem", "no certificate\n")
        .file("token", "t0ken\n")
        .file(".git/config", "[core]\n")
        .file("sub/x", "")
        .live(13, json!({}));
    world.run("plan --out p.json --format html=p.html").ok();
    world.run("drift --format json=r.json").says(&[]);
    world.run("apply --yes clients --format json=a.json").ok();
    world
}

#[track_caller]
fn refuses(world: &mut World, line: &str, says: &[&str]) {
    world.start();
    let before = all_files(world.folder());
    let ran = world.run(line).status(1).sends_nothing().says(says).says(&["name another file"]);
    assert_eq!(ran.stdout, "", "{line}");
    let after = all_files(world.folder());
    let changed: Vec<&String> =
        after.iter().filter(|(name, bytes)| before.get(*name) != Some(bytes)).map(|one| one.0).collect();
    assert_eq!(changed, [""; 0], "{line}");
    assert_eq!(before.len(), after.len(), "{line}");
}

#[test]
fn an_output_that_the_run_reads_is_wrong_usage() {
    let mut world = world();
    for (line, what) in [
        ("plan --format json=clients/12.yaml", "clients/12.yaml is a client document of the project ringform.yaml"),
        ("plan --format json=./clients/../clients/12.yaml", "a client document"),
        ("plan clients --format json=b.yaml", "b.yaml is a client document"),
        ("plan --out ringform.yaml", "ringform.yaml is a project file"),
        ("plan --out staging.ringform.yaml", "staging.ringform.yaml is a project file"),
        ("plan --base HEAD --offline --format sarif=b.yaml", "a client document"),
        ("validate --format sarif=b.yaml", "a client document"),
        ("apply --yes --format markdown=b.yaml", "a client document"),
        ("drift --metrics b.yaml", "a client document"),
        ("drift --format prometheus=b.yaml", "a client document"),
        ("show p.json --format html=b.yaml", "a client document"),
        ("show p.json --format html=p.json", "p.json is a file that show reads"),
        ("show p.json --format json=p.json", "p.json is a file that show reads"),
        ("apply --yes --plan p.json --format json=p.json", "p.json is the plan to apply"),
        ("apply --yes --plan p.json --format json=ringform.yaml", "a project file"),
        ("drift --since r.json --format html=r.json", "r.json is the file of --since"),
        ("drift --since r.json --metrics r.json", "r.json is the file of --since"),
        ("drift --since none.json --format text=none.json", "none.json is the file of --since"),
        ("plan --ca-file ca.pem --format text=ca.pem", "ca.pem is the file of --ca-file"),
        ("plan --floor ca.pem --out ca.pem", "ca.pem is the file of --floor"),
        ("validate --floor ca.pem --format text=ca.pem", "ca.pem is the file of --floor"),
        ("plan --format json=.git/config", ".git/config is inside of .git"),
        ("plan --out .git/new", ".git/new is inside of .git"),
        ("plan --out .ringform/journal/x.jsonl", "inside of .ringform"),
        // What would become a client document is one for the next run.
        ("plan --out clients/new.yaml", "clients/new.yaml is a client document"),
        ("plan --format json=clients/new.YML", "clients/new.YML is a client document"),
    ] {
        refuses(&mut world, line, &[what]);
    }
    // The same by a link, by a second name and from another folder.
    symlink("clients/12.yaml", world.path("to-document")).unwrap();
    symlink("ringform.yaml", world.path("to-project")).unwrap();
    symlink(".git", world.path("to-git")).unwrap();
    symlink("clients", world.path("to-clients")).unwrap();
    fs::hard_link(world.path("p.json"), world.path("q.json")).unwrap();
    for (line, what) in [
        ("plan --format json=to-document", "to-document is a client document"),
        ("plan --format json=to-clients/12.yaml", "to-clients/12.yaml is a client document"),
        ("plan --out to-project", "to-project is a project file"),
        ("plan --out to-git/x", "to-git/x is inside of .git"),
        ("apply --yes --plan q.json --format json=p.json", "p.json is the plan to apply"),
    ] {
        refuses(&mut world, line, &[what]);
    }
}

#[test]
fn an_output_is_compared_with_documents_that_only_the_run_knows() {
    let outside = tempfile::tempdir().unwrap();
    let text = "client: 12\nsettings: {geo_list: [RU, KZ]}\n";
    fs::write(outside.path().join("acme"), text).unwrap();
    fs::write(outside.path().join("seed"), "{}").unwrap();
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU"}))
        .project("documents: [\"clients/**\"]")
        .file("other/13.yaml", "client: 13\nsettings: {timezone: UTC}\n")
        .file("hard.txt", "client: 14\nsettings: {timezone: UTC}\n")
        .live(13, json!({}));
    fs::create_dir(world.path("clients")).unwrap();
    symlink(outside.path().join("acme"), world.path("clients/12.yaml")).unwrap();
    fs::hard_link(world.path("hard.txt"), world.path("clients/14.yaml")).unwrap();
    let link = outside.path().join("acme").display().to_string();
    for line in [
        format!("plan --format json={link}"),
        "plan other/13.yaml --format json=other/13.yaml".to_owned(),
        "plan --format json=hard.txt".to_owned(),
    ] {
        refuses(&mut world, &line, &["is a client document of this project"]);
    }
    assert_eq!(fs::read_to_string(&link).unwrap(), text);
    // `documents:` leaves this file out, so it is a file like any other.
    fs::remove_file(world.path("clients/14.yaml")).unwrap();
    world.run("plan --format json=other/13.yaml").ok();
}

#[test]
fn guard_tests_and_what_commands_of_credentials_name_are_inputs() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU"}))
        .declared(12, "{geo_list: [RU, KZ]}")
        .project("credentials: {default: {command: [./bin/pass, --file=conf.json, sub/vault, -kkey, none.json]}}")
        .env("RINGFORM_ALLOW_COMMAND", "1")
        .file("bin/pass", "#!/bin/sh\necho '{\"token\": \"t\"}'\n")
        .file("conf.json", "{}")
        .file("sub/vault", "v")
        .file("key", "k")
        .file("guards.test.yaml", "[]\n");
    fs::set_permissions(world.path("bin/pass"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("bin/pass", world.path("to-pass")).unwrap();
    for file in ["bin/pass", "conf.json", "sub/vault", "key", "to-pass"] {
        let what = format!("{file} is a file that the command of a credential names");
        for line in ["plan --format json=", "plan --out ", "validate --format text=", "drift --metrics "] {
            refuses(&mut world, &format!("{line}{file}"), &[&what]);
        }
    }
    for file in ["guards.test.yaml", "clients/new.TEST.yml"] {
        let what = format!("{file} is a file of guard tests of the project ringform.yaml");
        refuses(&mut world, &format!("plan --format json={file}"), &[&what]);
    }
    // An argument that names no file yet may be an output of the command's own.
    world.run("validate --format text=none.json").ok();
}

#[test]
fn a_run_that_does_not_start_replaces_no_input_with_its_report() {
    let mut world = world();
    world.write("clients/bad.yaml", b"cleint: 1\n");
    refuses(&mut world, "plan --format json=clients/12.yaml", &["a client document"]);
    refuses(&mut world, "validate --format json=b.yaml", &["a client document"]);
    world.write("ringform.yaml", b"endpoint: sandbox:seed\nnonsense: 1\n");
    world.write("seed", b"{}");
    refuses(&mut world, "plan --format json=seed", &["seed is the seed of the simulator"]);
    refuses(&mut world, "plan --format json=clients/12.yaml", &["a client document"]);
}

#[test]
fn the_seed_and_the_files_of_secrets_are_inputs() {
    let mut world = World::new()
        .file("seed.json", r#"{"clients": [{"id": 12}]}"#)
        .file("token", "t0ken\n")
        .file("ringform.yaml", "endpoint: \"${SEED}\"\n")
        .env("SEED", "sandbox:seed.json")
        .env("RINGFORM_TOKEN_FILE", "token")
        .env("RINGFORM_FLOOR", "floor")
        .file("floor", "")
        .declared(12, "{timezone: UTC}");
    refuses(&mut world, "plan --format json=seed.json", &["seed.json is the seed of the simulator"]);
    refuses(&mut world, "plan --out token", &["token is the file that RINGFORM_TOKEN_FILE names"]);
    refuses(&mut world, "plan --out floor", &["floor is the file that RINGFORM_FLOOR names"]);
    world = world.env("RINGFORM_FLOOR", "");
    world.write("ringform.yaml", b"endpoint: sandbox:seed.json\n");
    refuses(&mut world, "drift --metrics seed.json", &["seed.json is the seed of the simulator"]);
    world.run("plan --format json=plan.json").ok();
}

#[test]
fn the_last_report_may_be_replaced_by_the_next() {
    let mut world = world();
    symlink("r.json", world.path("link")).unwrap();
    world.run("drift --since r.json --format json=r.json").says(&[]);
    world.run("drift --since r.json --format json=link --format html=r.html").says(&[]);
    assert!(world.path("link").is_symlink());
    assert!(world.read("r.json").contains("\"kind\": \"drift\""));
}

#[test]
fn import_replaces_no_file_without_force() {
    let mut world = World::new().live(12, json!({"name": "acme"})).file(".git/config", "[core]\n");
    world.run("import 12 --out docs").ok();
    let before = all_files(world.folder());
    world.run("import 12 --out docs").status(1);
    assert_eq!(all_files(world.folder()), before);
    for folder in [".git", ".git/hooks", ".ringform"] {
        let ran = world.run(&format!("import 12 --out {folder}")).status(1).sends_nothing();
        ran.says(&["inside of .", "another folder"]);
        assert_eq!(all_files(world.folder()), before, "{folder}");
    }
    for folder in ["ringform.yaml", "ringform.yaml/deep/er", "/proc/none"] {
        let ran = world.run(&format!("import 12 --out {folder}")).status(1).sends_nothing();
        ran.says(&["cannot write into", folder, "another folder"]);
        assert_eq!(all_files(world.folder()), before, "{folder}");
    }
}

#[test]
fn import_with_force_keeps_links_and_modes() {
    let mut world = World::new().live(12, json!({"name": "acme"})).project("documents: [\"clients/**\"]");
    // Before the first import no document can match a glob, which is no reason for a warning.
    let ran = world.run("import 12").ok();
    assert_eq!(ran.stderr, "");
    let name = fs::read_dir(world.path("clients")).unwrap().next().unwrap().unwrap().file_name();
    let (link, file) = (world.path("clients").join(&name), world.path("shared"));
    fs::rename(&link, &file).unwrap();
    symlink("../shared", &link).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(&file, "client: 12\nsettings: {timezone: Asia/Omsk}\n").unwrap();
    world.run("import 12 --force").ok();
    assert!(link.is_symlink());
    assert!(!world.read("shared").contains("Omsk"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn the_default_folder_of_import_is_checked_before_the_first_request_too() {
    let mut world = World::new().live(12, json!({"name": "acme"})).file("clients", "not a folder");
    world.run("import 12").status(1).sends_nothing().says(&["cannot write into clients", "another folder"]);
    fs::remove_file(world.path("clients")).unwrap();
    symlink(".git", world.path("clients")).unwrap();
    fs::create_dir(world.path(".git")).unwrap();
    world.run("import 12").status(1).sends_nothing().says(&["clients is inside of .git"]);
    fs::remove_file(world.path("clients")).unwrap();
    world.run("import 12").ok();
    assert!(world.path("clients/12-acme.yaml").exists());
}

#[test]
fn a_descriptor_of_a_file_that_the_run_reads_is_wrong_usage() {
    let mut world = world();
    let program = env!("CARGO_BIN_EXE_ringform");
    for (file, what) in [
        ("clients/12.yaml", "is a client document"),
        ("ringform.yaml", "is a project file"),
        ("p.json", "is the plan to apply"),
    ] {
        let before = all_files(world.folder());
        let line = match file {
            "p.json" => "apply --yes --plan p.json",
            _ => "plan",
        };
        for (output, redirected) in
            [("/dev/fd/3", "3<"), ("/dev/fd/3", "3>>"), ("/proc/self/fd/3", "3<>"), ("/dev/stdout", ">>")]
        {
            let script = format!("{program} {line} --format json={output} {redirected}{file}");
            let command = world.command("");
            let shell = std::process::Command::new("sh")
                .args(["-c", &script])
                .current_dir(command.get_current_dir().unwrap())
                .env_clear()
                .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&shell.stderr);
            assert!(shell.status.code() == Some(1) && stderr.contains(what), "{script}: {stderr}");
            assert_eq!(all_files(world.folder()), before, "{script}");
        }
    }
}
