//! The beginning of a run of apply with a ledger: fetch the branch, and look whether the run may begin.
//!
//! Owns the reasons why a run must not begin, each with its remedy. It sends nothing to the API and changes nothing in
//! the branch.

use jiff::Timestamp;

use crate::ledger::branch::LedgerBranch;
use crate::ledger::errors::{busy, error, other_endpoint, short, unreadable};
use crate::ledger::head_file::{HeadFlaw, LedgerHead};
use crate::ledger::protocol::{Beginning, may_begin};
use crate::ledger::run::LedgerRun;
use crate::ledger::view::LedgerView;
use crate::model::{Diagnostic, Untrusted};

/// What a run brings when it begins.
#[derive(Clone, Debug)]
pub struct BeginOptions<'a> {
    /// The commit of the code that the run applies.
    pub commit: &'a str,
    /// The endpoint, as the plan document writes it.
    pub endpoint: &'a Untrusted,
    /// The run whose claim ends now.
    pub take_over: Option<&'a str>,
    /// Whether an older commit than the recorded one may be applied.
    pub allow_older: bool,
    /// Whether records of another endpoint count as none instead of stopping the run.
    pub trust_project: bool,
    /// The time.
    pub now: Timestamp,
}

/// Fetches the branch and judges whether a run may begin.
pub fn begin(branch: LedgerBranch, options: &BeginOptions<'_>) -> Result<LedgerRun, Box<Diagnostic>> {
    let before = branch.local_tip().map_err(|refusal| unreadable(&branch, &refusal))?;
    let tip = branch.refresh().map_err(|refusal| unreadable(&branch, &refusal))?;
    if tip.is_none() && before.is_some() {
        let summary = format!("the ledger {} is gone, and this repository has a copy of it", branch.shown());
        let help = format!("put it back with `{}`, or remove the copy to begin a new ledger", branch.restoring_push());
        return Err(error(summary, help));
    }
    let view = branch.read(tip.as_deref()).map_err(|refusal| unreadable(&branch, &refusal))?;
    check_branch(&branch, &view)?;
    check_head(&branch, &view, options)?;
    let only_endpoint = options.trust_project.then(|| options.endpoint.clone());
    let view = match &only_endpoint {
        Some(endpoint) => view.of_endpoint(endpoint),
        None => view,
    };
    match may_begin(&view.claims, options.now, options.take_over) {
        Beginning::Free { dead } => Ok(LedgerRun::new(branch, view, dead, only_endpoint)),
        Beginning::Busy(claim) => Err(busy(&claim, options.now)),
        Beginning::NotOpen => {
            let run = options.take_over.unwrap_or_default();
            Err(error(format!("run {run} has no claim to take over"), "run again without --take-over".to_owned()))
        }
    }
}

fn check_branch(branch: &LedgerBranch, view: &LedgerView) -> Result<(), Box<Diagnostic>> {
    let Some(tip) = &view.tip else { return Ok(()) };
    if branch.is_code(tip) {
        let summary = format!("{} has commits in common with HEAD, or is checked out", branch.shown());
        return Err(error(summary, "name a branch for the ledger that holds nothing else".to_owned()));
    }
    if !view.is_ours {
        let summary = format!("{} is not a ledger: its README.md does not begin with ringform's line", branch.shown());
        return Err(error(summary, "name a branch for the ledger that holds nothing else".to_owned()));
    }
    Ok(())
}

/// Checks `ledger.json`.
fn check_head(branch: &LedgerBranch, view: &LedgerView, options: &BeginOptions<'_>) -> Result<(), Box<Diagnostic>> {
    match &view.head {
        None => Ok(()),
        Some(Err(HeadFlaw::Newer(version))) => {
            let summary = format!("the ledger {} has version {}, which is newer", branch.shown(), version.raw());
            Err(error(summary, "use the newer ringform that wrote it".to_owned()))
        }
        Some(Err(HeadFlaw::Invalid(why))) => {
            let summary = format!("ledger.json in {} does not parse: {why}", branch.shown());
            let help = format!("look at it with `git show {}`, and go back to the commit before", branch.copy());
            Err(error(summary, help))
        }
        Some(Ok(head)) if head.endpoint != *options.endpoint && !options.trust_project => Err(other_endpoint(head)),
        Some(Ok(head)) => check_age(branch, head, options),
    }
}

/// A newer commit was applied already: a job of last week must not undo it.
fn check_age(branch: &LedgerBranch, head: &LedgerHead, options: &BeginOptions<'_>) -> Result<(), Box<Diagnostic>> {
    let Some(applied) = &head.commit else { return Ok(()) };
    if applied == options.commit || options.allow_older {
        return Ok(());
    }
    match branch.is_ancestor(applied, options.commit) {
        Ok(true) => Ok(()),
        Ok(false) => {
            let summary = format!(
                "commit {} was applied already, and {} does not contain it",
                short(applied),
                short(options.commit)
            );
            let help = "merge or rebase; to apply the older commit on purpose, run with --allow-older";
            Err(error(summary, help.to_owned()))
        }
        Err(refusal) => {
            let summary = format!(
                "git cannot say whether {} contains {}, the commit applied last: {}",
                short(options.commit),
                short(applied),
                refusal.sentence.raw()
            );
            let help = "fetch all of the history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: \"0\"` in GitLab \
                        CI, or `git fetch --unshallow`";
            Err(error(summary, help.to_owned()))
        }
    }
}
