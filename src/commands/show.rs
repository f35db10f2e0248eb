//! `ringform show`: renders saved plans and reports again, several shards as one.

use std::fs;

use ringform::model::{Advice, Diagnostic, FailureKind, io_cause};
use ringform::plan::{ClientPlan, document};
use ringform::run::ExitStatus;

use crate::cli::{LogArgs, ShowArgs};
use crate::terminal::{files, formats, output};

/// Runs the command.
pub(crate) fn run(args: &ShowArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    formats::check(&args.output.formats, &[])?;
    let mut plans = Vec::with_capacity(args.files.len());
    let mut refused = false;
    for file in &args.files {
        let name = files::escaped(file);
        let bytes = fs::read(file).map_err(|error| {
            Advice::new(format!("cannot read {name}: {}", io_cause(&error)), "name a file that `plan --out` wrote")
        });
        let load = |bytes: Vec<u8>| {
            document::load(&bytes).map_err(|error| Advice::new(format!("{name}: {}", error.what), error.remedy))
        };
        match bytes.and_then(load) {
            Ok(plan) => plans.push(plan),
            Err(error) => {
                output::complain(&error.into(), log);
                refused = true;
            }
        }
    }
    if refused {
        return Ok(ExitStatus::Error);
    }
    let (plan, gaps) = document::merge(plans).map_err(|why| anyhow::anyhow!(why))?;
    formats::warn(&plan, &args.output.formats, log);
    formats::write(&plan, &args.output.formats, log)?;
    for gap in &gaps {
        output::complain(&anyhow::anyhow!("{gap}"), log);
    }
    if !gaps.is_empty() {
        return Ok(ExitStatus::Error);
    }
    let exit = if plan.is_report() {
        ExitStatus::of_report(&plan)
    } else {
        ExitStatus::of_plan(&plan, args.detailed_exitcode)
    };
    // A run that did not start or was interrupted does not become a success when it is shown again.
    let interrupted = |client: &ClientPlan| client.error.as_ref().is_some_and(|e| e.kind == FailureKind::Interrupted);
    let started = !plan.diagnostics.iter().any(Diagnostic::is_error);
    Ok(if started && !plan.clients.iter().any(interrupted) { exit } else { exit.max(ExitStatus::Error) })
}
