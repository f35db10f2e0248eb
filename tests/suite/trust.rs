//! `--base REV` against a change whose author wants the secrets, and names that could mislead it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::repository::git_in;
use crate::world::{Ran, World};

/// A project in the folder `pbx` of a repository, and in it the branch `change` with another endpoint.
fn world() -> World {
    let mut world =
        World::new().live(12, json!({})).file("pbx/clients/12.yaml", "client: 12\nsettings: {timezone: UTC}\n");
    world.start();
    fs::rename(world.path("ringform.yaml"), world.path("pbx/ringform.yaml")).unwrap();
    let world = world.repository();
    world.git(&["checkout", "-q", "-b", "change"]);
    evil(&world.path("pbx"));
    world
}

fn evil(project: &Path) {
    fs::write(project.join("ringform.yaml"), "endpoint: http://127.0.0.1:9\n").unwrap();
}

/// A run in another folder.
fn run_in(world: &mut World, folder: &Path, line: &str) -> (Option<i32>, String) {
    let output = world.command(line).current_dir(folder).output().unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
    )
}

fn origin(ran: &Ran, id: &str) -> Json {
    ran.client(id)["changes"][0]["origin"].clone()
}

#[test]
fn a_bare_repository_among_the_files_of_a_change_is_never_taken_for_the_repository() {
    let mut world = world();
    let project = world.path("pbx");
    let mark = world.path("marked");
    // The author's own history, in which the endpoint was always this.
    let own = tempfile::tempdir().unwrap();
    assert!(Command::new("cp").arg("-R").arg(project.join(".")).arg(own.path()).status().unwrap().success());
    git_in(own.path(), &["init", "-q", "-b", "main"]);
    git_in(own.path(), &["add", "-A"]);
    git_in(own.path(), &["commit", "-qm", "own"]);
    for part in ["HEAD", "objects", "refs"] {
        let from = own.path().join(".git").join(part);
        assert!(Command::new("cp").arg("-R").arg(from).arg(&project).status().unwrap().success());
    }
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = \"touch {}; false\"\n",
        mark.display()
    );
    fs::write(project.join("config"), config).unwrap();
    // Git itself would take it for the repository, and run what it says.
    assert_eq!(git_in(&project, &["log", "-1", "--format=%s", "main"]), "own");
    git_in(&project, &["status"]);
    fs::remove_file(&mark).unwrap();

    for line in ["plan pbx --base main", "apply pbx --base main --yes", "plan pbx --base main --trust-project"] {
        world.run(line).status(1).sends_nothing().says(&[
            "a bare repository",
            "not trusted",
            "remove them from the project",
        ]);
    }
    // Without a base a plan names no commit, and asks nobody.
    let ran = world.run("validate pbx --format json").ok();
    assert_eq!(ran.json()["revision"], Json::Null);
    // What shares its objects with another folder is none either.
    fs::rename(project.join("objects"), project.join("deep")).unwrap();
    fs::write(project.join("commondir"), "deep\n").unwrap();
    world.run("plan pbx --base main").status(1).sends_nothing().says(&["a bare repository"]);
    assert!(!mark.exists(), "a program of the change has run");
}

