//! Plan: live clients beside their declarations. It reads and cannot write.

use crate::plan::send::{self, ExceededLimit};
use crate::plan::{DocumentKind, Run};
use crate::run::outcome::RunOutcome;
use crate::run::preflight::{Scope, scope};
use crate::run::read::{ReadOptions, read};
use crate::run::{Environment, Listener, NotStarted, RunRequest, identity, warnings};

/// Compares live clients with their declarations.
pub async fn plan(request: &RunRequest, env: &Environment, listener: &Listener) -> Result<RunOutcome, NotStarted> {
    let mut scope = scope(request, env, DocumentKind::Plan)?;
    let session = scope.connect(request, env).await?;
    scope.announce(listener);
    let Scope { project, declarations, origins, scheduled, rules, mut report, .. } = scope;
    let sending = request.sending.among(&declarations);
    let options = ReadOptions::new(&session, &rules.guards, origins, &sending, env, listener);
    let fields = request.selection.fields;
    let outcome = read(declarations, ReadOptions { fields, scheduled, ..options }).await;
    report.clients = outcome.clients;
    report.diagnostics.extend(outcome.warnings);
    report.run =
        Run { at: report.run.at, ..identity::run(request, env, session.usage.requests(), session.usage.quota()) };
    session.close().await?;
    report.diagnostics.extend(warnings::of_plan(&sending, &project, &rules.guards, &report));
    let exceeded = send::exceeded(&rules.limits, &report);
    report.diagnostics.extend(exceeded.iter().map(ExceededLimit::warning));
    if request.names_commit {
        report.revision = project.revision();
    }
    Ok(RunOutcome::new(report))
}
