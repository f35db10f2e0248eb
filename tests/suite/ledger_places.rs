//! The ledger in repositories as machines have them: shallow, partial, linked, bare, in a submodule, of another owner.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::ledger_notes::{COPY, merge, notes, origins, with_remote, world};
use crate::repository::git_in;
use crate::trust::git_of_another_owner;
use crate::world::World;

/// A run in another folder: its exit status, its document and its errors.
fn run_in(world: &mut World, folder: &Path, line: &str) -> (i32, Json, String) {
    let output = world.command(&format!("{line} --format json")).current_dir(folder).output().unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Json::Null);
    (output.status.code().unwrap_or(-1), json, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn said(json: &Json) -> Vec<String> {
    let all = json["diagnostics"].as_array().unwrap().iter();
    all.map(|one| format!("{} help: {}", one["summary"].as_str().unwrap(), one["help"].as_str().unwrap_or("")))
        .collect()
}

/// The origin of the one change of the document.
fn origin(json: &Json) -> Json {
    let mut changes = json["clients"].as_array().unwrap().iter().flat_map(|one| one["changes"].as_array().unwrap());
    changes.next().map(|one| one["origin"].clone()).unwrap_or_default()
}

/// Runs the `git fetch` of a help.
fn run_help(folder: &Path, help: &str) {
    let command = help.split('`').find(|part| part.starts_with("git fetch")).unwrap_or_else(|| panic!("{help}"));
    git_in(folder, &command.split(' ').skip(1).collect::<Vec<_>>());
}

/// A ledger with two runs, and drift behind its back. The remote serves partial clones.
fn drifted() -> (World, tempfile::TempDir, String) {
    let (mut world, remote) = world();
    for name in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        git_in(remote.path(), &["config", name, "true"]);
    }
    world.run("apply --yes").ok();
    world.declare(12, "{geo_list: [RU, BY], timezone: UTC, hold_music: 7}");
    merge(&world);
    world.run("apply --yes").ok();
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    let url = format!("file://{}", remote.path().display());
    (world, remote, url)
}

#[test]
fn a_clone_of_one_branch_fetches_the_ledger_with_the_command_of_the_note() {
    let (mut world, _remote, url) = drifted();
    let clones = tempfile::tempdir().unwrap();
    git_in(clones.path(), &["clone", "-q", "--single-branch", &url, "single"]);
    let single = clones.path().join("single");
    let (status, json, _) = run_in(&mut world, &single, "plan");
    assert_eq!((status, origin(&json)), (0, json!("unknown")));
    run_help(&single, &said(&json)[0]);
    let (status, json, _) = run_in(&mut world, &single, "plan");
    assert_eq!((status, origin(&json), said(&json)), (0, json!("drift"), vec![]));
    let (status, json, stderr) = run_in(&mut world, &single, "apply --yes");
    assert_eq!((status, origin(&json)), (0, json!("drift")), "{stderr}");
}

#[test]
fn a_shallow_clone_applies_its_own_commit_and_stays_as_deep_as_it_is() {
    let (mut world, _remote, url) = drifted();
    let clones = tempfile::tempdir().unwrap();
    for (name, more) in [("one", "--single-branch"), ("all", "--no-single-branch")] {
        git_in(clones.path(), &["clone", "-q", "--depth", "1", more, &url, name]);
        let clone = clones.path().join(name);
        let (status, json, stderr) = run_in(&mut world, &clone, "apply --yes");
        assert_eq!((status, origin(&json)), (0, json!("drift")), "{stderr}");
        assert_eq!(git_in(&clone, &["rev-list", "--count", "HEAD"]), "1");
        world.server().set(12, "timezone", json!("Asia/Omsk"));
    }
    // A fetch makes no clone shallower.
    let deep = world.git(&["rev-list", "--count", COPY]);
    world.run("apply --yes").ok();
    assert_eq!(world.git(&["rev-parse", "--is-shallow-repository"]), "false");
    assert!(world.git(&["rev-list", "--count", COPY]).parse::<u32>().unwrap() > deep.parse().unwrap());
    // The commit that was applied last is not in a shallow clone of a later one.
    world.declare(12, "{geo_list: [RU, BY], timezone: UTC, hold_music: 7, dial_rule_id: null}");
    merge(&world);
    git_in(clones.path(), &["clone", "-q", "--depth", "1", &url, "later"]);
    let later = clones.path().join("later");
    let (status, json, _) = run_in(&mut world, &later, "apply --yes");
    let said = said(&json);
    assert_eq!(status, 1);
    assert!(
        said.iter().any(|one| one.contains("cannot say whether") && one.contains("git fetch --unshallow")),
        "{said:?}"
    );
    git_in(&later, &["fetch", "-q", "--unshallow"]);
    let (status, _, stderr) = run_in(&mut world, &later, "apply --yes");
    assert_eq!(status, 0, "{stderr}");
}

