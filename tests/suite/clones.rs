//! Repositories as machines have them: with filters, of another owner, shallow, partial and damaged.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::repository::git_in;
use crate::trust::git_of_another_owner;
use crate::world::{Ran, World};

/// A repository with two commits of one client.
fn world() -> World {
    let world = World::new().live(12, json!({"timezone": "UTC"})).declared(12, "{timezone: UTC}").repository();
    world.declare(12, "{timezone: Asia/Omsk}");
    world.commit("second");
    world
}

/// A run in another folder: its exit status and all that it printed.
fn run_in(world: &mut World, folder: &Path, line: &str) -> (Option<i32>, String) {
    let output = world.command(line).current_dir(folder).output().unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
    )
}

/// The file of a loose object, and its id.
fn loose(world: &World, name: &str) -> (PathBuf, String) {
    let id = world.git(&["rev-parse", name]);
    (world.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..])), id)
}

fn dirty(ran: &Ran) -> Json {
    ran.json()["revision"]["dirty"].clone()
}

#[test]
fn a_clean_filter_of_the_user_decides_whether_the_work_tree_is_dirty() {
    let home = tempfile::tempdir().unwrap();
    let mark = home.path().join("ran");
    let config = format!(
        "[filter \"shout\"]\n\tclean = tr A-Z a-z\n\tsmudge = tr a-z A-Z\n\trequired = true\n\
         [core]\n\tfsmonitor = \"touch {mark}; false\"\n\thooksPath = {home}/hooks\n\texcludesFile = {home}/ignored\n",
        mark = mark.display(),
        home = home.path().display()
    );
    fs::write(home.path().join(".gitconfig"), config).unwrap();
    fs::write(home.path().join("ignored"), "*.orig\n").unwrap();
    fs::create_dir(home.path().join("hooks")).unwrap();
    fs::write(home.path().join("hooks/post-index-change"), format!("#!/bin/sh\ntouch {}\n", mark.display())).unwrap();
    use std::os::unix::fs::PermissionsExt;
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(home.path().join("hooks/post-index-change"), executable).unwrap();

    let world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}");
    let world = world.file(".gitattributes", "*.txt filter=shout\n").file("notes.txt", "quiet words\n");
    let mut world = world.repository().env("HOME", home.path().to_str().unwrap());
    let line = "plan --format json";
    assert_eq!(dirty(&world.run(line).ok()), false);
    // What the filter makes of the checkout is what the commit holds; git knows the file by another size and time.
    world.write("notes.txt", b"QUIET words\n");
    assert_eq!(dirty(&world.run(line).ok()), false);
    world.write("notes.txt.orig", b"left by an editor\n");
    assert_eq!(dirty(&world.run(line).ok()), false);
    world.write("notes.txt", b"OTHER words\n");
    assert_eq!(dirty(&world.run(line).ok()), true);
    world.write("notes.txt", b"quiet words\n");
    world.write("new.txt", b"untracked\n");
    assert_eq!(dirty(&world.run(line).ok()), true);
    assert!(!mark.exists(), "a hook or the program that watches files has run");

    // Settings of the environment do not count, and settings that git refuses do not hide the commit.
    fs::remove_file(world.path("new.txt")).unwrap();
    let mut world = world.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "core.excludesFile");
    world = world.env("GIT_CONFIG_VALUE_0", "/dev/null");
    assert_eq!(dirty(&world.run(line).ok()), false);
    fs::write(home.path().join(".gitconfig"), "[broken\n").unwrap();
    let ran = world.run(line).ok();
    assert_eq!(ran.json()["revision"]["commit"], world.git(&["rev-parse", "HEAD"]));
}

