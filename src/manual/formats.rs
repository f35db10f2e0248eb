//! Entries of the output formats.
//!
//! Owns the commands of the formats that a plan does not have. What a format is for is `render`'s.

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::render::Format;

/// Formats of one command each: name, meaning, command, page.
const OTHERS: [(&str, &str, &str, &str); 3] = [
    (
        "csv",
        "For a spreadsheet: one row for each client of `audit`, or for each field that a past run of `log` sent.",
        "ringform log --since 2026-11-01 --format csv=november.csv",
        "docs/log.md#csv",
    ),
    (
        "ics",
        "For calendar programs: what begins and ends, dated settings and waivers.",
        "ringform resolve --calendar --format ics",
        "docs/dated.md#see-what-begins-and-ends",
    ),
    (
        "slack",
        "What a webhook of `drift` gets in place of the report: a short text.",
        "ringform drift --notify https://hooks.example/drift --notify-format slack",
        "docs/drift.md#metrics-and-notifications",
    ),
];

/// Which commands have a format.
fn commands(name: &str) -> &'static str {
    match name {
        "text" | "json" => {
            "plan, apply, drift, show, validate, undo, audit, log, resolve, guard test, auth check, explain"
        }
        "markdown" => "plan, apply, drift, show, validate, undo, audit, log",
        "html" => "plan, apply, drift, show, validate, undo, audit",
        "junit" => "plan, apply, drift, show, validate, undo, guard test",
        "csv" => "audit, log",
        "ics" => "resolve",
        "slack" => "drift",
        _ => "plan, apply, drift, show, validate, undo",
    }
}

/// How a format is named on the command line. Some commands only print.
fn accepted(name: &str) -> String {
    match name {
        "slack" => "--notify-format slack".to_owned(),
        "ics" => "--format ics".to_owned(),
        "text" | "json" => {
            format!("--format {name}; --format {name}=FILE for plan, apply, drift, show, validate, undo, audit, log")
        }
        "junit" => "--format junit; --format junit=FILE except for guard test".to_owned(),
        _ => format!("--format {name}, or --format {name}=FILE"),
    }
}

/// The entries of all formats.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    let plans = Format::ALL.into_iter().map(|format| {
        let name = format.name();
        let example = match format {
            Format::Text => "ringform plan".to_owned(),
            Format::Json => "ringform plan --format json=plan.json".to_owned(),
            _ => format!("ringform plan --format text --format {name}=plan.{name}"),
        };
        let about = crate::manual::sentence::sentence(format.about());
        let docs = format!("docs/formats.md{}", place(format));
        format_entry(name, &about, &example, &docs)
    });
    let others = OTHERS.into_iter().map(|(name, about, example, docs)| format_entry(name, about, example, docs));
    plans.chain(others)
}

fn format_entry(name: &str, about: &str, example: &str, docs: &str) -> ManualEntry {
    ManualEntry {
        holds: Some(format!("format of {}", commands(name))),
        accepted: Some(accepted(name)),
        example: Some(format!("{example}\n")),
        ..ManualEntry::new(EntryKind::Format, name, about, docs)
    }
}

/// The heading of a format on its page.
fn place(format: Format) -> &'static str {
    match format {
        Format::Text => "#text",
        Format::Json => "#json",
        Format::Markdown => "",
        Format::Github => "#github",
        Format::Gitlab => "#github-gitlab-junit-sarif",
        Format::Junit => "#junit",
        Format::Sarif => "#sarif",
        Format::Html => "#html",
        Format::Terraform => "#terraform",
        Format::Prometheus => "#prometheus",
    }
}
