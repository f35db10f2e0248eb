//! `ringform show`: renders saved plans and reports again, several shards as one.

use ringform::files::read_stream;
use ringform::model::{Advice, io_cause};
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
        let bytes = read_stream(file).map_err(|error| {
            Advice::new(format!("cannot read {name}: {}", io_cause(&error)), "name a file that `plan --out` wrote")
        });
        let load = |bytes: Vec<u8>| {
            document::load(&bytes).map_err(|error| Advice::new(format!("{name}: {}", error.what), error.remedy))
        };
        match bytes.and_then(load) {
            Ok(plan) => plans.push((name, plan)),
            Err(error) => {
                output::complain(&error.into(), log);
                refused = true;
            }
        }
    }
    if refused {
        return Ok(ExitStatus::Error);
    }
    let (plans, mixed) = document::of_one_kind(plans);
    let (plan, gaps) = document::merge(plans).map_err(|why| anyhow::anyhow!(why))?;
    formats::warn(&plan, &args.output.formats, log);
    let written = formats::write(&plan, &args.output.formats, log);
    let wrong: Vec<String> = gaps.into_iter().chain(mixed).collect();
    for one in &wrong {
        output::complain(&anyhow::anyhow!("{one}"), log);
    }
    written?;
    if !wrong.is_empty() {
        return Ok(ExitStatus::Error);
    }
    Ok(ExitStatus::of_document(&plan, ExitRules { detailed: args.detailed_exitcode, only_new: false }))
}
