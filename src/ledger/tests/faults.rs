//! What a run does where the remote fails or another run takes over, against real repositories.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;

use crate::git::GitProcess;
use crate::git::fixture::{environment, git_in};
use crate::ledger::apply::LedgerRun;
use crate::ledger::apply::draft::RunRecord;
use crate::ledger::apply::lease::LeaseClock;
use crate::ledger::apply::renewal::RenewalOutcome;
use crate::ledger::apply::run_record::RecordOutcome;
use crate::ledger::branch::LedgerBranch;
use crate::ledger::contents::claim::claimed_puts;
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::ledger::contents::layout::ProjectFolder;
use crate::ledger::fixture::{at, branch, client, clones, still};
use crate::ledger::tests::steps::{COMMIT, music, of_twelve, start, view, who};
use crate::model::{Diagnostic, Setting};
use crate::plan::{ApplyResult, ClientPlan, Plan};

fn changing(declared: i64, result: Option<ApplyResult>) -> ClientPlan {
    let mut client = client("12", &[(Setting::HoldMusic, json!(5), json!(declared))]);
    client.result = result;
    client
}

fn claim(run: &mut LedgerRun, name: &str, declared: i64, clock: fn() -> Timestamp) -> Result<(), Box<Diagnostic>> {
    let puts = claimed_puts(&[changing(declared, None)]);
    run.claim_for(&who(name), puts, Duration::from_secs(15 * 60), LeaseClock::start(clock, still))
}

/// Records a run; `tries` counts the pauses, and the run leaves after so many.
fn record(
    run: &mut LedgerRun,
    name: &str,
    client: ClientPlan,
    most_pauses: i64,
) -> (Result<RecordOutcome, Box<Diagnostic>>, i64) {
    let report = Plan { endpoint: "https://pbx.example".into(), clients: vec![client], ..Plan::default() };
    let record = RunRecord {
        report: &report,
        has_sent: run.claim().is_some(),
        is_whole: true,
        applied: Some(COMMIT),
        collaterals: &LedgerCollaterals::default(),
        was_read: |client| client.live.is_some(),
        in_doubt: |client| client.result == Some(ApplyResult::Failed),
    };
    let pauses = AtomicI64::new(0);
    let pause = |_| pauses.fetch_add(1, Ordering::SeqCst) < most_pauses;
    let outcome = run.record(&who(name), &record, at(20), &pause);
    (outcome, pauses.into_inner())
}

