//! The values that earlier runs stored, as far as the journals of this machine show.
//!
//! Owns the question which run stored a value. A journal helps here and is not required: one that is missing or cannot
//! be read answers nothing.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::files::open_regular;
use crate::journal::folder::{journals, run_of};
use crate::journal::record::{JournalRecord, JournaledChange};
use crate::model::{ClientKey, Setting, Untrusted};
use crate::plan::{ApplyResult, ClientPlan};

/// The values that runs stored last, by client and field.
#[derive(Clone, Debug, Default)]
pub struct StoredValues {
    by_field: BTreeMap<(ClientKey, Setting), (Json, StoringRun)>,
}

/// A run that stored a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoringRun {
    /// The run.
    pub run: Arc<str>,
    /// The run that it took back, where it was an undo.
    pub undo: Option<Untrusted>,
}

impl StoredValues {
    /// The run that stored this value last in this field of a client; `None` when no run did, or a later one stored
    /// another.
    pub fn run(&self, client: &ClientPlan, field: Setting, value: &Json) -> Option<&StoringRun> {
        let key = (client.key(), field);
        self.by_field.get(&key).filter(|(stored, _)| stored == value).map(|(_, run)| run)
    }
}

/// What the journals below a project show for this endpoint.
pub fn stored_values(root: &Path, endpoint: &Untrusted) -> StoredValues {
    let mut stored = StoredValues::default();
    for path in journals(root).unwrap_or_default() {
        if let Ok(file) = open_regular(&path) {
            let run = StoringRun { run: run_of(&path).into(), undo: None };
            add(file, run, endpoint, &mut stored);
        }
    }
    stored
}

fn add(file: impl std::io::Read, mut run: StoringRun, here: &Untrusted, stored: &mut StoredValues) {
    let mut open: BTreeMap<ClientKey, Vec<JournaledChange>> = BTreeMap::new();
    for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
        match serde_json::from_slice::<JournalRecord>(&line) {
            Ok(JournalRecord::Begin { endpoint, .. }) if endpoint != *here => return,
            Ok(JournalRecord::Begin { undo, .. }) => run.undo = undo,
            Ok(JournalRecord::Sending { client_id, credentials, changes, .. }) => {
                open.insert(ClientKey::new(client_id, credentials.as_ref()), changes);
            }
            Ok(JournalRecord::Done { client_id, credentials, result, .. }) => {
                let client = ClientKey::new(client_id, credentials.as_ref());
                let changes = open.remove(&client).filter(|_| result == ApplyResult::Applied);
                for change in changes.unwrap_or_default() {
                    stored.by_field.insert((client.clone(), change.field), (change.after, run.clone()));
                }
            }
            Ok(JournalRecord::Settled { .. } | JournalRecord::Acknowledged { .. } | JournalRecord::End { .. })
            | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::fixture::client;

    const BEGIN: &str = r#"{"event":"begin","run":"r","started_at":"t","ringform_version":"v","endpoint":"https://pbx.example","project":"p"}"#;

    fn sending(id: &str, after: &str) -> String {
        format!(
            r#"{{"event":"sending","client_id":"{id}","credentials":null,"changes":[{{"field":"hold_music","before":7,"after":{after}}}],"put":{{}}}}"#
        )
    }

    fn done(id: &str, result: &str) -> String {
        format!(r#"{{"event":"done","client_id":"{id}","credentials":null,"result":"{result}","message":null}}"#)
    }

    #[test]
    fn only_an_applied_put_stores_and_the_last_one_counts() {
        let begin = BEGIN.to_owned();
        let elsewhere = BEGIN.replace("pbx", "staging");
        for (runs, of_null, of_nine) in [
            (vec![vec![&begin, &sending("12", "null"), &done("12", "applied")]], Some("run 0"), None),
            (vec![vec![&begin, &sending("12", "null"), &done("12", "failed")]], None, None),
            (vec![vec![&begin, &sending("12", "null")]], None, None),
            (vec![vec![&begin, &sending("13", "null"), &done("13", "applied")]], None, None),
            (vec![vec![&elsewhere, &sending("12", "null"), &done("12", "applied")]], None, None),
            (
                vec![
                    vec![&begin, &sending("12", "null"), &done("12", "applied")],
                    vec![&begin, &sending("12", "9"), &"{half".to_owned(), &done("12", "applied")],
                ],
                None,
                Some("run 1"),
            ),
        ] {
            let mut stored = StoredValues::default();
            for (number, lines) in runs.iter().enumerate() {
                let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
                let run = StoringRun { run: format!("run {number}").into(), undo: None };
                add(text.as_bytes(), run, &"https://pbx.example".into(), &mut stored);
            }
            let run =
                |value: Json| stored.run(&client("12"), Setting::HoldMusic, &value).map(|one| one.run.to_string());
            assert_eq!(run(Json::Null).as_deref(), of_null, "{runs:?}");
            assert_eq!(run(Json::from(9)).as_deref(), of_nine, "{runs:?}");
        }
    }

    #[test]
    fn a_folder_without_journals_answers_nothing() {
        let root = tempfile::tempdir().unwrap();
        let stored = stored_values(root.path(), &"https://pbx.example".into());
        assert_eq!(stored.run(&client("12"), Setting::HoldMusic, &Json::Null), None);
    }
}