#[test]
fn a_safe_folder_counts_from_every_place_that_git_reads() {
    let (home, programs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = world().env("HOME", home.path().to_str().unwrap());
    let mut world = world.env("PATH", &git_of_another_owner(programs.path()));
    let project = fs::canonicalize(world.folder()).unwrap().display().to_string();
    let file = home.path().join("settings");
    fs::write(&file, format!("[safe]\n\tdirectory = {project}\n")).unwrap();
    fs::write(world.path(".git/settings"), format!("[safe]\n\tdirectory = {project}\n")).unwrap();
    let file = file.to_str().unwrap().to_owned();
    let parameter = format!("'safe.directory={project}'");
    let key = ("GIT_CONFIG_KEY_0", "safe.directory");
    let rows: [(&[(&str, &str)], bool); 12] = [
        (&[], false),
        (&[("GIT_CONFIG_GLOBAL", &file)], true),
        (&[("GIT_CONFIG_SYSTEM", &file)], true),
        (&[("GIT_CONFIG_SYSTEM", &file), ("GIT_CONFIG_NOSYSTEM", "1")], false),
        (&[("GIT_CONFIG_COUNT", "1"), key, ("GIT_CONFIG_VALUE_0", &project)], true),
        (&[("GIT_CONFIG_COUNT", "1"), key, ("GIT_CONFIG_VALUE_0", "*")], true),
        (&[("GIT_CONFIG_COUNT", "0"), key, ("GIT_CONFIG_VALUE_0", "*")], false),
        (&[("GIT_CONFIG_COUNT", "1"), key, ("GIT_CONFIG_VALUE_0", "/nonexistent")], false),
        (&[("GIT_CONFIG_PARAMETERS", &parameter)], true),
        // A relative name means the folder of the run.
        (&[("GIT_CONFIG_GLOBAL", ".git/settings")], true),
        // Neither the repository itself nor a variable that git does not heed makes it safe.
        (&[("GIT_CONFIG", &file)], false),
        (&[("GIT_DIR", ".git"), ("GIT_WORK_TREE", ".")], false),
    ];
    for (variables, is_safe) in rows {
        let mut command = world.command("plan --base HEAD~1 --format json");
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let json: Json = serde_json::from_str(&stdout).unwrap();
        if is_safe {
            assert_eq!(output.status.code(), Some(0), "{variables:?}: {stderr}");
            assert_eq!(json["revision"]["dirty"], false, "{variables:?}");
        } else {
            assert_eq!(output.status.code(), Some(1), "{variables:?}: {stdout}");
            let remedy = format!("git config --global --add safe.directory {project}");
            assert!(stderr.contains("dubious ownership") && stderr.contains(&remedy), "{variables:?}: {stderr}");
        }
    }
}

#[test]
fn other_settings_of_the_environment_stay_out() {
    let mark = tempfile::tempdir().unwrap();
    let program = format!("touch {}; false", mark.path().join("ran").display());
    let mut world = world().env("GIT_CONFIG_COUNT", "2");
    world = world.env("GIT_CONFIG_KEY_0", "core.fsmonitor").env("GIT_CONFIG_VALUE_0", &program);
    world = world.env("GIT_CONFIG_KEY_1", "core.worktree").env("GIT_CONFIG_VALUE_1", "/nonexistent");
    world.run("plan --base HEAD~1").ok().requests(1, 1, 0);
    assert!(!mark.path().join("ran").exists());
}

#[test]
fn an_object_that_git_lacks_is_named_with_its_file_and_the_damage_has_a_remedy() {
    let mut world = world();
    let rows = [
        ("HEAD~1:clients/12.yaml", "of clients/12.yaml"),
        ("HEAD~1:ringform.yaml", "of ringform.yaml"),
        ("HEAD~1:clients", "of the folder clients"),
        ("HEAD~1^{tree}", "of the top folder"),
        ("HEAD~1", "of HEAD~1"),
    ];
    for (name, what) in rows {
        let (file, id) = loose(&world, name);
        let whole = fs::read(&file).unwrap();
        let gone = format!("the object {id} {what} is not in this clone");
        let damaged = format!("the object {id} {what} is damaged");
        for bytes in [None, Some(&b""[..]), Some(b"junk junk")] {
            drop(fs::remove_file(&file));
            if let Some(bytes) = bytes {
                fs::write(&file, bytes).unwrap();
            }
            let ran = world.run("plan --base HEAD~1").status(1).sends_nothing();
            let ran = ran.says(&["the base HEAD~1 cannot be read", "`git fsck`"]);
            match bytes {
                None => assert!(ran.stderr.contains(&gone), "{}", ran.stderr),
                // Git itself looks into a commit to find its parent, and names the object or the file of it.
                Some(_) if name == "HEAD~1" => {
                    let stored = format!("{}/{}", &id[..2], &id[2..]);
                    assert!(ran.stderr.contains(&id) || ran.stderr.contains(&stored), "{}", ran.stderr);
                }
                Some(_) => assert!(ran.stderr.contains(&damaged), "{}", ran.stderr),
            }
            for other in ["--filter", "unshallow", "check the spelling"] {
                assert!(!ran.stderr.contains(other), "{name}: {}", ran.stderr);
            }
        }
        drop(fs::remove_file(&file));
        fs::write(&file, whole).unwrap();
    }
    world.run("plan --base HEAD~1").ok();
}

#[test]
fn a_hole_in_the_history_is_not_a_history_without_a_common_commit() {
    let mut world = world();
    world.git(&["branch", "old", "HEAD~1"]);
    world.declare(12, "{timezone: Asia/Tomsk}");
    world.commit("third");
    let (file, id) = loose(&world, "HEAD~1");
    fs::remove_file(file).unwrap();
    for line in ["plan --base old", "plan --base old...", "plan --base HEAD~2"] {
        let ran = world.run(line).status(1).sends_nothing().says(&["cannot be read", "`git fsck`"]);
        assert!(!ran.stderr.contains("in common"), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(&id), "{line}: {}", ran.stderr);
    }
    // Without a base git is not asked for the history.
    world.run("plan").ok();
}

#[test]
fn partial_and_shallow_clones_get_their_own_advice() {
    let mut world = world();
    world.git(&["config", "uploadpack.allowFilter", "true"]);
    world.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let source = format!("file://{}", world.folder().display());
    let blob = world.git(&["rev-parse", "HEAD~1:clients/12.yaml"]);
    let commit = world.git(&["rev-parse", "HEAD~1"]);
    let clones = tempfile::tempdir().unwrap();
    git_in(clones.path(), &["clone", "-q", "--filter=blob:none", &source, "partial"]);
    let (status, said) = run_in(&mut world, &clones.path().join("partial"), "plan --base HEAD~1");
    assert_eq!(status, Some(1), "{said}");
    let sentence = format!("the object {blob} of clients/12.yaml is not in this clone");
    assert!(said.contains(&sentence) && said.contains("--no-filter") && !said.contains("fsck"), "{said}");

    git_in(clones.path(), &["clone", "-q", "--depth", "1", &source, "shallow"]);
    for base in ["HEAD~1", &*commit] {
        let (status, said) = run_in(&mut world, &clones.path().join("shallow"), &format!("plan --base {base}"));
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains("git fetch --unshallow") && !said.contains("fsck"), "{base}: {said}");
    }
    // The remedies work.
    git_in(&clones.path().join("partial"), &["fetch", "-q", "--refetch", "--no-filter"]);
    git_in(&clones.path().join("shallow"), &["fetch", "-q", "--unshallow"]);
    for clone in ["partial", "shallow"] {
        let (status, said) = run_in(&mut world, &clones.path().join(clone), "plan --base HEAD~1");
        assert_eq!(status, Some(0), "{said}");
    }
}
