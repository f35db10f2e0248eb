//! `ringform audit`: reports how open live clients are. It reads and cannot write.

use std::path::PathBuf;

use ringform::plan::audit::AuditReport;
use ringform::render::{self, AuditFormat, Format};
use ringform::run::{self, AuditRequest, ExitStatus, NotStarted};

use crate::cli::{AuditArgs, LogArgs};
use crate::terminal::inputs::InputFile;
use crate::terminal::{block_on, environment, formats, listener, not_started, output, signals};

/// Runs the command.
pub(crate) fn run(args: &AuditArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let of_plans: Vec<(Format, Option<PathBuf>)> =
        args.formats.iter().map(|(format, file)| (of_plans(*format), file.clone())).collect();
    let certificates = InputFile::of(args.connect.ca_file.as_ref(), "the file of --ca-file");
    let list = InputFile::of(args.from.as_ref(), "the list of --from");
    let floor = InputFile::of(args.floor.floor.as_ref(), "the floor");
    formats::check(&of_plans, None, &[certificates, list, floor])?;
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let (request, listener) = (AuditRequest::from(args), listener::listener(log));
    match block_on(run::audit(&request, &env, &listener)) {
        Ok(outcome) => {
            show(&outcome.report, args, log)?;
            let status = outcome.exit_status(args.fail_on.is_some());
            outcome.finished?;
            Ok(status.or_interrupted(env.shutdown.is_stopped()))
        }
        Err(NotStarted::Problems(plan)) => {
            show(&AuditReport::without_clients(*plan), args, log)?;
            Ok(ExitStatus::Error)
        }
        Err(other) => not_started::complain(other, log),
    }
}

/// Writes the report in every format that was asked for.
fn show(report: &AuditReport, args: &AuditArgs, log: &LogArgs) -> anyhow::Result<()> {
    output::diagnose(&report.diagnostics, log);
    formats::write_own(&args.formats, AuditFormat::Text, log, |format, look, out| {
        render::audit(report, format, look, out)
    })
}

/// The format of the same name for a plan, whose outputs are checked alike. A plan has no CSV.
fn of_plans(format: AuditFormat) -> Format {
    match format {
        AuditFormat::Text | AuditFormat::Csv => Format::Text,
        AuditFormat::Json => Format::Json,
        AuditFormat::Markdown => Format::Markdown,
        AuditFormat::Html => Format::Html,
    }
}
