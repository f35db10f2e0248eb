//! The errors of the ledger, each with its remedy.
//!
//! Owns their words.

use jiff::Timestamp;

use crate::git::GitError;
use crate::ledger::branch::LedgerBranch;
use crate::ledger::head_file::LedgerHead;
use crate::ledger::protocol::LivingClaim;
use crate::model::Diagnostic;

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

/// The error where git does not give the branch.
pub(super) fn unreadable(branch: &LedgerBranch, refusal: &GitError) -> Box<Diagnostic> {
    let summary = format!("the ledger {} cannot be read: {}", branch.shown(), refusal.sentence.raw());
    let help = match &refusal.remedy {
        Some(remedy) => format!("run `{remedy}`"),
        None => "check the remote and its credentials with `git ls-remote`, or run once with --no-ledger".to_owned(),
    };
    error(summary, help)
}

/// The error about a ledger of another endpoint than the effective one.
pub(super) fn other_endpoint(head: &LedgerHead) -> Box<Diagnostic> {
    let summary = head.endpoint.map(|endpoint| format!("this ledger is of {endpoint}, and the endpoint is another"));
    let help = "use the endpoint of the ledger; after a move of the provider run with --trust-project";
    Box::new(Diagnostic::error("ledger", None, summary).help(help.to_owned()))
}

/// An error of the rule `ledger`.
pub(super) fn error(summary: String, help: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("ledger", None, summary).help(help))
}

/// The first digits of the id of a commit.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
