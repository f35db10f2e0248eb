//! The ledger as the local repository holds it: what plan and drift judge by.
//!
//! Owns what these commands do where the branch is missing, old, damaged or of another endpoint: they warn and go on
//! without it. It makes no call over a network.

use jiff::Timestamp;

use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::local_copy;
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::head_file::HeadFlaw;
use crate::ledger::errors::{damaged_records, not_a_ledger, other_endpoint, unreadable_copy, warning};
use crate::model::{Diagnostic, Untrusted};

/// What the local copy of the branch says.
#[derive(Debug, Default)]
pub struct LocalLedger {
    /// What it holds; `None` where there is nothing to judge by.
    pub view: Option<LedgerView>,
    /// Why it is not used, or used only in part. An error stops the run.
    pub diagnostics: Vec<Diagnostic>,
    /// The commit that was applied last: its guards bind.
    pub applied: Option<String>,
}

/// What a run brings that judges by the local copy.
#[derive(Clone, Debug)]
pub struct LocalOptions<'a> {
    /// The effective endpoint, as the plan document writes it; `None` where the run has none.
    pub endpoint: Option<&'a Untrusted>,
    /// Whether records of another endpoint count as none instead of stopping the run.
    pub trust_project: bool,
    /// By what the run judges without a ledger, as in `without it`.
    pub otherwise: &'a str,
    /// The time.
    pub now: Timestamp,
}

impl LocalLedger {
    fn without(problem: Diagnostic) -> LocalLedger {
        LocalLedger { view: None, diagnostics: vec![problem], applied: None }
    }
}

/// What begins a record.
const BEGINNING: &str = "the first `ringform apply` begins the record";

/// The note of a run that finds nothing of its project in the branch. `otherwise` says how it judges: `without it`.
pub(super) fn nothing_yet(branch: &LedgerBranch, otherwise: &str, help: &str) -> Diagnostic {
    let summary =
        format!("the ledger {} holds nothing of this project yet; origins are judged {otherwise}", branch.shown());
    warning(summary, help.to_owned())
}

/// Reads the local copy.
pub fn read_local(branch: &LedgerBranch, options: &LocalOptions<'_>) -> LocalLedger {
    let otherwise = options.otherwise;
    let copy = match local_copy::read(branch) {
        Ok(copy) => copy,
        Err(refusal) => return LocalLedger::without(unreadable_copy(branch, &refusal).as_warning()),
    };
    let Some(tip) = &copy.tip else { return LocalLedger::without(no_copy(branch, otherwise)) };
    let mut ledger = match branch.read(Some(tip)) {
        Ok(view) => judged(branch, view, options),
        Err(refusal) => return LocalLedger::without(unreadable_copy(branch, &refusal).as_warning()),
    };
    ledger.diagnostics.extend(copy.note_of_age(branch, options.now));
    ledger
}

/// The note of a run whose repository has no copy of the branch.
fn no_copy(branch: &LedgerBranch, otherwise: &str) -> Diagnostic {
    if !branch.has_remote() {
        return nothing_yet(branch, otherwise, BEGINNING);
    }
    let what = match branch.missing_remote() {
        Some(remote) => format!("has no remote {remote} for the ledger {}", branch.shown()),
        None => format!("has no copy of the ledger {}", branch.shown()),
    };
    warning(format!("this repository {what}; origins are judged {otherwise}"), branch.how_to_get())
}

/// What a branch that can be read says.
fn judged(branch: &LedgerBranch, view: LedgerView, options: &LocalOptions<'_>) -> LocalLedger {
    let otherwise = options.otherwise;
    if !view.is_ours {
        return LocalLedger::without(not_a_ledger(branch).as_warning());
    }
    match &view.head {
        None => LocalLedger::without(nothing_yet(branch, otherwise, BEGINNING)),
        Some(Err(flaw)) => {
            let why = match flaw {
                HeadFlaw::Newer(version) => format!("has version {}, which is newer", version.raw()),
                HeadFlaw::Invalid(why) => format!("does not parse: {why}"),
            };
            let summary = format!("ledger.json in {} {why}; origins are judged {otherwise}", branch.shown());
            let help = match flaw {
                HeadFlaw::Newer(_) => "use the newer ringform that wrote it".to_owned(),
                HeadFlaw::Invalid(_) => branch.look_at_head(),
            };
            LocalLedger::without(warning(summary, help))
        }
        Some(Ok(head)) if options.endpoint.is_some_and(|endpoint| head.endpoint != *endpoint) => {
            match options.trust_project {
                true => LocalLedger {
                    applied: head.commit.clone(),
                    ..LocalLedger::without(nothing_yet(branch, otherwise, BEGINNING))
                },
                false => LocalLedger::without(*other_endpoint(head)),
            }
        }
        Some(Ok(head)) => {
            let (applied, diagnostics) = (head.commit.clone(), damaged_records(branch, &view, otherwise));
            LocalLedger { view: Some(view), diagnostics, applied }
        }
    }
}
