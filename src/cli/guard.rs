//! The arguments of `guard`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Work with guards.
#[derive(Clone, Debug, Args)]
pub(crate) struct GuardArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: GuardCommand,
}

/// Work with guards.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum GuardCommand {
    /// Test the guards of the project on cases from YAML files, offline; exit 1 when a verdict differs
    Test(GuardTestArgs),
}

/// Test guards.
#[derive(Clone, Debug, Args)]
pub(crate) struct GuardTestArgs {
    /// Guard test files, or folders that hold some [default: every *.test.yaml of the project]
    #[arg(value_name = "FILE")]
    pub paths: Vec<PathBuf>,
    /// The project file to use, where there are several: NAME or NAME.ringform.yaml
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub project: Option<PathBuf>,
    /// How results are written
    #[arg(long, value_enum, default_value_t = GuardTestFormat::Text, value_name = "FORMAT", help_heading = "Output")]
    pub format: GuardTestFormat,
}

/// Formats of test results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GuardTestFormat {
    /// For people: the cases whose verdict differs
    Text,
    /// For programs
    Json,
    /// For the test results of a CI system
    Junit,
}
