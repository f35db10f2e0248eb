//! Words that several formats of `log` share.
//!
//! Owns these words. They are our own, or not escaped yet.

use crate::model::{Untrusted, short_commit};
use crate::plan::history::{ClientChange, PastResult, PastRun, RunList, RunListSource};
use crate::render::wording::change::state;
use crate::render::wording::numbers::count;

/// When a run began: `2026-11-27 09:00:00Z`.
pub(super) fn time(run: &PastRun) -> String {
    run.time.map_or_else(|| "unknown time".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// What a run did: `3 clients, 5 settings, 1 failed`.
pub(super) fn counts(run: &PastRun) -> String {
    if run.result == PastResult::Unreadable {
        return "unknown".to_owned();
    }
    let counts = run.counts();
    let failed = if counts.failed > 0 { format!(", {} failed", counts.failed) } else { String::new() };
    format!("{}, {}{failed}", count(counts.clients, "client"), count(counts.settings, "setting"))
}

/// How a run ended.
pub(super) fn result(run: &PastRun) -> &'static str {
    match run.result {
        PastResult::UnderWay => "under way",
        other => other.name(),
    }
}

/// The first digits of its commit.
pub(super) fn commit(run: &PastRun) -> Untrusted {
    let commit = run.commit.as_ref().map(Untrusted::raw).unwrap_or("-");
    short_commit(commit).into()
}

/// The value before and the value after.
pub(super) fn values(one: &ClientChange<'_>) -> [Untrusted; 2] {
    let before = one.change.before.as_ref().map_or_else(|| "unknown".into(), state);
    [before, state(&one.change.after)]
}

/// The line of a list without runs.
pub(super) fn nothing(list: &RunList) -> &'static str {
    match (list.client, list.source) {
        (Some(_), RunListSource::Ledger) => "No run in the ledger changed this client.",
        (Some(_), RunListSource::Journals) => "No run in the journals of this machine changed this client.",
        (None, RunListSource::Ledger) => "No run in the ledger.",
        (None, RunListSource::Journals) => "No run in the journals of this machine.",
    }
}
