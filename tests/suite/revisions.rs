//! What git is asked, and what it refuses: a base that cannot be read is an error and never an empty one.

use std::fs;

use serde_json::{Value as Json, json};

use crate::repository::git_in;
use crate::world::{Ran, World};

fn world() -> World {
    World::new().live(12, json!({"timezone": "UTC"})).declared(12, "{timezone: UTC}").repository()
}

fn rules(ran: &Ran) -> Vec<Json> {
    ran.json()["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].clone()).collect()
}

fn origin(ran: &Ran) -> Json {
    ran.client("12")["changes"][0]["origin"].clone()
}

#[test]
fn any_name_of_a_revision_serves() {
    let mut world = world();
    world.git(&["tag", "-am", "x", "applied-last"]);
    world.declare(12, "{timezone: Asia/Omsk}");
    world.commit("fix: the zone");
    world.declare(12, "{timezone: Europe/Moscow}");
    let short = world.git(&["rev-parse", "--short", "HEAD~1"]);
    for revision in ["HEAD~1", "applied-last", "main^", ":/first", &short, "HEAD~1..."] {
        let ran = world.run(&format!("plan --base {revision} --format json")).ok();
        assert_eq!((origin(&ran), rules(&ran)), (json!("pending"), vec![]), "{revision}");
        assert_eq!(ran.json()["base"], *revision);
    }
}

#[test]
fn what_names_no_revision_is_an_error_and_no_request_is_made() {
    let mut world = world();
    for revision in [
        "nosuch",
        "HEAD~7",
        "HEAD:ringform.yaml",
        "0000000000000000000000000000000000000000",
        "HEAD..HEAD",
        "^HEAD",
        "--all",
    ] {
        let ran = world.run(&format!("plan --base={revision}")).status(1).sends_nothing();
        ran.says(&["cannot be read", "git fetch origin"]);
    }
    let mut command = world.command("apply --yes");
    let output = command.arg("--base=").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--base is empty"));
    let ran = world.run("plan --base nosuch --format json").status(1);
    assert_eq!((rules(&ran), &ran.json()["clients"]), (vec![json!("base")], &json!([])));
}

#[test]
fn a_base_that_is_no_ancestor_is_a_warning_with_what_it_has_brought() {
    let mut world = World::new()
        .live(12, json!({"timezone": "Asia/Omsk", "dial_rule_id": 19}))
        .declared(12, "{timezone: UTC, dial_rule_id: 19}")
        .repository();
    world.git(&["checkout", "-qb", "old"]);
    world.git(&["checkout", "-q", "main"]);
    world.declare(12, "{timezone: Asia/Omsk, dial_rule_id: 19}");
    world.commit("main goes on, and is applied");
    world.git(&["checkout", "-q", "old"]);
    world.declare(12, "{timezone: UTC, dial_rule_id: 20}");
    world.commit("the branch");
    let ran = world.run("plan --base main --format json").ok();
    let changes: Vec<(Json, Json)> = ran.client("12")["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["field"].clone(), one["origin"].clone()))
        .collect();
    assert_eq!(changes, [(json!("timezone"), json!("pending")), (json!("dial_rule_id"), json!("pending"))]);
    assert_eq!(rules(&ran), [json!("base-not-ancestor")]);
    ran.says(&["main is not an ancestor of HEAD", "clients/12.yaml", "--base main..."]);
    // The merge base knows that the branch did not touch the zone.
    let ran = world.run("plan --base main... --format json").ok();
    assert_eq!((origin(&ran), rules(&ran)), (json!("drift"), vec![]));
}

#[test]
fn a_shallow_clone_is_told_how_deep_to_fetch() {
    let mut world = world();
    world.commit("second");
    let clone = tempfile::tempdir().unwrap();
    let source = format!("file://{}", world.folder().display());
    git_in(clone.path(), &["clone", "-q", "--depth", "1", &source, "shallow"]);
    let shallow = clone.path().join("shallow");
    let run = |world: &mut World, revision: &str| {
        let output = world.command(&format!("plan --base {revision}")).current_dir(&shallow).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for revision in ["HEAD~1", "nosuch", "origin/main..."] {
        let (status, stderr) = run(&mut world, revision);
        assert_eq!(status, Some(1), "{stderr}");
        assert!(
            stderr.contains("shallow") && stderr.contains("fetch-depth: 0") && stderr.contains("GIT_DEPTH"),
            "{stderr}"
        );
    }
    assert_eq!(world.server().counts().read, 0);
    assert_eq!(run(&mut world, "origin/main").0, Some(0));
}

#[test]
fn a_checkout_of_another_user_is_refused_in_the_words_of_git_until_their_remedy_is_run() {
    let scripts = tempfile::tempdir().unwrap();
    // Git's own switch for tests: it works for every user, where only root can give a folder away.
    let mut world = world().git_script(scripts.path(), "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1");
    world.declare(12, "{timezone: Asia/Omsk}");
    let ran = world.run("plan --base HEAD").status(1).sends_nothing();
    let ran = ran.says(&["git says: fatal: detected dubious ownership", "safe.directory"]);
    assert_eq!(world.run("plan --format json").ok().json()["revision"], Json::Null);
    // The remedy that git proposes works, though the user's other settings are kept out.
    let home = tempfile::tempdir().unwrap();
    let remedy = ran.stderr.split("`git config --global ").nth(1).unwrap().split('`').next().unwrap();
    let remedy = remedy.replace("FOLDER", world.folder().to_str().unwrap());
    let mut words: Vec<&str> = remedy.split(' ').collect();
    let config = home.path().join(".gitconfig");
    fs::write(&config, "[core]\n\tquotePath = nonsense\n").unwrap();
    words.splice(0..0, ["config", "--file", config.to_str().unwrap()]);
    git_in(home.path(), &words);
    let mut world = world.env("HOME", home.path().to_str().unwrap());
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(origin(&ran), "pending");
}

#[test]
fn a_plan_with_a_base_that_is_saved_calls_git_at_most_six_times() {
    let scripts = tempfile::tempdir().unwrap();
    let calls = scripts.path().join("calls");
    let mut world = world().git_script(scripts.path(), &format!("echo \"$@\" >> {}", calls.display()));
    world.git(&["branch", "old"]);
    world.declare(12, "{timezone: Asia/Omsk}");
    world.commit("change");
    for revision in ["main", "old", "old..."] {
        fs::write(&calls, "").unwrap();
        world.run(&format!("plan --base {revision} --out saved.json")).ok();
        let saved: Json = serde_json::from_str(&world.read("saved.json")).unwrap();
        assert_eq!(saved["revision"]["dirty"], revision != "main", "saved.json itself is new at the second run");
        let calls = fs::read_to_string(&calls).unwrap();
        let count = calls.lines().count();
        assert!((1..=6).contains(&count), "{count} calls for {revision}:\n{calls}");
    }
    // Without a base: where the work tree is, and whether it is as it was committed.
    fs::write(&calls, "").unwrap();
    world.run("plan --out saved.json").ok();
    assert_eq!(fs::read_to_string(&calls).unwrap().lines().count(), 2);
}

#[test]
fn no_repository_and_no_git_are_errors_with_a_remedy() {
    let mut world =
        World::new().live(12, json!({})).declared(12, "{timezone: UTC}").env("PATH", &std::env::var("PATH").unwrap());
    world.run("plan --base HEAD").status(1).sends_nothing().says(&["not a git repository"]);
    let mut world = world.env("PATH", "/nonexistent");
    world.run("plan --base HEAD").status(1).sends_nothing().says(&["git` program cannot be run", "install it"]);
    world.run("plan").ok();
}

#[test]
fn a_sparse_checkout_releases_nothing_that_lies_outside_of_it() {
    let mut world = World::new()
        .live(12, json!({}))
        .file("north/12.yaml", "client: 12\nsettings: {timezone: UTC}\n")
        .file("north/13.yaml", "client: 13\nsettings: {timezone: UTC}\n")
        .file("south/14.yaml", "client: 14\nsettings: {timezone: UTC}\n---\nclient: 15\nsettings: {timezone: UTC}\n")
        .repository();
    world.git(&["sparse-checkout", "set", "north"]);
    assert!(!world.path("south/14.yaml").exists());
    fs::remove_file(world.path("north/13.yaml")).unwrap();
    let ran = world.run("plan --base HEAD --format json").ok();
    let released = &ran.json()["released_clients"];
    assert_eq!((released.as_array().unwrap().len(), &released[0]["client_id"]), (1, &json!("13")));
    assert_eq!(rules(&ran), [json!("sparse-checkout"), json!("unmanaged-by-change")]);
    assert!(!ran.stderr.contains("south/14.yaml:"), "{}", ran.stderr);
    ran.says(&["2 documents are outside of this sparse checkout"]);
}

#[test]
fn a_hook_in_a_linked_worktree_reads_its_own_project_and_leaves_the_index_alone() {
    let mut world = world();
    let other = tempfile::tempdir().unwrap();
    let linked = other.path().join("linked");
    world.git(&["worktree", "add", "-q", linked.to_str().unwrap(), "-b", "side"]);
    fs::write(linked.join("clients/12.yaml"), "client: 12\nsettings: {timezone: Asia/Omsk}\n").unwrap();
    git_in(&linked, &["add", "-A"]);
    let decoy = tempfile::tempdir().unwrap();
    git_in(decoy.path(), &["init", "-q"]);
    let index = fs::canonicalize(world.folder()).unwrap().join(".git/worktrees/linked/index");
    let before = (fs::read(&index).unwrap(), fs::metadata(&index).unwrap().modified().unwrap());
    let output = world
        .command("plan --base HEAD --format json")
        .current_dir(&linked)
        // What hooks export, and worse.
        .env("GIT_DIR", decoy.path().join(".git"))
        .env("GIT_INDEX_FILE", decoy.path().join("index"))
        .env("GIT_WORK_TREE", decoy.path())
        .env("GIT_OBJECT_DIRECTORY", decoy.path().join("objects"))
        .output()
        .unwrap();
    let plan: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["clients"][0]["changes"][0]["origin"], "pending", "{plan}");
    assert_eq!((fs::read(&index).unwrap(), fs::metadata(&index).unwrap().modified().unwrap()), before);
    assert!(!decoy.path().join("index").exists());
}

#[test]
fn a_project_in_a_subfolder_is_read_from_any_folder() {
    let mut world = world();
    let text = world.read("ringform.yaml");
    world.write("infra/pbx/ringform.yaml", text.as_bytes());
    world.write("infra/common.yaml", b"client: 13\nsettings: {timezone: UTC}\n");
    world.write("infra/pbx/clients/12.yaml", b"client: 12\nsettings: {timezone: UTC}\n");
    std::os::unix::fs::symlink("../../common.yaml", world.path("infra/pbx/clients/linked.yaml")).unwrap();
    world.commit("moved");
    world.write("infra/pbx/clients/12.yaml", b"client: 12\nsettings: {timezone: Asia/Omsk}\n");
    fs::remove_file(world.path("infra/pbx/clients/linked.yaml")).unwrap();
    let folders = [("", "infra/pbx"), ("infra", "pbx"), ("infra/pbx", ""), ("infra/pbx/clients", "..")];
    for (folder, path) in folders {
        let folder = world.path(folder);
        let output =
            world.command(&format!("plan {path} --base HEAD --format json")).current_dir(folder).output().unwrap();
        let plan: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(plan["clients"][0]["changes"][0]["origin"], "pending", "{path} {plan}");
        assert_eq!(plan["released_clients"][0]["client_id"], "13");
    }
}
