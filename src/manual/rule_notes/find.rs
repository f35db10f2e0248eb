//! From a rule id to its note.

use crate::manual::rule_notes::note::RuleNote;
use crate::manual::rule_notes::{files, runs};

/// The note of a rule.
pub fn rule_note(rule: &str) -> Option<&'static RuleNote> {
    files::NOTES.iter().chain(runs::NOTES).find(|note| note.rule == rule)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::diagnostic::RULES;

    #[test]
    fn every_rule_has_one_note() {
        let known: BTreeSet<&str> = RULES.iter().map(|(id, _)| *id).collect();
        let noted: Vec<&str> = files::NOTES.iter().chain(runs::NOTES).map(|note| note.rule).collect();
        let unnoted: Vec<&&str> = known.iter().filter(|id| !noted.contains(id)).collect();
        assert_eq!(unnoted, Vec::<&&str>::new(), "rules without a note in src/manual/rule_notes");
        assert_eq!(noted.len(), known.len(), "a note too many");
    }

    #[test]
    fn a_cure_is_a_sentence() {
        for note in files::NOTES.iter().chain(runs::NOTES) {
            let starts_well = note.cure.starts_with(|c: char| c.is_ascii_uppercase() || c == '`');
            assert!(starts_well && note.cure.ends_with('.'), "{}: {}", note.rule, note.cure);
        }
    }
}
