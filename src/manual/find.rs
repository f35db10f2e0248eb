//! From a word that people type to the entries that have this name.
//!
//! Owns the rules of the match: case, `-` and `_`, quotes, the form of a diagnostic, and `KIND:NAME`.

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::model::suggest;

/// A word that is to be explained, read.
struct Query {
    /// The kind, where the word names one.
    kind: Option<EntryKind>,
    /// The name in the form of [`folded`].
    name: String,
}

/// The entries with this name, the best first: an exact name before the last part of one, then by kind.
pub fn find<'e>(word: &str, entries: &'e [ManualEntry]) -> Vec<&'e ManualEntry> {
    let query = Query::read(word);
    let mut found: Vec<(bool, &ManualEntry)> = entries
        .iter()
        .filter(|entry| query.kind.is_none_or(|kind| kind == entry.kind))
        .filter_map(|entry| {
            let name = folded(&entry.name);
            let is_exact = name == query.name;
            let is_part = name.strip_suffix(&query.name).is_some_and(|rest| rest.ends_with('.'));
            (is_exact || is_part).then_some((!is_exact, entry))
        })
        .collect();
    found.sort_by_key(|(is_part, entry)| (*is_part, entry.kind));
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The name nearest to a word that has no entry, if one is near: a whole name, or the last part of a key.
pub fn nearest_name(word: &str, entries: &[ManualEntry]) -> Option<String> {
    let query = Query::read(word);
    let of_kind = || entries.iter().filter(|entry| query.kind.is_none_or(|kind| kind == entry.kind));
    let last = |entry: &ManualEntry| entry.name.rsplit('.').next().unwrap_or_default().to_owned();
    let names: Vec<String> = of_kind().map(|entry| entry.name.clone()).chain(of_kind().map(last)).collect();
    let folded: Vec<String> = names.iter().map(|name| folded(name)).collect();
    let near = suggest::nearest(&query.name, folded.iter().map(String::as_str));
    let at = near.and_then(|near| folded.iter().position(|name| name == near));
    at.map(|at| names[at].clone())
}

impl Query {
    fn read(word: &str) -> Query {
        let word = word.trim();
        // As a diagnostic shows it: error[bad-setting].
        let diagnostic = ["error[", "warning["].iter().find_map(|start| word.strip_prefix(start)?.strip_suffix(']'));
        if let Some(rule) = diagnostic {
            return Query { kind: Some(EntryKind::Rule), name: folded(rule) };
        }
        let of_kind = word.split_once(':').and_then(|(kind, name)| {
            let kind = EntryKind::ALL.into_iter().find(|one| folded(one.name()) == folded(kind))?;
            Some(Query { kind: Some(kind), name: folded(name) })
        });
        of_kind.unwrap_or_else(|| Query { kind: None, name: folded(word) })
    }
}

/// A name without case, quotes and marks, and with `-` for `_`.
fn folded(name: &str) -> String {
    let bare = name.trim_matches(|c: char| matches!(c, '`' | '"' | '\'' | '$' | '{' | '}' | '[' | ']' | ':' | '-'));
    bare.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manual::entries;

    fn names(word: &str) -> Vec<String> {
        find(word, &entries()).iter().map(|entry| format!("{}:{}", entry.kind.name(), entry.name)).collect()
    }

    #[test]
    fn a_word_finds_its_entries_in_each_spelling() {
        for word in ["geo_list", "GEO-LIST", "`geo_list`", "field:geo_list", " geo_list: "] {
            assert_eq!(names(word)[0], "field:geo_list", "{word}");
        }
        for word in ["error[bad-setting]", "bad_setting", "[bad-setting]", "Rule:bad-setting"] {
            assert_eq!(names(word), ["rule:bad-setting"], "{word}");
        }
        assert_eq!(names("${RINGFORM_TOKEN}"), ["variable:RINGFORM_TOKEN"]);
        assert_eq!(names("--max-changes"), ["key:limits.max_changes", "key:floor.limits.max_changes"]);
        assert_eq!(names("limits.max_changes")[0], "key:limits.max_changes");
        assert_eq!(names("drift"), ["topic:drift", "origin:drift", "word:drift", "annotation:drift"]);
        assert_eq!(names("origin:drift"), ["origin:drift"]);
        assert_eq!(names("error[ledger]"), ["rule:ledger"]);
        assert_eq!(names("ledger")[..2], ["topic:ledger", "rule:ledger"]);
        for word in ["", "x", "es", "key:geo_list", "nosuch:geo_list", "list"] {
            assert_eq!(names(word), Vec::<String>::new(), "{word}");
        }
    }

    #[test]
    fn an_unknown_word_gets_the_nearest_name() {
        let all = entries();
        for (word, near) in [("geo_lst", "geo_list"), ("max_chnages", "max_changes"), ("bad-seting", "bad-setting")] {
            assert_eq!(nearest_name(word, &all).as_deref(), Some(near), "{word}");
        }
        assert_eq!(nearest_name("rule:geo_lst", &all), None);
        assert_eq!(nearest_name("a word without a neighbour", &all), None);
    }
}
