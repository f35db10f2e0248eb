//! `ringform apply`: reads all, checks guards and limits over the whole, asks, then sends.

use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;

use anyhow::{Context, bail};

use ringform::api::Shutdown;
use ringform::config::{self, Project};
use ringform::journal::{self, Journal, JournalLine, UnresolvedPut};
use ringform::model::{Diagnostic, Revision, Untrusted};
use ringform::plan::Details;
use ringform::plan::send::{self, SizeLimits};
use ringform::plan::{ApplyResult, BlockedKind, ClientPlan, DocumentKind, Origin, Plan, Status, document, guards};
use ringform::reconcile::read::{self, Readings};
use ringform::reconcile::write;
use ringform::render::{self, Format, escape};

use crate::cli;
use crate::commands::clock::{self, Clock};
use crate::commands::prepare::{Asked, Chosen, Prepared, Refused, empty, prepare};
use crate::commands::setup::{self, Session};
use crate::commands::{Exit, based, files, output, progress, signals};

/// Runs the command.
pub(crate) fn run(args: &cli::Apply, talk: &cli::Talk) -> anyhow::Result<Exit> {
    output::check(&args.write.formats, &[])?;
    // Before any request, and on days without a difference too: else the pipeline breaks on the day that matters.
    if !args.yes && !io::stdin().is_terminal() {
        bail!("apply would have to ask and stdin is no terminal; give --yes to send without asking");
    }
    setup::block_on(apply(args, talk))
}

/// What is to be applied: planned clients, with the answers that they were planned from where those are fresh.
struct Ready {
    project: Project,
    session: Session,
    /// Everything but the run, the clients included.
    report: Plan,
    readings: Readings,
}

async fn apply(args: &cli::Apply, talk: &cli::Talk) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let stop = Shutdown::new();
    signals::listen(&stop, talk.quiet);
    let ready = match &args.plan {
        Some(_) => from_file(args, &stop).await?,
        None => from_live(args, talk, &stop).await?,
    };
    let mut ready = match ready {
        Ok(ready) => ready,
        Err(mut refused) => {
            refused.kind = DocumentKind::Report;
            refused.run = clock.run(Default::default(), Vec::new());
            return output::refuse(&refused, &args.write.formats, talk);
        }
    };
    ready.report.revision = ready.project.revision();
    let doubts = journal::unresolved_puts(&ready.project.root, &ready.report.endpoint);
    let doubts = doubts.context("cannot read the journals of earlier runs")?;
    tell(&doubts, &ready.report.clients);
    let why_not = permission(&mut ready, args, talk, &clock, &stop).await?;
    let Ready { project, session, mut report, readings } = ready;
    let planned = std::mem::take(&mut report.clients);
    let (clients, ended) = match why_not {
        Some(why) => (planned.into_iter().map(|client| unsent(client, &why)).collect(), Ok(())),
        None => send(&project, &session, (planned, readings), args, talk, (&clock, &stop, &report)).await?,
    };
    report.kind = DocumentKind::Report;
    report.clients = clients;
    let settled = settle(&doubts, &report.clients, clock.id());
    report.run = clock.run(session.meter.requests(), session.meter.quota());
    let closed = session.close().await;
    output::diagnose(&report.diagnostics, talk);
    // First what was sent, whatever went wrong beside it.
    let written = output::write(&report, &args.write.formats, talk);
    written.and(ended).and(settled).and(closed)?;
    Ok(Exit::of_report(&report).or_interrupted(stop.is_stopped()))
}

/// Reads all and plans.
async fn from_live(args: &cli::Apply, talk: &cli::Talk, stop: &Shutdown) -> anyhow::Result<Result<Ready, Refused>> {
    let cli::Apply { files, select, connect, base, .. } = args;
    let asked = Asked { files, select, connect, base, otherwise: Origin::Unknown, kind: DocumentKind::Plan };
    let prepared = match prepare(&asked, stop).await? {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(Err(refused)),
    };
    let Prepared { chosen, session } = prepared;
    let Chosen { project, declarations, origins, forecast, mut report, .. } = chosen;
    output::forecast(forecast.as_deref(), talk);
    let sending = setup::sending(&args.sending);
    let options = read::Options {
        concurrency: session.concurrency,
        origins,
        sending: &sending,
        guards: &project.guards,
        keep_readings: true,
    };
    let (progress, listener) = progress::start(talk);
    let read = read::plan(declarations, &session.reader, stop, options, listener).await;
    progress.finish();
    report.clients = read.clients;
    report.diagnostics.extend(read.warnings);
    report.diagnostics.extend(setup::idle(&sending, &report.clients));
    report.diagnostics.extend(based::behind(&project, &report));
    Ok(Ok(Ready { project, session, report, readings: read.readings }))
}

