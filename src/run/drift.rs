//! Drift: live clients beside their declarations and the report before. It reads and cannot write.
//!
//! Owns the order of steps: the run reads the last report before it replaces any file, and it notifies before it
//! returns, so that the report says whether the notification failed.

use std::io;
use std::path::Path;

use anyhow::Context;

use crate::api::{Proxies, Webhook};
use crate::files::read_input;
use crate::model::{Advice, DeclaredClient};
use crate::plan::drift::{self, Finding, PreviousReport, RunContext, unused_waivers};
use crate::plan::{DocumentKind, GuardList, Plan, Run, SendScope};
use crate::run::outcome::RunOutcome;
use crate::run::preflight::{Scope, scope};
use crate::run::read::{ReadOptions, read};
use crate::run::{DriftRequest, Environment, Listener, NotStarted, Notification, identity, warnings};

/// Compares live clients with their declarations and with the report before.
pub async fn drift(request: &DriftRequest, env: &Environment, listener: &Listener) -> Result<RunOutcome, NotStarted> {
    let webhook = request.notification.as_ref().map(|notification| webhook(notification, env)).transpose()?;
    let mut previous = match &request.since {
        Some(file) => previous(file, env)?,
        None => None,
    };
    let future = previous.as_mut().and_then(|previous| previous.distrust_future(&env.clock.started_at()));
    let mut scope = scope(&request.run, env, DocumentKind::Drift)?;
    let session = scope.connect(&request.run, env).await?;
    if let (Some(previous), Some(file)) = (&previous, &request.since) {
        let checked = previous.check(&scope.report, &scope.declared, scope.whole);
        checked.map_err(|why| Advice::of_sentence(why.raw())).with_context(|| not_usable(file))?;
    }
    scope.announce(listener);
    let Scope { project, declared, whole, mut declarations, origins, scheduled, rules, mut report, .. } = scope;
    report.diagnostics.extend(future);
    if whole {
        report.diagnostics.extend(unused_waivers(&project.waivers, &declared));
    }
    let selected: Vec<DeclaredClient> = declarations.iter().map(DeclaredClient::from).collect();
    if let Some(budget) = request.budget {
        drift::take_turn(&mut declarations, previous.as_ref().map_or(&[], |one| &one.drift.last_read), budget);
    }
    let sending = SendScope::default();
    // Guards judge what a run sends, and this run sends nothing.
    let no_guards = GuardList::default();
    let options = ReadOptions::new(&session, &no_guards, origins, &sending, env, listener);
    let outcome = read(declarations, ReadOptions { scheduled, ..options }).await;
    report.clients = outcome.clients;
    report.diagnostics.extend(outcome.warnings);
    report.diagnostics.extend(warnings::stale_base(&project, &report));
    let run = identity::run(&request.run, env, session.usage.requests(), session.usage.quota());
    report.run = Run { at: report.run.at, ..run };
    session.close().await?;
    let context = RunContext {
        at: &env.clock.started_at(),
        instant: project.at,
        declared: &declared,
        selected: &selected,
        whole,
        waivers: &rules.waivers,
        never_waived: rules.never_waived,
        budget: request.budget,
    };
    report.run.drift = Some(drift::compare(&report.clients, previous.as_ref(), &context));
    if request.run.names_commit || webhook.is_some() {
        report.revision = project.revision();
    }
    let finished = match webhook {
        Some(webhook) => notify(&webhook, &mut report, request, env).await,
        None => {
            if let (Some(drift), Some(previous)) = (&mut report.run.drift, &previous) {
                drift.keep_unnotified(&previous.drift);
            }
            Ok(())
        }
    };
    Ok(RunOutcome { report, finished })
}

/// A webhook and the body for it.
struct Notifier<'a> {
    webhook: Webhook,
    proxies: Proxies,
    notification: &'a Notification,
}

/// Checks the address before the run reads anything.
fn webhook<'a>(notification: &'a Notification, env: &Environment) -> anyhow::Result<Notifier<'a>> {
    let webhook = Webhook::parse(&notification.address);
    let webhook = webhook.map_err(|why| {
        Advice::new(format!("{}: {why}", notification.named_by), "give the address of the webhook, https://HOST/PATH")
    })?;
    let proxies = env.proxies(webhook.is_loopback()).map_err(|why| Advice::of_sentence(&why))?;
    Ok(Notifier { webhook, proxies, notification })
}

/// Posts the report when a finding is new. After a failure the next run reports the new findings again.
async fn notify(
    notifier: &Notifier<'_>,
    report: &mut Plan,
    request: &DriftRequest,
    env: &Environment,
) -> anyhow::Result<()> {
    let Some(drift) = &report.run.drift else { return Ok(()) };
    if !drift.findings.iter().any(Finding::is_news) {
        return Ok(());
    }
    let mut body = Vec::new();
    (notifier.notification.body)(report, &mut body)?;
    let ca_file = request.run.connection.ca_file.as_deref();
    let posted = notifier.webhook.post(body, ca_file, &notifier.proxies, env.version, &env.shutdown).await;
    if posted.is_err()
        && let Some(drift) = &mut report.run.drift
    {
        drift.notification_failed();
    }
    posted.context("the notification failed; the next run reports the new findings again")
}

/// The last report; `None` when the file does not exist yet.
fn previous(file: &Path, env: &Environment) -> anyhow::Result<Option<PreviousReport>> {
    match read_input(&env.folder.join(file)) {
        Ok(bytes) => {
            let report = PreviousReport::read(&bytes).map(Some);
            report.map_err(|why| Advice::of_sentence(&why)).with_context(|| not_usable(file))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| not_usable(file)),
    }
}

fn not_usable(file: &Path) -> String {
    format!("--since {} cannot be used", file.display())
}
