//! Every command and flag. The comment of an argument is its help text and its man page.
//!
//! Owns the words of the command line, their types, and how they become a request for `run`. It runs nothing.

mod adopt;
mod audit;
mod guard;
mod help;
mod history;
mod log;
mod neighbours;
mod offline;
mod online;
mod parse;
mod request;
mod root;
mod shared;
mod undo;
mod values;

pub(crate) use adopt::AdoptArgs;
pub(crate) use audit::AuditArgs;
pub(crate) use guard::{GuardArgs, GuardCommand, GuardTestArgs, GuardTestFormat};
pub(crate) use help::{WELCOME, command, extra};
pub(crate) use history::HistoryArgs;
pub(crate) use log::{ColorMode, LogArgs, LogFormat};
pub(crate) use neighbours::neighbour_command;
pub(crate) use offline::{
    CompletionsArgs, ExplainArgs, HelpArgs, InitArgs, Pipeline, ResolveArgs, ResolveFormat, SandboxArgs, SchemaArgs,
    SchemaOf, ShowArgs, ValidateArgs,
};
pub(crate) use online::{
    ApplyArgs, AuthArgs, AuthCheckArgs, AuthCommand, DriftArgs, FailOn, ImportArgs, NotifyFormat, PlanArgs,
};
pub(crate) use parse::{UsageError, parse};
pub(crate) use root::{Cli, Command};
pub(crate) use shared::{CompareArgs, PlainFormat};
pub(crate) use undo::UndoArgs;
pub(crate) use values::{built_in_guard, client_id, endpoint};
