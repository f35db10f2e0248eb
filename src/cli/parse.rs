//! From the words of a command line to its values.

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

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
///
/// The examples of every page cost as much as the rest of the start, so only a command line that shows a help builds
/// them.
pub(crate) fn parse(args: &[OsString]) -> Result<Cli, UsageError> {
    match parse_with(Cli::command(), args) {
        Err(usage) if shows_help(usage.error.kind()) => parse_with(command(), args),
        parsed => parsed,
    }
}

fn shows_help(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand)
}

/// The command is never freed: that would take a twelfth of the start, and the process ends with it.
fn parse_with(command: clap::Command, args: &[OsString]) -> Result<Cli, UsageError> {
    let mut command = ManuallyDrop::new(command);
    let parsed = command.try_get_matches_from_mut(args).and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches));
    parsed.map_err(|error| {
        let error = error.format(&mut command);
        UsageError { neighbour: neighbour(&error, args, &command), error }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_a_help_shows_the_examples() {
        for line in
            ["ringform -h", "ringform --help", "ringform plan -h", "ringform guard test --help", "ringform auth"]
        {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let usage = parse(&words).unwrap_err();
            assert!(shows_help(usage.error.kind()), "{line}: {:?}", usage.error.kind());
            assert!(usage.error.to_string().contains("Examples:"), "{line}: {usage:?}");
        }
    }
}