#[test]
fn a_shallow_history_with_a_hole_is_not_taken_for_an_older_commit() {
    let (mut world, _remote, url) = drifted();
    let applied = world.git(&["rev-parse", "HEAD"]);
    for dial in [19, 20] {
        world.declare(12, &format!("{{geo_list: [RU, BY], timezone: UTC, hold_music: 7, dial_rule_id: {dial}}}"));
        merge(&world);
    }
    world.git(&["push", "-q", "origin", &format!("{applied}:refs/heads/applied")]);
    let clones = tempfile::tempdir().unwrap();
    // Both commits are there, and not the way from one to the other.
    git_in(clones.path(), &["clone", "-q", "--depth", "1", "--no-single-branch", &url, "hole"]);
    let hole = clones.path().join("hole");
    git_in(&hole, &["cat-file", "-e", &applied]);
    let (status, json, _) = run_in(&mut world, &hole, "apply --yes");
    assert_eq!(status, 1);
    assert!(said(&json).iter().any(|one| one.contains("this clone is shallow") && one.contains("--unshallow")));
}

#[test]
fn a_partial_clone_judges_after_the_fetch_of_the_note_and_applies_without_it() {
    let (mut world, _remote, url) = drifted();
    let clones = tempfile::tempdir().unwrap();
    for (name, filter) in [("blobless", "--filter=blob:none"), ("treeless", "--filter=tree:0")] {
        for kind in ["plan", "apply"] {
            let clone = format!("{name}-{kind}");
            git_in(clones.path(), &["clone", "-q", filter, &url, &clone]);
            let clone = clones.path().join(clone);
            if kind == "plan" {
                let (status, json, _) = run_in(&mut world, &clone, "plan");
                assert_eq!((status, origin(&json)), (0, json!("unknown")), "{name}");
                run_help(&clone, &said(&json)[0]);
                let (status, json, _) = run_in(&mut world, &clone, "plan");
                assert_eq!((status, origin(&json), said(&json)), (0, json!("drift"), vec![]), "{name}");
            }
            let (status, json, stderr) = run_in(&mut world, &clone, "apply --yes");
            assert_eq!((status, origin(&json)), (0, json!("drift")), "{name} {kind}: {stderr}");
            world.server().set(12, "timezone", json!("Asia/Omsk"));
        }
    }
}

