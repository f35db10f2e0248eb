//! `ringform show`: renders saved plans and reports again, several shards as one.

use anyhow::Context;

use ringform::files::read_stream;
use ringform::plan::document;
use ringform::run::{ExitRules, ExitStatus, GitChildren, Shutdown};

use crate::cli::{LogArgs, ShowArgs};
use crate::terminal::{files, formats, inputs::InputFile, output, signals};

/// Runs the command.
pub(crate) fn run(args: &ShowArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let inputs: Vec<_> = args.files.iter().map(|file| InputFile::of(Some(file), "a file that show reads")).collect();
    formats::check(&args.output.formats, None, &inputs)?;
    // Only a pipe makes this command wait.
    if !args.files.iter().all(|file| file.is_file()) {
        signals::listen_for(&Shutdown::new(), &GitChildren::default(), log.quiet);
    }
    let mut plans = Vec::with_capacity(args.files.len());
    let mut refused = false;
    for file in &args.files {
        let name = files::escaped(file);
        let bytes = read_stream(file).with_context(|| format!("cannot read {name}"));
        match bytes
            .and_then(|bytes| document::load(&bytes).map_err(|error| anyhow::anyhow!("{name}: {}", error.sentence())))
        {
            Ok(plan) => plans.push(plan),
            Err(error) => {
                output::complain(&error, log);
                refused = true;
            }
        }
    }
    if refused {
        return Ok(ExitStatus::Error);
    }
    let (plan, gaps) = document::merge(plans).map_err(|why| anyhow::anyhow!(why))?;
    output::diagnose(&plan.diagnostics, log);
    formats::write(&plan, &args.output.formats, log)?;
    for gap in &gaps {
        output::complain(&anyhow::anyhow!("{gap}"), log);
    }
    if !gaps.is_empty() {
        return Ok(ExitStatus::Error);
    }
    Ok(ExitStatus::of_document(&plan, ExitRules { detailed: args.detailed_exitcode, only_new: false }))
}
