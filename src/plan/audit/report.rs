//! The report of an audit.
//!
//! Owns its order, and that no client counts twice. Everything that depends on the run and not on the live state is in
//! `run`.

use std::collections::BTreeMap;

use crate::model::{ClientId, Diagnostic, Failure, FailureKind, Place, Untrusted};
use crate::plan::audit::client::AuditedClient;
use crate::plan::audit::fleet::mark_outliers;
use crate::plan::audit::summary::AuditSummary;
use crate::plan::document::{Plan, Run, Shard};

/// The report of an audit.
#[derive(Clone, Debug, Default)]
pub struct AuditReport {
    /// Who made it.
    pub ringform_version: String,
    /// The endpoint as reports name it.
    pub endpoint: Untrusted,
    /// The project file; `None` outside of a project.
    pub project: Option<Untrusted>,
    /// The part of the fleet that it covers; `None` for all of it.
    pub shard: Option<Shard>,
    /// The clients, gravest first.
    pub clients: Vec<AuditedClient>,
    /// What they come to.
    pub summary: AuditSummary,
    /// Problems of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// What depends on the run.
    pub run: Run,
}

impl AuditReport {
    /// The report of a run that read no client.
    pub fn without_clients(plan: Plan) -> AuditReport {
        AuditReport {
            ringform_version: plan.ringform_version,
            endpoint: plan.endpoint,
            project: Some(plan.project).filter(|project| !project.is_empty()),
            shard: plan.shard,
            diagnostics: plan.diagnostics,
            run: plan.run,
            ..AuditReport::default()
        }
    }

    /// The same with these clients, in the order of the project or of their ids.
    pub fn with_clients(self, mut clients: Vec<AuditedClient>) -> AuditReport {
        fail_repeated(&mut clients);
        mark_outliers(&mut clients);
        // The sort is stable, so clients of equal gravity stay in their order.
        clients.sort_by_key(|client| (client.class(), !client.is_outlier()));
        AuditReport { summary: AuditSummary::of(&clients), clients, ..self }
    }

    /// Whether the report shows less than it was asked for.
    pub fn is_incomplete(&self) -> bool {
        self.summary.failed > 0 || self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Fails each client whose answer is the same client as an earlier one. The first one shows the state, so that nothing
/// open is hidden, and it counts once.
fn fail_repeated(clients: &mut [AuditedClient]) {
    let mut seen: BTreeMap<u64, (ClientId, Option<Place>)> = BTreeMap::new();
    for client in clients.iter_mut().filter(|client| client.exposure.is_ok()) {
        let Some(id) = client.id else { continue };
        let Some((first, source)) = seen.get(&id) else {
            seen.insert(id, (client.client_id, client.source.clone()));
            continue;
        };
        let at = |source: &Option<Place>| match source {
            Some(place) => format!(" of {}:{}", place.file.raw(), place.line),
            None => String::new(),
        };
        let message = format!(
            "{}{} is client {id}, which {first}{} already shows: it counts once",
            client.client_id,
            at(&client.source),
            at(source)
        );
        let failure = Failure::new(FailureKind::DuplicateClient, message).help("name this client once");
        client.exposure = Err(Box::new(failure));
    }
}
