//! An audit as one page.
//!
//! Owns the order: verdict, numbers, problems, table of clients, clients that were not read. Style sheet and policy are
//! those of every page.

use std::io::{self, Write};

use crate::model::{Level, State, Untrusted};
use crate::plan::audit::{AuditReport, AuditedClient, ClientExposure, GravityClass};
use crate::render::audit::AuditFailure;
use crate::render::audit::words::{self, COLUMNS, DIFFERS, UNMANAGED};
use crate::render::html::fragments::{MOST_CARDS, MOST_LINES, more, name, text};
use crate::render::html::value::tag;
use crate::render::html::{footer, page, problems};
use crate::render::wording::numbers::{count, number};

/// Writes the page.
pub(in crate::render) fn page(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    page::begin(&words::verdict(report), out)?;
    header(report, out)?;
    writeln!(out, "<main id=\"main\"><div class=\"wrap\">")?;
    problems::problems(&report.diagnostics, Level::Error, out)?;
    table(report, out)?;
    failures(report, out)?;
    problems::problems(&report.diagnostics, Level::Warning, out)?;
    writeln!(out, "</div></main>")?;
    footer::foot(&report.run, &report.ringform_version, out)?;
    writeln!(out, "</body>\n</html>")
}

fn header(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<header class=\"top\"><div class=\"wrap\">\n<p class=\"kind\">ringform · Audit</p>")?;
    writeln!(out, "<h1>{}</h1>", words::verdict(report))?;
    for line in words::summary(report) {
        writeln!(out, "<p class=\"lead\">{}</p>", text(&line))?;
    }
    let summary = &report.summary;
    writeln!(out, "<ul class=\"tiles\">")?;
    let tiles = [
        (summary.read, "clients read", ""),
        (summary.open, "open to every country", "red"),
        (summary.failed, "not read", "red"),
        (summary.guarded, "against a guard", "amber"),
        (summary.outliers, "differ from the fleet", "amber"),
    ];
    for (n, word, class) in tiles {
        let class = if n == 0 { "" } else { class };
        writeln!(out, "<li class=\"{class}\"><b>{}</b> <span>{word}</span></li>", number(n as u64))?;
    }
    writeln!(out, "</ul>\n<dl class=\"facts\">")?;
    let shard = report.shard.map(|shard| format!("{} of {}", shard.index, shard.count));
    let facts = [
        ("Endpoint", Some(text(&report.endpoint))),
        ("Project", report.project.as_ref().map(text)),
        ("Shard", shard),
        ("Run", Some(text(&report.run.started_at.as_str().into()))),
    ];
    for (key, value) in facts.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        writeln!(out, "<div><dt>{key}</dt><dd>{value}</dd></div>")?;
    }
    writeln!(out, "</dl></div></header>")
}

fn table(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    if report.summary.read == 0 {
        return Ok(());
    }
    let in_project = report.summary.unmanaged.is_some();
    writeln!(out, "<section id=\"clients\" aria-labelledby=\"h-clients\">\n<h2 id=\"h-clients\">Clients</h2>")?;
    writeln!(out, "<p class=\"soft\">Gravest first.</p>\n<div class=\"card\">")?;
    writeln!(out, "<table class=\"found\"><caption class=\"vh\">How open each client is</caption><thead><tr>")?;
    let heads = COLUMNS.into_iter().take(COLUMNS.len() - 1).chain(in_project.then_some(UNMANAGED));
    for head in heads.chain([DIFFERS]) {
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for client in report.clients.iter().take(MOST_LINES) {
        if let Ok(exposure) = &client.exposure {
            row(client, exposure, in_project, out)?;
        }
    }
    writeln!(out, "</tbody></table></div>")?;
    more(report.summary.read.saturating_sub(MOST_LINES), "clients", out)?;
    writeln!(out, "</section>")
}

fn row(client: &AuditedClient, exposure: &ClientExposure, in_project: bool, out: &mut dyn Write) -> io::Result<()> {
    let (id, who) = (text(&words::client(client)), name(client.name.as_ref()));
    write!(out, "<tr><th scope=\"row\">{id} <span class=\"soft\">{who}</span></th>")?;
    let countries = text(&words::countries(exposure));
    let countries = match client.class() {
        GravityClass::EveryCountry => tag("red", &countries),
        _ => value(&exposure.geo_list, &countries),
    };
    let of_state = |state: &State| value(state, &text(&words::id(state)));
    let mut cells = vec![
        (COLUMNS[1], countries),
        (COLUMNS[2], of_state(&exposure.network)),
        (COLUMNS[3], of_state(&exposure.dial_rule)),
        (COLUMNS[4], text(&words::guards(exposure))),
    ];
    if in_project {
        cells.push((UNMANAGED, client.unmanaged.map(words::unmanaged).unwrap_or_default()));
    }
    cells.push((DIFFERS, words::outliers(exposure)));
    for (label, cell) in cells {
        let nil = if cell.is_empty() { " class=\"nil\"" } else { "" };
        write!(out, "<td data-l=\"{label}\"{nil}><span>{cell}</span></td>")?;
    }
    writeln!(out, "</tr>")
}

/// A value, marked by whether it is set. The text is escaped.
fn value(state: &State, escaped: &str) -> String {
    match state {
        State::NotSet => format!("<span class=\"none\">{escaped}</span>"),
        // A tag does not break, and a value that is not understood may be long.
        State::Is(_) | State::Odd(_) => format!("<span class=\"v\">{escaped}</span>"),
    }
}

fn failures(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    let causes = AuditFailure::all(report);
    if causes.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section id=\"failed\" aria-labelledby=\"h-failed\">\n<h2 id=\"h-failed\">Not read</h2>")?;
    writeln!(
        out,
        "<p class=\"soft\">{}, by cause. A client that was not read never counts as safe.</p>",
        count(report.summary.failed, "client")
    )?;
    for cause in causes.iter().take(MOST_CARDS) {
        writeln!(out, "<article class=\"card\"><p>{}</p>", text(&cause.failure.message))?;
        if let Some(help) = &cause.failure.help {
            writeln!(out, "<p class=\"note\">{}</p>", text(&Untrusted::from(help.as_str())))?;
        }
        writeln!(out, "<ul class=\"who-list\">")?;
        for client in cause.clients.iter().take(MOST_LINES) {
            writeln!(out, "<li>{} {}</li>", text(&words::client(client)), name(client.name.as_ref()))?;
        }
        writeln!(out, "</ul>")?;
        more(cause.clients.len().saturating_sub(MOST_LINES), "clients", out)?;
        writeln!(out, "</article>")?;
    }
    more(causes.len().saturating_sub(MOST_CARDS), "causes", out)?;
    writeln!(out, "</section>")
}
