//! PUTs of earlier runs whose result is not known.
//!
//! Owns their announcement before a run writes, and the note in the old journal once this run has read the client.

use anyhow::Context;

use crate::config::Project;
use crate::journal::{self, Doubt};
use crate::plan::{ApplyResult, ClientPlan, Plan};
use crate::run::{Listener, RunEvent};

/// Finds the doubts about this endpoint and announces them.
pub(super) fn announce(project: &Project, report: &Plan, listener: &Listener) -> anyhow::Result<Vec<Doubt>> {
    let doubts = journal::in_doubt(&project.root, &report.endpoint);
    let doubts = doubts.context("cannot read the journals of earlier runs")?;
    for doubt in &doubts {
        let reads_client = report.clients.iter().any(|client| doubt.is_of(client));
        listener(RunEvent::InDoubt { doubt: doubt.clone(), reads_client });
    }
    Ok(doubts)
}

/// Notes in the old journals which doubts this run has ended, because it has read the client.
pub(super) fn settle(doubts: &[Doubt], clients: &[ClientPlan], run: &str) -> anyhow::Result<()> {
    for doubt in doubts {
        let read = |client: &&ClientPlan| doubt.is_of(client) && client.error.is_none();
        let known = clients
            .iter()
            .find(read)
            .is_some_and(|client| !matches!(client.result, Some(ApplyResult::Failed | ApplyResult::Skipped) | None));
        if known {
            journal::settle(doubt, run).context("cannot note in the journal how an earlier run ended")?;
        }
    }
    Ok(())
}
