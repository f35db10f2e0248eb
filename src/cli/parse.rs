//! From the words of a command line to its values.

use std::ffi::OsString;

use clap::FromArgMatches;

use crate::cli::help::command;
use crate::cli::neighbours::neighbour;
use crate::cli::root::Cli;

/// A command line that is not valid, or that asks for help or the version.
#[derive(Debug)]
pub(crate) struct UsageError {
    /// What clap says.
    pub error: clap::Error,
    /// What a command or flag of another tool is called here: what happened, and the next step.
    pub neighbour: Option<(String, &'static str)>,
}

/// Reads a command line; its first word is the name of the program.
pub(crate) fn parse(args: &[OsString]) -> Result<Cli, UsageError> {
    let mut command = command();
    let parsed = command.try_get_matches_from_mut(args).and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches));
    parsed.map_err(|error| {
        let error = error.format(&mut command);
        UsageError { neighbour: neighbour(&error, args, &command), error }
    })
}
