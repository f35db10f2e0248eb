//! A saved plan with a ledger: which commit is recorded, which clients, and when the plan is refused.

use std::fs;

use serde_json::{Value as Json, json};

use crate::ledger_rules::{APPLY, Ledger, short};

const BY: &str = "{geo_list: BY}";
const SAVED: &str = "apply --plan p.json --yes";

/// A ledger, and a saved plan that brings BY to client 12. Returns the commit of the plan.
fn planned() -> (Ledger, String) {
    let mut ledger = Ledger::new("");
    ledger.world.declare(12, BY);
    ledger.world.commit("open");
    ledger.world.run("plan --out p.json").ok();
    let commit = ledger.head();
    (ledger, commit)
}

fn edit_plan(ledger: &Ledger, edit: impl Fn(&mut Json)) {
    let mut plan: Json = serde_json::from_str(&ledger.world.read("p.json")).unwrap();
    edit(&mut plan);
    fs::write(ledger.world.path("p.json"), plan.to_string()).unwrap();
}

#[test]
fn a_saved_plan_records_its_own_commit_and_the_clients_that_it_read_again() {
    let (mut ledger, commit) = planned();
    ledger.world.commit("later");
    ledger.world.run(SAVED).ok().requests(1, 1, 1);
    assert_eq!(ledger.commit(), commit);
    assert_eq!(ledger.files(), ["README.md", "ringform.yaml/clients/default/12.json", "ringform.yaml/ledger.json"]);
    assert_eq!(ledger.file("clients/default/12.json"), json!({"geo_list": {"value": "BY"}}));
}

#[test]
fn a_plan_of_a_commit_that_was_overtaken_is_refused_until_people_allow_it() {
    let (mut ledger, older) = planned();
    ledger.world.run(APPLY).ok().requests(1, 2, 1);
    assert_eq!(ledger.commit(), older);
    ledger.world.declare(12, "{geo_list: RU}");
    ledger.world.commit("close again");
    let newer = ledger.head();
    ledger.world.run(APPLY).ok().requests(1, 2, 1);
    let says = [&*format!("commit {} was applied already, and {} does not contain it", short(&newer), short(&older))];
    ledger.world.run(SAVED).status(1).sends_nothing().says(&says).says(&["--allow-older"]);
    ledger.world.git(&["checkout", "-q", &older]);
    // A detached HEAD is a commit like any other.
    ledger.world.run("apply --yes").status(1).sends_nothing().says(&says);
    ledger.world.git(&["checkout", "-q", "main"]);
    assert_eq!(ledger.commit(), newer);
    ledger.world.run(&format!("{SAVED} --allow-older")).ok().requests(1, 1, 1);
    assert_eq!((ledger.commit(), ledger.world.stored(12, "geo_list")), (older, json!("BY")));
}

#[test]
fn what_moved_between_plan_and_apply_is_not_recorded_as_agreed() {
    let mut ledger = Ledger::new("");
    ledger.world.declare(12, "{geo_list: RU, timezone: null, hold_music: 7}");
    ledger.world.server().set(12, "hold_music", json!(5));
    ledger.world.commit("three fields");
    ledger.world.run("plan --out p.json").ok();
    // One field is in sync in the plan and moves; the other two are as planned.
    ledger.world.server().set(12, "timezone", json!("Asia/Omsk"));
    ledger.world.run(SAVED).ok().requests(1, 1, 1);
    let expected = json!({"geo_list": {"value": "RU"}, "hold_music": {"value": 7}});
    assert_eq!(ledger.file("clients/default/12.json"), expected);
    // A stale client keeps its record, and live decides about nothing.
    ledger.world.declare(12, "{geo_list: RU, timezone: null, hold_music: 9}");
    ledger.world.commit("again");
    ledger.world.run("plan --out p.json").ok();
    ledger.world.server().set(12, "hold_music", json!(8));
    ledger.world.run(&format!("{SAVED} --format json")).status(1).prints(&["\"stale\""]);
    assert_eq!(ledger.file("clients/default/12.json"), expected);
}

#[test]
fn a_saved_plan_keeps_the_origins_that_it_was_made_with() {
    let (mut ledger, _) = planned();
    // Without a ledger yet the plan knows no origin. The run before its apply changes nothing about that.
    ledger.world.run("apply --yes --client 13").ok();
    let ran = ledger.world.run(&format!("{SAVED} --format json")).ok();
    assert_eq!(ran.client("12")["changes"][0]["origin"], "unknown");
}

