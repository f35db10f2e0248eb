//! Flags of every command: colours and log lines.

use clap::{ArgAction, Args, ValueEnum};

/// How much to say, and how.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct LogArgs {
    /// When to use colours; `auto` respects NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t = ColorMode::Auto, value_name = "WHEN", display_order = 900)]
    pub color: ColorMode,
    /// Show less: no progress, no notes
    #[arg(short, long, global = true, display_order = 901)]
    pub quiet: bool,
    /// Show more; -vv logs every request
    #[arg(short, long, global = true, action = ArgAction::Count, display_order = 902)]
    pub verbose: u8,
    /// How log lines on stderr are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT", display_order = 903)]
    pub log_format: LogFormat,
    /// Print help; -h prints a short form
    #[arg(short, long, global = true, action = ArgAction::Help, display_order = 904)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, global = true, action = ArgAction::Version, display_order = 905)]
    version: Option<bool>,
}

/// Auto, always or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorMode {
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