#[test]
fn linked_work_trees_and_submodules_have_the_ledger_of_their_repository() {
    let (mut world, _remote, url) = drifted();
    let places = tempfile::tempdir().unwrap();
    let linked = places.path().join("linked");
    world.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]);
    let (status, json, _) = run_in(&mut world, &linked, "plan");
    assert_eq!((status, origin(&json), said(&json)), (0, json!("drift"), vec![]));
    assert_eq!(run_in(&mut world, &linked, "apply --yes").0, 0);
    world.server().set(12, "timezone", json!("Asia/Omsk"));

    let outer = places.path().join("outer");
    git_in(places.path(), &["init", "-q", "outer"]);
    git_in(&outer, &["submodule", "--quiet", "add", &url, "pbx"]);
    git_in(&outer, &["commit", "-q", "-m", "outer"]);
    let (status, json, _) = run_in(&mut world, &outer.join("pbx"), "plan");
    assert_eq!((status, origin(&json), said(&json)), (0, json!("drift"), vec![]));
    assert_eq!(run_in(&mut world, &outer.join("pbx"), "apply --yes").0, 0);
    assert_eq!(git_in(&outer, &["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
}

#[test]
fn a_local_branch_that_a_linked_work_tree_has_checked_out_is_not_written() {
    let world = World::new().live(12, json!({"timezone": "UTC"})).declared(12, "{timezone: UTC}");
    let mut world = world.project("ledger: {remote: none}").repository();
    world.run("apply --yes").ok();
    let places = tempfile::tempdir().unwrap();
    let linked = places.path().join("linked");
    world.git(&["worktree", "add", "-q", linked.to_str().unwrap(), "ringform-ledger"]);
    world.declare(12, "{timezone: Asia/Omsk}");
    world.commit("change");
    world.run("apply --yes").status(1).sends_nothing().says(&["is checked out"]);
    world.git(&["worktree", "remove", linked.to_str().unwrap()]);
    world.run("apply --yes").ok();
}

#[test]
fn without_a_work_tree_or_a_commit_apply_says_what_is_missing_and_plan_goes_on() {
    let world = World::new().live(12, json!({"timezone": "UTC"})).declared(12, "{timezone: UTC}");
    let mut world = world.project("ledger: git").env("PATH", &std::env::var("PATH").unwrap());
    let refused = |world: &mut World, why: &str| {
        let ran = world.run("plan --format json").ok();
        assert!(notes(&ran)[0].starts_with("warning:") && notes(&ran)[0].contains(why), "{:?}", notes(&ran));
        world.run("apply --yes").status(1).sends_nothing().says(&["the ledger needs", why, "--no-ledger"]);
        world.run("apply --yes --no-ledger").ok();
    };
    refused(&mut world, "not a git repository");
    world.git(&["init", "-q"]);
    refused(&mut world, "the repository has no commit yet");
    fs::remove_dir_all(world.path(".git")).unwrap();
    git_in(world.folder(), &["init", "-q", "--bare", "."]);
    refused(&mut world, "a bare repository");
}

#[test]
fn a_work_tree_of_another_owner_needs_gits_own_remedy() {
    let (world, remote) = world();
    let (home, programs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = world.env("HOME", home.path().to_str().unwrap());
    let mut world = world.env("PATH", &git_of_another_owner(programs.path()));
    let ran = world.run("plan --format json").ok();
    assert!(
        notes(&ran)[0].starts_with("warning:") && notes(&ran)[0].contains("dubious ownership"),
        "{:?}",
        notes(&ran)
    );
    let remedy = "git config --global --add safe.directory";
    world.run("apply --yes").status(1).sends_nothing().says(&["dubious ownership", remedy]);
    // The remote is a folder of the same machine here, so it needs the same.
    let folders = [world.folder(), remote.path()].map(|folder| fs::canonicalize(folder).unwrap());
    let lines = folders.map(|folder| format!("\tdirectory = {}\n", folder.display()));
    fs::write(home.path().join(".gitconfig"), format!("[safe]\n{}", lines.concat())).unwrap();
    world.run("apply --yes").ok();
    assert_eq!(notes(&world.run("plan --format json").ok()), Vec::<String>::new());
}

#[test]
fn projects_of_one_repository_have_a_folder_each_whatever_their_names() {
    let world = World::new().live(12, json!({"timezone": "UTC"})).live(13, json!({"timezone": "UTC"}));
    let (mut world, _remote) = with_remote(world.declared(12, "{timezone: UTC}"));
    let text = world.read("ringform.yaml");
    let other = "süd %20 \"b\"";
    world.write(&format!("{other}/ringform.yaml"), text.as_bytes());
    world.write(&format!("{other}/13.yaml"), b"client: 13\nsettings: {timezone: UTC}\n");
    merge(&world);
    world.run("apply --yes").ok();
    let folder = world.path(other);
    assert_eq!(run_in(&mut world, &folder, "apply --yes").0, 0);
    let listed = world.git(&["ls-tree", "-r", "-z", "--name-only", COPY]);
    for path in ["ringform.yaml/clients/default/12.json", &format!("{other}/ringform.yaml/clients/default/13.json")] {
        assert!(listed.split('\0').any(|one| one == path), "{path} in {listed}");
    }
    // Each run names its own project only, and neither releases what the other holds.
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    world.server().set(13, "timezone", json!("Asia/Omsk"));
    let ran = world.run("plan --format json").ok();
    assert_eq!((origins(&ran, "12"), notes(&ran)), (json!({"timezone": "drift"}), vec![]));
    assert_eq!(ran.json()["released_clients"], json!([]));
    let (_, json, _) = run_in(&mut world, &folder, "plan");
    assert_eq!((origin(&json), said(&json)), (json!("drift"), vec![]));
}

#[test]
fn me_is_a_record_for_each_credential_and_a_number_begins_anew() {
    let seed = json!({"apps": [
        {"app_id": "app", "app_secret": "s3cr3t-of-app", "me": 12},
        {"app_id": "east", "app_secret": "s3cr3t-of-east", "me": 13},
    ]});
    let credentials = "credentials:\n  default: {app_id: \"${RINGFORM_APP_ID}\", app_secret: \"${RINGFORM_APP_SECRET}\"}\n  \
                       east: {app_id: \"${EAST_ID}\", app_secret: \"${EAST_SECRET}\"}";
    let world = World::new().live(12, json!({"timezone": "UTC"})).live(13, json!({"timezone": "UTC"})).seed(seed);
    let world = world.env("EAST_ID", "east").env("EAST_SECRET", "s3cr3t-of-east").project(credentials);
    let world = world.file("clients/me.yaml", "client: \"@me\"\nsettings: {timezone: UTC}\n");
    let world = world.file("clients/east.yaml", "client: \"@me\"\ncredentials: east\nsettings: {timezone: UTC}\n");
    let (mut world, _remote) = with_remote(world);
    world.run("apply --yes").ok();
    let listed = world.git(&["ls-tree", "-r", "--name-only", COPY, "--", "ringform.yaml/clients"]);
    assert_eq!(listed, "ringform.yaml/clients/default/@me.json\nringform.yaml/clients/east/@me.json");
    world.server().set(13, "timezone", json!("Asia/Omsk"));
    let ran = world.run("plan --format json").ok();
    assert_eq!((origin(&ran.json()), &ran.json()["summary"]["changes"]), (json!("drift"), &json!(1)));
    // A number is another client as far as the record knows: its record begins, and that of @me is released.
    world.write("clients/east.yaml", b"client: 13\ncredentials: east\nsettings: {timezone: UTC}\n");
    merge(&world);
    let ran = world.run("plan --format json").ok();
    assert_eq!(origins(&ran, "13"), json!({"timezone": "pending"}));
    assert_eq!(ran.json()["released_clients"], json!([{"client_id": "@me", "credentials": "east", "source": null}]));
    world.run("apply --yes").ok();
    let listed = world.git(&["ls-tree", "-r", "--name-only", COPY, "--", "ringform.yaml/clients"]);
    assert_eq!(listed, "ringform.yaml/clients/default/@me.json\nringform.yaml/clients/east/13.json");
}
