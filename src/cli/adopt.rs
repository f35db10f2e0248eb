//! The command line of `adopt`.

use clap::Args;

use ringform::plan::Origin;

use crate::cli::shared::CompareArgs;
use crate::cli::values::origin;

/// Write live values into the files that declare them.
#[derive(Clone, Debug, Args)]
pub(crate) struct AdoptArgs {
    /// What the command has in common with the others that compare.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// Adopt only differences of this origin; repeat for more
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = origin, help_heading = "Selection")]
    pub origins: Vec<Origin>,
    /// Do not ask
    #[arg(short, long, help_heading = "Safety")]
    pub yes: bool,
}
