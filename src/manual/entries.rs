//! All entries of the reference together.

use crate::manual::entry::ManualEntry;
use crate::manual::{annotations, environment, exit_status, fields, formats, guards, keys, rules, topics, words};

/// All entries, by kind.
pub fn entries() -> Vec<ManualEntry> {
    let mut all: Vec<ManualEntry> = fields::entries()
        .chain(topics::entries())
        .chain(rules::entries())
        .chain(guards::entries())
        .chain(keys::entries())
        .chain(formats::entries())
        .chain(words::entries())
        .chain(annotations::entries())
        .chain(environment::entries())
        .chain(exit_status::entries())
        .collect();
    all.sort_by_key(|entry| entry.kind);
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::keys as key_tables;
    use crate::manual::entry::EntryKind;
    use crate::manual::find;
    use crate::model::FIELDS;
    use crate::model::diagnostic::RULES;
    use crate::model::guard::BUILT_IN;
    use crate::render::{Format, RunListFormat};

    #[test]
    fn every_row_of_every_table_has_its_entry() {
        let all = entries();
        let has = |kind: EntryKind, name: &str| {
            assert!(!find(&format!("{}:{name}", kind.name()), &all).is_empty(), "{kind:?} {name}");
        };
        FIELDS.iter().for_each(|row| has(EntryKind::Field, row.name));
        RULES.iter().for_each(|(id, _)| has(EntryKind::Rule, id));
        BUILT_IN.iter().for_each(|guard| has(EntryKind::Guard, guard.name));
        Format::ALL.into_iter().for_each(|format| has(EntryKind::Format, format.name()));
        RunListFormat::ALL.into_iter().for_each(|format| has(EntryKind::Format, format.name()));
        for (_, section) in key_tables::ALL {
            section.rows.iter().for_each(|row| has(EntryKind::Key, row.name));
        }
    }

    #[test]
    fn an_entry_is_once_in_its_kind_and_says_something() {
        let all = entries();
        let mut seen = BTreeSet::new();
        for entry in &all {
            // Words of two types can be equal: `drift` is an origin and a kind of document.
            let key = (entry.kind, entry.name.clone(), entry.holds.clone());
            assert!(seen.insert(key), "{} {} is there twice", entry.kind.name(), entry.name);
            assert!(entry.about.ends_with('.') && entry.about.len() > 4, "{entry:?}");
            let texts = [&entry.cure, &entry.holds, &entry.accepted, &entry.severity, &entry.example];
            assert!(texts.into_iter().flatten().all(|text| !text.trim().is_empty()), "{entry:?}");
        }
        assert!(EntryKind::ALL.into_iter().all(|kind| all.iter().any(|entry| entry.kind == kind)));
        assert!(EntryKind::ALL.is_sorted());
    }
}
