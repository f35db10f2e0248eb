//! `ringform completions`: prints completions for a shell.

use ringform::run::ExitStatus;

use crate::cli::{self, CompletionsArgs};
use crate::terminal::output;

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "ringform", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Done)
}
