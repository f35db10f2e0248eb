//! `ringform plan`: shows how live clients differ from their declarations. It reads and cannot write.

use ringform::render::{self, Format, TextOptions};
use ringform::run::{self, ExitRules, ExitStatus, RunOutcome, RunRequest};

use crate::cli::{LogArgs, PlanArgs};
use crate::terminal::{
    block_on, environment, files, formats, inputs::InputFile, listener, not_started, output, print_diff, signals,
};

/// Runs the command.
pub(crate) fn run(args: &PlanArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    formats::check(&args.output.formats, args.out.as_deref(), &InputFile::of_compare(&args.compare))?;
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let request = RunRequest::from(args);
    let outcome = match args.offline {
        true => run::plan_offline(&request, &env),
        false => {
            let listener = listener::listener(log);
            block_on(run::plan(&request, &env, &listener))
        }
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return not_started::refuse(error, &args.output.formats, log),
    };
    show(&outcome, args, log)?;
    let rules = ExitRules { detailed: args.detailed_exitcode, ..ExitRules::default() };
    Ok(outcome.exit_status(rules).or_interrupted(!args.offline && env.shutdown.is_stopped()))
}

/// Shows and saves what was planned.
fn show(outcome: &RunOutcome, args: &PlanArgs, log: &LogArgs) -> anyhow::Result<()> {
    let (report, formats) = (&outcome.report, &args.output.formats);
    if args.diff {
        output::diagnose(&report.diagnostics, log);
    } else {
        formats::warn(report, formats, log);
    }
    // A file that cannot be written must not hide what was read.
    let saved = match &args.out {
        Some(file) => files::replace(file, |out| render::render(report, Format::Json, &TextOptions::PIPE, out)),
        None => Ok(()),
    };
    if args.diff && formats::on_stdout(formats)? == Some(Format::Text) {
        print_diff(report, log)?;
        formats::write_files(report, formats, log)?;
    } else {
        formats::write(report, formats, log)?;
    }
    saved
}
