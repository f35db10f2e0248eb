//! Audit: how open live clients are. It reads and cannot write.
//!
//! Owns the flow of the reads, one GET for each client. The function that reads gets the reader and nothing else of the
//! session.

use std::sync::Arc;

use crate::api::Reader;
use crate::model::FieldMask;
use crate::plan::audit::{AuditReport, AuditTarget, AuditedClient, StateGuards};
use crate::run::audit_scope::{AuditScope, audit_scope};
use crate::run::read::{read_client, readers};
use crate::run::session::Session;
use crate::run::{AuditRequest, Environment, ExitStatus, Listener, NotStarted, RunEvent, workers};

/// The result of an audit.
#[derive(Debug)]
pub struct AuditOutcome {
    /// Its report.
    pub report: AuditReport,
    /// What failed at the end of the connection.
    pub finished: anyhow::Result<()>,
}

impl AuditOutcome {
    /// The exit status. `fails_on_open`: a client that devices of every country may use exits with 2.
    pub fn exit_status(&self, fails_on_open: bool) -> ExitStatus {
        match &self.report {
            report if report.is_incomplete() => ExitStatus::Error,
            report if fails_on_open && report.summary.open > 0 => ExitStatus::Difference,
            _ => ExitStatus::Done,
        }
    }
}

/// Reads the clients and reports how open they are.
pub async fn audit(request: &AuditRequest, env: &Environment, listener: &Listener) -> Result<AuditOutcome, NotStarted> {
    let scope = audit_scope(request, env)?;
    let connected = Session::connect(&scope.project, scope.credentials(), &request.connection, env).await;
    let session = match connected {
        Ok(session) => session,
        Err(errors) => return Err(scope.refuse(errors, env)),
    };
    let AuditScope { targets, guards, mut report, .. } = scope;
    let clients = read(targets, guards, &session.reader, session.concurrency, env, listener).await;
    report.endpoint = session.endpoint.clone();
    report.run = env.run(session.usage.requests(), session.usage.quota());
    let report = AuditReport::without_clients(report).with_clients(clients);
    Ok(AuditOutcome { report, finished: session.close().await })
}

/// Reads every client. After a shutdown the rest fails as interrupted; reads under way finish.
async fn read(
    targets: Vec<AuditTarget>,
    guards: StateGuards,
    reader: &Reader,
    concurrency: usize,
    env: &Environment,
    listener: &Listener,
) -> Vec<AuditedClient> {
    listener(RunEvent::Reading(targets.len()));
    let guards = Arc::new(guards);
    let work = |reader: Reader| {
        let (shutdown, guards, listener) = (env.shutdown.clone(), Arc::clone(&guards), Arc::clone(listener));
        move |target: AuditTarget| {
            let (reader, shutdown) = (reader.clone(), shutdown.clone());
            let (guards, listener) = (Arc::clone(&guards), Arc::clone(&listener));
            async move {
                let (client, credentials) = (target.client, target.credentials.as_ref());
                let read = read_client(&reader, &shutdown, client, credentials, FieldMask::default()).await;
                let client = AuditedClient::of(&target, read, &guards);
                listener(RunEvent::Read { failed: client.exposure.is_err() });
                client
            }
        }
    };
    let works = readers(reader, targets.len()).into_iter().map(work).collect();
    let clients = workers::run(targets.into_iter(), concurrency, works).await;
    listener(RunEvent::ReadingDone);
    clients
}
