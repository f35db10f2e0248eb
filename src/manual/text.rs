//! Entries as text for people.

use std::fmt::Write as _;

use crate::manual::entry::{EntryKind, ManualEntry};

/// One entry, with its example.
pub fn entry_text(entry: &ManualEntry) -> String {
    let mut text = format!("{} ({})\n  {}\n", entry.name, entry.kind.name().replace('_', " "), entry.about);
    let docs = Some(entry.docs.clone());
    let rows = [
        ("fix", &entry.cure),
        ("type", &entry.holds),
        ("accepted", &entry.accepted),
        ("severity", &entry.severity),
        ("docs", &docs),
    ];
    for (label, value) in rows {
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = writeln!(text, "  {:<10}{value}", format!("{label}:"));
        }
    }
    if let Some(example) = &entry.example {
        text.push_str("  example:\n");
        for line in example.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// All names by kind, each with its meaning.
pub fn list_text(entries: &[ManualEntry]) -> String {
    let mut text = "Each of these names, for example `ringform explain geo_list`:\n".to_owned();
    for kind in EntryKind::ALL {
        let of_kind: Vec<&ManualEntry> = entries.iter().filter(|entry| entry.kind == kind).collect();
        let width = of_kind.iter().map(|entry| entry.name.chars().count()).max().unwrap_or_default();
        let _ = writeln!(text, "\n{}:", kind.heading());
        for entry in of_kind {
            let _ = writeln!(text, "  {:<width$}  {}", entry.name, entry.about);
        }
    }
    text
}
