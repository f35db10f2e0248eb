//! Plan: live clients beside their declarations. It reads and cannot write.

use crate::plan::send::{self, ExceededLimit};
use crate::plan::{DocumentKind, unused_overrides};
use crate::run::outcome::RunOutcome;
use crate::run::preflight::{Scope, scope};
use crate::run::read::{ReadOptions, read};
use crate::run::{Environment, Listener, NotStarted, RunRequest, warnings};

/// Compares live clients with their declarations.
pub async fn plan(request: &RunRequest, env: &Environment, listener: &Listener) -> Result<RunOutcome, NotStarted> {
    let mut scope = scope(request, env, DocumentKind::Plan)?;
    let session = scope.connect(request, env).await?;
    scope.announce(listener);
    let Scope { project, declarations, origins, guards, limits, mut report, .. } = scope;
    let sending = request.sending.among(&declarations);
    let options = ReadOptions::new(&session, &guards, origins, &sending, env, listener);
    let fields = request.selection.fields;
    let outcome = read(declarations, ReadOptions { fields, ..options }).await;
    report.clients = outcome.clients;
    report.diagnostics.extend(outcome.warnings);
    report.run = env.run(session.usage.requests(), session.usage.quota());
    report.run.overrides = request.overrides.clone();
    session.close().await?;
    report.diagnostics.extend(warnings::unused_overwrites(&sending, &report.clients));
    report.diagnostics.extend(unused_overrides(&guards, &report.clients));
    report.diagnostics.extend(warnings::stale_base(&project, &report));
    let exceeded = send::exceeded(&limits, &report);
    report.diagnostics.extend(exceeded.iter().map(ExceededLimit::warning));
    if request.names_commit {
        report.revision = project.revision();
    }
    Ok(RunOutcome::new(report))
}
