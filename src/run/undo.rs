//! Undo: a plan that takes back what a past run of apply changed. It reads and cannot write.
//!
//! Owns the order of steps. `plan::undo` decides which fields go back, and `past_run` finds what the run changed.

use std::sync::Arc;

use crate::plan::undo::{self, UndoScope, UndoTargets};
use crate::plan::{DocumentKind, GuardList, Origin, Origins, Run, SendScope, Status, UndoneRun, guards, send};
use crate::run::outcome::RunOutcome;
use crate::run::preflight::{Scope, scope};
use crate::run::read::{ReadOptions, read};
use crate::run::{Environment, Listener, NotStarted, UndoRequest, past_run, warnings};

/// Plans the way back of a past run.
pub async fn undo(request: &UndoRequest, env: &Environment, listener: &Listener) -> Result<RunOutcome, NotStarted> {
    let UndoRequest { run: request, past } = request;
    let mut scope = scope(request, env, DocumentKind::Plan)?;
    scope.report.revision = scope.project.revision();
    let past = match past_run::find(past, &scope, request, env) {
        Ok(past) => past,
        Err(errors) => return Err(scope.refuse(errors, env)),
    };
    let (declared, selected) = (std::mem::take(&mut scope.declared), std::mem::take(&mut scope.declarations));
    let undo_scope =
        UndoScope { declared: &declared, whole: scope.whole, selected: &selected, fields: request.selection.fields };
    let UndoTargets { declarations: targets, left } = undo::targets(&past, &undo_scope);
    scope.declarations = targets;
    let session = scope.connect(request, env).await?;
    let Scope { project, declarations, rules, mut report, .. } = scope;
    report.diagnostics.extend(left);
    // Guards judge what is left to send, so they come after it is known. No change of an undo comes from git.
    let (sending, no_guards) = (SendScope::default(), GuardList::default());
    let origins = Arc::new(Origins::always(Origin::Unknown));
    let options = ReadOptions::new(&session, &no_guards, origins, &sending, env, listener);
    report.clients = read(declarations, options).await.clients;
    for client in &mut report.clients {
        report.diagnostics.extend(undo::settle(client, &past, &undo_scope));
        report.diagnostics.extend(guards::judge(&rules.guards, client));
    }
    report.clients.retain(|client| client.status() != Status::InSync);
    report.unaffected = Some(selected.len() - report.clients.len());
    report.undo = Some(UndoneRun {
        run: past.run.as_str().into(),
        commit: past.commit.clone(),
        changed: undo::changed(&past),
        undeclared: undo::undeclared(&report.clients, &selected),
    });
    let run = env.run(session.usage.requests(), session.usage.quota());
    report.run = Run { overrides: request.overrides.clone(), ..run };
    session.close().await?;
    report.diagnostics.extend(warnings::of_plan(&sending, &project, &rules.guards, &report));
    report.diagnostics.extend(send::exceeded(&rules.limits, &report).iter().map(send::ExceededLimit::warning));
    Ok(RunOutcome::new(report))
}
