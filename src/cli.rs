//! Every command and flag. The comment of an argument is its help text and its man page.
//!
//! Owns the words of the command line and their types: here the commands, in `shared` the flags that several have, in `values`
//! how their values are read. It runs nothing.

mod offline;
mod online;
mod shared;
mod values;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use offline::{Completions, Init, Pipeline, Resolve, Sandbox, Schema, SchemaOf, Show, Validate};
pub(crate) use online::{Apply, Auth, AuthCheck, AuthCommand, Drift, FailOn, Import, NotifyFormat, Plan};
pub(crate) use shared::{BaseArgs, Connect, Files, Plain, Select, Sending};

/// Configuration as code for the settings of cloud-PBX clients.
#[derive(Debug, Parser)]
#[command(name = "ringform", version, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Exit status: 0 done, 1 an error, 2 a difference (drift, or with --detailed-exitcode), 130 interrupted."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to talk.
    #[command(flatten)]
    pub talk: Talk,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a starter project, with a pipeline to choose; overwrites nothing
    Init(Init),
    /// Check the files offline, without secrets
    Validate(Validate),
    /// Print the effective settings of each client and where each value came from, offline
    Resolve(Resolve),
    /// Write client documents from live clients
    Import(Import),
    /// Show how live clients differ from their declarations
    Plan(Plan),
    /// Bring live clients to their declarations: read all, check, ask, send
    Apply(Apply),
    /// The cron form of plan: what differs, what of it is new, and what is waived
    Drift(Drift),
    /// Render saved plans and reports again
    Show(Show),
    /// Questions about credentials
    Auth(Auth),
    /// Serve a simulator of the API on a loopback port
    Sandbox(Sandbox),
    /// Print a JSON Schema
    Schema(Schema),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

/// How to talk to people.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Talk {
    /// When to use colours; `auto` heeds NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Say less: no progress, no notes
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more; -vv logs every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// How log lines on stderr are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
}

/// Auto, always or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}
