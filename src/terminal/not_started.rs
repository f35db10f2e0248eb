//! Runs that did not start, in words.
//!
//! Owns the sentence for each reason. Every text that it quotes is escaped.

use std::path::Path;

use anyhow::anyhow;

use ringform::model::{Advice, Untrusted, instant_text, io_cause};
use ringform::render::escape;
use ringform::run::{ExitStatus, NotStarted, SavedPlanFlaw};

use crate::cli::LogArgs;
use crate::terminal::files::escaped;
use crate::terminal::formats::{self, Formats};
use crate::terminal::inputs;
use crate::terminal::output::diagnose;

/// Shows why a run did not start: problems in every format, anything else as the error of the command.
pub(crate) fn refuse(error: NotStarted, formats: &Formats, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    match error {
        NotStarted::Problems(report) => formats::refuse(&report, formats, log),
        other => Err(into_error(other)),
    }
}

/// The same for a command that writes no report.
pub(crate) fn complain(error: NotStarted, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    match error {
        NotStarted::Problems(report) => {
            diagnose(&report.diagnostics, log);
            Ok(ExitStatus::Error)
        }
        other => Err(into_error(other)),
    }
}

fn into_error(error: NotStarted) -> anyhow::Error {
    match error {
        NotStarted::Problems(_) => anyhow!("the run did not start"),
        NotStarted::SavedPlan { file, flaw } => {
            let (what, help) = sentence(&file, &flaw);
            match help {
                Some(help) => Advice::new(what, help).into(),
                None => anyhow!(what),
            }
        }
        NotStarted::OutputIsInput(clash) => inputs::clash(&clash),
        NotStarted::UndeclaredCredentials(name) => {
            let name = escape::terminal(&Untrusted::new(name)).to_string();
            let what = format!("ringform.yaml declares no credentials `{name}`");
            Advice::new(what, "add them under `credentials`, or name others").into()
        }
        NotStarted::Failed(error) => error,
    }
}

/// Why a saved plan cannot be applied, and the next step.
fn sentence(file: &Path, flaw: &SavedPlanFlaw) -> (String, Option<&'static str>) {
    const NEW: Option<&str> = Some("make a new plan");
    let name = escaped(file);
    match flaw {
        SavedPlanFlaw::Unreadable(error) => {
            (format!("cannot read {name}: {}", io_cause(error)), Some("name a file that `plan --out` wrote"))
        }
        SavedPlanFlaw::NotValid(error) => (format!("{name} cannot be applied: {}", error.what), Some(error.remedy)),
        SavedPlanFlaw::OtherKind(why) => (format!("{name} cannot be applied: {why}"), None),
        SavedPlanFlaw::OtherInstant(at) => {
            let what = format!("it shows what would be declared at {}, by --at", instant_text(*at));
            (format!("{name} cannot be applied: {what}"), Some("make a new plan without --at"))
        }
        SavedPlanFlaw::NamesDocument(document) => {
            let document = escaped(document);
            let what = format!("with --plan a PATH names the project's folder, and {document} is a file");
            (what, Some("the whole plan is applied; make a plan of that file"))
        }
        SavedPlanFlaw::OtherProject => {
            (format!("{name} was made for another project, which has other guards and limits"), NEW)
        }
        SavedPlanFlaw::OtherEndpoint { planned, now } => {
            let (planned, now) = (escape::terminal(planned), escape::terminal(now));
            (format!("{name} was made for the endpoint {planned} and this project is at {now}"), NEW)
        }
        SavedPlanFlaw::UndeclaredCredentials(credentials) => {
            let credentials = escape::terminal(&Untrusted::new(credentials.clone())).to_string();
            (format!("{name} names the credentials {credentials} and ringform.yaml does not"), NEW)
        }
    }
}
