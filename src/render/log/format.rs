//! The formats of `log` by name.
//!
//! Owns their list and the step from a name to its function.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::plan::history::RunList;
use crate::render::format::by_name;
use crate::render::log::{csv, json, markdown, text};

/// A format in which past runs can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunListFormat {
    /// For people, on a terminal or in a log.
    Text,
    /// For programs.
    Json,
    /// A table for a comment or a page.
    Markdown,
    /// One row for each field of a PUT, for a spreadsheet.
    Csv,
}

impl RunListFormat {
    /// All formats, in the order of the documentation.
    pub const ALL: [RunListFormat; 4] =
        [RunListFormat::Text, RunListFormat::Json, RunListFormat::Markdown, RunListFormat::Csv];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            RunListFormat::Text => "text",
            RunListFormat::Json => "json",
            RunListFormat::Markdown => "markdown",
            RunListFormat::Csv => "csv",
        }
    }
}

impl fmt::Display for RunListFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for RunListFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<RunListFormat, String> {
        by_name(&RunListFormat::ALL, RunListFormat::name, "a format of log", text)
    }
}

/// Writes past runs, or the changes of one client. `with_changes`: the list is one run, shown with its changes.
pub fn run_list(list: &RunList, format: RunListFormat, with_changes: bool, out: &mut dyn Write) -> io::Result<()> {
    match format {
        RunListFormat::Text => text::text(list, with_changes, out),
        RunListFormat::Json => json::json(list, with_changes, out),
        RunListFormat::Markdown => markdown::markdown(list, with_changes, out),
        RunListFormat::Csv => csv::csv(list, out),
    }
}
