//! The end of a run of apply in the ledger: its record, and the removal of its claim.
//!
//! Owns how often a run tries, and what it may record by what the branch holds then. It sends nothing to the API.

use std::time::Duration;

use jiff::Timestamp;

use crate::git::FileChange;
use crate::ledger::apply::draft::{Draft, RunRecord};
use crate::ledger::apply::ledger_run::{LedgerRun, MOST_RACES, RunIdentity, json};
use crate::ledger::contents::layout::LedgerPath;
use crate::ledger::contents::message::record_subject;
use crate::ledger::errors::error;
use crate::ledger::protocol::{PushOutcome, RecordMode, record_mode};
use crate::model::Diagnostic;

/// How often a push is tried that fails: as often as a request.
const MOST_TRIES: u32 = 4;
/// The pause after the first try that fails. It doubles each time.
const BACK_OFF: Duration = Duration::from_millis(500);

/// What became of the record of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is in the branch.
    Recorded,
    /// The run was taken over: its report is in the branch, and what it sent is in doubt.
    TakenOver,
    /// The ledger holds all of it already.
    Nothing,
    /// Another run began or ended meanwhile, and this one sent nothing.
    LeftOut,
    /// The claim was refused, so there is nothing to record.
    Refused,
}

impl LedgerRun {
    /// Records the results of the run and removes its claim. `pause` waits before another try; `false` when the run is
    /// to leave.
    pub fn record(
        &mut self,
        who: &RunIdentity,
        record: &RunRecord<'_>,
        now: Timestamp,
        pause: &dyn Fn(Duration) -> bool,
    ) -> Result<RecordOutcome, Box<Diagnostic>> {
        if self.is_refused && self.claim.is_none() {
            return Ok(RecordOutcome::Refused);
        }
        let (mut failures, mut races, mut wait) = (0, 0, BACK_OFF);
        loop {
            let is_open = self.is_open(&who.run);
            let mode = record_mode(self.claim.is_some(), is_open, !self.is_changed);
            if mode == RecordMode::LeftOut {
                return Ok(RecordOutcome::LeftOut);
            }
            let changes = self.changes(who, record, mode, is_open)?;
            if changes.is_empty() {
                return Ok(RecordOutcome::Nothing);
            }
            let failed = match self.publish(who, &record_subject(record.report), &changes, now) {
                Ok(PushOutcome::Succeeded) if mode == RecordMode::Doubts => return Ok(RecordOutcome::TakenOver),
                Ok(PushOutcome::Succeeded) => return Ok(RecordOutcome::Recorded),
                Ok(PushOutcome::Lost | PushOutcome::Failed) => match self.read_again() {
                    Ok(_) if races < MOST_RACES => {
                        races += 1;
                        continue;
                    }
                    Ok(_) => error("the ledger moves all the time".to_owned(), "run again".to_owned()),
                    Err(unreadable) => unreadable,
                },
                Err(refused) => refused,
            };
            failures += 1;
            if failures >= MOST_TRIES || !pause(wait) {
                return Err(failed);
            }
            wait *= 2;
        }
    }

    /// The files that the record of a run changes, on the branch as it was read last.
    fn changes(
        &self,
        who: &RunIdentity,
        record: &RunRecord<'_>,
        mode: RecordMode,
        is_open: bool,
    ) -> Result<Vec<FileChange>, Box<Diagnostic>> {
        let mut draft = Draft::new(&self.branch.folder, &self.view, &self.dead).map_err(json)?;
        match mode {
            RecordMode::Results => {
                draft.take(record).map_err(json)?;
                if self.is_changed {
                    draft.keep_doubts();
                }
            }
            RecordMode::Doubts | RecordMode::LeftOut => draft.take_doubts(record).map_err(json)?,
        }
        if is_open {
            draft.remove(&LedgerPath::Claim(who.run.clone()));
        }
        draft.changes_of_run(&who.run, record).map_err(json)
    }
}
