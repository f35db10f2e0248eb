//! Flags that several commands have.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use globset::GlobMatcher;

use ringform::model::{CalendarTime, Setting};
use ringform::plan::send::Overwrite;
use ringform::plan::{Origin, Shard, select};
use ringform::render::Format;

use crate::cli::values::{actor, calendar_time, duration, format, label, origin, reason, setting};

/// Which files.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FileArgs {
    /// Project folders, folders inside one, or single files [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The project file to use, where there are several: NAME or NAME.ringform.yaml
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub project: Option<PathBuf>,
}

/// Which clients and fields.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(crate) struct SelectArgs {
    /// Only clients whose id fits this glob; repeat for more
    #[arg(long = "client", value_name = "GLOB", value_parser = select::client_glob)]
    pub clients: Vec<GlobMatcher>,
    /// Only clients with this label; other keys narrow further, the same key widens
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
    /// Only this field; repeat for more
    #[arg(long = "field", value_name = "FIELD", value_parser = setting)]
    pub fields: Vec<Setting>,
    /// Only part I of N, by a stable hash of the client id
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
}

/// The instant of the run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(crate) struct InstantArgs {
    /// Judge dated settings and waivers at this instant or at the begin of this day, not now: 2026-12-24T18:00+03:00 or
    /// 2026-12-24
    #[arg(long, value_name = "INSTANT|DAY", value_parser = calendar_time)]
    pub at: Option<CalendarTime>,
}

/// The base.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Git")]
pub(crate) struct BaseArgs {
    /// Show where each difference comes from, by the project at this git revision; REV... is the merge base with HEAD
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Only clients whose effective declaration differs from that of the base
    #[arg(long, requires = "base")]
    pub affected: bool,
    /// Send requests although the endpoint or the credentials differ from the base, or the endpoint from that of the ledger
    #[arg(long)]
    pub trust_project: bool,
}

/// Which changes a run may send.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Git")]
pub(crate) struct SendArgs {
    /// Send only differences of this origin; the plan shows and judges all. Repeat for more
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub only: Vec<Origin>,
    /// Send the declared value although the field is in conflict; repeat for more. One @me of several: @me:CREDENTIALS
    #[arg(long, value_name = "CLIENT[/FIELD]")]
    pub overwrite_drift: Vec<Overwrite>,
}

/// The ledger.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Git")]
pub(crate) struct LedgerArgs {
    /// Leave the ledger out of this run
    #[arg(long, help_heading = "Git")]
    pub no_ledger: bool,
}

/// The rules from outside.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Safety")]
pub(crate) struct FloorArgs {
    /// A file outside of the project with guards and limits that bind as well. RINGFORM_FLOOR can name another one, and
    /// both bind
    #[arg(long, value_name = "FILE", help_heading = "Safety")]
    pub floor: Option<PathBuf>,
}

/// What plan, apply and drift have in common.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CompareArgs {
    /// Which files.
    #[command(flatten)]
    pub files: FileArgs,
    /// Which clients.
    #[command(flatten)]
    pub select: SelectArgs,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The base.
    #[command(flatten)]
    pub base: BaseArgs,
    /// The ledger.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// The rules from outside.
    #[command(flatten)]
    pub floor: FloorArgs,
}

/// Which guards this run passes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Safety")]
pub(crate) struct OverrideArgs {
    /// Let this run pass this guard of the project; repeat for more. Report and journal record it
    #[arg(long = "override-guard", value_name = "NAME", requires = "reason", help_heading = "Safety")]
    pub guards: Vec<String>,
}

/// Who runs the command, and why.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct AttributionArgs {
    /// Who runs this; by default the person whom the CI system names, for apply also git or the system
    #[arg(long, value_name = "TEXT", value_parser = actor)]
    pub actor: Option<String>,
    /// Why this is run: report, journal and ledger record it. --override-guard needs it
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Option<String>,
}

/// How results are written.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct OutputArgs {
    /// FORMAT or FORMAT=FILE: text, json, markdown, github, gitlab, junit, sarif, html, terraform, prometheus; repeat to write
    /// files beside the printed format
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = format)]
    pub formats: Vec<(Format, Option<PathBuf>)>,
}

/// How the API is reached.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectArgs {
    /// The API's address; wins over RINGFORM_ENDPOINT, which wins over ringform.yaml. An endpoint `sandbox:` stays
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// How many clients at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub concurrency: Option<u16>,
    /// Certificates to trust besides those of the system, in PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Wait for a used-up quota when its reset is this near, such as 10m
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub wait_quota: Option<Duration>,
    /// Run the `command` credentials of ringform.yaml, as RINGFORM_ALLOW_COMMAND=1 does
    #[arg(long)]
    pub allow_command: bool,
}

/// Formats of commands that show no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// For people
    Text,
    /// For programs
    Json,
}
