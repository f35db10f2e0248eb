//! What past runs stored, as far as the journals of this machine tell.
//!
//! Owns the question "who put this value there?". A journal is a help here and no duty: one that is missing or cannot be read
//! answers nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::journal::{FOLDER, Record, Sent};
use crate::model::{ClientKey, Setting, Untrusted};
use crate::plan::{ApplyResult, ClientPlan};

/// The values that were stored last, by client and field.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    by_field: BTreeMap<(ClientKey, Setting), (Json, Arc<str>)>,
}

impl Stored {
    /// The run that stored this value last in this field of a client; `None` when none did, or a later one stored another.
    pub fn run(&self, client: &ClientPlan, field: Setting, value: &Json) -> Option<&str> {
        self.by_field.get(&(client.key(), field)).filter(|(stored, _)| stored == value).map(|(_, run)| &**run)
    }
}

/// What the journals below a project say of this endpoint. Journals are named by the time of their runs.
pub fn stored(root: &Path, endpoint: &Untrusted) -> Stored {
    let mut stored = Stored::default();
    let entries = fs::read_dir(root.join(FOLDER).join("journal")).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")) {
        if let Ok(file) = File::open(path) {
            let run = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            add(file, Arc::from(run), endpoint, &mut stored);
        }
    }
    stored
}

fn add(file: File, run: Arc<str>, here: &Untrusted, stored: &mut Stored) {
    let mut open: BTreeMap<ClientKey, Vec<Sent>> = BTreeMap::new();
    for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
        match serde_json::from_slice::<Record>(&line) {
            Ok(Record::Begin { endpoint, .. }) if endpoint != *here => return,
            Ok(Record::Sending { client_id, credentials, changes, .. }) => {
                open.insert(ClientKey::new(client_id, credentials.as_ref()), changes);
            }
            Ok(Record::Done { client_id, credentials, result, .. }) => {
                let client = ClientKey::new(client_id, credentials.as_ref());
                let changes = open.remove(&client).filter(|_| result == ApplyResult::Applied).unwrap_or_default();
                for sent in changes {
                    stored.by_field.insert((client.clone(), sent.field), (sent.after, Arc::clone(&run)));
                }
            }
            Ok(Record::Begin { .. } | Record::Settled { .. } | Record::End { .. }) | Err(_) => {}
        }
    }
}
