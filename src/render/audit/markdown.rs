//! An audit as a table in Markdown.
//!
//! Owns the columns, and how many rows a comment has.

use std::io::{self, Write};

use crate::model::Untrusted;
use crate::plan::audit::{AuditReport, AuditedClient};
use crate::render::audit::AuditFailure;
use crate::render::audit::words::{self, COLUMNS, DIFFERS, UNMANAGED};
use crate::render::escape::{cut, markdown as plain, markdown_code as code};
use crate::render::wording::numbers::{count, number, some};

/// The most rows: a comment may have 65,536 characters.
const MOST_ROWS: usize = 200;

/// How many clients a cause of failure names, and how many causes there are.
const MOST_NAMED: usize = 20;

/// The longest text of a cell, in characters.
const LONGEST: usize = 60;

pub(super) fn markdown(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### Audit: {}\n", words::verdict(report))?;
    for line in words::summary(report) {
        writeln!(out, "- {}", plain(&cut(&line, 1_000)))?;
    }
    for problem in report.diagnostics.iter().take(MOST_NAMED) {
        let word = if problem.is_error() { "Error" } else { "Warning" };
        writeln!(out, "- {word}: {}", plain(&cut(&problem.summary, 1_000)))?;
    }
    table(report, out)?;
    let causes = AuditFailure::all(report);
    if !causes.is_empty() {
        writeln!(out, "\nNot read:\n")?;
    }
    for cause in causes.iter().take(MOST_NAMED) {
        let clients = cause.clients.iter().map(|one| code(&cut(&words::client(one), LONGEST)));
        let message = plain(&cut(&cause.failure.message, 1_000));
        writeln!(out, "- {}: {message}", some(clients, MOST_NAMED))?;
    }
    match causes.len().saturating_sub(MOST_NAMED) {
        0 => Ok(()),
        left => writeln!(out, "- and {}", count(left, "more cause")),
    }
}

fn table(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    if report.summary.read == 0 {
        return Ok(());
    }
    let (in_project, differs) = (report.summary.unmanaged.is_some(), report.summary.outliers > 0);
    let more = in_project.then_some(UNMANAGED).into_iter().chain(differs.then_some(DIFFERS));
    let heads: Vec<&str> = COLUMNS.into_iter().chain(more).collect();
    writeln!(out, "\n| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()))?;
    for client in report.clients.iter().take(MOST_ROWS) {
        if let Some(cells) = cells(client, in_project, differs) {
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
    }
    match report.summary.read.saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        left => writeln!(out, "\nand {} more clients; the formats json and csv show all.", number(left as u64)),
    }
}

/// The cells of a client; `None` for one that was not read.
fn cells(client: &AuditedClient, in_project: bool, differs: bool) -> Option<Vec<String>> {
    let exposure = client.exposure.as_ref().ok()?;
    let text = |text: &Untrusted| if text.is_empty() { String::new() } else { code(&cut(text, LONGEST)) };
    let mut cells = vec![
        text(&words::client(client)),
        text(&words::countries(exposure)),
        text(&words::id(&exposure.network)),
        text(&words::id(&exposure.dial_rule)),
        text(&words::guards(exposure)),
        client.name.as_ref().map(text).unwrap_or_default(),
    ];
    if in_project {
        cells.push(client.unmanaged.map(words::unmanaged).unwrap_or_default());
    }
    if differs {
        cells.push(words::outliers(exposure));
    }
    Some(cells)
}
