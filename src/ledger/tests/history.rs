//! The history of a branch, written by real runs and by hands that do not follow the rules.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;

use crate::git::FileChange;
use crate::ledger::apply::draft::RunRecord;
use crate::ledger::apply::lease::LeaseClock;
use crate::ledger::branch::LedgerBranch;
use crate::ledger::contents::claim::claimed_puts;
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::ledger::fixture::{at, client, clones};
use crate::ledger::history::{LedgerHistory, RunFile};
use crate::ledger::tests::steps::{COMMIT, by_hand, run_name, start, who};
use crate::model::{Setting, Untrusted};
use crate::plan::history::PastRun;
use crate::plan::{ApplyResult, ClientPlan, DocumentKind, Plan, Run};

fn clock(wall: fn() -> Timestamp) -> LeaseClock {
    LeaseClock::start(wall, Instant::now)
}

fn changing(result: ApplyResult) -> ClientPlan {
    let mut client = client("12", &[(Setting::HoldMusic, json!(5), json!(7))]);
    client.result = Some(result);
    client
}

/// One run that sends, with its report.
fn apply(branch: &LedgerBranch, minute: i64, client: ClientPlan) {
    let (mut run, name) = (start(branch, minute, None).unwrap(), run_name(minute));
    run.claim_for(&who(&name), claimed_puts(std::slice::from_ref(&client)), Duration::from_secs(900), clock(|| at(0)))
        .unwrap();
    let report = Plan {
        kind: DocumentKind::Report,
        endpoint: "https://pbx.example".into(),
        run: Run { id: name.clone(), started_at: at(minute).to_string(), ..Run::default() },
        clients: vec![client],
        ..Plan::default()
    };
    let record = RunRecord {
        report: &report,
        has_sent: true,
        is_whole: true,
        applied: Some(COMMIT),
        collaterals: &LedgerCollaterals::default(),
        was_read: |client| client.live.is_some(),
        in_doubt: |client| client.details.as_ref().is_some_and(|details| details.in_doubt),
    };
    run.record(&who(&name), &record, at(1), &|_| true).unwrap();
}

fn file(below: &str, bytes: &[u8]) -> FileChange {
    (format!("bäse/ringform.yaml/{below}").into_bytes(), Some(bytes.to_vec()))
}

fn runs(branch: &LedgerBranch) -> Vec<PastRun> {
    LedgerHistory::open(branch).unwrap().unwrap().read(|_| true).unwrap()
}

#[test]
fn runs_are_listed_with_claims_that_are_open_and_left_behind() {
    let (_folder, [one, two]) = clones();
    assert!(LedgerHistory::open(&one).unwrap().is_none(), "no branch");
    apply(&one, 0, changing(ApplyResult::Applied));
    let mut killed = start(&one, 1, None).unwrap();
    let puts = claimed_puts(&[changing(ApplyResult::Applied)]);
    killed.claim_for(&who(&run_name(1)), puts, Duration::from_secs(60), clock(|| at(1))).unwrap();
    two.refresh().unwrap();
    let listed = |branch: &LedgerBranch| -> Vec<(String, &str)> {
        runs(branch).into_iter().map(|run| (run.run, run.result.name())).collect()
    };
    assert_eq!(listed(&two), [(run_name(0), "succeeded"), (run_name(1), "under_way")]);
    apply(&one, 9, changing(ApplyResult::Failed));
    two.refresh().unwrap();
    assert_eq!(listed(&two), [(run_name(0), "succeeded"), (run_name(1), "unfinished"), (run_name(9), "failed")]);
    let history = LedgerHistory::open(&two).unwrap().unwrap();
    assert!(matches!(history.run(&run_name(0)).unwrap(), RunFile::Report(bytes) if bytes.starts_with(b"{")));
    assert!(matches!(history.run(&run_name(1)).unwrap(), RunFile::Claim { is_open: false, .. }));
    assert!(history.run("20261127T0900").unwrap_err().summary.raw().contains("is not known"));
    assert!(history.run("../x").unwrap_err().summary.raw().contains("is not the name of a run"));
    assert_eq!(history.writers(&run_name(0)).unwrap().len(), 1);
    assert_eq!(history.read(|run| run == run_name(9)).unwrap().len(), 1);
}

#[test]
fn a_file_that_is_no_report_costs_its_run_and_nothing_else() {
    let (_folder, [one, _]) = clones();
    apply(&one, 0, changing(ApplyResult::Applied));
    by_hand(
        &one,
        &[
            file("runs/2026/11/20261127T100000Z-bad.json", b"{"),
            file("runs/2026/10/20261127T110000Z-place.json", b"{}"),
            file("runs/2026/11/a b.json", b"{}"),
            file("open/20261127T120000Z-claim.json", b"{}"),
            file("runs/2026/11/20261127T130000Z-big.json", &vec![b' '; 10 << 20]),
        ],
    );
    let history = LedgerHistory::open(&one).unwrap().unwrap();
    let foreign: Vec<&str> = history.foreign.iter().map(Untrusted::raw).collect();
    let folder = "bäse/ringform.yaml/runs/2026";
    assert_eq!(foreign, [format!("{folder}/10/20261127T110000Z-place.json"), format!("{folder}/11/a b.json")]);
    let problems: Vec<_> = runs(&one).into_iter().map(|run| (run.run, run.problem)).collect();
    let cut = Some("it is cut short".into());
    assert_eq!(
        problems,
        [
            (run_name(0), None),
            ("20261127T100000Z-bad".to_owned(), cut.clone()),
            ("20261127T120000Z-claim".to_owned(), Some("its claim does not parse".into())),
            ("20261127T130000Z-big".to_owned(), cut),
        ]
    );
}

#[test]
fn a_report_that_a_later_commit_changed_has_two_writers() {
    let (_folder, [one, _]) = clones();
    apply(&one, 0, changing(ApplyResult::Applied));
    by_hand(&one, &[file(&format!("runs/2026/11/{}.json", run_name(0)), b"{}")]);
    assert_eq!(LedgerHistory::open(&one).unwrap().unwrap().writers(&run_name(0)).unwrap().len(), 2);
}
