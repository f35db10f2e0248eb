//! Edits of one text: judged, spliced, checked.
//!
//! Owns the order of these steps. Edits of different documents are spliced in one pass, and so are new keys of one
//! mapping. Other edits of one document follow one after the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::edit::check::{WantedValue, is_wanted};
use crate::config::edit::locate::{EditPlace, all_may_be_edited, keys_once, locate};
use crate::config::edit::refusal::{EditRefusal, EditRefusalKind, RefusalAt};
use crate::config::edit::replace::{NewValue, replace};
use crate::config::edit::source::{SourceContent, SourceNode, parse};
use crate::config::edit::splice::{Splice, apply};
use crate::config::edit::{entry, style};
use crate::config::yaml::lines::without_mark;

/// One edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlEdit {
    /// Which document of the file, from 0; empty ones do not count.
    pub document: usize,
    /// The keys from the root to the value.
    pub path: Vec<String>,
    /// The new value: one line of YAML, a scalar or a flow collection.
    pub value: String,
}

/// Replaces the value at each path, or adds the key and missing mappings above it after the last entry of its mapping.
/// Every other byte stays. A text that would not read as wanted is a refusal.
pub fn edit(text: &[u8], edits: &[YamlEdit]) -> Result<Vec<u8>, EditRefusal> {
    let whole = std::str::from_utf8(text).map_err(|error| {
        let good = std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default();
        EditRefusalKind::NotText.at(good.len()).in_text(good)
    })?;
    let body = without_mark(whole);
    let edited = edit_body(body, edits).map_err(|refusal| refusal.in_text(body))?;
    Ok([&whole[..whole.len() - body.len()], &edited].concat().into_bytes())
}

/// As [`edit`], but an edit that is refused stops no other: the text with the others, and the refused ones by their
/// position.
pub fn edit_all(text: &[u8], edits: &[YamlEdit]) -> (Vec<u8>, Vec<(usize, EditRefusal)>) {
    let mut refused = judge_each(text, edits);
    let is_refused: BTreeSet<usize> = refused.iter().map(|(index, _)| *index).collect();
    let good: Vec<usize> = (0..edits.len()).filter(|index| !is_refused.contains(index)).collect();
    let chosen: Vec<YamlEdit> = good.iter().map(|index| edits[*index].clone()).collect();
    match edit(text, &chosen) {
        Ok(edited) => (edited, refused),
        // Each is good alone, and not all of them together.
        Err(refusal) => {
            refused.extend(good.into_iter().map(|index| (index, refusal)));
            (text.to_vec(), refused)
        }
    }
}

/// The edits that are refused without a look at the others.
fn judge_each(text: &[u8], edits: &[YamlEdit]) -> Vec<(usize, EditRefusal)> {
    let body = without_mark(std::str::from_utf8(text).unwrap_or_default());
    let Ok(roots) = parse(body) else { return Vec::new() };
    let judge = |edit: &YamlEdit| -> Result<(), RefusalAt> {
        let root = roots.get(edit.document).ok_or(EditRefusalKind::NoDocument.at(body.len()))?;
        let value = new_value(&edit.value).ok_or(EditRefusalKind::BadValue.at(root.start))?;
        splice(body, root, &[(edit, &value)])?;
        keys_once(root)
    };
    let judged = edits.iter().enumerate().map(|(index, edit)| (index, judge(edit)));
    judged.filter_map(|(index, verdict)| Some((index, verdict.err()?.in_text(body)))).collect()
}

fn edit_body(body: &str, edits: &[YamlEdit]) -> Result<String, RefusalAt> {
    let before = parse(body)?;
    let mut values = Vec::with_capacity(edits.len());
    let mut groups = EditGroups::default();
    // Everything is judged in the text as it is given, so that a refusal names a place of it.
    for (index, edit) in edits.iter().enumerate() {
        let root = before.get(edit.document).ok_or(EditRefusalKind::NoDocument.at(body.len()))?;
        let value = new_value(&edit.value).ok_or(EditRefusalKind::BadValue.at(root.start))?;
        splice(body, root, &[(edit, &value)])?;
        groups.add(index, edit, &locate(root, &edit.path)?);
        values.push(value);
    }
    let of_document = by_document(edits);
    for (document, indices) in &of_document {
        let Some(root) = before.get(*document) else { continue };
        keys_once(root)?;
        if overlap(edits, indices) {
            return Err(EditRefusalKind::Overlap.at(root.start));
        }
    }
    let mut after = body.to_owned();
    for round in 0..groups.rounds() {
        let roots = parse(&after).map_err(|_| check_failed(&before, edits))?;
        let mut splices = Vec::new();
        for (document, indices) in groups.of_round(round) {
            let root = roots.get(document).ok_or(check_failed(&before, edits))?;
            let group: Vec<_> = indices.iter().map(|index| (&edits[*index], &values[*index])).collect();
            let spliced = splice(&after, root, &group);
            splices.push(spliced.map_err(|refusal| RefusalAt { at: root.start.min(body.len()), ..refusal })?);
        }
        after = apply(&after, splices);
    }
    let roots = parse(&after).map_err(|_| check_failed(&before, edits))?;
    let wanted_of = |document: usize| -> Vec<WantedValue<'_>> {
        let indices = of_document.get(&document).map(Vec::as_slice).unwrap_or_default();
        indices.iter().map(|index| (edits[*index].path.as_slice(), &values[*index])).collect()
    };
    let mut pairs = before.iter().zip(&roots).enumerate();
    let wrong = pairs.find(|(document, (before, after))| !is_wanted(Some(before), after, &wanted_of(*document)));
    match wrong {
        Some((_, (root, _))) => Err(EditRefusalKind::Check.at(root.start)),
        None if before.len() != roots.len() => Err(check_failed(&before, edits)),
        None => Ok(after),
    }
}

