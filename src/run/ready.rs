//! A plan that apply is about to send.
//!
//! Owns its type, and the making of it from live clients. `saved_plan` makes it from a file.

use std::sync::Arc;

use crate::config::Project;
use crate::journal::ApplyLock;
use crate::model::SendLimits;
use crate::plan::send::ReplanRules;
use crate::plan::{ClientPlan, DocumentKind, Plan};
use crate::run::preflight::{Scope, scope};
use crate::run::read::{ReadOptions, Readings, read};
use crate::run::recording::Recording;
use crate::run::reread::RereadClients;
use crate::run::session::Session;
use crate::run::{Environment, Listener, NotStarted, RunRequest, apply_lock, warnings};

/// What apply is about to send, with the answers that it was planned from where those are fresh.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) project: Project,
    pub(super) session: Session,
    /// Everything but the run, the clients included.
    pub(super) report: Plan,
    pub(super) readings: Readings,
    /// Held until the run has ended.
    pub(super) lock: ApplyLock,
    /// The limits of the project, of its floor and, without a saved plan, of its base.
    pub(super) limits: SendLimits,
    /// What the run reads again, for the record of a saved plan; `None` where the plan itself was just read.
    pub(super) reread: Option<Arc<RereadClients>>,
    /// The place of the run in the ledger; `None` without one.
    pub(super) ledger: Option<Recording>,
    /// Of a run that can only close: how it plans a client again whose live value has changed.
    pub(super) replan: Option<Arc<ReplanRules>>,
}

impl Ready {
    /// Whether there is anything to send.
    pub(super) fn sends(&self) -> bool {
        self.to_send().next().is_some()
    }

    /// The clients that get a PUT.
    pub(super) fn to_send(&self) -> impl Iterator<Item = &ClientPlan> {
        self.report.clients.iter().filter(|client| client.is_to_send() && client.blocked.is_empty())
    }
}

/// Reads all and plans.
pub(super) async fn from_live(
    request: &RunRequest,
    env: &Environment,
    listener: &Listener,
) -> Result<Ready, NotStarted> {
    let mut scope = scope(request, env, DocumentKind::Plan)?;
    // Another run may change live clients until its end, so the lock comes before the first read.
    let lock = apply_lock::take(&scope.project, env).map_err(|errors| scope.refuse(errors, env))?;
    let session = scope.connect(request, env).await?;
    scope.announce(listener);
    let Scope { project, releases, declarations, origins, scheduled, rules, mut report, ledger, .. } = scope;
    let sending = &request.sending.among(&declarations).with_waivers(&rules.waivers, rules.never_waived, project.at);
    let replan = ReplanRules::of(sending, &rules.guards);
    let replan = replan.map(|replan| Arc::new(replan.with_dated(&declarations, &origins)));
    let options = ReadOptions::new(&session, &rules.guards, origins, sending, env, listener);
    let fields = request.selection.fields;
    let outcome = read(declarations, ReadOptions { fields, scheduled, keep_readings: true, ..options }).await;
    report.clients = outcome.clients;
    report.diagnostics.extend(outcome.warnings);
    report.diagnostics.extend(warnings::of_plan(sending, &project, &rules.guards, &report));
    report.revision = project.revision();
    let ledger = ledger.map(|start| Recording::new(start, releases, env));
    let readings = outcome.readings;
    Ok(Ready { project, session, report, readings, lock, limits: rules.limits, reread: None, ledger, replan })
}
