//! The program: parse, run one command, exit status.
//!
//! Owns the process: arguments, logging, the exit status. What each command does is in `commands`.

mod cli;
mod commands;
mod starter;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use ringform::run::ExitStatus;

use crate::cli::{Cli, Command, LogArgs};
use crate::terminal::{logging, output};

fn main() -> ExitCode {
    let status = match Cli::try_parse() {
        Ok(cli) => {
            logging::start(&cli.log);
            run(&cli.command, &cli.log).unwrap_or_else(|error| {
                output::complain(&error, &cli.log);
                ExitStatus::Error
            })
        }
        // clap's own status for wrong usage is 2, which here means "there is a difference".
        Err(error) => {
            let wrong = error.use_stderr();
            drop(error.print());
            if wrong { ExitStatus::Error } else { ExitStatus::Done }
        }
    };
    ExitCode::from(status.code())
}

fn run(command: &Command, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Init(args) => commands::init::run(args, log),
        Command::Validate(args) => commands::validate::run(args, log),
        Command::Resolve(args) => commands::resolve::run(args, log),
        Command::Import(args) => commands::import::run(args, log),
        Command::Plan(args) => commands::plan::run(args, log),
        Command::Apply(args) => commands::apply::run(args, log),
        Command::Drift(args) => commands::drift::run(args, log),
        Command::Show(args) => commands::show::run(args, log),
        Command::Guard(args) => commands::guard::run(args, log),
        Command::Auth(args) => commands::auth::run(args, log),
        Command::Sandbox(args) => commands::sandbox::run(args, log),
        Command::Schema(args) => commands::schema::run(args),
        Command::Completions(args) => commands::completions::run(args),
        Command::Man => commands::man::run(),
    }
}
