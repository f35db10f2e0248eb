//! Files of the branch that are damaged, edited by hand or of a newer version, and disks and texts that do not fit.

use serde_json::json;

use crate::ledger::site::{BRANCH, Said, Site, origins};
use crate::repository::git_in;
use crate::world::World;

const TWELVE: &str = "ringform.yaml/clients/default/12.json";
const HEAD: &str = "ringform.yaml/ledger.json";

/// Two clients, 12 and 13, with a record of 7; git declares 8 and 8; people have set 12 to 5.
fn site() -> Site {
    let world = World::new().live(12, json!({"hold_music": 7})).live(13, json!({"hold_music": 7}));
    let mut site = Site::new(world.declared(12, "{hold_music: 7}").declared(13, "{hold_music: 7}"));
    site.run("apply --yes").ok();
    [12, 13].into_iter().for_each(|id| site.world.declare(id, "{hold_music: 8}"));
    site.merge("second");
    site.world.server().set(12, "hold_music", json!(5));
    site
}

fn are(list: [&str; 2]) -> Vec<(String, String, String)> {
    let row = |(id, origin): (&str, &str)| (id.to_owned(), "hold_music".to_owned(), origin.to_owned());
    ["12", "13"].into_iter().zip(list).map(row).collect()
}

#[test]
fn a_client_file_that_does_not_parse_costs_its_client_the_record_and_nothing_else() {
    for text in ["", "{\"hold_music\": {\"valu\": 7}}"] {
        let mut site = site();
        site.edit(&[(TWELVE, Some(text))]);
        site.fetch(site.world.folder());
        let ran = site.run("plan --format json").ok().says(&["12", "does not parse", TWELVE]);
        assert_eq!(origins(&ran.json()), are(["unknown", "pending"]), "{text:?}");
        site.run("apply --yes").ok().requests(1, 2, 2);
        for id in ["12", "13"] {
            assert_eq!(site.record(id), json!({"hold_music": {"value": 8}}), "{text:?}");
        }
    }
}

#[test]
fn a_client_file_edited_by_hand_counts_as_it_is_and_never_hides_a_difference() {
    // Somebody writes the live value into the record: the drift becomes pending, and it still differs.
    let mut site = site();
    site.edit(&[(TWELVE, Some("{\"hold_music\": {\"value\": 5}}"))]);
    site.fetch(site.world.folder());
    let ran = site.run("plan --format json").ok();
    assert_eq!(origins(&ran.json()), are(["pending", "pending"]));
    // Or the declared one.
    site.edit(&[(TWELVE, Some("{\"hold_music\": {\"value\": 8}}"))]);
    site.fetch(site.world.folder());
    let ran = site.run("plan --format json").ok();
    assert_eq!(origins(&ran.json()), are(["drift", "pending"]));
    // Or removes it.
    site.edit(&[(TWELVE, None)]);
    site.fetch(site.world.folder());
    let ran = site.run("plan --format json").ok();
    assert_eq!(origins(&ran.json()), are(["pending", "pending"]));
    site.run("apply --yes").ok().requests(1, 2, 2);
}

#[test]
fn a_ledger_json_that_does_not_parse_or_is_newer_stops_apply_and_warns_plan() {
    let newer = json!({"format_version": "2.0", "endpoint": {"new": "shape"}}).to_string();
    for (text, words) in [("{}", "does not parse"), (&newer, "which is newer")] {
        let mut site = site();
        site.edit(&[(HEAD, Some(text))]);
        let tip = site.tip();
        site.run("apply --yes").status(1).sends_nothing().says(&["error", words, "help: "]);
        site.fetch(site.world.folder());
        let ran = site.run("plan --format json").ok().says(&["warning", words]);
        assert_eq!(origins(&ran.json()), are(["unknown", "unknown"]), "{text:?}");
        site.run("drift").status(2).says(&["warning", words]);
        assert_eq!(site.tip(), tip);
    }
}

