//! Every command and flag. The comment of an argument is its help text and its man page.
//!
//! Owns the words of the command line and their types. It runs nothing.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use globset::GlobMatcher;

use ringform::model::Setting;
use ringform::plan::limits::Share;
use ringform::plan::{Shard, select};
use ringform::render::Format;

/// Configuration as code for the settings of cloud-PBX clients.
#[derive(Debug, Parser)]
#[command(name = "ringform", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = "Exit status: 0 done, 1 an error, 2 a difference (with --detailed-exitcode), 130 interrupted.")]
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

/// Which files.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Files {
    /// Project folders, folders inside one, or single files [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The project file to use, where there are several: NAME or NAME.ringform.yaml
    #[arg(long, value_name = "NAME")]
    pub project: Option<PathBuf>,
}

/// Which clients and fields.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(crate) struct Select {
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

/// How results are written.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Write {
    /// FORMAT or FORMAT=FILE: text, json, markdown; repeat to leave files beside what is printed
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = format)]
    pub formats: Vec<(Format, Option<PathBuf>)>,
}

/// How the API is reached.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connect {
    /// The API's address; wins over RINGFORM_ENDPOINT, which wins over ringform.yaml
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// How many clients at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub concurrency: Option<u16>,
    /// Certificates to trust beside the system's, in PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Wait for a used-up quota when its reset is this near, such as 10m
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub wait_quota: Option<Duration>,
    /// Run the `command` credentials of ringform.yaml
    #[arg(long, env = "RINGFORM_ALLOW_COMMAND", value_parser = clap::builder::FalseyValueParser::new())]
    pub allow_command: bool,
}

/// Check the files offline.
#[derive(Clone, Debug, Args)]
pub(crate) struct Validate {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// How results are written.
    #[command(flatten)]
    pub write: Write,
}

/// Print effective settings.
#[derive(Clone, Debug, Args)]
pub(crate) struct Resolve {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Which clients.
    #[command(flatten)]
    pub select: Select,
    /// text or json
    #[arg(long, value_enum, default_value_t = Plain::Text)]
    pub format: Plain,
}

/// Formats of commands whose result is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Plain {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Write client documents from live clients.
#[derive(Clone, Debug, Args)]
pub(crate) struct Import {
    /// The clients: numbers, or @me [default: @me]
    #[arg(value_name = "CLIENT_ID", value_parser = client_id)]
    pub clients: Vec<ringform::model::ClientId>,
    /// The folder to write to [default: clients, in the project]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace the files of these clients
    #[arg(long)]
    pub force: bool,
    /// The credentials to read with
    #[arg(long, value_name = "NAME")]
    pub credentials: Option<String>,
    /// The project file to use, where there are several
    #[arg(long, value_name = "NAME")]
    pub project: Option<PathBuf>,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: Connect,
}

/// Show differences.
#[derive(Clone, Debug, Args)]
pub(crate) struct Plan {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Which clients.
    #[command(flatten)]
    pub select: Select,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: Connect,
    /// How results are written.
    #[command(flatten)]
    pub write: Write,
    /// Save the plan, for `apply --plan`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there is a difference
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Show the differences as a unified diff of the settings; failures and guards stand on stderr
    #[arg(long)]
    pub diff: bool,
}

/// Bring clients to their declarations.
#[derive(Clone, Debug, Args)]
pub(crate) struct Apply {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Which clients.
    #[command(flatten)]
    pub select: Select,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: Connect,
    /// How results are written.
    #[command(flatten)]
    pub write: Write,
    /// Do what this saved plan says, and nothing else; it holds for the endpoint it was made for
    #[arg(long, value_name = "FILE", conflicts_with_all = ["clients", "labels", "fields", "shard"])]
    pub plan: Option<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Accept that this field moves along with a PUT; repeat for more
    #[arg(long = "allow-collateral", value_name = "FIELD", value_parser = setting)]
    pub allow_collateral: Vec<Setting>,
    /// Send nothing when more settings than this would change, all clients together
    #[arg(long, value_name = "N")]
    pub max_changes: Option<u64>,
    /// Send nothing when more clients than this would change, as a number or a percentage of those read
    #[arg(long, value_name = "N|P%")]
    pub max_changed_clients: Option<Share>,
    /// Begin no further client once so many are neither applied nor unchanged
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_failures: Option<u64>,
    /// Write the first N clients one at a time; the first of them that fails stops the rest
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub canary: u64,
}

