//! Mappings: keys once, merge keys as YAML defines them, unknown keys with a guess.
//!
//! Owns the rules that all sections of all files share. It must not know any key by name: its callers bring the
//! names.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::config::yaml::node::{Position, YamlContent, YamlNode};
use crate::config::yaml::problems::Problems;
use crate::model::suggest;
use crate::model::text::strange_character;

/// Up to so many keys a mapping is searched from its start.
const FEW: usize = 16;

/// One key and its value.
#[derive(Clone, Debug)]
pub(crate) struct MappingEntry {
    pub(crate) key: Rc<str>,
    pub(crate) key_at: Position,
    pub(crate) value: YamlNode,
}

impl MappingEntry {
    /// The place of the value in messages: its start, or its key if the value starts on a later line.
    pub(crate) fn at(&self) -> Position {
        if self.value.at.line > self.key_at.line { self.key_at } else { self.value.at }
    }
}

/// The entries of a mapping, in the order they are written, each key once. `<<` is merged wherever it is: own keys
/// win, and earlier merged mappings win over later ones. `None` when the node is not a mapping, which is an error
/// that names `what`.
pub(crate) fn entries(node: &YamlNode, what: &str, problems: &mut Problems<'_>) -> Option<Vec<MappingEntry>> {
    match &node.content {
        YamlContent::Map(pairs) => Some(of_pairs(pairs, problems, 0)),
        YamlContent::Broken => None,
        _ => {
            let message = format!("{what} must be a mapping, found {}", node.what());
            problems.error_help("bad-shape", node.at, message, "write keys and values, one a line");
            None
        }
    }
}

/// The entries of a section that may be left empty.
pub(crate) fn section(node: &YamlNode, what: &str, problems: &mut Problems<'_>) -> Vec<MappingEntry> {
    match &node.content {
        YamlContent::Empty | YamlContent::Null => Vec::new(),
        _ => entries(node, what, problems).unwrap_or_default(),
    }
}

fn of_pairs(pairs: &[(YamlNode, YamlNode)], problems: &mut Problems<'_>, depth: u8) -> Vec<MappingEntry> {
    let mut own: Vec<MappingEntry> = Vec::with_capacity(pairs.len());
    // Most mappings have a handful of keys, which need no index.
    let mut index: BTreeMap<Rc<str>, usize> = BTreeMap::new();
    let indexed = pairs.len() > FEW;
    let find = |key: &str, own: &[MappingEntry], index: &BTreeMap<Rc<str>, usize>| match indexed {
        true => index.get(key).copied(),
        false => own.iter().position(|entry| &*entry.key == key),
    };
    let mut merges: Option<(Position, Vec<MappingEntry>)> = None;
    for (key, value) in pairs {
        let Some(text) = key_text(key, problems) else { continue };
        if &*text == "<<" {
            match &merges {
                Some((first, _)) => {
                    let message = format!("a second `<<` in one mapping; the first is in line {}", first.line);
                    problems.error_help("duplicate-key", key.at, message, "write one `<<: [*first, *second]`");
                }
                None => merges = Some((key.at, merged(value, problems, depth))),
            }
            continue;
        }
        if let Some(first) = find(&text, &own, &index).map(|at| own[at].key_at) {
            let word = problems.word(&text, "one key");
            let message = format!("{word} is twice in this mapping; the first is in line {}", first.line);
            let place = problems.place(first);
            let diagnostic = crate::model::Diagnostic::error("duplicate-key", problems.place(key.at), message);
            problems.push(diagnostic.other(place).help("remove one of the two".to_owned()));
            continue;
        }
        if indexed {
            index.insert(text.clone(), own.len());
        }
        own.push(MappingEntry { key: text, key_at: key.at, value: value.clone() });
    }
    let mut merged = merges.map(|(_, entries)| entries).unwrap_or_default();
    merged.retain(|entry| find(&entry.key, &own, &index).is_none());
    own.append(&mut merged);
    own
}

fn key_text(key: &YamlNode, problems: &mut Problems<'_>) -> Option<Rc<str>> {
    match &key.content {
        YamlContent::Text(text) => Some(text.clone()),
        YamlContent::Broken => None,
        YamlContent::Null => Some("null".into()),
        YamlContent::Empty | YamlContent::List(_) | YamlContent::Map(_) => {
            problems.error("bad-shape", key.at, format!("a key must be text, found {}", key.what()));
            None
        }
    }
}

