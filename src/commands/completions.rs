//! `ringform completions`: prints completions for a shell.

use clap::CommandFactory;

use crate::cli::{Cli, Completions};
use crate::commands::{Exit, output};

/// Runs the command.
pub(crate) fn run(args: &Completions) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ringform", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
