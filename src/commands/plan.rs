//! `ringform plan`: shows how live clients differ from their declarations. It reads and cannot write.

use ringform::api::Shutdown;
use ringform::config::Project;
use ringform::plan::{DocumentKind, Origin, Plan, SendScope, compare, guards};
use ringform::reconcile::read;
use ringform::render::{self, Format};

use crate::cli;
use crate::commands::clock::Clock;
use crate::commands::prepare::{Asked, Chosen, Prepared, Refused, choose, prepare};
use crate::commands::{Exit, based, files, output, progress, setup, signals};

/// Runs the command.
pub(crate) fn run(args: &cli::Plan, talk: &cli::Talk) -> anyhow::Result<Exit> {
    output::check(&args.write.formats, &[args.out.as_deref()])?;
    match args.offline {
        true => offline(args, talk),
        false => setup::block_on(online(args, talk)),
    }
}

fn asked(args: &cli::Plan) -> Asked<'_> {
    let cli::Plan { files, select, connect, base, .. } = args;
    let kind = if args.offline { DocumentKind::Offline } else { DocumentKind::Plan };
    Asked { files, select, connect, base, otherwise: Origin::Unknown, kind }
}

async fn online(args: &cli::Plan, talk: &cli::Talk) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let stop = Shutdown::new();
    signals::listen(&stop, talk.quiet);
    let prepared = match prepare(&asked(args), &stop).await? {
        Ok(prepared) => prepared,
        Err(refused) => return refuse(refused, args, talk, &clock),
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
        keep_readings: false,
    };
    let (progress, listener) = progress::start(talk);
    let read = read::plan(declarations, &session.reader, &stop, options, listener).await;
    progress.finish();
    report.clients = read.clients;
    report.diagnostics.extend(read.warnings);
    report.run = clock.run(session.meter.requests(), session.meter.quota());
    session.close().await?;
    Ok(finish(report, &project, &sending, args, talk)?.or_interrupted(stop.is_stopped()))
}

/// Declared against declared: no secrets and no requests.
fn offline(args: &cli::Plan, talk: &cli::Talk) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let chosen = match choose(&asked(args))? {
        Ok(chosen) => chosen,
        Err(refused) => return refuse(refused, args, talk, &clock),
    };
    let Chosen { project, declarations, origins, mut report, .. } = chosen;
    let sending = setup::sending(&args.sending);
    // A variable that is missing is no reason to refuse: nothing is sent there.
    report.endpoint = setup::endpoint_unfilled(&project, &args.connect);
    for declaration in &declarations {
        let (mut client, untold) = compare::plan_offline(declaration, origins.of(declaration));
        sending.mark(&mut client);
        report.diagnostics.extend(untold);
        report.diagnostics.extend(guards::judge(&project.guards, &mut client));
        report.clients.push(client);
    }
    report.run = clock.run(Default::default(), Vec::new());
    finish(report, &project, &sending, args, talk)
}

fn refuse(mut refused: Refused, args: &cli::Plan, talk: &cli::Talk, clock: &Clock) -> anyhow::Result<Exit> {
    refused.run = clock.run(Default::default(), Vec::new());
    output::refuse(&refused, &args.write.formats, talk)
}

/// Shows and saves what was planned.
fn finish(
    mut report: Plan,
    project: &Project,
    sending: &SendScope,
    args: &cli::Plan,
    talk: &cli::Talk,
) -> anyhow::Result<Exit> {
    let formats = &args.write.formats;
    report.diagnostics.extend(setup::idle(sending, &report.clients));
    report.diagnostics.extend(based::behind(project, &report));
    if args.out.is_some() || output::needs_revision(formats) {
        report.revision = project.revision();
    }
    output::diagnose(&report.diagnostics, talk);
    // A file that cannot be written is no reason not to show what was read.
    let saved = match &args.out {
        Some(file) => files::replace(file, |out| render::render(&report, Format::Json, &output::PLAIN, out)),
        None => Ok(()),
    };
    if args.diff && output::on_stdout(formats)? == Some(Format::Text) {
        output::print_diff(&report, talk)?;
        output::write_files(&report, formats, talk)?;
    } else {
        output::write(&report, formats, talk)?;
    }
    saved?;
    Ok(Exit::of_plan(&report, args.detailed_exitcode))
}
