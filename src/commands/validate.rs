//! `ringform validate`: checks the files offline, without secrets and without a network.

use ringform::render::Format;
use ringform::run::{self, ExitStatus, RunRequest};

use crate::cli::{LogArgs, ValidateArgs};
use crate::terminal::{environment, formats, inputs::InputFile, not_started, output, signals};

/// Runs the command.
pub(crate) fn run(args: &ValidateArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let formats = &args.output.formats;
    let printed = formats::check(formats, None, &[InputFile::floor(args.floor.floor.as_ref())])?;
    let env = environment()?;
    let request = RunRequest::from(args);
    if request.names_commit {
        // Git runs, and must not outlive this run.
        signals::listen(&env, log.quiet);
    }
    let valid = match run::validate(&request, &env) {
        Ok(valid) => valid,
        Err(error) => return not_started::refuse(error, formats, log),
    };
    output::diagnose(&valid.report.diagnostics, log);
    if printed == Some(Format::Text) {
        let s = |n: usize| if n == 1 { "" } else { "s" };
        let (documents, files) = (valid.documents, valid.files);
        formats::write_files(&valid.report, formats, log)?;
        output::print_text(&format!("{documents} document{} in {files} file{}: valid.\n", s(documents), s(files)))?;
    } else {
        formats::write(&valid.report, formats, log)?;
    }
    Ok(ExitStatus::Done)
}
