//! The command line of `undo`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::shared::{
    AttributionArgs, ConnectArgs, FileArgs, FloorArgs, LedgerArgs, OutputArgs, OverrideArgs, SelectArgs,
};

/// Plan the way back of a past run of apply.
#[derive(Clone, Debug, Args)]
pub(crate) struct UndoArgs {
    /// The run, by its name or by the file of its JSON report; an argument with `/` or `.` is a file
    #[arg(value_name = "RUN|FILE")]
    pub past: PathBuf,
    /// Which files.
    #[command(flatten)]
    pub files: FileArgs,
    /// Which clients.
    #[command(flatten)]
    pub select: SelectArgs,
    /// How the API is reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The ledger.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// The rules from outside.
    #[command(flatten)]
    pub floor: FloorArgs,
    /// Which guards this run passes.
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Who runs this, and why.
    #[command(flatten)]
    pub attribution: AttributionArgs,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Save the plan, for `apply --plan`
    #[arg(long, value_name = "FILE", help_heading = "Saved plan")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there is a difference
    #[arg(long, help_heading = "Report")]
    pub detailed_exitcode: bool,
}
