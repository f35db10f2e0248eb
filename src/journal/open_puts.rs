//! The PUTs of one journal whose result it does not hold.
//!
//! Owns the one rule of what opens and what closes a PUT, for every reader of journals.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::journal::record::{JournalRecord, JournaledChange};
use crate::model::{ClientId, ClientKey};

/// The PUTs without a result, by client.
#[derive(Debug, Default)]
pub(super) struct OpenPuts(BTreeMap<ClientKey, OpenPut>);

/// One PUT without a result.
#[derive(Debug)]
pub(super) struct OpenPut {
    pub(super) client: ClientId,
    pub(super) credentials: Option<Arc<str>>,
    pub(super) changes: Vec<JournaledChange>,
    /// The run sent it and lost the answer.
    pub(super) answer_lost: bool,
}

impl OpenPuts {
    /// Takes the next line.
    pub(super) fn take(&mut self, record: JournalRecord) {
        match record {
            JournalRecord::Sending { client_id: client, credentials, changes, .. } => {
                let key = ClientKey::new(client, credentials.as_ref());
                self.0.insert(key, OpenPut { client, credentials, changes, answer_lost: false });
            }
            // The run ended without the answer, so a later one must look.
            JournalRecord::Done { client_id, credentials, in_doubt: true, .. } => {
                if let Some(put) = self.0.get_mut(&ClientKey::new(client_id, credentials.as_ref())) {
                    put.answer_lost = true;
                }
            }
            JournalRecord::Done { client_id, credentials, .. }
            | JournalRecord::Settled { client_id, credentials, .. } => {
                self.0.remove(&ClientKey::new(client_id, credentials.as_ref()));
            }
            JournalRecord::Begin { .. } | JournalRecord::Acknowledged { .. } | JournalRecord::End { .. } => {}
        }
    }

    /// Whether every PUT has a result.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order of their clients.
    pub(super) fn into_puts(self) -> impl Iterator<Item = OpenPut> {
        self.0.into_values()
    }
}
