//! Entries of the words that a plan, a report or a finding holds, from the schema of the plan document.
//!
//! Owns which types of the schema have an entry, and their page. A new word of such a type has its entry from the
//! schema, whose texts are the comments of the code.

use serde_json::Value as Json;

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::manual::sentence::sentence;
use crate::plan::document::plan_schema;

/// The words of one type.
struct WordTable {
    /// The type in the schema.
    definition: &'static str,
    kind: EntryKind,
    /// The key that holds such a word, and of what.
    key: &'static str,
    of: &'static str,
    docs: &'static str,
}

const fn table(
    kind: EntryKind,
    definition: &'static str,
    key: &'static str,
    of: &'static str,
    docs: &'static str,
) -> WordTable {
    WordTable { definition, kind, key, of, docs }
}

/// The page of words that no other page explains.
const OTHER_WORDS: &str = "docs/words.md#other-words-of-the-document";

/// All types that have an entry.
const TABLES: [WordTable; 13] = [
    table(EntryKind::Origin, "Origin", "origin", "a change or a finding", "docs/origins.md"),
    table(EntryKind::Result, "ApplyResult", "result", "a client in a report of apply", "docs/apply.md#results"),
    table(EntryKind::Failure, "FailureKind", "kind", "the error of a client", "docs/words.md#failures-of-a-client"),
    table(
        EntryKind::Word,
        "Direction",
        "effect",
        "a change; also its exposure",
        "docs/fields.md#how-grave-a-change-is",
    ),
    table(EntryKind::Word, "Severity", "severity", "a change or a finding", "docs/fields.md#how-grave-a-change-is"),
    table(EntryKind::Word, "Level", "severity", "a diagnostic", "docs/rules.md"),
    table(EntryKind::Word, "Status", "status", "a client", OTHER_WORDS),
    table(EntryKind::Word, "BlockedKind", "kind", "what stops a client, under `blocked`", "docs/guards.md"),
    table(EntryKind::Word, "ChangeAction", "action", "a change", OTHER_WORDS),
    table(EntryKind::Word, "FindingState", "state", "a finding of drift", "docs/drift.md#new-continuing-resolved"),
    table(EntryKind::Word, "DatedEvent", "temporary", "the cause of a change, under `because`", "docs/dated.md"),
    table(EntryKind::Word, "ConfirmedBy", "confirmed_by", "a client in a report of apply", "docs/apply.md#one-client"),
    table(EntryKind::Word, "DocumentKind", "kind", "the document", "docs/formats.md#json"),
];

/// The entries of all words.
pub(super) fn entries() -> Vec<ManualEntry> {
    let schema = plan_schema();
    TABLES.iter().flat_map(|table| words(&schema, table)).collect()
}

fn words(schema: &Json, table: &WordTable) -> Vec<ManualEntry> {
    let words = schema["$defs"][table.definition]["oneOf"].as_array().into_iter().flatten();
    let entry = |word: &Json| {
        let name = word["const"].as_str()?;
        Some(ManualEntry {
            holds: Some(format!("`{}` of {}", table.key, table.of)),
            example: Some(format!("\"{}\": \"{name}\"\n", table.key)),
            ..ManualEntry::new(table.kind, name, sentence(word["description"].as_str()?), table.docs)
        })
    };
    words.filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_words_in_the_schema_has_its_table() {
        // Bounds of a plan: their names are keys of `limits`.
        const ELSEWHERE: [&str; 1] = ["LimitKind"];
        let schema = plan_schema();
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            let Some(words) = definition["oneOf"].as_array() else { continue };
            if !words.iter().all(|word| word["const"].is_string()) || ELSEWHERE.contains(&name.as_str()) {
                continue;
            }
            let found = TABLES.iter().find(|table| table.definition == name);
            let table = found.unwrap_or_else(|| panic!("{name} has no table"));
            assert_eq!(super::words(&schema, table).len(), words.len(), "{name}");
        }
        assert!(TABLES.iter().all(|table| !super::words(&schema, table).is_empty()));
    }
}
