//! The runs whose PUT moved other fields too, as the journals of this machine show.
//!
//! Owns the rule of which journal holds a collateral that no later run acknowledged, and the line that acknowledges it.

use std::io;
use std::path::{Path, PathBuf};

use crate::journal::append_line::append;
use crate::journal::record::JournalRecord;
use crate::model::{ClientId, Setting, Untrusted};
use crate::plan::ApplyResult;

/// A run that ended with a collateral, and that no later run of this machine acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollateralRun {
    /// The run.
    pub run: String,
    /// What moved.
    pub moved: Vec<MovedFields>,
    /// Its journal.
    pub journal: PathBuf,
}

/// A client and its fields that moved along with a PUT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedFields {
    /// The client.
    pub client: ClientId,
    /// The fields.
    pub fields: Vec<Setting>,
}

/// What the lines of one journal say of collaterals.
#[derive(Debug, Default)]
pub(super) struct JournalCollateral {
    is_of_other_project: bool,
    has_collateral: bool,
    is_acknowledged: bool,
    moved: Vec<MovedFields>,
}

impl JournalCollateral {
    /// Takes the next line. `project` is the project whose runs count; `None`: the runs of every project.
    pub(super) fn take(&mut self, record: &JournalRecord, project: Option<&Untrusted>) {
        match record {
            JournalRecord::Begin { project: of, .. } => {
                self.is_of_other_project = project.is_some_and(|project| project != of);
            }
            JournalRecord::Done { client_id, result: ApplyResult::Collateral, collateral, .. } => {
                self.has_collateral = true;
                let fields = collateral.iter().map(|one| one.field).collect();
                self.moved.push(MovedFields { client: *client_id, fields });
            }
            JournalRecord::Acknowledged { .. } => self.is_acknowledged = true,
            JournalRecord::Sending { .. }
            | JournalRecord::Done { .. }
            | JournalRecord::Settled { .. }
            | JournalRecord::End { .. } => {}
        }
    }

    /// Takes a line that does not parse. A write that a full disk cut short still shows its result.
    pub(super) fn take_damaged(&mut self, line: &[u8]) {
        let mark = br#""result":"collateral""#;
        self.has_collateral |= line.windows(mark.len()).any(|window| window == mark);
    }

    /// Whether a later apply must be kept from sending.
    pub(super) fn is_open(&self) -> bool {
        self.has_collateral && !self.is_acknowledged && !self.is_of_other_project
    }

    /// Whether nothing that follows in this journal can count.
    pub(super) fn is_of_other_project(&self) -> bool {
        self.is_of_other_project
    }

    /// The run, where its collateral is open.
    pub(super) fn into_run(self, run: &str, journal: &Path) -> Option<CollateralRun> {
        self.is_open().then(|| CollateralRun { run: run.to_owned(), moved: self.moved, journal: journal.to_owned() })
    }
}

/// Records in the journal of a run that the run `by` was allowed to send after its collateral.
pub fn mark_acknowledged(collateral: &CollateralRun, by: &str) -> io::Result<()> {
    append(&collateral.journal, &JournalRecord::Acknowledged { by: by.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = r#"{"event":"begin","run":"r","started_at":"t","ringform_version":"v","endpoint":"e","project":"ringform.yaml"}"#;
    const DONE: &str = r#"{"event":"done","client_id":"12","credentials":null,"result":"RESULT","message":null,"collateral":[{"field":"hold_music","before":7,"after":null}]}"#;
    const ACKNOWLEDGED: &str = r#"{"event":"acknowledged","by":"s"}"#;
    const END: &str = r#"{"event":"end","ended_at":"t"}"#;

    fn read(lines: &[&str]) -> JournalCollateral {
        let mut collateral = JournalCollateral::default();
        for line in lines {
            match serde_json::from_str(line) {
                Ok(record) => collateral.take(&record, Some(&"ringform.yaml".into())),
                Err(_) => collateral.take_damaged(line.as_bytes()),
            }
        }
        collateral
    }

    #[test]
    fn a_collateral_is_open_until_a_later_run_acknowledges_it() {
        let moved = DONE.replace("RESULT", "collateral");
        let applied = DONE.replace("RESULT", "applied");
        let elsewhere = BEGIN.replace("ringform.yaml", "shop.ringform.yaml");
        let torn = &moved[..90];
        assert!(torn.contains("collateral") && !torn.ends_with('}'), "{torn}");
        for (lines, is_open) in [
            (vec![BEGIN, &moved, END], true),
            // The run was killed after the PUT.
            (vec![BEGIN, &moved], true),
            (vec![BEGIN, &applied, &moved, &applied, END], true),
            (vec![BEGIN, &applied, END], false),
            (vec![BEGIN, END], false),
            (vec![BEGIN, &moved, END, ACKNOWLEDGED], false),
            (vec![BEGIN, ACKNOWLEDGED], false),
            (vec![&elsewhere, &moved, END], false),
            // A first line that cannot be read may be of this project.
            (vec!["{half", &moved, END], true),
            (vec![BEGIN, torn], true),
            (vec![BEGIN, "{\"event\":\"do"], false),
        ] {
            assert_eq!(read(&lines).is_open(), is_open, "{lines:?}");
        }
        let run = read(&[BEGIN, &moved]).into_run("r", Path::new("r.jsonl")).unwrap();
        let fields = vec![Setting::HoldMusic];
        assert_eq!(run.moved, [MovedFields { client: ClientId::parse("12").unwrap(), fields }]);
    }
}
