//! `undo` with a ledger: where the run is found, what is recorded, and reports that were edited.

use std::fs;

use serde_json::{Value as Json, json};

use crate::ledger_rules::{Ledger, short};
use crate::repository::git_in;

/// A ledger whose last run changed client 12 from RU to KZ RU, and that run. Only the ledger knows it.
fn applied() -> (Ledger, String) {
    let mut ledger = Ledger::new("");
    ledger.world.run("apply --yes").ok();
    ledger.world.declare(12, "{geo_list: [RU, KZ]}");
    ledger.world.commit("open");
    let report = ledger.world.run("apply --yes --format json").ok().requests(1, 2, 1).json();
    fs::remove_dir_all(ledger.world.path(".ringform/journal")).unwrap();
    (ledger, report["run"]["id"].as_str().unwrap().to_owned())
}

impl Ledger {
    /// Commits this file of the project to the branch, as a person with push rights can, and fetches it.
    fn write(&self, path: &str, text: &str, amend: bool) {
        let clone = tempfile::tempdir().unwrap();
        let remote = self.remote.path().to_str().unwrap();
        git_in(clone.path(), &["clone", "-q", "--branch", "ringform-ledger", remote, "."]);
        let file = clone.path().join("ringform.yaml").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        git_in(clone.path(), &["add", "-A"]);
        match amend {
            true => git_in(clone.path(), &["commit", "-q", "--amend", "-m", "edited"]),
            false => git_in(clone.path(), &["commit", "-q", "-m", "edited"]),
        };
        git_in(clone.path(), &["push", "-q", "--force", "origin", "HEAD"]);
        self.world.git(&["fetch", "-q", "origin", "+refs/heads/ringform-ledger:refs/remotes/origin/ringform-ledger"]);
    }

    fn report_path(run: &str) -> String {
        format!("runs/{}/{}/{run}.json", &run[..4], &run[4..6])
    }

    fn origin(&mut self) -> Json {
        self.world.run("plan --format json").client("12")["changes"][0]["origin"].clone()
    }
}

#[test]
fn an_undone_value_is_recorded_and_pending_until_the_commit_is_reverted() {
    let (mut ledger, run) = applied();
    let applied = ledger.head();
    // The job that undoes may be at a later commit, which was not applied.
    ledger.world.commit("later");
    let undo = ledger.world.run(&format!("undo {run} --out undo.json")).ok().requests(1, 1, 0);
    undo.prints(&["KZ RU → RU", &format!("revert commit {} in git too", short(&applied))]);
    ledger.world.run("apply --plan undo.json --yes --format json=undone.json").ok().requests(1, 1, 1);
    assert_eq!(ledger.world.stored(12, "geo_list"), json!("RU"));
    assert_eq!(ledger.file("clients/default/12.json"), json!({"geo_list": {"value": "RU"}}));
    assert_eq!(ledger.commit(), applied, "an undo applies no code");
    let undone: Json = serde_json::from_str(&ledger.world.read("undone.json")).unwrap();
    let second = undone["run"]["id"].as_str().unwrap().to_owned();
    assert_eq!(ledger.file(&Ledger::report_path(&second))["undo"]["run"], json!(run));
    // Live is as ringform left it, so this is no drift.
    assert_eq!(ledger.origin(), json!("pending"));
    ledger.world.run("drift").ok();
    ledger.world.run("undo undone.json").ok().prints(&["RU → KZ RU"]);
    // An undo of the undo, from the ledger.
    ledger.world.run(&format!("undo {second} --out again.json")).ok().prints(&["RU → KZ RU"]);
    let again = ledger.world.run("apply --plan again.json --yes").ok().requests(1, 1, 1);
    assert!(!again.stdout.contains("warning"), "other reports in the folder are no code: {}", again.stdout);
    assert_eq!(ledger.file("clients/default/12.json"), json!({"geo_list": {"value": "KZ RU"}}));
    ledger.world.run("plan").ok().prints(&["No difference"]);
    // Undone once more, the next apply sends git's value, unless its commit is reverted.
    ledger.world.run(&format!("undo {run} --out undo.json")).ok();
    ledger.world.run("apply --plan undo.json --yes").ok().requests(1, 1, 1);
    ledger.world.git(&["revert", "--no-edit", &applied]);
    ledger.world.run("plan").ok().prints(&["No difference"]);
    ledger.world.git(&["revert", "--no-edit", "HEAD"]);
    ledger.world.run("apply --yes").ok().requests(1, 2, 1);
    assert_eq!(ledger.world.stored(12, "geo_list"), json!("KZ RU"));
}

#[test]
fn a_report_that_was_edited_is_refused() {
    let (mut ledger, run) = applied();
    let path = Ledger::report_path(&run);
    let report = ledger.file(&path).to_string();
    let forged = report.replace("\"before\":\"RU\"", "\"before\":\"*\"");
    assert_ne!(forged, report);
    ledger.write(&path, &forged, true);
    let undo = ledger.world.run(&format!("undo {run}")).status(1).sends_nothing();
    undo.says(&["error[undo]", "its digest does not fit"]);
    let (mut ledger, run) = self::applied();
    let path = Ledger::report_path(&run);
    let report = ledger.file(&path).to_string();
    ledger.write(&path, &report.replace("\"requests\"", "\"asked\""), false);
    let undo = ledger.world.run(&format!("undo {run}")).status(1).sends_nothing();
    undo.says(&["changed the report of run", "origin/ringform-ledger"]);
}

#[test]
fn a_run_that_left_only_its_claim_is_undone_to_the_recorded_value() {
    let (mut ledger, _) = applied();
    let run = "20261124T100000Z-00dead";
    let claim = |end: &str| {
        json!({
            "run": run, "actor": "Anna", "link": null, "commit": ledger.head(), "digest": "sha256:0",
            "started_at": "2026-11-24T10:00:00Z", "lease_end": end,
            "puts": [{"client_id": "12", "credentials": null, "put": {"geo_list": "BY"}}]
        })
        .to_string()
    };
    let (alive, dead) = (claim("2099-01-01T00:00:00Z"), claim("2026-11-24T10:15:00Z"));
    ledger.write(&format!("open/{run}.json"), &alive, false);
    ledger.world.run(&format!("undo {run}")).status(1).sends_nothing().says(&["is under way", "wait for its end"]);
    ledger.write(&format!("open/{run}.json"), &dead, false);
    ledger.world.server().set(12, "geo_list", json!("BY"));
    let undo = ledger.world.run(&format!("undo {run} --format json")).ok();
    assert_eq!(undo.client("12")["put"], json!({"geo_list": "KZ RU"}));
    // The PUT did not arrive.
    ledger.world.server().set(12, "geo_list", json!("KZ RU"));
    ledger.world.run(&format!("undo {run}")).ok().prints(&["Nothing to undo"]);
}

#[test]
fn without_the_ledger_the_journals_are_asked() {
    let (mut ledger, run) = applied();
    ledger.world.run(&format!("undo {run} --no-ledger")).status(1).says(&["is not known here"]).sends_nothing();
    ledger.world.declare(12, "{geo_list: BY}");
    ledger.world.commit("close");
    let report = ledger.world.run("apply --yes --no-ledger --format json").ok().json();
    let left_out = report["run"]["id"].as_str().unwrap();
    ledger.world.run(&format!("undo {left_out}")).ok().prints(&["BY → KZ RU"]);
    ledger.world.run(&format!("undo {left_out} --no-ledger")).ok().prints(&["BY → KZ RU"]);
}
