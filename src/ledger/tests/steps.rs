//! The steps of a run that several tests take, and what the branch holds after them.

use crate::git::{FileChange, NewCommit};
use crate::ledger::apply::begin::{BeginOptions, begin};
use crate::ledger::apply::{LedgerRun, RunIdentity};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::layout::record_key;
use crate::ledger::fixture::{at, recorded};
use crate::model::{ClientId, Diagnostic, RecordedClient, Setting, Untrusted};

/// The commit of the code.
pub(super) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The name of a run that begins so many minutes after nine.
pub(super) fn run_name(minute: i64) -> String {
    at(minute).strftime("%Y%m%dT%H%M%SZ-00aa11").to_string()
}

/// Who runs.
pub(super) fn who(run: &str) -> RunIdentity {
    RunIdentity {
        run: run.to_owned(),
        actor: "Anna <anna@x>".into(),
        commit: COMMIT.to_owned(),
        digest: "sha256:00".to_owned(),
        ..RunIdentity::default()
    }
}

/// The options of a run that begins at this minute.
pub(super) fn options(endpoint: &Untrusted, minute: i64) -> BeginOptions<'_> {
    BeginOptions {
        commit: COMMIT,
        endpoint,
        take_over: None,
        allow_older: false,
        trust_project: false,
        otherwise: "without it",
        now: at(minute),
    }
}

/// Begins a run.
pub(super) fn start(branch: &LedgerBranch, minute: i64, take_over: Option<&str>) -> Result<LedgerRun, Box<Diagnostic>> {
    let endpoint = "https://pbx.example".into();
    begin(branch.clone(), &BeginOptions { take_over, ..options(&endpoint, minute) })
}

/// The branch at its remote.
pub(super) fn view(branch: &LedgerBranch) -> LedgerView {
    branch.read(branch.refresh().unwrap().as_deref()).unwrap()
}

/// The record of client 12.
pub(super) fn of_twelve(view: &LedgerView) -> RecordedClient {
    view.clients[&record_key(ClientId::parse("12").unwrap(), None)].record.clone()
}

/// A record of the music alone.
pub(super) fn music(text: &str) -> RecordedClient {
    recorded(&[(Setting::HoldMusic, text)])
}

/// A commit that no run made.
pub(super) fn by_hand(branch: &LedgerBranch, changes: &[FileChange]) {
    let parent = branch.refresh().unwrap();
    let commit = NewCommit { parent: parent.as_deref(), author: "A <a>", time: 0, message: "m\n", changes };
    branch.publish(&commit, parent.as_deref()).unwrap();
}
