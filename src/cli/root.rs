//! The command line as a whole: its commands and what its help says.

use clap::{Parser, Subcommand};

use crate::cli::adopt::AdoptArgs;
use crate::cli::audit::AuditArgs;
use crate::cli::guard::GuardArgs;
use crate::cli::history::HistoryArgs;
use crate::cli::log::LogArgs;
use crate::cli::offline::{
    CompletionsArgs, ExplainArgs, HelpArgs, InitArgs, ResolveArgs, SandboxArgs, SchemaArgs, ShowArgs, ValidateArgs,
};
use crate::cli::online::{ApplyArgs, AuthArgs, DriftArgs, ImportArgs, PlanArgs};
use crate::cli::undo::UndoArgs;

/// Configuration as code for the settings of cloud-PBX clients.
#[derive(Debug, Parser)]
#[command(name = "ringform", bin_name = "ringform", version, max_term_width = 100, propagate_version = true)]
#[command(disable_help_flag = true, disable_version_flag = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// What to do; without a command, ringform shows where to begin.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How much to say, and how.
    #[command(flatten)]
    pub log: LogArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a project and pipelines, by questions or by flags; overwrites nothing
    Init(InitArgs),
    /// Check the files offline, without secrets
    Validate(ValidateArgs),
    /// Print the effective settings of each client and where each value came from, offline
    Resolve(ResolveArgs),
    /// Write client documents from live clients
    Import(ImportArgs),
    /// Report how open live clients are; needs no documents and writes nothing
    Audit(AuditArgs),
    /// Show how live clients differ from their declarations
    Plan(PlanArgs),
    /// Bring live clients to their declarations: read all, check, ask, send
    Apply(ApplyArgs),
    /// The scheduled form of plan: what differs, what of it is new, and what is waived
    Drift(DriftArgs),
    /// Write live values into the files that declare them; sends nothing
    Adopt(AdoptArgs),
    /// Plan the way back of a past run of apply; sends nothing
    Undo(UndoArgs),
    /// Render saved plans and reports again
    Show(ShowArgs),
    /// Show past runs of apply: who, when, what was sent, and what became of it
    Log(HistoryArgs),
    /// Explain a field, key, rule id, guard, format, variable or topic, with an example
    Explain(ExplainArgs),
    /// Test guards
    Guard(GuardArgs),
    /// Check credentials
    Auth(AuthArgs),
    /// Serve a simulator of the API on a loopback port
    Sandbox(SandboxArgs),
    /// Print a JSON Schema
    Schema(SchemaArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
    /// Print the help of a command, or of a topic: environment
    Help(HelpArgs),
}
