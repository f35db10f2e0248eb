//! The arguments of `log`.
//!
//! Owns which of its words is a run and which a path: a path has `/` or `.`, and a run has neither.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use ringform::model::ClientId;
use ringform::render::RunListFormat;

use crate::cli::values::{client_id, day, run_list_format};

/// Show past runs of apply.
#[derive(Clone, Debug, Args)]
pub(crate) struct HistoryArgs {
    /// A run to show, or the project's folder; a path has `/` or `.` [default: all runs of the project in .]
    #[arg(value_name = "RUN|PATH")]
    pub words: Vec<String>,
    /// The project file to use, where there are several: NAME or NAME.ringform.yaml
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub project: Option<PathBuf>,
    /// Each change of this client: when, who, field, before and after, run
    #[arg(long, value_name = "ID", value_parser = client_id, help_heading = "Selection", conflicts_with = "all")]
    pub client: Option<ClientId>,
    /// Runs that sent nothing too
    #[arg(long, help_heading = "Selection")]
    pub all: bool,
    /// Runs of this day and later, such as 2026-11-24, in UTC
    #[arg(long, value_name = "DAY", value_parser = day, help_heading = "Selection")]
    pub since: Option<Date>,
    /// Runs of this day and earlier, in UTC
    #[arg(long, value_name = "DAY", value_parser = day, help_heading = "Selection")]
    pub until: Option<Date>,
    /// FORMAT or FORMAT=FILE: text, json, markdown, csv; repeat to write files beside the printed format
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = run_list_format, help_heading = "Report")]
    pub formats: Vec<(RunListFormat, Option<PathBuf>)>,
    /// Check the history of the ledger, every commit of it, and exit with 1 at the first that does not fit
    #[arg(
        long,
        help_heading = "Report",
        conflicts_with_all = ["client", "all", "since", "until", "formats"]
    )]
    pub verify: bool,
}

impl HistoryArgs {
    /// The words that name a run.
    pub(crate) fn runs(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).filter(|word| !is_path(word)).collect()
    }

    /// The words that name a path.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.words.iter().filter(|word| is_path(word)).map(PathBuf::from).collect()
    }
}

fn is_path(word: &str) -> bool {
    word.contains(['/', '.', '\\'])
}
