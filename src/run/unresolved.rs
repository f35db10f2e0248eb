//! PUTs of earlier runs whose result is not known.
//!
//! Owns their announcement before a run writes, and the note in the old journal once this run has read the client.

use anyhow::Context;

use crate::config::Project;
use crate::journal::{self, DamagedLine, OpenEnds, UnresolvedPut};
use crate::model::{Diagnostic, Place};
use crate::plan::{ApplyResult, ClientPlan, Plan};
use crate::run::{Listener, RunEvent};

/// Finds the unresolved PUTs to this endpoint and announces them. A line of a journal that cannot be read is a warning
/// of the report.
pub(super) fn announce(
    project: &Project,
    report: &mut Plan,
    listener: &Listener,
) -> anyhow::Result<Vec<UnresolvedPut>> {
    let found = journal::open_ends(&project.root, &report.endpoint);
    let OpenEnds { puts, damaged } = found.context("cannot read the journals of earlier runs")?;
    report.diagnostics.extend(damaged.into_iter().map(warning));
    for put in &puts {
        let reads_client = report.clients.iter().any(|client| put.is_of(client));
        listener(RunEvent::Unresolved { put: put.clone(), reads_client });
    }
    Ok(puts)
}

fn warning(damaged: DamagedLine) -> Diagnostic {
    let place = Place::new(damaged.journal.into(), damaged.line, 1);
    let summary = "this line of the journal of an earlier apply cannot be read";
    Diagnostic::warning("damaged-journal", place, summary).help(
        "it may name a PUT or its result: compare the clients of that run with a plan, then remove the line".to_owned(),
    )
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
