//! Entries of the built-in guards, from their table.

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::model::guard::{BUILT_IN, BuiltIn, Enforcement};

/// The entries of all built-in guards.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    BUILT_IN.iter().map(|guard| {
        let (does, severity) = match guard.effect {
            Enforcement::Deny => ("It stops the client", "error"),
            Enforcement::Warn => ("It warns", "warning"),
        };
        let about = format!("{does} when {}{}.", guard.about, bound(guard));
        let field = guard.field.map_or("the three security fields", |field| field.name());
        ManualEntry {
            holds: Some(format!("guard of {field}")),
            severity: Some(severity.to_owned()),
            example: Some(format!("guards:\n  - {}\n", guard.name)),
            ..ManualEntry::new(EntryKind::Guard, guard.name, about, format!("docs/guards.md#{}", guard.name))
        }
    })
}

fn bound(guard: &BuiltIn) -> String {
    match (guard.max_countries, guard.max_days) {
        (Some(most), _) => format!(" (more than {most})"),
        (None, Some(days)) => format!(" within {days} days"),
        (None, None) => String::new(),
    }
}
