//! Offline plan: declarations beside those of a base. It needs no secret and sends no request.

use crate::plan::compare::plan_offline as compare_with_base;
use crate::plan::send::{self, ExceededLimit};
use crate::plan::{DocumentKind, Requests, Run, guards};
use crate::run::outcome::RunOutcome;
use crate::run::preflight::{EndpointChoice, Scope, scope};
use crate::run::{Environment, NotStarted, RunRequest, identity, warnings};

/// Compares declarations with those of the base.
pub fn plan_offline(request: &RunRequest, env: &Environment) -> Result<RunOutcome, NotStarted> {
    let scope = scope(request, env, DocumentKind::Offline)?;
    let Scope { project, declarations, origins, scheduled, rules, mut report, .. } = scope;
    // A missing variable stops nothing here, because the run sends nothing.
    report.endpoint = EndpointChoice::new(&request.connection, env).unfilled_label(&project);
    let sending = request.sending.among(&declarations);
    for declaration in &declarations {
        let (mut client, not_shown) = compare_with_base(declaration, origins.of(declaration));
        sending.mark(&mut client);
        client.select(request.selection.fields);
        scheduled.list(&mut client);
        report.diagnostics.extend(not_shown);
        report.diagnostics.extend(guards::judge(&rules.guards, &mut client));
        report.clients.push(client);
    }
    report.run = Run { at: report.run.at, ..identity::run(request, env, Requests::default(), Vec::new()) };
    report.diagnostics.extend(warnings::of_plan(&sending, &project, &rules.guards, &report));
    let exceeded = send::exceeded(&rules.limits, &report);
    report.diagnostics.extend(exceeded.iter().map(ExceededLimit::warning));
    if request.names_commit {
        report.revision = project.revision();
    }
    Ok(RunOutcome::new(report))
}
