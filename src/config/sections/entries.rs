//! The entries of one section, checked against its table of keys.
//!
//! Owns the errors for unknown keys and for required keys that are missing. It must not know what the values mean.

use crate::config::sections::keys::SectionKeys;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Position, Problems, YamlNode};
use crate::model::suggest;

/// The entries of one section.
#[derive(Debug)]
pub(crate) struct SectionEntries {
    keys: &'static SectionKeys,
    entries: Vec<MappingEntry>,
    /// The keys that unknown ones were probably meant to be.
    misspelt: Vec<&'static str>,
    at: Position,
}

impl SectionEntries {
    /// Reads a section; unknown keys are errors. `None` where it is not a mapping, which is an error too.
    pub(crate) fn read(
        node: &YamlNode,
        keys: &'static SectionKeys,
        problems: &mut Problems<'_>,
    ) -> Option<SectionEntries> {
        let entries = mapping::entries(node, keys.title, problems)?;
        Some(SectionEntries::of(entries, node.at, keys, problems))
    }

    /// Reads a section that may be empty.
    pub(crate) fn read_or_empty(
        node: &YamlNode,
        keys: &'static SectionKeys,
        problems: &mut Problems<'_>,
    ) -> SectionEntries {
        let entries = mapping::section(node, keys.title, problems);
        SectionEntries::of(entries, node.at, keys, problems)
    }

    fn of(
        mut entries: Vec<MappingEntry>,
        at: Position,
        keys: &'static SectionKeys,
        problems: &mut Problems<'_>,
    ) -> SectionEntries {
        let names: Vec<&'static str> = keys.names();
        let mut misspelt = Vec::new();
        for entry in entries.iter().filter(|entry| !names.contains(&&*entry.key)) {
            unknown(entry, keys.title, &names, problems);
            misspelt.extend(suggest::nearest(&entry.key, names.iter().copied()));
        }
        entries.retain(|entry| names.contains(&&*entry.key));
        SectionEntries { keys, entries, misspelt, at }
    }

    /// The entry of a key of the table.
    pub(crate) fn get(&self, key: &str) -> Option<&MappingEntry> {
        debug_assert!(self.keys.find(key).is_some(), "{key} is not in the table");
        self.entries.iter().find(|entry| &*entry.key == key)
    }

    /// What a key of the table means, in a few words.
    pub(crate) fn about(&self, key: &str) -> &'static str {
        self.keys.find(key).map_or("", |row| row.about)
    }

    /// All entries with a known key, in the order of the file.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &MappingEntry> {
        self.entries.iter()
    }

    /// The entry of a required key; that it is missing is an error. A key that is misspelt is one error and not two.
    pub(crate) fn required(&self, key: &str, problems: &mut Problems<'_>) -> Option<&MappingEntry> {
        let found = self.get(key);
        if let (None, Some(row)) = (found, self.keys.find(key))
            && !self.misspelt.contains(&key)
        {
            debug_assert!(row.required, "{key} is not a required key");
            let message = format!("{} needs `{key}`", self.keys.title);
            problems.error_help("missing-key", self.at, message, &format!("add `{key}:`, {}", row.about));
        }
        found
    }
}

/// Keys that people write at another place, and where they belong.
const ELSEWHERE: [(&str, &str); 1] =
    [("temporary", "write it in a client document, beside `settings`, or in a profile, beside its fields")];

/// Reports a key that is not known here, and where it belongs if it is a key of another place.
pub(crate) fn unknown(entry: &MappingEntry, here: &str, known: &[&str], problems: &mut Problems<'_>) {
    match ELSEWHERE.iter().find(|(key, _)| *key == &*entry.key) {
        Some((key, help)) => {
            problems.error_help("unknown-key", entry.key_at, format!("`{key}` is not a key of {here}"), help);
        }
        None => mapping::unknown(entry, here, known, problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sections::keys::WAIVER;
    use crate::config::yaml;

    /// The rules and helps of the problems, where `owner` and `reason` are required.
    fn problems_of(text: &str) -> Vec<(String, String)> {
        let mut problems = Problems::of_documents("a.yaml".into(), text);
        let document = &yaml::read(text, &mut problems)[0];
        if let Some(entries) = SectionEntries::read(&document.root, &WAIVER, &mut problems) {
            for key in ["owner", "reason"] {
                entries.required(key, &mut problems);
            }
        }
        let list = problems.into_list().into_iter();
        list.map(|one| (one.rule, one.help.map(|help| help.raw().to_owned()).unwrap_or_default())).collect()
    }

    #[test]
    fn a_key_is_known_missing_or_misspelt_and_each_mistake_is_one_error() {
        assert_eq!(problems_of("{owner: me, reason: x}"), []);
        let missing = ("missing-key".to_owned(), "add `reason:`, why it is accepted".to_owned());
        assert_eq!(problems_of("owner: me"), [missing]);
        let misspelt = ("unknown-key".to_owned(), "did you mean `reason`?".to_owned());
        assert_eq!(problems_of("{owner: me, raeson: x}"), [misspelt]);
        let all = "there are client, credentials, field, owner, reason, until".to_owned();
        assert_eq!(problems_of("{owner: me, reason: x, zzzzzz: y}"), [("unknown-key".to_owned(), all)]);
    }
}
