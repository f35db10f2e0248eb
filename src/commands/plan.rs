//! `ringform plan`: shows how live clients differ from their declarations. It reads and cannot write.

use ringform::api::Stop;
use ringform::config;
use ringform::plan::Origin;
use ringform::reconcile::read;
use ringform::render::{self, Format};

use crate::cli;
use crate::commands::clock::Clock;
use crate::commands::prepare::{Prepared, prepare};
use crate::commands::{Exit, output, progress, setup, signals};

/// Runs the command.
pub(crate) fn run(args: &cli::Plan, talk: &cli::Talk) -> anyhow::Result<Exit> {
    output::on_stdout(&args.write.formats)?;
    setup::block_on(plan(args, talk))
}

async fn plan(args: &cli::Plan, talk: &cli::Talk) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let stop = Stop::new();
    signals::listen(&stop, talk.quiet);
    let formats = &args.write.formats;
    let prepared = match prepare(&args.files, &args.select, &args.connect, &stop).await? {
        Ok(prepared) => prepared,
        Err(mut refused) => {
            refused.run = clock.run(Default::default(), Vec::new());
            return output::refuse(&refused, formats, talk);
        }
    };
    let Prepared { project, declarations, session, mut report, .. } = prepared;
    let options = read::Options {
        concurrency: session.concurrency,
        origin: Origin::Unknown,
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
    if args.out.is_some() || output::needs_revision(formats) {
        report.revision = config::revision(&project.root);
    }
    output::diagnose(&report.diagnostics, talk);
    // A file that cannot be written is no reason not to show what was read.
    let saved = match &args.out {
        Some(file) => output::replace(file, |out| render::render(&report, Format::Json, &output::PLAIN, out)),
        None => Ok(()),
    };
    if args.diff && output::on_stdout(formats)? == Some(Format::Text) {
        output::print_diff(&report, talk)?;
        output::write_files(&report, formats, talk)?;
    } else {
        output::write(&report, formats, talk)?;
    }
    saved?;
    Ok(Exit::of_plan(&report, args.detailed_exitcode).or_interrupted(stop.is_stopped()))
}
