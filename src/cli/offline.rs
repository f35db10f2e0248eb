//! Commands that reach no API.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use ringform::model::ClientId;
use ringform::model::guard::BuiltIn;

use crate::cli::shared::{FileArgs, FloorArgs, InstantArgs, OutputArgs, PlainFormat, SelectArgs};
use crate::cli::values::{built_in_guard, client_id, duration, endpoint};

/// Write a project.
#[derive(Clone, Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder of the project, created if it is missing [default: .]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Import this client into the new project: a number, or @me; repeat for more. Needs credentials
    #[arg(long = "client", value_name = "ID", value_parser = client_id, help_heading = "Selection")]
    pub clients: Vec<ClientId>,
    /// Import the clients of this file: columns id, credentials and labels. Needs credentials
    #[arg(long, value_name = "FILE.csv", conflicts_with = "clients", help_heading = "Selection")]
    pub from: Option<PathBuf>,
    /// The API's address for ringform.yaml [default: RINGFORM_ENDPOINT, else https://apiproxy.telphin.ru]
    #[arg(long, value_name = "URL", value_parser = endpoint, help_heading = "Connection")]
    pub endpoint: Option<String>,
    /// Switch this built-in guard on, in place of those of the starter project; repeat for more
    #[arg(long = "guard", value_name = "NAME", value_parser = built_in_guard, help_heading = "Safety")]
    pub guards: Vec<&'static BuiltIn>,
    /// Write a pipeline too and turn the ledger on; repeat for more. An existing project gets only these two
    #[arg(long, value_enum, value_name = "WHERE", help_heading = "Output")]
    pub ci: Vec<Pipeline>,
    /// Write a project with a simulator of the API, so that `plan` works without an account
    #[arg(long, conflicts_with_all = ["ci", "clients", "from", "endpoint", "guards"], help_heading = "Output")]
    pub demo: bool,
}

impl InitArgs {
    /// Whether a flag says what to write. Then `init` asks nothing.
    pub(crate) fn has_choices(&self) -> bool {
        let InitArgs { folder: _, clients, from, endpoint, guards, ci, demo } = self;
        let any = [clients.is_empty(), from.is_none(), endpoint.is_none(), guards.is_empty(), ci.is_empty(), !demo];
        any.contains(&false)
    }
}

/// Where a pipeline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pipeline {
    /// GitHub Actions: plan on a pull request, apply on a merge, drift every hour
    Github,
    /// GitLab CI: plan on a merge request, apply on a merge, drift on a schedule
    Gitlab,
    /// A machine with cron or systemd: drift every hour, writes that only close every 15 minutes
    Cron,
    /// Two CronJobs of Kubernetes: drift every hour, writes that only close every 15 minutes
    Kubernetes,
}

/// Check the files offline.
#[derive(Clone, Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Which files.
    #[command(flatten)]
    pub files: FileArgs,
    /// The instant of the run.
    #[command(flatten)]
    pub instant: InstantArgs,
    /// The rules from outside.
    #[command(flatten)]
    pub floor: FloorArgs,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Print effective settings.
#[derive(Clone, Debug, Args)]
pub(crate) struct ResolveArgs {
    /// Which files.
    #[command(flatten)]
    pub files: FileArgs,
    /// Which clients.
    #[command(flatten)]
    pub select: SelectArgs,
    /// The instant of the run.
    #[command(flatten)]
    pub instant: InstantArgs,
    /// List what begins and what ends, dated settings and waivers, in place of the settings
    #[arg(long, help_heading = "Report")]
    pub calendar: bool,
    /// How many days the calendar covers, each of 24 hours; 1 to 3660
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3660),
        requires = "calendar", help_heading = "Report")]
    pub days: u16,
    /// text or json; ics with --calendar
    #[arg(long, value_enum, default_value_t = ResolveFormat::Text, help_heading = "Report")]
    pub format: ResolveFormat,
}

/// Formats of resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResolveFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For calendar programs
    Ics,
}

/// Render saved plans and reports again.
#[derive(Clone, Debug, Args)]
pub(crate) struct ShowArgs {
    /// Saved plans or reports; several are the shards of one
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Exit with 2 when there is a difference
    #[arg(long, help_heading = "Report")]
    pub detailed_exitcode: bool,
}

/// Explain one name.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A field, key, rule id, guard, format, variable, word of a report or topic; KIND:NAME where several have one
    /// name [default: list all names]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// text or json
    #[arg(long, value_enum, default_value_t = PlainFormat::Text, help_heading = "Report")]
    pub format: PlainFormat,
}

/// Serve the simulator.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Simulator")]
pub(crate) struct SandboxArgs {
    /// A folder of the project whose seed to use, where its endpoint is `sandbox:SEED` [default: .]
    #[arg(value_name = "DIR", help_heading = None, conflicts_with_all = ["data", "clients"])]
    pub folder: Option<PathBuf>,
    /// The project file to use, where there are several: NAME or NAME.ringform.yaml
    #[arg(long, value_name = "NAME", help_heading = "Selection", conflicts_with_all = ["data", "clients"])]
    pub project: Option<PathBuf>,
    /// The address to listen on; only loopback
    #[arg(long, value_name = "127.0.0.1:PORT", default_value = "127.0.0.1:0", help_heading = "Connection")]
    pub listen: std::net::SocketAddr,
    /// A seed of clients, JSON or YAML, in place of the project's; changes are saved in .ringform/sandbox beside it
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Generate this many clients
    #[arg(long, value_name = "N", conflicts_with = "data")]
    pub clients: Option<u64>,
    /// Return to the seed: delete the saved changes, and end
    #[arg(long, conflicts_with = "clients")]
    pub reset: bool,
    /// PUT replaces the whole client instead of merging
    #[arg(long)]
    pub replace: bool,
    /// PUT accepts this field and does not store it; repeat for more
    #[arg(long, value_name = "FIELD")]
    pub ignore: Vec<String>,
    /// Store or answer values in another form: zones, emails, countries, numbers-as-text, empty-for-null
    #[arg(long, value_name = "WHAT", value_parser = |text: &str| text.parse::<ringform::sandbox::Normalise>().map_err(|e| e.to_string()))]
    pub normalise: Vec<ringform::sandbox::Normalise>,
    /// Leave this field out of every answer; repeat for more
    #[arg(long, value_name = "FIELD")]
    pub missing: Vec<String>,
    /// Refuse null in a PUT with 400
    #[arg(long)]
    pub refuse_null: bool,
    /// A fault, NAME or NAME=VALUE; after commas on=get|put|token|user, client=ID, times=N, after=N, rate=0.1. Repeat
    /// for more; `list` names them
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// The random seed: the same number gives the same clients and the same faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Requests an hour for each application
    #[arg(long, value_name = "N", help_heading = "Connection")]
    pub quota: Option<u64>,
    /// How long a token lives
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration, help_heading = "Connection")]
    pub token_lifetime: Duration,
}

/// Print a JSON Schema.
#[derive(Clone, Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Of what.
    #[arg(value_enum)]
    pub of: SchemaOf,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// Client documents
    Client,
    /// ringform.yaml
    Project,
    /// Plans, saved plans and reports
    Plan,
}

/// Print completions.
#[derive(Clone, Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell
    pub shell: clap_complete::Shell,
}

/// Print help.
#[derive(Clone, Debug, Args)]
pub(crate) struct HelpArgs {
    /// A command, such as `plan` or `auth check`, or the topic `environment` [default: all commands]
    #[arg(value_name = "COMMAND|TOPIC")]
    pub words: Vec<String>,
}
