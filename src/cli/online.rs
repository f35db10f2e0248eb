//! Commands that reach the API.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use ringform::model::ClientShare;
use ringform::model::Setting;

use crate::cli::shared::{
    AttributionArgs, CompareArgs, ConnectArgs, FileArgs, InstantArgs, OutputArgs, OverrideArgs, PlainFormat, SendArgs,
};
use crate::cli::values::{client_id, setting};

/// Write client documents from live clients.
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArgs {
    /// The clients: numbers, or @me [default: @me]
    #[arg(value_name = "CLIENT_ID", value_parser = client_id)]
    pub clients: Vec<ringform::model::ClientId>,
    /// A CSV file with the columns id, credentials and labels; clients that have a document are skipped
    #[arg(long, value_name = "FILE", conflicts_with = "clients", help_heading = "Selection")]
    pub from: Option<PathBuf>,
    /// The folder to write to [default: clients, in the project]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the files of these clients
    #[arg(long, help_heading = "Safety")]
    pub force: bool,
    /// The credentials to read with
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub credentials: Option<String>,
    /// The project file to use, where there are several
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub project: Option<PathBuf>,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
}

/// Show differences.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArgs {
    /// What the command has in common with the others that compare.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// The instant of the run.
    #[command(flatten)]
    pub instant: InstantArgs,
    /// Which changes a run may send.
    #[command(flatten)]
    pub sending: SendArgs,
    /// Which guards this run passes.
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Who runs it, and why.
    #[command(flatten)]
    pub attribution: AttributionArgs,
    /// Compare with the base only: no secrets and no requests, so live values are not shown
    #[arg(long, requires = "base", conflicts_with_all = ["trust_project"], help_heading = "Git")]
    pub offline: bool,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Save the plan, for `apply --plan`
    #[arg(long, value_name = "FILE", conflicts_with = "at", help_heading = "Saved plan")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there is a difference
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Show the differences as a unified diff of the settings; failures and guards go to stderr
    #[arg(long)]
    pub diff: bool,
}

/// Watch for differences.
#[derive(Clone, Debug, Args)]
pub(crate) struct DriftArgs {
    /// What the command has in common with the others that compare.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// The instant of the run.
    #[command(flatten)]
    pub instant: InstantArgs,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// The last report, as `--format json=FILE` wrote it; FILE may be the same. It separates new, continuing and resolved
    /// findings; when the file is missing, every finding is new
    #[arg(long, value_name = "FILE", conflicts_with = "at")]
    pub since: Option<PathBuf>,
    /// Read this many clients, least recently read first; the report of --since holds the times
    #[arg(long, value_name = "N", requires = "since", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Selection")]
    pub budget: Option<u64>,
    /// Exit with 2 on any open finding, or only on new ones
    #[arg(long, value_enum, default_value_t = FailOn::Any, value_name = "WHAT")]
    pub fail_on: FailOn,
    /// Write metrics for Prometheus' textfile collector; every user may read the file
    #[arg(long, value_name = "FILE", conflicts_with = "at", help_heading = "Notify")]
    pub metrics: Option<PathBuf>,
    /// Post the report to this webhook when a finding is new. Prefer RINGFORM_NOTIFY_URL: a list of processes does not show it
    #[arg(long, value_name = "URL", conflicts_with = "at", help_heading = "Notify")]
    pub notify: Option<String>,
    /// What the webhook gets: the JSON report, or a short text for Slack and similar services
    #[arg(long, value_enum, default_value_t = NotifyFormat::Json, value_name = "FORMAT", help_heading = "Notify")]
    pub notify_format: NotifyFormat,
}

/// What makes drift exit with 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Any finding without a waiver
    Any,
    /// Only a finding that is new
    New,
}

/// What a webhook gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NotifyFormat {
    /// The report
    Json,
    /// A short text
    Slack,
}

/// Bring clients to their declarations.
#[derive(Clone, Debug, Args)]
pub(crate) struct ApplyArgs {
    /// What the command has in common with the others that compare.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// Which changes a run may send.
    #[command(flatten)]
    pub sending: SendArgs,
    /// Which guards this run passes.
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Who runs it, and why.
    #[command(flatten)]
    pub attribution: AttributionArgs,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Apply this saved plan and nothing else; it is valid for the endpoint that it was made for
    #[arg(long, value_name = "FILE", help_heading = "Saved plan", conflicts_with_all = ["clients", "labels", "fields", "shard", "base", "affected", "only", "overwrite_drift"])]
    pub plan: Option<PathBuf>,
    /// Send only what closes the PBX: geo_list with the countries that live and git both have. It adds no country, so
    /// an entry of `temporary` begins with an ordinary apply
    #[arg(long, help_heading = "Safety", conflicts_with_all = ["plan", "overwrite_drift", "allow_collateral"])]
    pub only_closing: bool,
    /// Do not ask
    #[arg(short, long, help_heading = "Safety")]
    pub yes: bool,
    /// End the claim of this run in the ledger, whether it lives or not
    #[arg(long, value_name = "RUN", conflicts_with = "no_ledger", help_heading = "Git")]
    pub take_over: Option<String>,
    /// Apply a commit although the ledger says that a newer one was applied
    #[arg(long, conflicts_with = "no_ledger", help_heading = "Git")]
    pub allow_older: bool,
    /// Accept that this field changes along with a PUT; repeat for more
    #[arg(long = "allow-collateral", value_name = "FIELD", value_parser = setting, help_heading = "Safety")]
    pub allow_collateral: Vec<Setting>,
    /// Send again after this run, whose PUT moved other fields too; look at its client first
    #[arg(long = "after-collateral", value_name = "RUN", help_heading = "Safety")]
    pub after_collateral: Option<String>,
    /// Send nothing when more settings than this would change, all clients together
    #[arg(long, value_name = "N", help_heading = "Safety")]
    pub max_changes: Option<u64>,
    /// Send nothing when more clients than this would change, as a number or a percentage of the clients that the run selects
    #[arg(long, value_name = "N|P%", help_heading = "Safety")]
    pub max_changed_clients: Option<ClientShare>,
    /// Send nothing when more changes than this would open the PBX to more callers
    #[arg(long, value_name = "N", help_heading = "Safety")]
    pub max_opening: Option<u64>,
    /// Begin no further client once this many are neither applied nor unchanged
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Safety")]
    pub max_failures: Option<u64>,
    /// Write the first N clients one at a time; the first of them that fails stops the rest
    #[arg(long, value_name = "N", help_heading = "Safety")]
    pub canary: Option<u64>,
}

/// Check credentials.
#[derive(Clone, Debug, Args)]
pub(crate) struct AuthArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: AuthCommand,
}

/// Check credentials.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Show for every credential whether it works, for which user and with which access
    Check(AuthCheckArgs),
}

/// Check every credential.
#[derive(Clone, Debug, Args)]
pub(crate) struct AuthCheckArgs {
    /// Where the project is.
    #[command(flatten)]
    pub files: FileArgs,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// text or json
    #[arg(long, value_enum, default_value_t = PlainFormat::Text, help_heading = "Report")]
    pub format: PlainFormat,
}
