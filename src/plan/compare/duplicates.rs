//! Two documents that turned out to be one client.
//!
//! Owns the check that only answers make possible: `@me` and a number, or two `@me` under different credentials, may be
//! the same client. Neither document can be preferred, so neither is compared.

use std::collections::BTreeMap;

use crate::model::{Failure, FailureKind};
use crate::plan::client::ClientPlan;

/// Fails every client whose answer carries an id that another one's carries too.
pub fn fail_duplicates<'a>(clients: impl Iterator<Item = &'a mut ClientPlan>) {
    let mut by_id: BTreeMap<u64, Vec<&mut ClientPlan>> = BTreeMap::new();
    for client in clients {
        let wrong = client.error.as_ref().is_some_and(|error| error.kind == FailureKind::WrongClient);
        if let Some(id) = client.id.filter(|_| !wrong) {
            by_id.entry(id).or_default().push(client);
        }
    }
    for (id, same) in by_id {
        if same.len() < 2 {
            continue;
        }
        let places: Vec<String> =
            same.iter().map(|one| format!("{}:{}", one.source.file.raw(), one.source.line)).collect();
        for client in same {
            let message = format!("{} documents are client {id}: {}", places.len(), places.join(", "));
            let failure = Failure::new(FailureKind::DuplicateClient, message);
            client.error = Some(Box::new(failure.help("keep one document for this client")));
            client.changes.clear();
            client.unconfirmed = Box::default();
            client.blocked.clear();
            client.released.clear();
        }
    }
}