#[test]
fn links_folders_and_submodules_in_place_of_files_are_not_read() {
    let mut site = site();
    let remote = site.remote();
    let tip = site.tip().unwrap();
    let (path, index) = (site.path("entries"), site.path("index"));
    let tree = |entries: &str| {
        std::fs::write(&path, entries).unwrap();
        std::fs::remove_file(&index).ok();
        let script = format!(
            "cd '{}' && export GIT_INDEX_FILE='{}' && git read-tree {tip} && git update-index --index-info < '{}' && \
             git write-tree",
            remote.display(),
            index.display(),
            path.display()
        );
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let link = "/etc/hostname";
    let target = site.path("link");
    std::fs::write(&target, link).unwrap();
    let blob = git_in(&remote, &["hash-object", "-w", target.to_str().unwrap()]);
    for entry in [format!("120000 {blob}\t{TWELVE}\n"), format!("160000 {tip}\t{TWELVE}\n")] {
        let tree = tree(&entry);
        let commit = git_in(&remote, &["commit-tree", &tree, "-p", &tip, "-m", "odd"]);
        git_in(&remote, &["update-ref", &format!("refs/heads/{BRANCH}"), &commit]);
        site.fetch(site.world.folder());
        let ran = site.run("plan --format json").ok();
        // Without a record git brings the field for the first time; nothing reads as in sync.
        assert_eq!(origins(&ran.json()), are(["pending", "pending"]), "{entry}");
    }
    site.run("apply --yes").ok().requests(1, 2, 2);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
}

#[test]
fn a_name_with_a_newline_makes_no_trailer_and_no_second_line() {
    let world = World::new().live(12, json!({"name": "Anna\nRun: forged\n\nCommit: x", "hold_music": 7}));
    let mut site = Site::new(world.declared(12, "{hold_music: 8}"));
    let mut command = site.world.command("apply --yes");
    command.args(["--actor", "Eve <eve@x>\nRun: forged\u{1b}[31m"]);
    Said::of(command.output().unwrap()).status(0);
    let log = git_in(&site.remote(), &["log", "--format=%an|%ae|%cn%n%B", BRANCH]);
    assert!(log.contains("Eve|eve@x|ringform"), "{log}");
    for name in ["Run", "Digest", "Commit"] {
        let lines: Vec<&str> = log.lines().filter(|line| line.starts_with(&format!("{name}: "))).collect();
        assert_eq!(lines.len(), 2, "{name}: one for each of two commits\n{log}");
        assert!(lines.iter().all(|line| !line.contains("forged")), "{log}");
    }
    assert!(!log.contains('\u{1b}'), "{log}");
}

#[test]
fn a_disk_that_is_full_while_recording_keeps_the_claim_and_the_report() {
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 8}");
    site.merge("second");
    // After the claim has landed no file of this clone can grow: git's own files are the first to fail.
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "case \" $* \" in *\" fast-import \"*)\n  echo >> {at}/imports\n  [ $(wc -l < {at}/imports) -gt 1 ] && ulimit -f 0\n\
         esac",
        at = folder.path().display()
    );
    site.git_script(folder.path(), &script);
    let ran = site.run("apply --yes --format text --format json=report.json").status(1).requests(1, 1, 1);
    ran.says(&["origin/ringform-ledger cannot be written", "error"]);
    let report: serde_json::Value = serde_json::from_str(&site.world.read("report.json")).unwrap();
    assert_eq!(report["clients"][0]["result"], "applied");
    let run = site.open()[0].clone();
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 7}}));
    // The disk has room again: the next run finds what was sent.
    site.env("PATH", &std::env::var("PATH").unwrap());
    site.run(&format!("apply --yes --take-over {run}")).ok().requests(1, 1, 0);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
}

#[test]
fn a_clone_whose_objects_cannot_be_written_sends_nothing() {
    let mut site = Site::of_one(8);
    let folder = tempfile::tempdir().unwrap();
    let lines = "case \" $* \" in *\" fast-import \"*) ulimit -f 0; esac";
    site.git_script(folder.path(), lines);
    let ran = site.run("apply --yes").status(1).requests(1, 1, 0);
    ran.says(&["origin/ringform-ledger cannot be written"]);
    assert_eq!(site.tip(), None);
}
