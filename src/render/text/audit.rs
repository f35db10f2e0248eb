//! An audit for people: a table of clients, gravest first, then those that were not read, then the numbers.
//!
//! Owns the columns and how many rows there are. A name is the last of its line.

use std::io::{self, Write};

use crate::model::Untrusted;
use crate::plan::audit::{AuditReport, AuditedClient, ClientExposure, GravityClass};
use crate::render::audit::AuditFailure;
use crate::render::audit::words::{self, COLUMNS, DIFFERS, UNMANAGED};
use crate::render::escape::{shorten, terminal};
use crate::render::options::TextOptions;
use crate::render::text::names::{NAMED, called, sentence};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::text::requests::{quotas, requests};
use crate::render::text::wrap::{columns, fitting};
use crate::render::wording::numbers::{count, number, some};

/// The most rows without `-v`. The gravest come first, so what is left out is no graver.
const MOST_ROWS: usize = 200;

/// The longest cell, in characters.
const LONGEST: usize = 44;

/// A line of the table: its cells, and the style of the second one.
struct TableLine {
    cells: Vec<String>,
    style: TextStyle,
}

/// Writes the report. A report without clients is empty: its problems go to stderr.
pub(in crate::render) fn text(report: &AuditReport, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    if report.clients.is_empty() && report.diagnostics.iter().any(|one| one.is_error()) {
        return Ok(());
    }
    fitting(options, out, |out| whole(report, options, out))
}

fn whole(report: &AuditReport, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    table(report, options, out)?;
    failures(report, options, out)?;
    let mut style = match report.summary.open + report.summary.failed {
        0 => TextStyle::Heading,
        _ => TextStyle::Bad,
    };
    // The first line says what the verdict says.
    let lines = words::summary(report);
    if lines.is_empty() {
        writeln!(out, "{}.", words::verdict(report))?;
    }
    for line in &lines {
        writeln!(out, "{}", paint(options.color, style, sentence(line)))?;
        style = TextStyle::Plain;
    }
    if let Some(shard) = report.shard {
        writeln!(out, "Shard {} of {}.", shard.index, shard.count)?;
    }
    if let Some(requests) = requests(&report.run, options) {
        writeln!(out, "{requests}")?;
    }
    quotas(&report.run, options, out)
}

fn table(report: &AuditReport, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let most = if options.verbose { usize::MAX } else { MOST_ROWS };
    let (in_project, differs) = (report.summary.unmanaged.is_some(), report.summary.outliers > 0);
    let lines: Vec<TableLine> =
        report.clients.iter().take(most).filter_map(|client| line(client, in_project, differs)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let mut heads: Vec<String> = COLUMNS.map(str::to_lowercase).into();
    for (_, head) in [(in_project, UNMANAGED), (differs, DIFFERS)].into_iter().filter(|(is_shown, _)| *is_shown) {
        heads.insert(heads.len() - 1, head.to_lowercase());
    }
    let widths: Vec<usize> = (0..heads.len())
        .map(|at| lines.iter().map(|line| columns(&line.cells[at])).max().unwrap_or(0).max(columns(&heads[at])))
        .collect();
    let padded = |cells: &[String], style: TextStyle| {
        let cell = |(at, cell): (usize, &String)| {
            // The last column needs no blanks behind it.
            let blanks = if at + 1 == cells.len() { 0 } else { widths[at] - columns(cell) };
            let style = if at == 1 { style } else { TextStyle::Plain };
            format!("{}{}", paint(options.color, style, cell), " ".repeat(blanks))
        };
        cells.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ")
    };
    writeln!(out, "{}", paint(options.color, TextStyle::Faint, padded(&heads, TextStyle::Plain).trim_end()))?;
    for line in &lines {
        writeln!(out, "{}", padded(&line.cells, line.style).trim_end())?;
    }
    if let Some(rest) = rest(&report.clients[lines.len()..]) {
        writeln!(out, "{rest}")?;
    }
    writeln!(out)
}

/// What the table leaves out: `and 9,800 more: 12 open to every country, 9,788 others; -v shows all`.
fn rest(clients: &[AuditedClient]) -> Option<String> {
    let left = clients.iter().filter(|client| client.exposure.is_ok()).count();
    let open = clients.iter().filter(|client| client.is_open()).count();
    let open = match open {
        0 => String::new(),
        n => format!(", {} of them open to every country", number(n as u64)),
    };
    (left > 0).then(|| format!("and {} more{open}; -v, csv and json show all", number(left as u64)))
}

/// The line of a client; `None` for one that was not read.
fn line(client: &AuditedClient, in_project: bool, differs: bool) -> Option<TableLine> {
    let exposure = client.exposure.as_ref().ok()?;
    let cell = |text: Untrusted| shorten(&terminal(&text).to_string(), LONGEST);
    let mut cells = vec![
        cell(words::client(client)),
        cell(words::countries(exposure)),
        cell(words::id(&exposure.network)),
        cell(words::id(&exposure.dial_rule)),
        cell(words::guards(exposure)),
    ];
    if in_project {
        cells.push(client.unmanaged.map(words::unmanaged).unwrap_or_default());
    }
    if differs {
        cells.push(words::outliers(exposure));
    }
    cells.push(client.name.as_ref().map(called).unwrap_or_default());
    Some(TableLine { cells, style: style(client, exposure) })
}

fn style(client: &AuditedClient, exposure: &ClientExposure) -> TextStyle {
    match client.class() {
        GravityClass::EveryCountry => TextStyle::Grave,
        GravityClass::NotUnderstood => TextStyle::Odd,
        _ if !exposure.guards.is_empty() => TextStyle::Changed,
        _ => TextStyle::Plain,
    }
}

fn failures(report: &AuditReport, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let causes = AuditFailure::all(report);
    let most = if options.verbose { usize::MAX } else { MOST_ROWS };
    for cause in causes.iter().take(most) {
        let clients =
            cause.clients.iter().map(|client| shorten(&terminal(&words::client(client)).to_string(), LONGEST));
        let named = some(clients, if options.verbose { usize::MAX } else { NAMED });
        let noun = if cause.clients.len() == 1 { "client" } else { "clients" };
        let head = format!("not read: {noun} {named}");
        writeln!(out, "{}", paint(options.color, TextStyle::Bad, head))?;
        writeln!(out, "  {}", sentence(&cause.failure.message))?;
        if let Some(help) = &cause.failure.help {
            writeln!(out, "  help: {}", sentence(&help.as_str().into()))?;
        }
    }
    match causes.len().saturating_sub(most) {
        0 => {}
        left => writeln!(out, "and {}; -v shows all", count(left, "more cause"))?,
    }
    if causes.is_empty() { Ok(()) } else { writeln!(out) }
}