#[test]
fn a_plan_without_a_commit_or_of_an_unknown_one_is_refused_and_sends_nothing() {
    for (revision, says) in [
        (json!(null), "the plan names no commit"),
        (json!({"commit": "f".repeat(40), "dirty": false, "folder": ""}), "which this repository does not have"),
        (json!({"commit": "--all", "dirty": false, "folder": ""}), "which this repository does not have"),
        (json!({"commit": "HEAD", "dirty": false, "folder": ""}), "which this repository does not have"),
    ] {
        let (mut ledger, _) = planned();
        edit_plan(&ledger, |plan| plan["revision"] = revision.clone());
        ledger.world.run(SAVED).status(1).sends_nothing().says(&[says]);
        assert_eq!(ledger.tip(), "", "nothing is recorded");
        ledger.world.run(&format!("{SAVED} --no-ledger")).ok().requests(1, 1, 1).says(&["will be missing there"]);
        assert_eq!(ledger.tip(), "");
    }
}

#[test]
fn a_plan_of_files_that_git_does_not_hold_is_recorded_with_a_warning() {
    let mut ledger = Ledger::new("");
    ledger.world.declare(12, BY);
    ledger.world.run("plan --out p.json").ok();
    let says = format!("the plan was made in a work tree that differs from commit {}", short(&ledger.head()));
    ledger.world.run(SAVED).ok().requests(1, 1, 1).prints(&[&says]);
    assert_eq!(ledger.commit(), ledger.head());
}

/// The labels of the recorded commit count, although a saved plan reads no document.
#[test]
fn a_plan_made_without_the_branch_is_judged_by_the_recorded_guards_and_labels_all_the_same() {
    let guard = "guards: [{name: g, field: geo_list, deny: {to: \"*\"}, labels: {city: omsk}}]";
    for (now, why) in [(guard, "is against the guard"), ("", "which this change removes")] {
        let mut ledger = Ledger::new(guard);
        ledger.world.write("clients/12.yaml", b"client: 12\nlabels: {city: omsk}\nsettings: {geo_list: RU}\n");
        ledger.world.commit("a label");
        ledger.world.run(APPLY).ok();
        let first = ledger.commit();
        ledger.project(&format!("ledger: git\n{now}"));
        ledger.world.declare(12, "{geo_list: \"*\"}");
        ledger.world.commit("shed the label and open");
        // A clone without the branch, as a checkout of one commit leaves it.
        ledger.world.git(&["update-ref", "-d", "refs/remotes/origin/ringform-ledger"]);
        ledger.world.run("plan --out p.json").ok();
        ledger.world.run(SAVED).status(1).sends_nothing().prints(&[why]);
        ledger.world.run("plan").status(1).prints(&[why]);
        ledger.world.run("apply --yes").status(1).prints(&[why]);
        assert!(ledger.world.puts().is_empty());
        assert_eq!(ledger.commit(), first, "{why}");
    }
}

#[test]
fn limits_of_the_recorded_commit_bind_a_saved_plan() {
    let mut ledger = Ledger::new("limits: {max_opening: 0}");
    ledger.world.run(APPLY).ok();
    let first = ledger.commit();
    ledger.project("ledger: git");
    ledger.world.declare(12, "{geo_list: \"*\"}");
    ledger.world.commit("one change");
    ledger.world.run("plan --out p.json").ok().prints(&["max_opening", "apply would send nothing"]);
    let name = format!("max_opening of {}", short(&first));
    for _ in 0..2 {
        for line in [SAVED, "apply --yes"] {
            ledger
                .world
                .run(line)
                .status(1)
                .requests(u64::from(line != SAVED), 2 * u64::from(line != SAVED), 0)
                .prints(&[&name]);
            assert_eq!(ledger.commit(), first, "a second run must not pass what the first did not");
        }
    }
    ledger.world.declare(12, "{geo_list: RU}");
    ledger.world.commit("only the limit");
    ledger.world.run("apply --yes").ok();
    ledger.world.declare(12, "{geo_list: \"*\"}");
    ledger.world.commit("the setting");
    ledger.world.run("apply --yes").ok().requests(1, 2, 1);
}
