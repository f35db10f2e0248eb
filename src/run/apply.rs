//! Apply: read all, check the whole plan, ask, then send.
//!
//! Owns the order of these steps and the reasons to send nothing. How a question reaches people is the caller's part.

use std::sync::Arc;

use anyhow::Context;

use crate::config::Project;
use crate::journal::{self, Journal, JournalHeader, JournalLine, JournalRetention};
use crate::model::{LimitKind, SendLimits, Untrusted};
use crate::plan::send::{self, ExceededLimit};
use crate::plan::{ApplyResult, ClientPlan, Details, DocumentKind, Plan, Run, Status, document};
use crate::run::collateral::{CollateralQuestion, EarlierCollaterals};
use crate::run::environment::RUN_TIME;
use crate::run::outcome::RunOutcome;
use crate::run::ready::{self, Ready};
use crate::run::recording::{Recording, old_guard};
use crate::run::renewal::ClaimRenewal;
use crate::run::session::Session;
use crate::run::write::{self, WriteOptions, Writes};
use crate::run::{ApplyRequest, Environment, Listener, NotStarted, RunEvent, identity, saved_plan, unresolved};

const INTERRUPTED: &str = "interrupted before it was sent";

/// The answer to the question whether to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Send.
    Yes,
    /// Do not send.
    No,
    /// The run was interrupted before an answer came.
    Interrupted,
}

/// Brings live clients to their declarations. `ask` gets the plan. The run does not call it when the request
/// says yes already.
pub async fn apply(
    request: &ApplyRequest,
    env: &Environment,
    listener: &Listener,
    ask: impl AsyncFnOnce(&Plan) -> anyhow::Result<Answer>,
) -> Result<RunOutcome, NotStarted> {
    let ready = match &request.saved_plan {
        Some(file) => saved_plan::ready(file, &request.run, env).await,
        None => ready::from_live(&request.run, env, listener).await,
    };
    let mut ready = ready.map_err(NotStarted::into_report)?;
    ready.report.diagnostics.extend(send::looser_flags(&request.limits, &ready.limits));
    ready.limits = SendLimits::strictest([&ready.limits, &request.limits]);
    let mut ends = unresolved::open_ends(&ready)?;
    let listed = ready.ledger.as_ref().and_then(Recording::collaterals);
    let collaterals = EarlierCollaterals::new(std::mem::take(&mut ends.collaterals), listed);
    let puts = unresolved::announce(&mut ready, ends, request.saved_plan.is_some());
    let actor = identity::actor_of_apply(&request.run, env, &ready.project);
    let barred = barrier(&collaterals, request, &mut ready);
    let mut planned = match permission(&mut ready, actor.as_ref(), (request, barred), env, listener, ask).await? {
        Some(why) => Err(why),
        None => Ok(std::mem::take(&mut ready.readings)),
    };
    let digest = match planned.is_ok() && ready.sends() {
        true => digest(&ready, request).context("the plan cannot be written as JSON")?,
        false => String::new(),
    };
    // What can fail on this machine fails before the claim.
    let mut journal = match planned.is_ok() && ready.sends() {
        true => Some(open(&ready, &digest, env).context("the journal cannot be written, so nothing is sent")?),
        false => None,
    };
    if let (Ok(_), Some(ledger)) = (&planned, &mut ready.ledger)
        && let Err(problem) = ledger.claim(&ready.report, &digest, env)
    {
        planned = Err(format!("not sent: {}", problem.summary.raw()));
        ready.report.diagnostics.push(*problem);
        // A journal without a PUT that stays harms nothing.
        journal.take().map(|journal| journal.discard().ok());
    }
    let was_allowed = planned.is_ok() && request.after_collateral.is_some();
    let clients = std::mem::take(&mut ready.report.clients);
    let clients = match planned {
        Err(why) => clients.into_iter().map(|client| unsent(client, &why)).collect(),
        Ok(readings) => {
            let (writes, options) = (writes(&ready, env, listener, journal.clone()), options(&ready, request));
            let renewal = ready.ledger.take().map(ClaimRenewal::start);
            let sent = match request.run.sending.closing {
                Some(_) => write::write(clients, readings, writes.only_closing(), options).await,
                None => write::write(clients, readings, writes, options).await,
            };
            if let Some(renewal) = renewal {
                ready.ledger = Some(renewal.finish().await);
            }
            sent
        }
    };
    let ended = match journal {
        Some(journal) => JournalLine::end(env.clock.now()).and_then(|line| journal.write(&line)),
        None => Ok(()),
    };
    let ended = ended.context("the journal cannot be completed");
    let Ready { project, session, mut report, lock, mut ledger, reread, .. } = ready;
    report.kind = DocumentKind::Report;
    report.clients = clients;
    let run = env.run_id();
    let resolved = puts.resolve(&mut report, &run).and(collaterals.note(&run, was_allowed));
    report.run = run_of(&session, actor.as_ref(), request, env);
    if let (Some(ledger), Some(guard)) = (&mut ledger, old_guard(&report.clients)) {
        report.diagnostics.push(ledger.hold(&guard));
    }
    let collaterals = collaterals.for_ledger(&report, &run, was_allowed);
    let recorded =
        ledger.as_mut().map_or(Ok(()), |ledger| ledger.record(&mut report, &collaterals, reread.as_deref(), env));
    let closed = session.close().await;
    // A journal that stays for now harms nothing.
    prune(&project, env).ok();
    drop(lock);
    Ok(RunOutcome { report, finished: ended.and(resolved).and(recorded).and(closed) })
}

