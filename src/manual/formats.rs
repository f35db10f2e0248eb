//! Entries of the output formats, and of the rules that only annotations use.
//!
//! Owns the commands of the formats that a plan does not have. What a format is for is `render`'s.

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::render::{CLIENT_RULES, Format};

/// Formats of one command each: name, meaning, command, page.
const OTHERS: [(&str, &str, &str, &str); 3] = [
    (
        "csv",
        "For a spreadsheet or an audit: one row for each field that a past run sent.",
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
        format_entry(name, &about, &example, &docs, "plan, apply, drift, show, validate, undo")
    });
    let others = OTHERS.into_iter().map(|(name, about, example, docs)| {
        let command = example.split(' ').nth(1).unwrap_or_default();
        format_entry(name, about, example, docs, command)
    });
    plans.chain(others)
}

fn format_entry(name: &str, about: &str, example: &str, docs: &str, commands: &str) -> ManualEntry {
    ManualEntry {
        holds: Some(format!("format of {commands}")),
        accepted: (name != "slack").then(|| format!("--format {name}, or --format {name}=FILE")),
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

/// The entries of the rules that only annotations use.
pub(super) fn annotation_entries() -> impl Iterator<Item = ManualEntry> {
    CLIENT_RULES.into_iter().map(|rule| ManualEntry {
        holds: Some("rule of github, junit and sarif".to_owned()),
        severity: rule.security.map(|number| format!("{number} in code scanning, from 0 to 10")),
        ..ManualEntry::new(
            EntryKind::Annotation,
            rule.id,
            format!("The title of the annotation: {}.", rule.about),
            "docs/formats.md#levels",
        )
    })
}
