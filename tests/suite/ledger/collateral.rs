//! A collateral that the ledger holds keeps the runs of every clone from sending, until one names it.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::collateral::{replacing, run_of};
use crate::ledger::site::{BRANCH, Site};
use crate::repository::git_in;

const HEAD: &str = "ringform.yaml/ledger.json";

/// A run in a folder: its status and report.
fn apply(site: &mut Site, folder: &Path, flags: &str) -> (i32, Json) {
    let said = site.run_in(folder, &format!("apply --yes --format json {flags}"));
    (said.status.unwrap(), said.json())
}

/// The summary of the error of this rule in a report.
fn error(report: &Json) -> String {
    let all = report["diagnostics"].as_array().unwrap();
    let mut errors = all.iter().filter(|one| one["rule"] == "collateral" && one["severity"] == "error");
    errors.next().unwrap_or(&Json::Null)["summary"].as_str().unwrap_or_default().to_owned()
}

/// A site whose first run damaged client 12, and a second clone.
fn damaged() -> (Site, std::path::PathBuf, String) {
    let mut site = Site::new(replacing());
    let clone = site.clone_of("clone", &[]);
    let here = site.world.folder().to_owned();
    let (status, report) = apply(&mut site, &here, "");
    assert_eq!((status, site.puts()), (1, 1), "{report}");
    let run = run_of(&report);
    assert_eq!(site.file(HEAD)["collaterals"], json!({&run: null}));
    (site, clone, run)
}

#[test]
fn another_clone_sends_nothing_until_it_names_the_run() {
    let (mut site, clone, first) = damaged();
    let (status, report) = apply(&mut site, &clone, "");
    let expected = format!("run {first} ended with a collateral, so this run, which has no terminal, sends nothing");
    assert_eq!((status, error(&report)), (1, expected));
    let (status, report) = apply(&mut site, &clone, "--after-collateral 20260101T000000Z-00aa11");
    assert!(status == 1 && error(&report).contains(&format!("the run to name is {first}")), "{report}");
    assert_eq!(site.puts(), 1);
    let (status, report) = apply(&mut site, &clone, &format!("--after-collateral {first}"));
    let second = run_of(&report);
    assert_eq!((status, site.puts()), (0, 2), "{report}");
    assert_eq!(site.file(HEAD)["collaterals"], json!({&first: &second}));
    // The machine of the first run learns it from the ledger, and its journal remembers it.
    site.world.write("clients/13.yaml", b"client: 13\nsettings: {timezone: UTC}\n");
    site.merge("back");
    let here = site.world.folder().to_owned();
    let (status, report) = apply(&mut site, &here, "");
    assert_eq!((status, site.puts()), (0, 3), "{report}");
    let acknowledged = format!(r#"{{"event":"acknowledged","by":"{second}"}}"#);
    assert!(site.journals(&here).iter().any(|journal| journal.contains(&acknowledged)));
    site.run("log --verify").ok();
}

#[test]
fn without_the_ledger_the_journal_still_counts_and_the_ledger_learns_of_it_later() {
    let mut site = Site::new(replacing());
    let clone = site.clone_of("clone", &[]);
    let here = site.world.folder().to_owned();
    let (status, report) = apply(&mut site, &here, "--no-ledger");
    let first = run_of(&report);
    assert_eq!((status, site.tip()), (1, None));
    for flags in ["--no-ledger", ""] {
        let (status, report) = apply(&mut site, &here, flags);
        assert!(status == 1 && error(&report).contains("hold_music of client 12"), "{report}");
    }
    // The refused run recorded what it knows, so the other clone is refused too.
    assert_eq!(site.file(HEAD)["collaterals"], json!({&first: null}));
    let (status, report) = apply(&mut site, &clone, "");
    assert!(status == 1 && error(&report).contains(&first), "{report}");
    assert_eq!(site.puts(), 1);
    // It leaves the ledger out and has no journal: nothing on this machine says so.
    let (status, report) = apply(&mut site, &clone, "--no-ledger");
    assert_eq!((status, site.puts()), (0, 2), "{report}");
    let (status, report) = apply(&mut site, &here, &format!("--after-collateral {first}"));
    assert_eq!((status, &site.file(HEAD)["collaterals"]), (0, &json!({&first: run_of(&report)})));
    site.run("log --verify").ok();
}

#[test]
fn a_list_that_does_not_parse_stops_apply_and_one_that_was_edited_is_found() {
    let (mut site, clone, first) = damaged();
    let head = site.file(HEAD);
    let with = |list: Json| {
        let mut edited = head.clone();
        edited["collaterals"] = list;
        edited.to_string()
    };
    site.edit(&[(HEAD, Some(&with(json!({}))))]);
    site.fetch(&clone);
    site.run_in(&clone, "log --verify").status(1).says(&["ledger.json was changed without a report"]);
    // The journal of the first run does not believe an edit.
    let here = site.world.folder().to_owned();
    let (status, report) = apply(&mut site, &here, "");
    assert!(status == 1 && error(&report).contains(&first), "{report}");
    site.edit(&[(HEAD, Some(&with(json!({"../x": null}))))]);
    let (status, report) = apply(&mut site, &clone, "");
    let summary = report["diagnostics"][0]["summary"].as_str().unwrap();
    assert!(status == 1 && summary.contains("`collaterals` holds a name that is not of a run"), "{report}");
    assert_eq!(site.puts(), 1);
}

#[test]
fn a_ledger_of_an_older_version_without_the_list_goes_on() {
    let mut site = Site::of_one(8);
    site.run("apply --yes").ok();
    let head = git_in(&site.remote(), &["show", &format!("{BRANCH}:{HEAD}")]);
    assert!(!head.contains("collaterals"), "{head}");
    site.world.write("clients/12.yaml", b"client: 12\nsettings: {hold_music: 9}\n");
    site.merge("nine");
    site.run("apply --yes").ok();
    assert_eq!(site.puts(), 2);
}

#[test]
fn a_run_that_was_killed_after_its_put_blocks_by_its_journal_and_brings_it_to_the_ledger() {
    let (mut site, clone, first) = damaged();
    let here = site.world.folder().to_owned();
    // As after a kill between the PUT and the record: the journal ends with the result, and the branch holds the claim.
    let tip = site.tip().unwrap();
    git_in(&site.remote(), &["update-ref", &format!("refs/heads/{BRANCH}"), &format!("{tip}^")]);
    let path = here.join(format!(".ringform/journal/{first}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap();
    let cut: Vec<&str> = text.lines().filter(|line| !line.contains("\"event\":\"end\"")).collect();
    std::fs::write(&path, cut.join("\n") + "\n").unwrap();
    assert_eq!(site.open(), std::slice::from_ref(&first));
    let (status, report) = apply(&mut site, &here, &format!("--take-over {first}"));
    assert!(status == 1 && error(&report).contains("hold_music of client 12"), "{report}");
    assert_eq!(site.file(HEAD)["collaterals"], json!({&first: null}));
    let (status, report) = apply(&mut site, &clone, "");
    assert!(status == 1 && error(&report).contains(&first), "{report}");
    assert_eq!(site.puts(), 1);
    site.run("log --verify").ok();
}