/// The digest of what is sent: of the whole saved plan, which people compare with its file, else of the clients that get
/// a PUT: a run that changes one client must not hash a fleet.
fn digest(ready: &Ready, request: &ApplyRequest) -> serde_json::Result<String> {
    match request.saved_plan {
        Some(_) => document::digest(&ready.report),
        None => document::digest_of_clients(&ready.report, ready.to_send()),
    }
}

/// Removes the journals that the limits of the project do not hold.
fn prune(project: &Project, env: &Environment) -> std::io::Result<usize> {
    let since = env
        .clock
        .started_at
        .saturating_sub(jiff::SignedDuration::from_hours(24 * i64::from(project.limits.journal_days)));
    let since = since.unwrap_or(jiff::Timestamp::MIN).strftime(RUN_TIME).to_string();
    let retention = JournalRetention { runs: project.limits.journal_runs, since };
    journal::prune(&project.root, &retention, &env.run_id())
}

/// The run's part of the report, as it is now.
fn run_of(session: &Session, actor: Option<&Untrusted>, request: &ApplyRequest, env: &Environment) -> Run {
    let run = identity::run(&request.run, env, session.usage.requests(), session.usage.quota());
    Run { actor: actor.cloned(), ..run }
}

/// Puts what an earlier collateral means for this run into the report: `Some` says why it must not send.
fn barrier(earlier: &EarlierCollaterals, request: &ApplyRequest, ready: &mut Ready) -> Option<String> {
    let (after, has_terminal) = (request.after_collateral.as_deref(), request.has_terminal);
    let verdict = earlier.judge(CollateralQuestion { after, has_terminal, sends: ready.sends() })?;
    let why = match after {
        Some(_) => "not sent: --after-collateral does not name the run to acknowledge",
        None => "not sent: an earlier run ended with a collateral",
    };
    let why = verdict.is_error().then(|| why.to_owned());
    ready.report.diagnostics.push(verdict);
    why
}

