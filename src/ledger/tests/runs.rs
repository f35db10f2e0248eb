//! Whole runs against real repositories: two clones of one bare remote.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::git::{FileChange, NewCommit};
use crate::ledger::apply::LedgerRun;
use crate::ledger::apply::begin::{BeginOptions, begin};
use crate::ledger::apply::draft::RunRecord;
use crate::ledger::apply::lease::LeaseClock;
use crate::ledger::apply::run_record::RecordOutcome;
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::claim::{Claim, claimed_puts};
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::ledger::contents::layout::README;
use crate::ledger::contents::message::readme;
use crate::ledger::fixture::{at, client, clones, still};
use crate::ledger::tests::steps::{COMMIT, music, of_twelve, options, start, view, who};
use crate::model::{Diagnostic, Setting, Untrusted};
use crate::plan::{ApplyResult, ClientPlan, Plan};

/// A client whose music is to change from 5 to 7.
fn changing(result: Option<ApplyResult>) -> ClientPlan {
    let mut client = client("12", &[(Setting::HoldMusic, json!(5), json!(7))]);
    client.result = result;
    client
}

fn claim(run: &mut LedgerRun, name: &str, clock: fn() -> Timestamp) -> Result<(), Box<Diagnostic>> {
    run.claim_for(
        &who(name),
        claimed_puts(&[changing(None)]),
        Duration::from_secs(15 * 60),
        LeaseClock::start(clock, still),
    )
}

fn record(
    run: &mut LedgerRun,
    name: &str,
    client: ClientPlan,
    has_sent: bool,
) -> Result<RecordOutcome, Box<Diagnostic>> {
    let report = Plan { endpoint: "https://pbx.example".into(), clients: vec![client], ..Plan::default() };
    let mut collaterals = LedgerCollaterals::default();
    if report.clients.iter().any(|client| client.result == Some(ApplyResult::Collateral)) {
        collaterals.add(name);
    }
    let record = RunRecord {
        report: &report,
        has_sent,
        is_whole: true,
        applied: Some(COMMIT),
        collaterals: &collaterals,
        was_read: |client| client.live.is_some(),
        in_doubt: |client| client.result == Some(ApplyResult::Failed),
    };
    run.record(&who(name), &record, at(1), &|_| true)
}

fn summary(error: Result<impl std::fmt::Debug, Box<Diagnostic>>) -> String {
    error.unwrap_err().summary.raw().to_owned()
}

#[test]
fn a_run_claims_sends_and_records_and_the_other_clone_reads_it() {
    let (_folder, [one, two]) = clones();
    let mut run = start(&one, 0, None).unwrap();
    claim(&mut run, "r1", || at(0)).unwrap();
    let open = view(&two);
    assert_eq!(open.claims.iter().map(|open| open.run.as_str()).collect::<Vec<_>>(), ["r1"]);
    assert!(open.head.is_none() && open.clients.is_empty());
    assert_eq!(record(&mut run, "r1", changing(Some(ApplyResult::Applied)), true), Ok(RecordOutcome::Recorded));
    let after = view(&two);
    assert!(after.claims.is_empty());
    assert_eq!(after.head.as_ref().unwrap().as_ref().unwrap().commit.as_deref(), Some(COMMIT));
    assert_eq!(of_twelve(&after), music("7"));
    let mut again = start(&two, 2, None).unwrap();
    let in_sync = || {
        let mut client = client("12", &[(Setting::HoldMusic, json!(7), json!(7))]);
        client.result = Some(ApplyResult::Unchanged);
        client
    };
    assert_eq!(record(&mut again, "r2", in_sync(), false), Ok(RecordOutcome::Nothing));
    assert_eq!(view(&one).tip, after.tip, "nothing new, no commit");
}

