//! Entries of the rules of diagnostics, from their table and their notes.

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::manual::rule_notes::rule_note;
use crate::manual::sentence::sentence;
use crate::model::diagnostic::RULES;

/// The entries of all rules.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    RULES.iter().map(|(id, about)| {
        let note = rule_note(id);
        ManualEntry {
            cure: note.map(|note| note.cure.to_owned()),
            holds: Some("rule of a diagnostic".to_owned()),
            severity: note.map(|note| note.severity().to_owned()),
            example: note.and_then(|note| note.text()),
            ..ManualEntry::new(EntryKind::Rule, *id, sentence(about), format!("docs/rules.md#{id}"))
        }
    })
}
