//! The arguments of `audit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use globset::GlobMatcher;

use ringform::model::ClientId;
use ringform::plan::{Shard, select};
use ringform::render::AuditFormat;

use crate::cli::shared::{ConnectArgs, FloorArgs};
use crate::cli::values::{audit_format, client_id, label};

/// Report how open live clients are.
#[derive(Clone, Debug, Args)]
pub(crate) struct AuditArgs {
    /// The clients: numbers, or @me [default: those that the project in this folder declares; without a project: @me]
    #[arg(value_name = "CLIENT_ID", value_parser = client_id, group = "named")]
    pub ids: Vec<ClientId>,
    /// A CSV file that lists the clients, as for `import`: columns id, credentials and labels
    #[arg(long, value_name = "FILE", help_heading = "Selection", group = "named")]
    pub from: Option<PathBuf>,
    /// Only declared clients whose id fits this glob; repeat for more
    #[arg(long = "client", value_name = "GLOB", value_parser = select::client_glob, help_heading = "Selection", conflicts_with = "named")]
    pub clients: Vec<GlobMatcher>,
    /// Only declared clients with this label; other keys narrow further, the same key widens
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label, help_heading = "Selection", conflicts_with = "named")]
    pub labels: Vec<(String, String)>,
    /// Only part I of N of the declared clients, by a stable hash of the client id
    #[arg(long, value_name = "I/N", help_heading = "Selection", conflicts_with = "named")]
    pub shard: Option<Shard>,
    /// The project file to use, where there are several: NAME or NAME.ringform.yaml
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub project: Option<PathBuf>,
    /// The credentials for a CLIENT_ID, or a row without its own, that no document declares [default: those of the project, else of the environment]
    #[arg(long, value_name = "NAME", help_heading = "Connection", requires = "named")]
    pub credentials: Option<String>,
    /// The floor.
    #[command(flatten)]
    pub floor: FloorArgs,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// FORMAT or FORMAT=FILE: text, json, markdown, html, csv; repeat to write files beside the printed format
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = audit_format, help_heading = "Report")]
    pub formats: Vec<(AuditFormat, Option<PathBuf>)>,
    /// Exit with 2 where a client is open to every country
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Report")]
    pub fail_on: Option<AuditFailOn>,
}

/// What makes an audit exit with 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFailOn {
    /// A client whose geo_list is `*`
    Open,
}