/// Render saved plans and reports again.
#[derive(Clone, Debug, Args)]
pub(crate) struct Show {
    /// Saved plans or reports; several are the shards of one
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How results are written.
    #[command(flatten)]
    pub write: Write,
    /// Exit with 2 when there is a difference
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// Questions about credentials.
#[derive(Clone, Debug, Args)]
pub(crate) struct Auth {
    /// Which question.
    #[command(subcommand)]
    pub command: AuthCommand,
}

/// Questions about credentials.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Say of every credential whether it works, for whom and with which access
    Check(AuthCheck),
}

/// Check every credential.
#[derive(Clone, Debug, Args)]
pub(crate) struct AuthCheck {
    /// Where the project is.
    #[command(flatten)]
    pub files: Files,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: Connect,
    /// text or json
    #[arg(long, value_enum, default_value_t = Plain::Text)]
    pub format: Plain,
}

/// Serve the simulator.
#[derive(Clone, Debug, Args)]
pub(crate) struct Sandbox {
    /// The address to listen on; loopback alone
    #[arg(long, value_name = "127.0.0.1:PORT", default_value = "127.0.0.1:0")]
    pub listen: std::net::SocketAddr,
    /// A seed of clients, JSON or YAML; what changes is kept in .ringform/sandbox beside it
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Make up this many clients; this or --data is needed
    #[arg(long, value_name = "N", conflicts_with = "data")]
    pub clients: Option<u64>,
    /// Go back to the seed: forget what was kept, and end
    #[arg(long, requires = "data")]
    pub reset: bool,
    /// PUT replaces the whole client instead of merging
    #[arg(long)]
    pub replace: bool,
    /// PUT takes this field and does not store it; repeat for more
    #[arg(long, value_name = "FIELD")]
    pub ignore: Vec<String>,
    /// Store or answer values in another spelling: zones, emails, countries, numbers-as-text, empty-for-null
    #[arg(long, value_name = "WHAT", value_parser = |text: &str| text.parse::<ringform::sandbox::Normalise>().map_err(|e| e.to_string()))]
    pub normalise: Vec<ringform::sandbox::Normalise>,
    /// Leave this field out of every answer; repeat for more
    #[arg(long, value_name = "FIELD")]
    pub missing: Vec<String>,
    /// Refuse null in a PUT with 400
    #[arg(long)]
    pub refuse_null: bool,
    /// A fault: NAME[=VALUE][,on=get|put|token|user][,client=ID][,times=N][,after=N][,rate=0.1]; repeat for more, `list` names them
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// The start of all chance: the same number makes the same clients and the same faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Requests an hour for each application
    #[arg(long, value_name = "N")]
    pub quota: Option<u64>,
    /// How long a token lives
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    pub token_lifetime: Duration,
}

/// Print a JSON Schema.
#[derive(Clone, Debug, Args)]
pub(crate) struct Schema {
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
pub(crate) struct Completions {
    /// For which shell
    pub shell: clap_complete::Shell,
}

fn setting(text: &str) -> Result<Setting, String> {
    Setting::find(text).ok_or_else(|| match ringform::model::Row::nearest_setting(text) {
        Some(near) => format!("not a writable field; did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = Setting::ALL.iter().map(|setting| setting.name()).collect();
            format!("not a writable field; they are {}", names.join(", "))
        }
    })
}

fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("a label is KEY=VALUE, such as city=moscow")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn duration(text: &str) -> Result<Duration, String> {
    ringform::config::parse_duration(text)
        .ok_or_else(|| "a duration is a number and a unit, such as 30s, 10m or 1h".to_owned())
}

fn client_id(text: &str) -> Result<ringform::model::ClientId, String> {
    ringform::model::ClientId::parse(text).map_err(|flaw| match flaw.help {
        Some(help) => format!("no client id; {help}"),
        None => "no client id".to_owned(),
    })
}

fn format(text: &str) -> Result<(Format, Option<PathBuf>), String> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) if !file.is_empty() => (name, Some(PathBuf::from(file))),
        Some(_) => return Err("FORMAT=FILE needs the name of a file".to_owned()),
        None => (text, None),
    };
    name.parse::<Format>().map(|format| (format, file)).map_err(|error| error.to_string())
}