#[test]
fn a_submodule_in_place_of_the_project_chooses_no_base() {
    let mut world = world();
    let own = tempfile::tempdir().unwrap();
    let source = own.path().join("source");
    fs::rename(world.path("pbx"), &source).unwrap();
    git_in(&source, &["init", "-q", "-b", "main"]);
    git_in(&source, &["add", "-A"]);
    git_in(&source, &["commit", "-qm", "own"]);
    world.git(&["rm", "-rq", "--cached", "pbx"]);
    world.git(&["submodule", "--quiet", "add", source.to_str().unwrap(), "deep/pbx"]);
    world.run("plan deep/pbx --base origin/main").status(1).sends_nothing().says(&["submodule", "--trust-project"]);
    // The folder around it says that it is in no repository.
    for part in ["HEAD", "objects", "refs"] {
        let from = world.path(".git").join(part);
        assert!(Command::new("cp").arg("-R").arg(from).arg(world.path("deep")).status().unwrap().success());
    }
    world.run("plan deep/pbx --base origin/main").status(1).sends_nothing().says(&["submodule"]);
    // A plan that sends nothing, and somebody who means it, are let through.
    world.run("plan deep/pbx --base origin/main --offline").ok().sends_nothing();
    let ran = world.run("plan deep/pbx --base origin/main --trust-project");
    assert!(!ran.stderr.contains("submodule") && !ran.stdout.contains("submodule"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_name_that_means_two_things_is_no_base() {
    let mut world = world();
    world.commit("change");
    let clone = tempfile::tempdir().unwrap();
    git_in(clone.path(), &["clone", "-q", world.folder().to_str().unwrap(), "checkout"]);
    let checkout = clone.path().join("checkout");
    git_in(&checkout, &["branch", "-q", "origin/main", "origin/change"]);
    let (status, said) = run_in(&mut world, &checkout, "plan pbx --base origin/main");
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("ambiguous") && said.contains("refs/remotes/origin/main or refs/heads/origin/main"),
        "{said}"
    );
    for line in ["plan pbx --base origin/main...", "plan pbx --base origin/main~0"] {
        let (status, said) = run_in(&mut world, &checkout, line);
        assert!(status == Some(1) && said.contains("ambiguous") && said.contains("full name"), "{said}");
    }
    let (_, said) = run_in(&mut world, &checkout, "plan pbx --base refs/remotes/origin/main");
    assert!(said.contains("endpoint differs from that of refs/remotes/origin/main"), "{said}");
    // A tag beside a branch; a tag that is called as HEAD is or as an id misleads nobody.
    git_in(&checkout, &["branch", "-q", "-D", "origin/main"]);
    git_in(&checkout, &["tag", "change"]);
    let (_, said) = run_in(&mut world, &checkout, "plan pbx --base change");
    assert!(said.contains("refs/heads/change or refs/tags/change"), "{said}");
    git_in(&checkout, &["update-ref", "refs/tags/HEAD", "HEAD"]);
    let (_, said) = run_in(&mut world, &checkout, "plan pbx --base HEAD --offline");
    assert!(!said.contains("ambiguous"), "{said}");
    assert_eq!(world.server().counts().token, 0);
}

#[test]
fn a_merge_base_is_no_way_back_to_an_endpoint_that_was_given_up() {
    let mut world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}").repository();
    let honest = world.read("ringform.yaml");
    evil(world.folder());
    world.commit("given up later");
    world.git(&["branch", "old"]);
    world.write("ringform.yaml", honest.as_bytes());
    world.commit("given up");
    world.git(&["checkout", "-q", "-b", "change", "old"]);
    world
        .run("plan --base main...")
        .status(1)
        .sends_nothing()
        .says(&["endpoint differs from that of main:", "--trust-project"]);
    // A tip that has no project cannot be compared, and one that is the same is as good as the merge base.
    world.git(&["checkout", "-q", "-b", "empty", "main"]);
    world.git(&["rm", "-q", "ringform.yaml"]);
    world.git(&["commit", "-qm", "empty"]);
    world.git(&["checkout", "-q", "main"]);
    world.commit("on");
    world.run("plan --base empty...").status(1).sends_nothing().says(&["empty has no valid ringform.yaml"]);
    world.git(&["checkout", "-q", "-b", "other", "main~1"]);
    world.run("plan --base main...").ok().requests(1, 1, 0);
}

#[test]
fn me_may_be_a_number_under_another_name_so_its_origin_is_unknown() {
    let mut world = World::new()
        .seed(json!({"apps": [{"app_id": "app", "app_secret": "s3cr3t-of-app", "me": 12}]}))
        .project("credentials:\n  acme: {app_id: \"${RINGFORM_APP_ID}\", app_secret: \"${RINGFORM_APP_SECRET}\"}")
        .live(12, json!({"hold_music": 7}))
        .live(13, json!({"hold_music": 7}))
        .file("a.yaml", "client: \"@me\"\nsettings: {hold_music: 8}\n")
        .repository();
    let judged = |world: &mut World, line: &str, id: &str| {
        let ran = world.run(&format!("plan --base HEAD --format json {line}")).ok();
        origin(&ran, id)
    };
    world.write("a.yaml", b"client: 12\nsettings: {hold_music: 9}\n");
    assert_eq!(judged(&mut world, "", "12"), "unknown");
    world.write("a.yaml", b"client: \"@me\"\ncredentials: acme\nsettings: {hold_music: 9}\n");
    assert_eq!(judged(&mut world, "", "@me"), "unknown");
    // It is still declared, though not under this path: the other one is new.
    world.write("a.yaml", b"client: \"@me\"\nsettings: {hold_music: 8}\n");
    world.write("b.yaml", b"client: 13\nsettings: {hold_music: 9}\n");
    assert_eq!(judged(&mut world, "b.yaml", "13"), "pending");
    // The other way round.
    world.write("a.yaml", b"client: 12\nsettings: {hold_music: 8}\n");
    fs::remove_file(world.path("b.yaml")).unwrap();
    world.commit("a number");
    world.write("a.yaml", b"client: \"@me\"\nsettings: {hold_music: 9}\n");
    assert_eq!(judged(&mut world, "", "@me"), "unknown");
    // Two numbers are two clients.
    world.write("a.yaml", b"client: 13\nsettings: {hold_music: 9}\n");
    assert_eq!(judged(&mut world, "", "13"), "pending");
}

#[test]
fn what_can_be_no_document_breaks_no_base() {
    let world =
        World::new().project("documents: [\"clients/*.yaml\", \"more/**\"]").live(12, json!({})).declared(12, "{}");
    let link = |world: &World, name: &str| std::os::unix::fs::symlink("nowhere", world.path(name)).unwrap();
    for name in ["vendor", "README", "other.yaml", "clients/notes"] {
        link(&world, name);
    }
    let mut world = world.repository();
    for name in ["vendor", "README", "other.yaml", "clients/notes"] {
        fs::remove_file(world.path(name)).unwrap();
    }
    world.declare(12, "{timezone: UTC}");
    // The work tree has no folder `more`, which is a warning of its own.
    let rules = |ran: &Ran| -> Vec<Json> {
        let rules =
            ran.json()["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].clone()).collect::<Vec<_>>();
        rules.into_iter().filter(|rule| rule != "unmatched-glob").collect()
    };
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(rules(&ran), Vec::<Json>::new());
    assert_eq!(origin(&ran, "12"), "pending");
    // Where a glob may find something, nobody knows what was there.
    for name in ["clients/13.yaml", "more"] {
        link(&world, name);
        world.git(&["add", "-A"]);
        world.git(&["commit", "-qm", "link"]);
        fs::remove_file(world.path(name)).unwrap();
        assert_eq!(rules(&world.run("plan --base HEAD --format json").ok()), ["base-broken"], "{name}");
        world.commit("without");
    }
}

/// A folder with a `git` that takes every repository for the property of another user, whoever runs the tests.
pub fn git_of_another_owner(folder: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::var("PATH").unwrap_or_default();
    let program = folder.join("git");
    let script = format!("#!/bin/sh\nexport GIT_TEST_ASSUME_DIFFERENT_OWNER=1\nPATH='{path}' exec git \"$@\"\n");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{path}", folder.display())
}

#[test]
fn what_the_user_took_back_of_the_safe_folders_is_not_safe() {
    let home = tempfile::tempdir().unwrap();
    let programs = tempfile::tempdir().unwrap();
    let world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}").repository();
    let project = fs::canonicalize(world.folder()).unwrap();
    let mut world =
        world.env("HOME", home.path().to_str().unwrap()).env("PATH", &git_of_another_owner(programs.path()));
    let all = "[safe]\n\tdirectory = *\n";
    let this = format!("[safe]\n\tdirectory = {}\n", project.display());
    let other = "[safe]\n\tdirectory = /nonexistent\n";
    let none = "[safe]\n\tdirectory =\n";
    let include = "[include]\n\tpath = more\n";
    // What the user's file says, what it includes, and whether the folder is safe by both.
    for (config, included, is_safe) in [
        (String::new(), "", false),
        (include.to_owned(), all, true),
        (include.to_owned(), &*this, true),
        (include.to_owned(), other, false),
        (format!("{include}{none}"), all, false),
        (format!("{none}{include}"), all, true),
        (format!("{include}{none}{this}"), all, true),
        (format!("{include}{none}{other}"), all, false),
    ] {
        fs::write(home.path().join("more"), included).unwrap();
        fs::write(home.path().join(".gitconfig"), &config).unwrap();
        let ran = world.run("plan --base HEAD --format json");
        let rules: Vec<Json> =
            ran.json()["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].clone()).collect();
        match is_safe {
            true => {
                assert_eq!(rules, [""; 0], "{config}");
                ran.ok().requests(1, 1, 0);
            }
            false => {
                assert_eq!(rules, ["base"], "{config}");
                ran.status(1).sends_nothing().says(&["dubious ownership"]);
            }
        }
    }
}

#[test]
fn a_partial_clone_is_told_to_fetch_and_an_empty_variable_is_named() {
    let mut world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}").repository();
    world.git(&["config", "uploadpack.allowFilter", "true"]);
    world.declare(12, "{timezone: Asia/Omsk}");
    world.commit("second");
    let clone = tempfile::tempdir().unwrap();
    let source = format!("file://{}", world.folder().display());
    git_in(clone.path(), &["clone", "-q", "--filter=blob:none", &source, "partial"]);
    let partial = clone.path().join("partial");
    let (status, said) = run_in(&mut world, &partial, "plan --base HEAD~1");
    assert!(status == Some(1) && said.contains("cannot be read") && said.contains("--filter"), "{said}");
    assert!(!said.contains("no reason"), "{said}");
    world.run("plan --base=...").status(1).sends_nothing().says(&["if a variable holds the revision"]);
    // The dots of a merge base end the sentence.
    world.run("plan --base main...").ok().prints(&["Base: main...\n"]);
}
