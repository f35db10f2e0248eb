//! The program: parse, run one command, exit status.
//!
//! Owns the process: arguments, logging, the exit status. What each command does is in `commands`.

mod cli;
mod commands;
mod starter;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use ringform::run::ExitStatus;

use crate::cli::{Cli, Command, LogArgs};
use crate::terminal::{logging, output, usage_error};

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let status = match cli::parse(&args) {
        Ok(Cli { command: Some(command), log }) => {
            logging::start(&log);
            run(&command, &log).unwrap_or_else(|error| {
                output::complain(&error, &log);
                ExitStatus::Error
            })
        }
        // Nothing was asked for, so nothing is done: an error, as with other programs that have commands.
        Ok(Cli { command: None, .. }) => {
            output::note(cli::WELCOME.trim_end());
            ExitStatus::Error
        }
        Err(usage) => usage_error::show(&usage, &args),
    };
    ExitCode::from(status.code())
}

fn run(command: &Command, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Init(args) => commands::init::run(args, log),
        Command::Validate(args) => commands::validate::run(args, log),
        Command::Resolve(args) => commands::resolve::run(args, log),
        Command::Import(args) => commands::import::run(args, log),
        Command::Audit(args) => commands::audit::run(args, log),
        Command::Plan(args) => commands::plan::run(args, log),
        Command::Apply(args) => commands::apply::run(args, log),
        Command::Drift(args) => commands::drift::run(args, log),
        Command::Adopt(args) => commands::adopt::run(args, log),
        Command::Undo(args) => commands::undo::run(args, log),
        Command::Show(args) => commands::show::run(args, log),
        Command::Log(args) => commands::log::run(args, log),
        Command::Explain(args) => commands::explain::run(args),
        Command::Guard(args) => commands::guard::run(args, log),
        Command::Auth(args) => commands::auth::run(args, log),
        Command::Sandbox(args) => commands::sandbox::run(args, log),
        Command::Schema(args) => commands::schema::run(args),
        Command::Completions(args) => commands::completions::run(args),
        Command::Man => commands::man::run(),
        Command::Help(args) => commands::help::run(args, log),
    }
}
