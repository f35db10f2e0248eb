//! `ringform undo`: plans the way back of what a past run of apply changed. It reads and cannot write.

use ringform::render::{self, Format, TextOptions};
use ringform::run::{self, ExitRules, ExitStatus, PastRunName, UndoRequest};

use crate::cli::{LogArgs, UndoArgs};
use crate::terminal::{block_on, environment, files, formats, inputs::InputFile, listener, not_started, signals};

/// Runs the command.
pub(crate) fn run(args: &UndoArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let formats = &args.output.formats;
    let request = UndoRequest::from(args);
    let report = match &request.past {
        PastRunName::File(file) => InputFile::of(Some(file), "the report to undo"),
        PastRunName::Run(_) => None,
    };
    let certificates = InputFile::of(args.connect.ca_file.as_ref(), "the file of --ca-file");
    formats::check(formats, args.out.as_deref(), &[report, InputFile::floor(args.floor.floor.as_ref()), certificates])?;
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let listener = listener::listener(log);
    let outcome = match block_on(run::undo(&request, &env, &listener)) {
        Ok(outcome) => outcome,
        Err(error) => return not_started::refuse(error, formats, log),
    };
    let report = &outcome.report;
    formats::warn(report, formats, log);
    // A file that cannot be written must not hide what was read.
    let saved = match &args.out {
        Some(file) => files::replace(file, |out| render::render(report, Format::Json, &TextOptions::PIPE, out)),
        None => Ok(()),
    };
    formats::write(report, formats, log)?;
    saved?;
    let rules = ExitRules { detailed: args.detailed_exitcode, ..ExitRules::default() };
    Ok(outcome.exit_status(rules).or_interrupted(env.shutdown.is_stopped()))
}