/// Whether the run may send the plan: `Some` says why not. `barred`: an earlier collateral forbids it.
async fn permission(
    ready: &mut Ready,
    actor: Option<&Untrusted>,
    (request, barred): (&ApplyRequest, Option<String>),
    env: &Environment,
    listener: &Listener,
    ask: impl AsyncFnOnce(&Plan) -> anyhow::Result<Answer>,
) -> anyhow::Result<Option<String>> {
    if env.shutdown.is_stopped() {
        return Ok(Some(INTERRUPTED.to_owned()));
    }
    ready.report.run = run_of(&ready.session, actor, request, env);
    let exceeded = send::exceeded(&ready.limits, &ready.report);
    if !exceeded.is_empty() {
        ready.report.diagnostics.extend(exceeded.iter().map(ExceededLimit::error));
        if let (Some(ledger), Some(old)) = (&mut ready.ledger, exceeded.iter().find(|one| one.is_of_revision)) {
            ready
                .report
                .diagnostics
                .push(ledger.hold(&old.sentence.map(|what| format!("a limit of an earlier commit ({what})"))));
        }
        let why = Untrusted::join(exceeded.iter().map(|one| &one.sentence), "; ");
        return Ok(Some(format!("not sent: {}", why.raw())));
    }
    if barred.is_some() {
        return Ok(barred);
    }
    let (plan, usage) = (&ready.report, &ready.session.usage);
    if !ready.sends() {
        return Ok(None);
    }
    for line in send::forecast(plan, |name| usage.remaining(name)) {
        listener(RunEvent::Forecast(line));
    }
    if request.yes {
        return Ok(None);
    }
    let answer = ask(plan).await?;
    // The question may take any time, so the answers of the API may be old.
    ready.readings.clear();
    Ok(match answer {
        Answer::Yes => None,
        Answer::No => Some("not sent: the answer was no".to_owned()),
        Answer::Interrupted => Some(INTERRUPTED.to_owned()),
    })
}

/// A client of a run that does not send.
fn unsent(mut client: ClientPlan, why: &str) -> ClientPlan {
    let result = match (client.status(), client.blocked.is_empty()) {
        (Status::Failed, _) => write::failed_result(&client),
        (Status::InSync | Status::Change, false) => ApplyResult::Refused,
        (Status::InSync, true) => ApplyResult::Unchanged,
        (Status::Change, true) if !client.is_to_send() => ApplyResult::Unchanged,
        (Status::Change, true) => ApplyResult::Skipped,
    };
    let message = (result == ApplyResult::Skipped).then(|| why.into());
    let details = message.map(|message| Details { message: Some(message), ..Details::default() });
    // Of a run that can only close the plan says what is not sent.
    let planned = client.details.take().map(|details| *details);
    client.finish(result, details.or(planned));
    client
}

/// What the writes use.
fn writes(ready: &Ready, env: &Environment, listener: &Listener, journal: Option<Arc<Journal>>) -> Writes {
    Writes {
        writer: ready.session.writer.clone(),
        reader: ready.session.reader.clone(),
        shutdown: env.shutdown.clone(),
        journal,
        lease: ready.ledger.as_ref().and_then(Recording::lease),
        clock: env.clock,
        reread: ready.reread.clone(),
        listener: Arc::clone(listener),
    }
}

/// How the run writes.
fn options(ready: &Ready, request: &ApplyRequest) -> WriteOptions {
    WriteOptions {
        concurrency: ready.session.concurrency,
        max_read_age: ready.limits.max_read_age().unwrap_or_default(),
        allow_collateral: request.allow_collateral,
        max_failures: ready.limits.get(LimitKind::Failures).map(|bound| Arc::new(bound.clone())),
        canary: ready.limits.amount(LimitKind::Canary).unwrap_or(0),
        replan: ready.replan.clone(),
    }
}

/// The journal of a run that sends.
fn open(ready: &Ready, digest: &str, env: &Environment) -> std::io::Result<Arc<Journal>> {
    let report = &ready.report;
    let header = JournalHeader {
        run: &report.run,
        version: env.version,
        endpoint: &report.endpoint,
        project: &report.project,
        commit: report.revision.as_ref().map(|revision| revision.commit.as_str()),
        digest,
        undo: report.undo.as_ref().map(|undo| &undo.run),
    };
    Journal::create(&ready.project.root, &header).map(Arc::new)
}
