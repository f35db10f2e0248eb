//! Rendering: plans, reports and diagnostics as people and other programs read them.
//!
//! Owns every output format, the escapes and the progress bar. A format is a function from a plan to bytes: it decides no exit
//! status and reads no environment, so whatever it needs to know of the world comes in [`Look`]. Names, messages and values are
//! text that strangers chose, and none leaves this room but through [`escape`].
//!
//! A new format is a file, a variant of [`Format`] and an arm of [`render()`]. Totals and grouping come before all formats.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::plan::Plan;

mod diagnostics;
mod diff;
pub mod escape;
mod github;
mod gitlab;
pub mod group;
mod html;
pub mod json;
mod junit;
mod markdown;
mod paint;
pub(crate) mod phrase;
pub mod progress;
pub mod prometheus;
mod remark;
mod repository;
mod sarif;
mod slack;
mod terraform;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod totals;
pub(crate) mod watch;
pub(crate) mod wording;

pub use diagnostics::diagnostics;
pub use diff::{States, diff};
pub use progress::Progress;
pub use slack::slack;

/// A format in which a plan can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people, on a terminal or in a log.
    Text,
    /// The plan document.
    Json,
    /// A comment on a pull request.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// The report that merge requests of GitLab show.
    Gitlab,
    /// Test results.
    Junit,
    /// Results of code scanning.
    Sarif,
    /// One page for a browser.
    Html,
    /// The plan in the shape of Terraform's.
    Terraform,
    /// Metrics of the run.
    Prometheus,
}

impl Format {
    /// Whether the format shows the commit or names files from the top of the repository, which git has to be asked for.
    pub fn needs_revision(self) -> bool {
        match self {
            Format::Json | Format::Github | Format::Junit | Format::Sarif | Format::Html => true,
            Format::Text | Format::Markdown | Format::Gitlab | Format::Terraform | Format::Prometheus => false,
        }
    }

    /// All of them, in the order in which they are documented.
    pub const ALL: [Format; 10] = [
        Format::Text,
        Format::Json,
        Format::Markdown,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Sarif,
        Format::Html,
        Format::Terraform,
        Format::Prometheus,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Markdown => "markdown",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Sarif => "sarif",
            Format::Html => "html",
            Format::Terraform => "terraform",
            Format::Prometheus => "prometheus",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        let found = Format::ALL.into_iter().find(|format| format.name() == text);
        found.ok_or_else(|| {
            let names = Format::ALL.map(Format::name).join(", ");
            format!("`{}` is no format; there are {names}", escape::terminal(text))
        })
    }
}

/// What the forms for people need to know and must not find out themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether to use colour.
    pub color: bool,
    /// How many columns there are. It only moves the column of places and wraps lists of countries.
    pub width: usize,
    /// Whether to name what is otherwise only counted.
    pub verbose: bool,
    /// Whether to tell what differs from run to run: requests, time and quota.
    pub requests: bool,
}

impl Look {
    /// The look in a pipe: no colour and a width that does not depend on where the program runs.
    pub const PIPE: Look = Look { color: false, width: 100, verbose: false, requests: true };
}

impl Default for Look {
    fn default() -> Self {
        Look::PIPE
    }
}

/// What is to be appended to the step summary of GitHub Actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Summary {
    /// This text.
    Page(String),
    /// There is nothing to tell.
    Nothing,
    /// Nothing that is worth a read fits any more.
    NoRoom,
}

/// The Markdown page as far as it fits into a step summary that holds so many bytes already.
pub fn step_summary(plan: &Plan, used: u64) -> Summary {
    if plan.clients.is_empty() && plan.diagnostics.is_empty() && plan.released_clients.is_empty() {
        return Summary::Nothing;
    }
    let Some(page) = markdown::Page::summary(used) else { return Summary::NoRoom };
    let mut text = Vec::new();
    match markdown::markdown(plan, page, &mut text) {
        Ok(()) => Summary::Page(String::from_utf8_lossy(&text).into_owned()),
        // Writing to memory does not fail.
        Err(_) => Summary::Nothing,
    }
}

/// Writes a plan or a report.
pub fn render(plan: &Plan, format: Format, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::text(plan, look, out),
        Format::Json => json::json(plan, out),
        Format::Markdown => markdown::markdown(plan, markdown::Page::COMMENT, out),
        Format::Github => github::github(plan, out),
        Format::Gitlab => gitlab::gitlab(plan, out),
        Format::Junit => junit::junit(plan, out),
        Format::Sarif => sarif::sarif(plan, out),
        Format::Html => html::html(plan, out),
        Format::Terraform => terraform::terraform(plan, out),
        Format::Prometheus => prometheus::prometheus(plan, None, out),
    }
}
