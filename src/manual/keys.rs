//! Entries of the keys of all files, from the tables that the readers use.
//!
//! Owns how a key is called: with the section that holds it, such as `limits.max_changes`.

use crate::config::keys::{self, KeyRow, KeyShape, SectionKeys};
use crate::manual::entry::{EntryKind, ManualEntry};
use crate::manual::key_examples::{KEY_EXAMPLES, KeyExample};
use crate::manual::sentence::{anchor, sentence};

/// The entries of all keys.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    keys::ALL.into_iter().flat_map(|(heading, section)| {
        let example = KEY_EXAMPLES.iter().find(|example| example.heading == heading);
        section.rows.iter().map(move |row| entry(heading, section, row, example))
    })
}

fn entry(heading: &str, section: &SectionKeys, row: &KeyRow, example: Option<&KeyExample>) -> ManualEntry {
    // A section without an example is a section that the tests refuse.
    let (prefix, text) = match example {
        Some(example) => (example.prefix.to_owned(), Some(example.of_key(row.name))),
        None => (anchor(heading), None),
    };
    let required = if row.required { " Required." } else { "" };
    ManualEntry {
        holds: Some(format!("key of {}: {}", section.title, row.shape.words())),
        accepted: bounds(row.shape),
        example: text,
        ..ManualEntry::new(
            EntryKind::Key,
            format!("{prefix}.{}", row.name),
            format!("{}{required}", sentence(row.about)),
            format!("docs/keys.md#{}", anchor(heading)),
        )
    }
}

/// The valid values, where the shape alone limits them.
fn bounds(shape: KeyShape) -> Option<String> {
    match shape {
        KeyShape::Number { least, most: Some(most), .. } => Some(format!("a whole number from {least} to {most}")),
        KeyShape::Number { least, most: None, .. } => Some(format!("a whole number from {least}")),
        KeyShape::Choice(words) => Some(words.join(", ")),
        KeyShape::Flag => Some("true, false".to_owned()),
        KeyShape::ClientShare => Some("a whole number, or a percentage from 0% to 100%".to_owned()),
        KeyShape::Count => Some("a whole number from 0 to 300".to_owned()),
        KeyShape::ClientId => Some("a whole number from 1, or \"@me\" (quoted)".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_each_section_has_all_of_its_keys() {
        for (heading, section) in keys::ALL {
            let example = KEY_EXAMPLES.iter().find(|example| example.heading == heading);
            let example = example.unwrap_or_else(|| panic!("{heading} has no example in key_examples.rs"));
            for row in section.rows {
                let text = example.of_key(row.name);
                let is_shown =
                    [format!("{}:", row.name), format!("\"{}\":", row.name)].iter().any(|key| text.contains(key));
                assert!(is_shown, "the example of {heading} lacks {}:\n{text}", row.name);
            }
        }
        assert_eq!(KEY_EXAMPLES.len(), keys::ALL.len());
    }
}
