//! Clients that an audit could not read, by cause.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::{Failure, Untrusted};
use crate::plan::audit::{AuditReport, AuditedClient};

/// One cause, and the clients that it stopped.
pub(in crate::render) struct AuditFailure<'r> {
    /// The cause.
    pub(in crate::render) failure: &'r Failure,
    /// Its clients, in the order of the report.
    pub(in crate::render) clients: Vec<&'r AuditedClient>,
}

impl<'r> AuditFailure<'r> {
    /// The causes of a report; the most frequent one first.
    pub(in crate::render) fn all(report: &'r AuditReport) -> Vec<AuditFailure<'r>> {
        let mut causes: Vec<AuditFailure<'r>> = Vec::new();
        let mut positions: BTreeMap<&Untrusted, usize> = BTreeMap::new();
        for client in &report.clients {
            let Err(failure) = &client.exposure else { continue };
            let position = *positions.entry(&failure.message).or_insert(causes.len());
            match causes.get_mut(position) {
                Some(cause) => cause.clients.push(client),
                None => causes.push(AuditFailure { failure, clients: vec![client] }),
            }
        }
        causes.sort_by_key(|cause| Reverse(cause.clients.len()));
        causes
    }
}