#[test]
fn of_two_runs_one_claims_and_the_other_is_refused_before_its_first_put() {
    let (_folder, [one, two]) = clones();
    let (mut first, mut second) = (start(&one, 0, None).unwrap(), start(&two, 0, None).unwrap());
    claim(&mut first, "r1", || at(0)).unwrap();
    let error = summary(claim(&mut second, "r2", || at(1)));
    assert_eq!(error, "run r1 of Anna <anna@x> began 60 s ago");
    assert_eq!(summary(start(&two, 1, None)), error);
    record(&mut first, "r1", changing(Some(ApplyResult::Applied)), true).unwrap();
    assert!(summary(claim(&mut second, "r2", || at(1))).contains("finished meanwhile"));
    assert_eq!(of_twelve(&view(&two)), music("7"));
}

#[test]
fn a_run_that_sent_nothing_takes_no_newer_commit_back() {
    let (_folder, [one, two]) = clones();
    let in_sync = || {
        let mut client = client("12", &[(Setting::HoldMusic, json!(7), json!(7))]);
        client.result = Some(ApplyResult::Unchanged);
        client
    };
    let (mut slow, mut quick) = (start(&one, 0, None).unwrap(), start(&two, 0, None).unwrap());
    assert_eq!(record(&mut quick, "r2", in_sync(), false), Ok(RecordOutcome::Recorded));
    let after = view(&two);
    assert_eq!(record(&mut slow, "r1", in_sync(), false), Ok(RecordOutcome::LeftOut));
    assert_eq!(view(&two).tip, after.tip);
}

#[test]
fn commits_of_other_projects_do_not_count() {
    let (_folder, [one, two]) = clones();
    let mut run = start(&one, 0, None).unwrap();
    let other = |parent: Option<&str>, text: &str| {
        let readme = (README.as_bytes().to_vec(), Some(readme().into_bytes()));
        let changes: [FileChange; 2] = [readme, (b"other/ringform.yaml/ledger.json".to_vec(), Some(text.into()))];
        let commit = NewCommit { parent, author: "A <a>", time: 0, message: "m\n", changes: &changes };
        two.publish(&commit, parent).unwrap().1
    };
    let tip = other(None, "1");
    claim(&mut run, "r1", || at(0)).unwrap();
    two.refresh().unwrap();
    let tip = view(&two).tip.filter(|now| *now != tip).unwrap();
    other(Some(&tip), "2");
    assert_eq!(record(&mut run, "r1", changing(Some(ApplyResult::Applied)), true), Ok(RecordOutcome::Recorded));
    assert_eq!(of_twelve(&view(&two)), music("7"));
}

#[test]
fn a_dead_claim_leaves_doubts_and_the_run_that_was_taken_over_records_no_more_than_doubts() {
    let (_folder, [one, two]) = clones();
    let mut zero = start(&one, -9, None).unwrap();
    record(&mut zero, "r0", client("12", &[(Setting::HoldMusic, json!(5), json!(5))]), false).unwrap();
    let mut killed = start(&one, 0, None).unwrap();
    claim(&mut killed, "r1", || at(0)).unwrap();
    assert_eq!(of_twelve(&view(&two)), music("5"));
    assert_eq!(view(&two).records().into_values().collect::<Vec<_>>(), [music("5?7")]);
    summary(start(&two, 14, None));
    let mut next = start(&two, 15, None).unwrap();
    claim(&mut next, "r2", || at(15)).unwrap();
    let taken = view(&two);
    assert_eq!(of_twelve(&taken), music("5?7"));
    assert_eq!(taken.claims.iter().map(|open| open.run.as_str()).collect::<Vec<_>>(), ["r2"]);
    // The run that was taken over was only slow.
    record(&mut killed, "r1", changing(Some(ApplyResult::Applied)), true).unwrap();
    assert_eq!(of_twelve(&view(&one)), music("5?7"));
    record(&mut next, "r2", changing(Some(ApplyResult::Applied)), true).unwrap();
    let after = view(&one);
    assert!(after.claims.is_empty());
    assert_eq!(of_twelve(&after), music("7"));
}

