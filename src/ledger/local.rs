//! The ledger as the local repository holds it: what plan and drift judge by.
//!
//! Owns what these commands do where the branch is missing, old, damaged or of another endpoint: they warn and go on
//! without it. It makes no call over a network.

use crate::ledger::branch::LedgerBranch;
use crate::ledger::errors::{error, other_endpoint, unreadable};
use crate::ledger::head_file::HeadFlaw;
use crate::ledger::view::LedgerView;
use crate::model::{Diagnostic, Untrusted};

/// What the local copy of the branch says.
#[derive(Debug, Default)]
pub struct LocalLedger {
    /// What it holds; `None` where there is nothing to judge by.
    pub view: Option<LedgerView>,
    /// Why it is not used, or used only in part. An error stops the run.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the branch has nothing of this project yet.
    pub is_new: bool,
    /// The commit that was applied last: its guards bind.
    pub applied: Option<String>,
}

impl LocalLedger {
    fn without(problem: Diagnostic) -> LocalLedger {
        LocalLedger { diagnostics: vec![problem], ..LocalLedger::default() }
    }
}

/// Reads the local copy. `endpoint` is the effective one, as the plan document writes it. With `trust_project` records of
/// another endpoint count as none instead of stopping the run.
pub fn read_local(branch: &LedgerBranch, endpoint: Option<&Untrusted>, trust_project: bool) -> LocalLedger {
    let read = branch.local_tip().and_then(|tip| branch.read(tip.as_deref()));
    let view = match read {
        Ok(view) => view,
        Err(refusal) => return LocalLedger::without(as_warning(*unreadable(branch, &refusal))),
    };
    if view.tip.is_some() && !view.is_ours {
        let summary = format!("{} is not a ledger: its README.md does not begin with ringform's line", branch.shown());
        let help = "name a branch for the ledger that holds nothing else".to_owned();
        return LocalLedger::without(as_warning(*error(summary, help)));
    }
    match &view.head {
        None => LocalLedger { is_new: true, ..LocalLedger::default() },
        Some(Err(flaw)) => {
            let why = match flaw {
                HeadFlaw::Newer(version) => format!("has version {}, which is newer", version.raw()),
                HeadFlaw::Invalid(why) => format!("does not parse: {why}"),
            };
            let summary = format!("ledger.json in {} {why}; origins are judged without the ledger", branch.shown());
            let help = format!("look at it with `git show {}`", branch.copy());
            LocalLedger::without(as_warning(*error(summary, help)))
        }
        Some(Ok(head)) if endpoint.is_some_and(|endpoint| head.endpoint != *endpoint) => match trust_project {
            true => LocalLedger { is_new: true, applied: head.commit.clone(), ..LocalLedger::default() },
            false => LocalLedger::without(*other_endpoint(head)),
        },
        Some(Ok(head)) => {
            let applied = head.commit.clone();
            let damaged = view.unreadable.iter().map(|(key, path)| {
                let path = String::from_utf8_lossy(path).into_owned();
                let summary =
                    format!("the record of client {} does not parse: {path} in {}", key.client(), branch.shown());
                let help = "its origins are judged without the ledger; the next apply replaces the record".to_owned();
                as_warning(*error(summary, help))
            });
            LocalLedger { diagnostics: damaged.collect(), view: Some(view), is_new: false, applied }
        }
    }
}

fn as_warning(problem: Diagnostic) -> Diagnostic {
    Diagnostic { severity: crate::model::Level::Warning, ..problem }
}