/// Takes a saved plan; of the files it reads ringform.yaml alone.
async fn from_file(args: &cli::Apply, stop: &Shutdown) -> anyhow::Result<Result<Ready, Refused>> {
    let Some(file) = &args.plan else { bail!("no plan is named") };
    let name = files::escaped(file);
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
    let plan =
        document::load(&bytes).map_err(|error| anyhow::anyhow!("{name} cannot be applied: {}", error.sentence()))?;
    if let Some(why) = plan.kind.why_not_applied() {
        bail!("{name} cannot be applied: {why}");
    }
    if let Some(document) = args.files.paths.iter().find(|path| path.is_file() && !config::is_project_file(path)) {
        bail!(
            "with --plan a PATH names the project's folder, and {} is a file: the whole plan is applied; make a plan of that file alone",
            files::escaped(document)
        );
    }
    let loaded = config::load_project(&setup::request(&args.files)?);
    let failed = loaded.has_errors();
    let mut report = empty(DocumentKind::Plan, loaded.project.as_ref());
    report.diagnostics = loaded.diagnostics;
    // Problems are shown at their place in the repository too.
    report.revision = loaded.repository.and_then(|repository| repository.revision());
    let project = match loaded.project {
        Some(project) if !failed => project,
        Some(_) | None => return Ok(Err(Box::new(report))),
    };
    let problem = |mut report: Plan, errors: Vec<Diagnostic>| {
        report.diagnostics.extend(errors);
        Ok(Err(Box::new(report)))
    };
    let folder = |revision: &Option<Revision>| revision.as_ref().map(|revision| revision.folder.clone());
    let same_folder = match (folder(&plan.revision), folder(&report.revision)) {
        (Some(then), Some(now)) => then == now,
        (_, _) => true,
    };
    if plan.project != report.project || !same_folder {
        bail!("{name} was made for another project than this one, whose guards and limits are others; make a new plan");
    }
    let label = match setup::endpoint_label(&project, &args.connect) {
        Ok(label) => label,
        Err(errors) => return problem(report, errors),
    };
    if label != plan.endpoint {
        let (planned, now) = (escape::terminal(&plan.endpoint), escape::terminal(&label));
        bail!("{name} was made for the endpoint {planned} and this project is at {now}; make a new plan");
    }
    let mut names: Vec<_> = plan.clients.iter().map(|client| client.credentials.clone()).collect();
    names.sort();
    names.dedup();
    let undeclared = names.iter().flatten().find(|name| !project.credentials.contains_key(*name));
    if let Some(credentials) = undeclared {
        bail!(
            "{name} names the credentials {} and ringform.yaml does not; make a new plan",
            escape::terminal(&Untrusted::new(credentials.clone()))
        );
    }
    if let (Some(then), Some(now)) = (&plan.revision, &report.revision)
        && then.commit != now.commit
    {
        let summary = format!(
            "the plan is of commit {} and the work tree is at {}",
            escape::terminal(&then.commit.as_str().into()),
            now.commit
        );
        report.diagnostics.push(Diagnostic::warning("another-commit", None, summary));
    }
    let session = match setup::connect(&project, names.into_iter(), &args.connect, stop).await {
        Ok(session) => session,
        Err(errors) => return problem(report, errors),
    };
    report.endpoint = plan.endpoint;
    report.base = plan.base;
    report.shard = plan.shard;
    report.released_clients = plan.released_clients;
    report.clients = plan.clients;
    for client in &mut report.clients {
        // Guards are judged anew by the rules of today.
        client.blocked.retain(|blocked| blocked.kind != BlockedKind::Guard);
        report.diagnostics.extend(guards::judge(&project.guards, client));
    }
    Ok(Ok(Ready { project, session, report, readings: Readings::new() }))
}

/// Whether the plan may be sent: `Some` says why not. Shows the plan and asks, unless told not to.
async fn permission(
    ready: &mut Ready,
    args: &cli::Apply,
    talk: &cli::Talk,
    clock: &Clock,
    stop: &Shutdown,
) -> anyhow::Result<Option<String>> {
    const INTERRUPTED: &str = "interrupted before it was sent";
    if stop.is_stopped() {
        return Ok(Some(INTERRUPTED.to_owned()));
    }
    ready.report.run = clock.run(ready.session.meter.requests(), ready.session.meter.quota());
    let plan = &ready.report;
    let size = SizeLimits { changes: args.max_changes, clients: args.max_changed_clients };
    let exceeded = send::exceeded(size, plan);
    if !exceeded.is_empty() {
        for sentence in &exceeded {
            output::note(&format!("error: {sentence}; nothing was sent"));
        }
        return Ok(Some(format!("not sent: {}", exceeded.join("; "))));
    }
    let sendable = plan.clients.iter().filter(|client| client.is_to_send() && client.blocked.is_empty());
    let count = sendable.count();
    if count == 0 {
        return Ok(None);
    }
    for line in send::forecast(plan, |name| ready.session.meter.remaining(name)) {
        if line.short || talk.verbose > 0 {
            output::note(&escape::terminal(&line.text).to_string());
        }
    }
    if args.yes {
        return Ok(None);
    }
    let mut shown = Vec::new();
    render::render(plan, Format::Text, &output::look(talk, &io::stderr()), &mut shown)?;
    output::note(&String::from_utf8_lossy(&shown));
    let clients = if count == 1 { "client" } else { "clients" };
    output::note(&format!(
        "Send this to {count} {clients} at {}? Only `yes` is a yes.",
        escape::terminal(&plan.endpoint)
    ));
    let Some(answer) = answer(stop).await? else { return Ok(Some(INTERRUPTED.to_owned())) };
    if answer.trim_end_matches(['\r', '\n']) != "yes" {
        return Ok(Some("not sent: the answer was not `yes`".to_owned()));
    }
    // What was read before the question is old news after it.
    ready.readings.clear();
    Ok(None)
}

