//! The errors of the ledger, each with its remedy.
//!
//! Owns their words.

use jiff::Timestamp;

use crate::git::{GitError, GitErrorKind};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::head_file::LedgerHead;
use crate::ledger::protocol::LivingClaim;
use crate::model::{Diagnostic, short_commit};

/// The error about another run's claim.
pub(super) fn busy(living: &LivingClaim, now: Timestamp) -> Box<Diagnostic> {
    let run = &living.run;
    let Some(claim) = &living.claim else {
        let summary = format!("the claim of run {run} does not parse, so it may be alive");
        return error(summary, format!("once that run has ended, run with --take-over {run}"));
    };
    let since = match living.ahead_of_clock {
        true => format!("begins at {}, in our future: the clocks of two machines differ", claim.started_at),
        false => format!("began {} s ago", now.duration_since(claim.started_at).as_secs()),
    };
    let link = claim.link.as_ref().map(|link| format!(" ({})", link.raw())).unwrap_or_default();
    let summary = format!("run {run} of {} {since}{link}", claim.actor.raw());
    let help = format!(
        "wait for its end; if it is gone, its claim ends at {}, or run with --take-over {run}",
        claim.lease_end
    );
    error(summary, help)
}

/// The error where the repository has no remote of this name.
pub(super) fn no_remote(branch: &LedgerBranch, remote: &str) -> Box<Diagnostic> {
    let summary = format!("the ledger {} cannot be read: this repository has no remote `{remote}`", branch.shown());
    let help = "`git remote` lists the remotes; `remote: none` keeps the ledger in this repository";
    error(summary, help.to_owned())
}

/// The error where git does not give the branch.
pub(super) fn unreadable(branch: &LedgerBranch, refusal: &GitError) -> Box<Diagnostic> {
    let summary = format!("the ledger {} cannot be read: {}", branch.shown(), refusal.sentence.raw());
    let help = match &refusal.remedy {
        Some(remedy) => format!("run `{remedy}`"),
        None => {
            format!("check the remote and its credentials with `{}`, or run once with --no-ledger", branch.asking())
        }
    };
    error(summary, help)
}

/// The error where this repository does not give its copy of the branch. No remote is asked.
pub(super) fn unreadable_copy(branch: &LedgerBranch, refusal: &GitError) -> Box<Diagnostic> {
    let summary = format!("the copy of the ledger {} cannot be read: {}", branch.shown(), refusal.sentence.raw());
    let help = match (&refusal.remedy, refusal.kind, branch.refreshing_fetch()) {
        (Some(remedy), ..) => format!("run `{remedy}`"),
        (None, GitErrorKind::Lacking, Some(fetch)) => {
            let whole = fetch.replace("git fetch", "git fetch --refetch --no-filter");
            format!("a partial clone fetches what it lacks with `{whole}`")
        }
        (None, ..) => "`git fsck` names every damaged object, or run once with --no-ledger".to_owned(),
    };
    error(summary, help)
}

/// The error about a ledger of another endpoint than the effective one.
pub(super) fn other_endpoint(head: &LedgerHead) -> Box<Diagnostic> {
    let summary = head.endpoint.map(|endpoint| format!("this ledger is of {endpoint}, and the endpoint is another"));
    let help = "use the endpoint of the ledger; after a move of the provider run with --trust-project";
    Box::new(Diagnostic::error("ledger", None, summary).help(help.to_owned()))
}

/// The error where a commit does not get into the branch.
pub(super) fn unwritable(branch: &LedgerBranch, refusal: &GitError) -> Box<Diagnostic> {
    let summary = format!("the ledger {} cannot be written: {}", branch.shown(), refusal.sentence.raw());
    error(summary, "check who may push to it; docs/ledger.md names the permissions".to_owned())
}

/// The error about a branch of something else.
pub(super) fn not_a_ledger(branch: &LedgerBranch) -> Box<Diagnostic> {
    let summary = format!("{} is not a ledger: its README.md does not begin with ringform's line", branch.shown());
    error(summary, "name a branch for the ledger that holds nothing else".to_owned())
}

/// The warning about a branch that went while a run was under way.
pub(super) fn gone(branch: &LedgerBranch) -> Diagnostic {
    let summary = format!("the ledger {} was removed during this run", branch.shown());
    let help = "the run pushes it back with its whole history; protect the branch".to_owned();
    Diagnostic::warning("ledger", None, summary).help(help)
}

/// The warning about a branch whose history another one replaced.
pub(super) fn rewritten(branch: &LedgerBranch, then: &str, now: &str) -> Diagnostic {
    let summary = format!(
        "the history of the ledger {} was rewritten: {} is not part of {}, which counts now",
        branch.shown(),
        short_commit(then),
        short_commit(now)
    );
    let help = format!("compare the two with `git log {then}` and `git log {now}`; protect the branch");
    Diagnostic::warning("ledger", None, summary).help(help)
}

/// A warning for each client whose record does not parse. `otherwise` says how its origins are judged.
pub(super) fn damaged_records(branch: &LedgerBranch, view: &LedgerView, otherwise: &str) -> Vec<Diagnostic> {
    let damaged = view.unreadable.iter().map(|(key, paths)| {
        let mut files: Vec<_> = paths.iter().map(|path| String::from_utf8_lossy(path)).collect();
        files.sort();
        let why = if files.len() > 1 { "are records of one client" } else { "does not parse" };
        let summary = format!("client {}: {} in {} {why}", key.client(), files.join(" and "), branch.shown());
        warning(summary, format!("its origins are judged {otherwise}; the next record of `ringform apply` replaces it"))
    });
    damaged.collect()
}

/// A warning of the rule `ledger`.
pub(super) fn warning(summary: String, help: String) -> Diagnostic {
    Diagnostic::warning("ledger", None, summary).help(help)
}

/// An error of the rule `ledger`.
pub(super) fn error(summary: String, help: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("ledger", None, summary).help(help))
}
