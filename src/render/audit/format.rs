//! The formats of `audit` by name.
//!
//! Owns their list and the step from a name to its function.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::plan::audit::AuditReport;
use crate::render::audit::{csv, json, markdown};
use crate::render::format::by_name;
use crate::render::html::audit as html;
use crate::render::options::TextOptions;
use crate::render::text::audit as text;

/// A format in which an audit can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditFormat {
    /// For people, on a terminal or in a log.
    Text,
    /// For programs.
    Json,
    /// A table for a comment or a page.
    Markdown,
    /// A page of its own.
    Html,
    /// One row for each client, for a spreadsheet.
    Csv,
}

impl AuditFormat {
    /// All formats, in the order of the documentation.
    pub const ALL: [AuditFormat; 5] =
        [AuditFormat::Text, AuditFormat::Json, AuditFormat::Markdown, AuditFormat::Html, AuditFormat::Csv];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            AuditFormat::Text => "text",
            AuditFormat::Json => "json",
            AuditFormat::Markdown => "markdown",
            AuditFormat::Html => "html",
            AuditFormat::Csv => "csv",
        }
    }
}

impl fmt::Display for AuditFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for AuditFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<AuditFormat, String> {
        by_name(&AuditFormat::ALL, AuditFormat::name, "a format of audit", text)
    }
}

/// Writes the report of an audit.
pub fn audit(report: &AuditReport, format: AuditFormat, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    match format {
        AuditFormat::Text => text::text(report, options, out),
        AuditFormat::Json => json::json(report, out),
        AuditFormat::Markdown => markdown::markdown(report, out),
        AuditFormat::Html => html::page(report, out),
        AuditFormat::Csv => csv::csv(report, out),
    }
}