#[test]
fn a_run_that_was_taken_over_leaves_its_collateral_and_no_first_ledger() {
    for has_ledger in [true, false] {
        let (_folder, [one, two]) = clones();
        if has_ledger {
            let mut zero = start(&one, -9, None).unwrap();
            record(&mut zero, "r0", client("12", &[(Setting::HoldMusic, json!(5), json!(5))]), false).unwrap();
        }
        let mut slow = start(&one, 0, None).unwrap();
        claim(&mut slow, "r1", || at(0)).unwrap();
        let mut next = start(&two, 15, None).unwrap();
        claim(&mut next, "r2", || at(15)).unwrap();
        let outcome = record(&mut slow, "r1", changing(Some(ApplyResult::Collateral)), true).unwrap();
        assert_eq!(outcome, RecordOutcome::TakenOver);
        let open = |view: &LedgerView| -> Vec<String> {
            view.collaterals().into_iter().flat_map(LedgerCollaterals::open).map(str::to_owned).collect()
        };
        let expected: &[&str] = if has_ledger { &["r1"] } else { &[] };
        assert_eq!(open(&view(&two)), expected);
        // The run that took over saw the branch before, and keeps what it finds there now.
        record(&mut next, "r2", changing(Some(ApplyResult::Applied)), true).unwrap();
        assert_eq!(open(&view(&one)), expected);
        assert!(view(&one).head.is_some());
    }
}

#[test]
fn take_over_ends_a_claim_before_its_lease() {
    let (_folder, [one, two]) = clones();
    let mut first = start(&one, 0, None).unwrap();
    claim(&mut first, "r1", || at(0)).unwrap();
    assert!(summary(start(&two, 1, Some("r9"))).contains("no claim to take over"));
    let mut second = start(&two, 1, Some("r1")).unwrap();
    claim(&mut second, "r2", || at(1)).unwrap();
    let claims: Vec<Option<Claim>> = view(&one).claims.into_iter().map(|open| open.claim).collect();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].as_ref().unwrap().run, "r2");
}

#[test]
fn a_put_of_unknown_fate_is_in_doubt_until_a_read_settles_it() {
    let (_folder, [one, two]) = clones();
    let mut run = start(&one, 0, None).unwrap();
    claim(&mut run, "r1", || at(0)).unwrap();
    record(&mut run, "r1", changing(Some(ApplyResult::Failed)), true).unwrap();
    assert_eq!(of_twelve(&view(&two)), music("?7"));
    let mut next = start(&two, 2, None).unwrap();
    let mut read = client("12", &[(Setting::HoldMusic, json!(7), json!(7))]);
    read.result = Some(ApplyResult::Unchanged);
    record(&mut next, "r2", read, false).unwrap();
    assert_eq!(of_twelve(&view(&one)), music("7"));
}

#[test]
fn a_branch_that_is_gone_or_of_another_endpoint_stops_a_run() {
    let (folder, [one, _]) = clones();
    let mut run = start(&one, 0, None).unwrap();
    claim(&mut run, "r1", || at(0)).unwrap();
    record(&mut run, "r1", changing(Some(ApplyResult::Applied)), true).unwrap();
    let endpoint = Untrusted::from("https://other.example");
    let options = options(&endpoint, 1);
    assert!(summary(begin(one.clone(), &options)).contains("this ledger is of https://pbx.example"));
    let trusted = begin(one.clone(), &BeginOptions { trust_project: true, ..options }).unwrap();
    assert!(trusted.view().clients.is_empty());
    crate::git::fixture::git_in(&folder.path().join("remote.git"), &["branch", "--quiet", "-D", "ringform-ledger"]);
    let gone = start(&one, 1, None).unwrap_err();
    assert!(gone.summary.raw().contains("is gone"), "{gone:?}");
    let push = "git push origin refs/remotes/origin/ringform-ledger:refs/heads/ringform-ledger";
    assert!(gone.help.unwrap().raw().contains(push));
}
