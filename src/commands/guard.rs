//! `ringform guard test`: judges the cases of a team by the guards of the project, offline.

use ringform::render::{self, Format};
use ringform::run::{self, ExitStatus, FileOptions};

use crate::cli::{GuardArgs, GuardCommand, GuardTestArgs, GuardTestFormat, LogArgs};
use crate::terminal::{environment, not_started, output};

/// Runs the command.
pub(crate) fn run(args: &GuardArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        GuardCommand::Test(args) => test(args, log),
    }
}

fn test(args: &GuardTestArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let outcome = match run::guard_test(&FileOptions::from(args), &environment()?) {
        Ok(outcome) => outcome,
        Err(error) => return not_started::refuse(error, &[(document(args.format), None)], log),
    };
    let mut shown = Vec::new();
    match args.format {
        GuardTestFormat::Text => shown = render::guard_test_text(&outcome.cases, outcome.files).into_bytes(),
        GuardTestFormat::Json => render::guard_test_json(&outcome.cases, &mut shown)?,
        GuardTestFormat::Junit => render::guard_test_junit(&outcome.cases, &mut shown)?,
    }
    output::print(&String::from_utf8_lossy(&shown))?;
    Ok(if outcome.failed() == 0 { ExitStatus::Done } else { ExitStatus::Error })
}

/// The form of a run that did not start.
fn document(format: GuardTestFormat) -> Format {
    match format {
        GuardTestFormat::Text => Format::Text,
        GuardTestFormat::Json => Format::Json,
        GuardTestFormat::Junit => Format::Junit,
    }
}
