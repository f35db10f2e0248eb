//! `ringform show`: renders saved plans and reports again, several shards as one.

use std::fs;

use anyhow::Context;

use ringform::model::{Diagnostic, FailureKind};
use ringform::plan::{ClientPlan, document};

use crate::cli::{Show, Talk};
use crate::commands::{Exit, files, output};

/// Runs the command.
pub(crate) fn run(args: &Show, talk: &Talk) -> anyhow::Result<Exit> {
    output::check(&args.write.formats, &[])?;
    let mut plans = Vec::with_capacity(args.files.len());
    let mut refused = false;
    for file in &args.files {
        let name = files::escaped(file);
        let bytes = fs::read(file).with_context(|| format!("cannot read {name}"));
        match bytes
            .and_then(|bytes| document::load(&bytes).map_err(|error| anyhow::anyhow!("{name}: {}", error.sentence())))
        {
            Ok(plan) => plans.push(plan),
            Err(error) => {
                output::complain(&error, talk);
                refused = true;
            }
        }
    }
    if refused {
        return Ok(Exit::Error);
    }
    let (plan, gaps) = document::merge(plans).map_err(|why| anyhow::anyhow!(why))?;
    output::diagnose(&plan.diagnostics, talk);
    output::write(&plan, &args.write.formats, talk)?;
    for gap in &gaps {
        output::complain(&anyhow::anyhow!("{gap}"), talk);
    }
    if !gaps.is_empty() {
        return Ok(Exit::Error);
    }
    let exit = if plan.is_report() { Exit::of_report(&plan) } else { Exit::of_plan(&plan, args.detailed_exitcode) };
    // A run that did not begin, or was stopped before it had looked at all, is no success when it is shown again.
    let interrupted = |client: &ClientPlan| client.error.as_ref().is_some_and(|e| e.kind == FailureKind::Interrupted);
    let begun = !plan.diagnostics.iter().any(Diagnostic::is_error);
    Ok(if begun && !plan.clients.iter().any(interrupted) { exit } else { exit.max(Exit::Error) })
}