/// Waits for one line of stdin; `None` when the run is interrupted meanwhile.
async fn answer(stop: &Shutdown) -> anyhow::Result<Option<String>> {
    let (tell, told) = tokio::sync::oneshot::channel();
    // A thread that nobody waits for: reading a terminal cannot be called off.
    let reader = std::thread::Builder::new().spawn(move || {
        let mut line = String::new();
        drop(tell.send(io::stdin().lock().read_line(&mut line).map(|_| line)));
    });
    drop(reader.context("cannot wait for the answer")?);
    tokio::select! {
        biased;
        () = stop.stopped() => Ok(None),
        line = told => line.context("cannot wait for the answer")?.context("cannot read the answer").map(Some),
    }
}

/// A client of a run that was not allowed to send.
fn unsent(mut client: ClientPlan, why: &str) -> ClientPlan {
    let outcome = match (client.status(), client.blocked.is_empty()) {
        (Status::InSync, _) => ApplyResult::Unchanged,
        (Status::Failed, _) => write::outcome_of_failure(&client),
        (Status::Change, false) => ApplyResult::Refused,
        (Status::Change, true) if !client.is_to_send() => ApplyResult::Unchanged,
        (Status::Change, true) => ApplyResult::Skipped,
    };
    let message = (outcome == ApplyResult::Skipped).then(|| why.into());
    client.finish(outcome, message.map(|message| Details { message: Some(message), ..Details::default() }));
    client
}

/// Opens the journal and writes. An error means that nothing was sent; the inner one, that the journal could not be completed.
async fn send(
    project: &Project,
    session: &Session,
    (planned, readings): (Vec<ClientPlan>, Readings),
    args: &cli::Apply,
    talk: &cli::Talk,
    (clock, stop, report): (&Clock, &Shutdown, &Plan),
) -> anyhow::Result<(Vec<ClientPlan>, anyhow::Result<()>)> {
    let sends = planned.iter().any(|client| client.is_to_send() && client.blocked.is_empty());
    let journal = match sends {
        true => {
            let started_at = clock.started_at();
            let header = journal::JournalHeader {
                run: clock.id(),
                started_at: &started_at,
                version: env!("CARGO_PKG_VERSION"),
                endpoint: &report.endpoint,
                project: &report.project,
            };
            let journal = Journal::create(&project.root, &header);
            Some(Arc::new(journal.context("the journal cannot be written, so nothing is sent")?))
        }
        false => None,
    };
    let hands = write::Hands {
        writer: session.writer.clone(),
        reader: session.reader.clone(),
        stop: stop.clone(),
        journal: journal.clone(),
    };
    let options = write::Options {
        concurrency: session.concurrency,
        max_read_age: project.limits.max_read_age,
        allow_collateral: args.allow_collateral.iter().copied().collect(),
        max_failures: args.max_failures,
        canary: args.canary,
    };
    let (progress, listener) = progress::start(talk);
    let clients = write::apply(planned, readings, hands, options, listener).await;
    progress.finish();
    let ended = match journal {
        Some(journal) => JournalLine::end(clock::now()).and_then(|line| journal.write(&line)),
        None => Ok(()),
    };
    Ok((clients, ended.context("the journal cannot be completed")))
}

/// Says what an earlier run left in doubt.
fn tell(doubts: &[UnresolvedPut], clients: &[ClientPlan]) {
    for doubt in doubts {
        let fields: Vec<&str> = doubt.fields.iter().map(|field| field.name()).collect();
        let here = clients.iter().any(|client| doubt.is_of(client));
        let then = if here { "this run reads the client again" } else { "this run does not look at that client" };
        output::note(&format!(
            "note: run {} ended while it was sending {} of client {}: it may have landed; {then}",
            escape::terminal(&doubt.run.as_str().into()),
            fields.join(", "),
            doubt.client
        ));
    }
}

/// Notes in the old journals which doubts this run has ended: it has read the client.
fn settle(doubts: &[UnresolvedPut], clients: &[ClientPlan], run: &str) -> anyhow::Result<()> {
    for doubt in doubts {
        let read = |client: &&ClientPlan| doubt.is_of(client) && client.error.is_none();
        let known = clients
            .iter()
            .find(read)
            .is_some_and(|client| !matches!(client.result, Some(ApplyResult::Failed | ApplyResult::Skipped) | None));
        if known {
            journal::mark_resolved(doubt, run).context("cannot note in the journal what became of an earlier run")?;
        }
    }
    Ok(())
}
