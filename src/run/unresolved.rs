//! PUTs of earlier runs whose result is not known.
//!
//! Owns their announcement before a run writes, and the note in the old journal once this run has read the client.

use anyhow::Context;

use crate::config::Project;
use crate::journal::{self, UnresolvedPut};
use crate::plan::{ApplyResult, ClientPlan, Plan};
use crate::run::{Listener, RunEvent};

/// Finds the unresolved PUTs to this endpoint and announces them.
pub(super) fn announce(project: &Project, report: &Plan, listener: &Listener) -> anyhow::Result<Vec<UnresolvedPut>> {
    let puts = journal::unresolved_puts(&project.root, &report.endpoint);
    let puts = puts.context("cannot read the journals of earlier runs")?;
    for put in &puts {
        let reads_client = report.clients.iter().any(|client| put.is_of(client));
        listener(RunEvent::Unresolved { put: put.clone(), reads_client });
    }
    Ok(puts)
}

/// Notes in the old journals which PUTs this run has resolved, because it has read the client.
pub(super) fn resolve(puts: &[UnresolvedPut], clients: &[ClientPlan], run: &str) -> anyhow::Result<()> {
    for put in puts {
        let read = |client: &&ClientPlan| put.is_of(client) && client.error.is_none();
        let resolved = clients
            .iter()
            .find(read)
            .is_some_and(|client| !matches!(client.result, Some(ApplyResult::Failed | ApplyResult::Skipped) | None));
        if resolved {
            journal::mark_resolved(put, run).context("cannot note in the journal how an earlier run ended")?;
        }
    }
    Ok(())
}
