//! The beginning of a run of apply with a ledger: fetch the branch, and look whether the run may begin.
//!
//! Owns the reasons why a run must not begin, each with its remedy. It sends nothing to the API and changes nothing in
//! the branch.

use jiff::Timestamp;

use crate::git::GitErrorKind;
use crate::ledger::apply::ledger_run::LedgerRun;
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::other_projects;
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::head_file::{HeadFlaw, LedgerHead};
use crate::ledger::errors::{
    busy, damaged_records, error, no_remote, not_a_ledger, other_endpoint, rewritten, unreadable, unreadable_copy,
    warning,
};
use crate::ledger::local::nothing_yet;
use crate::ledger::protocol::{Beginning, may_begin};
use crate::model::{Diagnostic, Untrusted, short_commit};

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
    /// By what the run judges where there is no ledger, as in `without it`.
    pub otherwise: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// Fetches the branch and judges whether a run may begin.
pub fn begin(branch: LedgerBranch, options: &BeginOptions<'_>) -> Result<LedgerRun, Box<Diagnostic>> {
    if let Some(remote) = branch.missing_remote() {
        return Err(no_remote(&branch, remote));
    }
    let before = branch.local_tip().map_err(|refusal| unreadable_copy(&branch, &refusal))?;
    let tip = branch.refresh().map_err(|refusal| unreadable(&branch, &refusal))?;
    if tip.is_none() && before.is_some() {
        let summary = format!("the ledger {} is gone, and this repository has a copy of it", branch.shown());
        let help = format!("put it back with `{}`, or remove the copy to begin a new ledger", branch.restoring_push());
        return Err(error(summary, help));
    }
    let branch = if options.trust_project { branch.only_of(options.endpoint) } else { branch };
    let view = read_whole(&branch, tip.as_deref())?;
    check_branch(&branch, &view)?;
    check_head(&branch, &view, options)?;
    match may_begin(&view.claims, options.now, options.take_over) {
        Beginning::Free { dead } => {
            let notes = notes(&branch, &view, before.as_deref(), options)?;
            Ok(LedgerRun::new(branch, view, dead).with_warnings(notes))
        }
        Beginning::Busy(claim) => Err(busy(&claim, options.now)),
        Beginning::NotOpen => {
            let run = options.take_over.unwrap_or_default();
            Err(error(format!("run {run} has no claim to take over"), "run again without --take-over".to_owned()))
        }
    }
}

/// Reads the branch. A partial clone may lack files of it that the user's own fetch left out: they are fetched.
fn read_whole(branch: &LedgerBranch, tip: Option<&str>) -> Result<LedgerView, Box<Diagnostic>> {
    let read = match branch.read(tip) {
        Err(refusal) if refusal.kind == GitErrorKind::Lacking => {
            branch.fetch_whole().and_then(|()| branch.read(tip)).map_err(|_| refusal)
        }
        read => read,
    };
    read.map_err(|refusal| unreadable_copy(branch, &refusal))
}

/// What people should learn of the branch although the run begins. `before`: the tip of the copy before the fetch.
fn notes(
    branch: &LedgerBranch,
    view: &LedgerView,
    before: Option<&str>,
    options: &BeginOptions<'_>,
) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
    let mut notes = Vec::new();
    if let (Some(before), Some(tip)) = (before, view.tip.as_deref())
        && !branch.holds(Some(tip), before)
    {
        notes.push(rewritten(branch, before, tip));
    }
    if view.head.is_none() {
        notes.push(nothing_yet(branch, options.otherwise, "this run begins the record"));
        let gone = view.tip.as_deref().map(|tip| other_projects::gone(branch, tip, options.commit));
        let gone = gone.transpose().map_err(|refusal| unreadable_copy(branch, &refusal))?.unwrap_or_default();
        for project in gone {
            let summary =
                format!("the ledger {} holds the project {project}, which HEAD does not have", branch.shown());
            let help = format!(
                "if you moved the project file, this run begins a new ledger; to keep the old one, move the file back to \
                 {project}"
            );
            notes.push(warning(summary, help));
        }
    }
    notes.extend(damaged_records(branch, view, options.otherwise));
    Ok(notes)
}

fn check_branch(branch: &LedgerBranch, view: &LedgerView) -> Result<(), Box<Diagnostic>> {
    let Some(tip) = &view.tip else { return Ok(()) };
    if branch.is_code(tip) {
        let summary = format!("{} has commits in common with HEAD, or is checked out", branch.shown());
        return Err(error(summary, "name a branch for the ledger that holds nothing else".to_owned()));
    }
    if !view.is_ours {
        return Err(not_a_ledger(branch));
    }
    Ok(())
}

/// Checks `ledger.json`.
fn check_head(branch: &LedgerBranch, view: &LedgerView, options: &BeginOptions<'_>) -> Result<(), Box<Diagnostic>> {
    match &view.head {
        None => view.former.as_ref().map_or(Ok(()), |former| check_age(branch, &former.head, options)),
        Some(Err(HeadFlaw::Newer(version))) => {
            let summary = format!("the ledger {} has version {}, which is newer", branch.shown(), version.raw());
            Err(error(summary, "use the newer ringform that wrote it".to_owned()))
        }
        Some(Err(HeadFlaw::Invalid(why))) => {
            let summary = format!("ledger.json in {} does not parse: {why}", branch.shown());
            Err(error(summary, format!("{}; mend it with a push to the branch", branch.look_at_head())))
        }
        Some(Ok(head)) if head.endpoint != *options.endpoint => Err(other_endpoint(head)),
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
                short_commit(applied),
                short_commit(options.commit)
            );
            let help = "merge or rebase; to apply the older commit on purpose, run with --allow-older";
            Err(error(summary, help.to_owned()))
        }
        Err(refusal) => {
            let summary = format!(
                "git cannot say whether {} contains {}, the commit applied last: {}",
                short_commit(options.commit),
                short_commit(applied),
                refusal.sentence.raw()
            );
            let help = match branch.is_shallow() {
                true => {
                    "fetch all of the history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: \"0\"` in GitLab \
                     CI, or `git fetch --unshallow`"
                }
                false => "fetch the branch that has it; to apply an older commit on purpose, run with --allow-older",
            };
            Err(error(summary, help.to_owned()))
        }
    }
}
