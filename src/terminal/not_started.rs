//! Runs that did not start, in words.
//!
//! Owns the sentence for each reason. Every text that it quotes is escaped.

use std::path::Path;

use anyhow::anyhow;

use ringform::model::Untrusted;
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
        NotStarted::SavedPlan { file, flaw: SavedPlanFlaw::Unreadable(error) } => {
            anyhow::Error::new(error).context(format!("cannot read {}", escaped(&file)))
        }
        NotStarted::SavedPlan { file, flaw } => anyhow!(sentence(&file, &flaw)),
        NotStarted::OutputIsInput(clash) => inputs::clash(&clash),
        NotStarted::UndeclaredCredentials(name) => {
            anyhow!("ringform.yaml declares no credentials `{}`", escape::terminal(&Untrusted::new(name)))
        }
        NotStarted::Failed(error) => error,
    }
}

fn sentence(file: &Path, flaw: &SavedPlanFlaw) -> String {
    let name = escaped(file);
    match flaw {
        SavedPlanFlaw::Unreadable(error) => format!("cannot read {name}: {error}"),
        SavedPlanFlaw::NotValid(error) => format!("{name} cannot be applied: {}", error.sentence()),
        SavedPlanFlaw::OtherKind(why) => format!("{name} cannot be applied: {why}"),
        SavedPlanFlaw::NamesDocument(document) => format!(
            "with --plan a PATH names the project's folder, and {} is a file: the whole plan is applied; make a plan of that file",
            escaped(document)
        ),
        SavedPlanFlaw::OtherProject => {
            format!("{name} was made for another project, which has other guards and limits; make a new plan")
        }
        SavedPlanFlaw::OtherEndpoint { planned, now } => format!(
            "{name} was made for the endpoint {} and this project is at {}; make a new plan",
            escape::terminal(planned),
            escape::terminal(now)
        ),
        SavedPlanFlaw::UndeclaredCredentials(credentials) => format!(
            "{name} names the credentials {} and ringform.yaml does not; make a new plan",
            escape::terminal(&Untrusted::new(credentials.clone()))
        ),
    }
}
