//! The program: parse, run one command, exit status.
//!
//! Owns the process: arguments, logging, the exit status. What a command does stands in `commands`.

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::commands::{Exit, logging};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // clap's own status for wrong usage is 2, which here means "there is a difference".
        Err(error) => {
            let wrong = error.use_stderr();
            drop(error.print());
            return if wrong { Exit::Error.into() } else { Exit::Done.into() };
        }
    };
    logging::start(&cli.talk);
    let talk = &cli.talk;
    let done = match cli.command {
        Command::Init(args) => commands::init::run(&args, talk),
        Command::Validate(args) => commands::validate::run(&args, talk),
        Command::Resolve(args) => commands::resolve::run(&args, talk),
        Command::Import(args) => commands::import::run(&args, talk),
        Command::Plan(args) => commands::plan::run(&args, talk),
        Command::Apply(args) => commands::apply::run(&args, talk),
        Command::Drift(args) => commands::drift::run(&args, talk),
        Command::Show(args) => commands::show::run(&args, talk),
        Command::Auth(args) => commands::auth::run(&args, talk),
        Command::Sandbox(args) => commands::sandbox::run(&args, talk),
        Command::Schema(args) => commands::schema::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man => commands::man::run(),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            commands::output::complain(&error, talk);
            Exit::Error.into()
        }
    }
}