fn check_failed(before: &[SourceNode], edits: &[YamlEdit]) -> RefusalAt {
    let first = edits.iter().map(|edit| edit.document).min().and_then(|document| before.get(document));
    EditRefusalKind::Check.at(first.map_or(0, |root| root.start))
}

/// The edits of each document, by their positions: those that add keys to one mapping are one group.
#[derive(Default)]
struct EditGroups<'e> {
    groups: BTreeMap<usize, Vec<Vec<usize>>>,
    /// The group of each mapping that gets keys.
    of_mapping: BTreeMap<(usize, &'e [String]), usize>,
}

impl<'e> EditGroups<'e> {
    fn add(&mut self, index: usize, edit: &'e YamlEdit, place: &EditPlace<'_, '_>) {
        let groups = self.groups.entry(edit.document).or_default();
        let missing = match place {
            EditPlace::Value { .. } => return groups.push(vec![index]),
            EditPlace::Mapping { keys, .. } | EditPlace::Below { keys, .. } => keys.len(),
        };
        let mapping = (edit.document, &edit.path[..edit.path.len() - missing]);
        match self.of_mapping.get(&mapping).and_then(|group| groups.get_mut(*group)) {
            Some(group) => group.push(index),
            None => {
                self.of_mapping.insert(mapping, groups.len());
                groups.push(vec![index]);
            }
        }
    }

    fn rounds(&self) -> usize {
        self.groups.values().map(Vec::len).max().unwrap_or(0)
    }

    /// One group of each document that has so many.
    fn of_round(&self, round: usize) -> impl Iterator<Item = (usize, &Vec<usize>)> {
        self.groups.iter().filter_map(move |(document, groups)| Some((*document, groups.get(round)?)))
    }
}

/// The positions of the edits of each document.
fn by_document(edits: &[YamlEdit]) -> BTreeMap<usize, Vec<usize>> {
    let mut of_document: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, edit) in edits.iter().enumerate() {
        of_document.entry(edit.document).or_default().push(index);
    }
    of_document
}

/// Whether one of these paths is another one, or above it.
fn overlap(edits: &[YamlEdit], indices: &[usize]) -> bool {
    let mut paths: Vec<&[String]> = indices.iter().map(|index| edits[*index].path.as_slice()).collect();
    paths.sort_unstable();
    paths.windows(2).any(|two| two[1].starts_with(two[0]))
}

/// The node of a new value: one line, without comments, anchors, aliases and tags.
fn new_value(text: &str) -> Option<SourceNode> {
    if text.contains(['\n', '\r']) {
        return None;
    }
    // A document that is a plain null counts as empty, so the value is read as the one item of a list.
    const ITEM: &str = "- ";
    let mut roots = parse(&format!("{ITEM}{text}")).ok()?;
    let (root, more) = (roots.pop()?, roots.pop());
    let SourceContent::List { items, .. } = root.content else { return None };
    let [item] = <[SourceNode; 1]>::try_from(items).ok()?;
    if more.is_some() || item.start < ITEM.len() {
        return None;
    }
    let node = shifted(item, ITEM.len());
    let is_value = !matches!(node.content, SourceContent::Empty) && !node.is_block_scalar();
    let is_whole = is_value && node.start == 0 && node.end == text.len();
    (is_whole && all_may_be_edited(&node).is_ok()).then_some(node)
}

/// The same node of a text that begins so many bytes later.
fn shifted(node: SourceNode, by: usize) -> SourceNode {
    let content = match node.content {
        SourceContent::List { is_flow, items } => {
            SourceContent::List { is_flow, items: items.into_iter().map(|item| shifted(item, by)).collect() }
        }
        SourceContent::Map { is_flow, pairs } => {
            let pairs = pairs.into_iter().map(|(key, value)| (shifted(key, by), shifted(value, by)));
            SourceContent::Map { is_flow, pairs: pairs.collect() }
        }
        other => other,
    };
    SourceNode { content, start: node.start.saturating_sub(by), end: node.end.saturating_sub(by), ..node }
}

/// The bytes that edits replace: one edit, or several that add keys to one mapping.
fn splice(text: &str, root: &SourceNode, edits: &[(&YamlEdit, &SourceNode)]) -> Result<Splice, RefusalAt> {
    let Some((edit, value)) = edits.first() else { return Err(EditRefusalKind::Check.at(root.start)) };
    let texts: Vec<String> = edits.iter().map(|(edit, value)| style::scalar(value, &edit.value, None, true)).collect();
    let new_entries = |present: usize| {
        let keys = edits.iter().map(|(edit, _)| edit.path.get(present..).unwrap_or_default());
        entry::entries(&keys.zip(texts.iter().map(String::as_str)).collect::<Vec<_>>())
    };
    match locate(root, &edit.path)? {
        EditPlace::Value { key, value: old, in_flow } => {
            replace(text, key, old, NewValue { node: value, raw: &edit.value }, in_flow)
        }
        EditPlace::Mapping { mapping, keys } => {
            entry::insert(text, root, mapping, &new_entries(edit.path.len() - keys.len()))
        }
        EditPlace::Below { key, value: old, in_flow, keys } => {
            entry::insert_below(text, root, (key, old), in_flow, &new_entries(edit.path.len() - keys.len()))
        }
    }
}
