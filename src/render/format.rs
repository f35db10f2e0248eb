//! The output formats by name.
//!
//! Owns the list of formats, and which of them need the commit. It knows no plan and draws nothing.

use std::fmt;
use std::str::FromStr;

use crate::model::Untrusted;
use crate::render::escape;

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
    /// The Terraform report that GitLab merge requests show.
    Gitlab,
    /// Test results.
    Junit,
    /// Results of code scanning.
    Sarif,
    /// One page for a browser.
    Html,
    /// The plan in the JSON format of Terraform.
    Terraform,
    /// Metrics of the run.
    Prometheus,
}

impl Format {
    /// Whether the format needs git: it shows the commit, or names files from the top of the repository.
    pub fn needs_revision(self) -> bool {
        match self {
            Format::Json | Format::Github | Format::Junit | Format::Sarif | Format::Html => true,
            Format::Text | Format::Markdown | Format::Gitlab | Format::Terraform | Format::Prometheus => false,
        }
    }

    /// All formats, in the order of the documentation.
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

    /// What it is for.
    pub fn about(self) -> &'static str {
        match self {
            Format::Text => "for people, on a terminal or in a log",
            Format::Json => "the plan document: a plan, a saved plan or a report, for programs",
            Format::Markdown => "a comment on a pull request",
            Format::Github => "annotations of GitHub Actions, and the summary of the step",
            Format::Gitlab => "the counts that a merge request of GitLab shows",
            Format::Junit => "test results: one case for each client",
            Format::Sarif => {
                "results of code scanning: one for each changed field, failed client and problem of a file"
            }
            Format::Html => "one page for a browser, without scripts",
            Format::Terraform => "the plan in the JSON format of Terraform, for its policies and tools",
            Format::Prometheus => "metrics of the run",
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
        by_name(&Format::ALL, Format::name, "a format", text)
    }
}

/// The format of a name. `what` names its kind in the error.
pub(super) fn by_name<F: Copy>(all: &[F], name: fn(F) -> &'static str, what: &str, text: &str) -> Result<F, String> {
    all.iter().copied().find(|format| name(*format) == text).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|format| name(*format)).collect();
        let text = escape::terminal(&Untrusted::from(text)).to_string();
        format!("`{text}` is not {what}; the formats are {}", names.join(", "))
    })
}
