//! Runs that only read: they write nothing, call no network, and need no ledger.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use serde_json::json;

use crate::ledger::site::{Site, origins};
use crate::raw_server::RawServer;
use crate::repository::git_in;

/// One client at 7, recorded; git declares 8 on the branch of a pull request.
fn pull_request() -> Site {
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    site.world.git(&["checkout", "--quiet", "-b", "change"]);
    site.world.declare(12, "{hold_music: 8}");
    site.world.commit("change");
    site
}

#[test]
fn a_fork_without_the_branch_is_judged_by_its_base() {
    let mut site = pull_request();
    site.world.git(&["push", "--quiet", "origin", "change"]);
    let clone = site.clone_of("fork", &["--single-branch"]);
    git_in(&clone, &["fetch", "--quiet", "origin", "change"]);
    git_in(&clone, &["checkout", "--quiet", "FETCH_HEAD"]);
    let said = site.run_in(&clone, "plan --base origin/main --affected --format json").status(0);
    assert_eq!(origins(&said.json()), [("12".into(), "hold_music".into(), "pending".into())]);
    // Without a base and a ledger nothing is known.
    let said = site.run_in(&clone, "plan --format json").status(0);
    assert_eq!(origins(&said.json()), [("12".into(), "hold_music".into(), "unknown".into())]);
    // Drift behind the change is drift for the base, too.
    site.world.server().set(12, "hold_music", json!(5));
    let said = site.run_in(&clone, "plan --base origin/main --format json");
    assert_eq!(origins(&said.json()), [("12".into(), "hold_music".into(), "conflict".into())]);
    assert_eq!(site.puts(), 0);
}

/// Every file of a folder with its length and time, without the reports that a test asks for.
fn snapshot(folder: &Path) -> BTreeMap<String, (u64, SystemTime)> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let facts = |file: walkdir::DirEntry| {
        let meta = file.metadata().unwrap();
        (file.path().display().to_string(), (meta.len(), meta.modified().unwrap()))
    };
    files.map(facts).collect()
}

#[test]
fn plan_and_drift_write_nothing_and_make_no_call_of_git_over_a_network() {
    let mut site = pull_request();
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words");
    site.git_script(folder.path(), &format!("printf '%s ' \"$@\" >> '{0}'; echo >> '{0}'", words.display()));
    // Whoever asks the remote is seen.
    let server = RawServer::start(|_| Vec::new());
    site.world.git(&["remote", "set-url", "origin", &format!("{}/x.git", server.url())]);
    let before = snapshot(site.world.folder());
    for line in ["plan", "plan --base main", "plan --base main --affected", "plan --offline --base main", "drift"] {
        let ran = site.run(line);
        assert!(matches!(ran.status, 0 | 2), "{line}\n{}\n{}", ran.stdout, ran.stderr);
    }
    assert_eq!(snapshot(site.world.folder()), before);
    assert_eq!(server.received(), [""; 0]);
    let words = std::fs::read_to_string(&words).unwrap();
    assert!(words.contains("cat-file"), "the script has seen the calls: {words}");
    for call in [" fetch ", " push ", " ls-remote ", " pull ", " clone ", " fast-import ", " update-ref ", " gc "] {
        assert!(!words.contains(call), "{call}\n{words}");
    }
    // The trap works: apply does ask.
    site.run("apply --yes").status(1);
    assert_ne!(server.received(), [""; 0]);
}

#[test]
fn a_project_without_the_section_never_looks_for_a_branch() {
    let mut site =
        Site::with(crate::world::World::new().live(12, json!({"hold_music": 7})).declared(12, "{hold_music: 8}"), "");
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words");
    site.git_script(folder.path(), &format!("printf '%s ' \"$@\" >> '{0}'; echo >> '{0}'", words.display()));
    site.run("plan").ok().requests(1, 1, 0);
    site.run("apply --yes").ok().requests(1, 1, 1);
    let words = std::fs::read_to_string(&words).unwrap_or_default();
    assert!(!words.contains("ringform-ledger") && !words.contains("ls-tree"), "{words}");
    assert_eq!(site.tip(), None);
}