fn hook(folder: &Path, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("remote.git/hooks").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The branch of a clone whose calls over the network end after one second.
fn impatient(folder: &Path) -> LedgerBranch {
    let git = Arc::new(GitProcess::at(folder, environment()));
    let project = ProjectFolder::new("bäse/ringform.yaml".as_bytes());
    LedgerBranch::new(git, project, "ringform-ledger".into(), Some("origin".into()), Duration::from_secs(1))
}

#[test]
fn a_renewal_moves_the_lease_end_beside_commits_of_other_projects_and_keeps_the_puts() {
    let (_folder, [one, two]) = clones();
    let mut run = start(&one, 0, None).unwrap();
    claim(&mut run, "r1", 7, || at(8)).unwrap();
    let tip = view(&two).tip;
    let other = [(b"other/ringform.yaml/ledger.json".to_vec(), Some(b"1".to_vec()))];
    let commit =
        crate::git::NewCommit { parent: tip.as_deref(), author: "A <a>", time: 0, message: "m\n", changes: &other };
    two.publish(&commit, tip.as_deref()).unwrap();
    let before = run.claim().unwrap().clone();
    assert_eq!(run.renew(&who("r1")), Ok(RenewalOutcome::Renewed));
    let open = view(&two).claims.remove(0).claim.unwrap();
    assert_eq!((open.puts, open.started_at, open.lease_end), (before.puts, at(8), at(23)));
    assert_eq!(record(&mut run, "r1", changing(7, Some(ApplyResult::Applied)), 9).0, Ok(RecordOutcome::Recorded));
    assert!(view(&two).claims.is_empty());
    assert_eq!(of_twelve(&view(&two)), music("7"));
}

#[test]
fn a_renewal_that_fails_leaves_the_lease_and_one_of_a_claim_that_is_gone_ends_it() {
    let (folder, [one, two]) = clones();
    let mut run = start(&one, 0, None).unwrap();
    claim(&mut run, "r1", 7, || at(0)).unwrap();
    hook(folder.path(), "pre-receive", "exit 1");
    assert!(run.renew(&who("r1")).is_err());
    assert_eq!(run.lease().unwrap().end(), at(15));
    assert_eq!(run.lease().unwrap().refusal(), None, "the lease at the remote lives");
    std::fs::remove_file(folder.path().join("remote.git/hooks/pre-receive")).unwrap();
    let mut next = start(&two, 1, Some("r1")).unwrap();
    claim(&mut next, "r2", 8, || at(1)).unwrap();
    assert_eq!(run.renew(&who("r1")), Ok(RenewalOutcome::ClaimGone));
    assert!(run.lease().unwrap().refusal().unwrap().contains("another run took over"));
    assert_eq!(run.renew(&who("r1")), Ok(RenewalOutcome::Ended), "and it is not renewed again");
}

#[test]
fn what_a_run_that_lived_on_sent_stays_in_doubt_in_whichever_order_the_two_record() {
    for first_to_record in ["r1", "r2"] {
        let (_folder, [one, two]) = clones();
        let mut slow = start(&one, 0, None).unwrap();
        claim(&mut slow, "r1", 7, || at(0)).unwrap();
        let mut next = start(&two, 1, Some("r1")).unwrap();
        claim(&mut next, "r2", 8, || at(1)).unwrap();
        let both = [(&mut slow, "r1", 7), (&mut next, "r2", 8)];
        let mut both: Vec<_> = both.into_iter().collect();
        if first_to_record == "r2" {
            both.reverse();
        }
        for (run, name, declared) in both {
            let outcome = record(run, name, changing(declared, Some(ApplyResult::Applied)), 9).0;
            let expected = if name == "r1" { RecordOutcome::TakenOver } else { RecordOutcome::Recorded };
            assert_eq!(outcome, Ok(expected));
        }
        assert_eq!(of_twelve(&view(&one)), music("8?7"), "{first_to_record} first");
        assert!(view(&one).claims.is_empty());
    }
}

#[test]
fn a_run_that_was_taken_over_and_sent_nothing_leaves_no_doubt() {
    let (_folder, [one, two]) = clones();
    let mut slow = start(&one, 0, None).unwrap();
    claim(&mut slow, "r1", 7, || at(0)).unwrap();
    let mut next = start(&two, 15, None).unwrap();
    claim(&mut next, "r2", 8, || at(15)).unwrap();
    record(&mut next, "r2", changing(8, Some(ApplyResult::Applied)), 9).0.unwrap();
    let outcome = record(&mut slow, "r1", changing(7, Some(ApplyResult::Skipped)), 9).0;
    assert_eq!(outcome, Ok(RecordOutcome::TakenOver));
    assert_eq!(of_twelve(&view(&one)), music("8"));
}

#[test]
fn a_run_without_a_claim_records_nothing_once_another_run_wrote() {
    let (_folder, [one, two]) = clones();
    let in_sync = || client("12", &[(Setting::HoldMusic, json!(5), json!(5))]);
    let unchanged = || ClientPlan { result: Some(ApplyResult::Unchanged), ..in_sync() };
    // What it read is old, whether the other run is under way or has ended.
    for is_over in [false, true] {
        let mut reader = start(&one, 0, None).unwrap();
        let name = if is_over { "r3" } else { "r2" };
        let mut other = start(&two, 0, None).unwrap();
        claim(&mut other, name, 7, || at(0)).unwrap();
        if is_over {
            record(&mut other, name, changing(7, Some(ApplyResult::Applied)), 9).0.unwrap();
        }
        let tip = view(&one).tip;
        assert_eq!(record(&mut reader, "r1", unchanged(), 9).0, Ok(RecordOutcome::LeftOut));
        assert_eq!(view(&one).tip, tip);
        record(&mut other, name, changing(7, Some(ApplyResult::Applied)), 9).0.ok();
    }
    // A run whose claim was refused records nothing either.
    let (mut late, mut other) = (start(&one, 0, None).unwrap(), start(&two, 0, None).unwrap());
    claim(&mut other, "r5", 7, || at(0)).unwrap();
    claim(&mut late, "r4", 8, || at(0)).unwrap_err();
    assert_eq!(record(&mut late, "r4", changing(8, Some(ApplyResult::Skipped)), 9).0, Ok(RecordOutcome::Refused));
}

#[test]
fn a_record_is_tried_four_times_or_once_by_a_run_that_is_to_leave() {
    let (folder, [one, two]) = clones();
    let mut run = start(&one, 0, None).unwrap();
    claim(&mut run, "r1", 7, || at(0)).unwrap();
    hook(folder.path(), "pre-receive", "echo x >> tries; exit 1");
    let tries = || std::fs::read_to_string(folder.path().join("remote.git/tries")).unwrap().lines().count();
    let (outcome, pauses) = record(&mut run, "r1", changing(7, Some(ApplyResult::Applied)), 9);
    assert!(outcome.is_err() && pauses == 3 && tries() == 4);
    let (outcome, _) = record(&mut run, "r1", changing(7, Some(ApplyResult::Applied)), 0);
    assert!(outcome.is_err() && tries() == 5);
    assert_eq!(view(&two).claims.len(), 1, "the claim stays");
    // Long after its lease the record still works, since no other run came.
    std::fs::remove_file(folder.path().join("remote.git/hooks/pre-receive")).unwrap();
    assert_eq!(record(&mut run, "r1", changing(7, Some(ApplyResult::Applied)), 9).0, Ok(RecordOutcome::Recorded));
    assert_eq!(of_twelve(&view(&two)), music("7"));
}

#[test]
fn a_push_that_times_out_ends_and_one_that_landed_all_the_same_counts() {
    let (folder, [one, two]) = clones();
    let quick = impatient(&folder.path().join("one"));
    let mut run = start(&quick, 0, None).unwrap();
    claim(&mut run, "r1", 7, || at(0)).unwrap();
    hook(folder.path(), "pre-receive", "sleep 600");
    let begun = Instant::now();
    let outcome = record(&mut run, "r1", changing(7, Some(ApplyResult::Applied)), 0).0;
    assert!(outcome.unwrap_err().summary.raw().contains("git did not end within 1 s"));
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(view(&two).claims.len(), 1);
    std::fs::remove_file(folder.path().join("remote.git/hooks/pre-receive")).unwrap();
    // The branch has moved, and the answer comes too late.
    hook(folder.path(), "post-receive", "sleep 600");
    let outcome = record(&mut run, "r1", changing(7, Some(ApplyResult::Applied)), 0).0;
    assert_eq!(outcome, Ok(RecordOutcome::Recorded));
    assert_eq!(of_twelve(&view(&two)), music("7"));
    assert_eq!(one.local_tip().unwrap(), view(&two).tip);
}

#[test]
fn two_runs_in_one_repository_swap_the_local_branch() {
    let (folder, _) = clones();
    let at_one = folder.path().join("one");
    let local = || branch(&at_one, None);
    let (mut first, mut second) = (start(&local(), 0, None).unwrap(), start(&local(), 0, None).unwrap());
    claim(&mut first, "r1", 7, || at(0)).unwrap();
    let refused = claim(&mut second, "r2", 8, || at(1)).unwrap_err();
    assert!(refused.summary.raw().contains("run r1 of Anna <anna@x> began 60 s ago"), "{refused:?}");
    assert_eq!(first.renew(&who("r1")), Ok(RenewalOutcome::Renewed));
    assert_eq!(record(&mut first, "r1", changing(7, Some(ApplyResult::Applied)), 9).0, Ok(RecordOutcome::Recorded));
    assert_eq!(of_twelve(&view(&local())), music("7"));
    // A branch that is deleted meanwhile is written back whole.
    let mut third = start(&local(), 1, None).unwrap();
    claim(&mut third, "r3", 8, || at(1)).unwrap();
    git_in(&at_one, &["branch", "--quiet", "-D", "ringform-ledger"]);
    assert_eq!(record(&mut third, "r3", changing(8, Some(ApplyResult::Applied)), 9).0, Ok(RecordOutcome::Recorded));
    assert_eq!(third.take_warnings().len(), 1);
    assert_eq!(of_twelve(&view(&local())), music("8"));
}
