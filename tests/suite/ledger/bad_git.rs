//! Git itself: missing, of another owner, in a shallow clone or without a commit.

use std::path::Path;

use serde_json::json;

use crate::ledger::site::{Site, origins};
use crate::repository::git_in;
use crate::trust::git_of_another_owner;
use crate::world::World;

#[test]
fn without_git_apply_sends_nothing_and_plan_warns() {
    let mut site = Site::of_one(8);
    site.env("PATH", "/nonexistent");
    site.run("apply --yes").status(1).sends_nothing().says(&["error", "help: "]);
    let ran = site.run("plan --format json").ok().requests(1, 1, 0).says(&["warning"]);
    assert_eq!(origins(&ran.json()), [("12".into(), "hold_music".into(), "unknown".into())]);
    site.run("apply --yes --no-ledger").ok().requests(1, 1, 1);
}

#[test]
fn without_a_repository_or_a_commit_apply_sends_nothing_and_plan_warns() {
    let world = World::new().live(12, json!({"hold_music": 7})).declared(12, "{hold_music: 8}");
    let mut world = world.project("ledger: git").env("PATH", &std::env::var("PATH").unwrap());
    for init in [false, true] {
        if init {
            world.git(&["init", "--quiet"]);
        }
        world.run("apply --yes").status(1).sends_nothing().says(&["a git work tree with a commit", "--no-ledger"]);
        world.run("plan").ok().requests(1, 1, 0).says(&["warning", "a git work tree with a commit"]);
    }
}

#[test]
fn a_work_tree_of_another_owner_is_an_error_with_gits_remedy() {
    let mut site = Site::of_one(8);
    let programs = tempfile::tempdir().unwrap();
    site.env("PATH", &git_of_another_owner(programs.path()));
    site.run("apply --yes").status(1).sends_nothing().says(&["error", "help: "]);
    site.run("plan").ok().requests(1, 1, 0).says(&["warning"]);
    assert_eq!(site.tip(), None);
    // Once the user calls the folder safe, all of it works, the remote included.
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".gitconfig"), "[safe]\n\tdirectory = *\n").unwrap();
    site.env("HOME", home.path().to_str().unwrap());
    site.run("apply --yes").ok().requests(1, 1, 1);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
}

#[test]
fn a_shallow_clone_that_cannot_tell_is_an_error_with_gits_remedy() {
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    for value in [8, 9] {
        site.world.declare(12, &format!("{{hold_music: {value}}}"));
        site.merge(&format!("music {value}"));
    }
    let clone = site.clone_of("shallow", &["--depth", "1"]);
    let said = site.run_in(&clone, "apply --yes").status(1);
    said.says(&["git cannot say whether", "git fetch --unshallow", "fetch-depth: 0"]);
    assert_eq!(site.puts(), 0);
    git_in(&clone, &["fetch", "--quiet", "--unshallow"]);
    site.run_in(&clone, "apply --yes").status(0);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 9}}));
    // A shallow clone of the commit that was applied last can tell. It gets the ledger whole and stays as shallow as
    // it was.
    site.world.server().set(12, "hold_music", json!(5));
    let clone = site.clone_of("again", &["--depth", "1"]);
    let shallow = |clone: &Path| std::fs::read_to_string(clone.join(".git/shallow")).unwrap();
    let before = shallow(&clone);
    site.run_in(&clone, "apply --yes").status(0);
    assert_eq!(shallow(&clone), before);
    let first = |folder: &Path, name: &str| git_in(folder, &["rev-list", "--max-parents=0", name]);
    let (copy, tip) = ("refs/remotes/origin/ringform-ledger", "refs/heads/ringform-ledger");
    assert_eq!(first(&clone, copy), first(&site.remote(), tip));
    assert_eq!(site.world.stored(12, "hold_music"), 9);
}

#[test]
fn an_older_commit_is_not_applied_over_a_newer_one() {
    let mut site = Site::of_one(7);
    let first = site.world.git(&["rev-parse", "HEAD"]);
    site.world.declare(12, "{hold_music: 8}");
    site.merge("second");
    site.run("apply --yes").ok();
    let clone = site.clone_of("old", &[]);
    git_in(&clone, &["checkout", "--quiet", &first]);
    let said = site.run_in(&clone, "apply --yes").status(1);
    said.says(&["was applied already", "--allow-older"]);
    assert_eq!(site.world.stored(12, "hold_music"), 8);
    site.run_in(&clone, "apply --yes --allow-older").status(0);
    assert_eq!(site.world.stored(12, "hold_music"), 7);
    assert_eq!(site.file("ringform.yaml/ledger.json")["commit"], first.as_str());
}