/// The entries that a `<<` merges: one mapping, or a list of mappings of which the first wins.
fn merged(value: &YamlNode, problems: &mut Problems<'_>, depth: u8) -> Vec<MappingEntry> {
    let wrong = |node: &YamlNode, problems: &mut Problems<'_>| {
        let message = format!("`<<` takes a mapping or a list of mappings, found {}", node.what());
        problems.error("bad-merge", node.at, message);
        Vec::new()
    };
    // The tree is at most 32 deep and has no cycles, so this ends; the bound only says so.
    if depth > 32 {
        return wrong(value, problems);
    }
    match &value.content {
        YamlContent::Map(pairs) => of_pairs(pairs, problems, depth + 1),
        YamlContent::List(items) => {
            let mut all: Vec<MappingEntry> = Vec::new();
            let mut seen: BTreeSet<Rc<str>> = BTreeSet::new();
            for item in items.iter() {
                let brought = match &item.content {
                    YamlContent::Map(pairs) => of_pairs(pairs, problems, depth + 1),
                    YamlContent::Broken => Vec::new(),
                    _ => wrong(item, problems),
                };
                all.extend(brought.into_iter().filter(|entry| seen.insert(entry.key.clone())));
            }
            all
        }
        YamlContent::Broken => Vec::new(),
        _ => wrong(value, problems),
    }
}

/// Reports a key that is not known here.
pub(crate) fn unknown(entry: &MappingEntry, here: &str, known: &[&str], problems: &mut Problems<'_>) {
    let key = &entry.key;
    let word = problems.word(key, "this");
    if let Some(strange) = strange_character(key) {
        let message = format!("{word} is not a key of {here}: it holds {strange}");
        problems.error_help("unknown-key", entry.key_at, message, "type the line again by hand");
        return;
    }
    let near = suggest::nearest(key, known.iter().copied());
    let message = format!("{word} is not a key of {here}");
    match near {
        Some(_) => problems.error_near("unknown-key", entry.key_at, message, near),
        None => {
            let help = match known {
                [only] => format!("the only key is {only}"),
                all => format!("there are {}", all.join(", ")),
            };
            problems.error_help("unknown-key", entry.key_at, message, &help);
        }
    }
}

/// The text of a scalar under a key that we know; anything else is an error that names `what`.
pub(crate) fn text<'n>(entry: &'n MappingEntry, what: &str, problems: &mut Problems<'_>) -> Option<&'n str> {
    text_of(entry, &format!("`{}`", entry.key), what, problems)
}

/// The text of a scalar under a key that people choose.
pub(crate) fn named_text<'n>(entry: &'n MappingEntry, what: &str, problems: &mut Problems<'_>) -> Option<&'n str> {
    let key = problems.word(&entry.key, "this key");
    text_of(entry, &key, what, problems)
}

fn text_of<'n>(entry: &'n MappingEntry, key: &str, what: &str, problems: &mut Problems<'_>) -> Option<&'n str> {
    match &entry.value.content {
        YamlContent::Text(text) if !text.is_empty() => Some(text),
        YamlContent::Broken => None,
        YamlContent::Empty => {
            let help = format!("write {what}, or remove the key");
            problems.error_help("empty-value", entry.key_at, format!("{key} has no value"), &help);
            None
        }
        _ => {
            let message = format!("expected {what}, found {}", entry.value.what());
            problems.error_help("bad-shape", entry.value.at, message, &format!("write {what}"));
            None
        }
    }
}

/// The texts of a list of names, each once. A section that is empty counts as an empty list.
pub(crate) fn names(entry: &MappingEntry, what: &str, problems: &mut Problems<'_>) -> Vec<(Rc<str>, Position)> {
    let items = match &entry.value.content {
        YamlContent::Empty | YamlContent::Null | YamlContent::Broken => return Vec::new(),
        YamlContent::List(items) => items,
        _ => {
            let message = format!("`{}` must be a list of {what}, found {}", entry.key, entry.value.what());
            problems.error_help(
                "bad-shape",
                entry.value.at,
                message,
                "write [first, second], with brackets for one too",
            );
            return Vec::new();
        }
    };
    let mut names: Vec<(Rc<str>, Position)> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for item in items.iter() {
        match &item.content {
            YamlContent::Text(text) if !text.is_empty() && !seen.insert(text) => {
                let word = problems.word(text, "this");
                let message = format!("{word} is named twice");
                problems.error_help("duplicate-item", item.at, message, "remove one of the two");
            }
            YamlContent::Text(text) if !text.is_empty() => names.push((text.clone(), item.at)),
            YamlContent::Broken => {}
            _ => problems.error("bad-shape", item.at, format!("expected one of the {what}, found {}", item.what())),
        }
    }
    names
}
