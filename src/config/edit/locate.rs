//! The place of an edit in a document.
//!
//! Owns the walk along the keys, and what forbids an edit on the way: anchors, aliases, merges, tags, doubled keys.

use std::collections::HashSet;

use crate::config::edit::refusal::{EditRefusalKind, RefusalAt};
use crate::config::edit::source::{SourceContent, SourceNode};

/// The place of an edit.
pub(super) enum EditPlace<'n, 'k> {
    /// A value that is there.
    Value { key: &'n SourceNode, value: &'n SourceNode, in_flow: bool },
    /// Keys that are missing in a mapping.
    Mapping { mapping: &'n SourceNode, keys: &'k [String] },
    /// Keys below one whose value is empty or null.
    Below { key: &'n SourceNode, value: &'n SourceNode, in_flow: bool, keys: &'k [String] },
}

/// Finds the place of a path.
pub(super) fn locate<'n, 'k>(root: &'n SourceNode, path: &'k [String]) -> Result<EditPlace<'n, 'k>, RefusalAt> {
    let mut node = root;
    let mut found: Option<(&SourceNode, bool)> = None;
    for (depth, key) in path.iter().enumerate() {
        may_be_edited(node)?;
        let keys = &path[depth..];
        let (is_flow, pairs) = match (&node.content, found) {
            (SourceContent::Map { is_flow, pairs }, _) => (*is_flow, pairs),
            (SourceContent::Empty, Some((key, in_flow))) => {
                return Ok(EditPlace::Below { key, value: node, in_flow, keys });
            }
            (_, Some((key, in_flow))) if node.is_null() => {
                return Ok(EditPlace::Below { key, value: node, in_flow, keys });
            }
            (_, _) => return Err(EditRefusalKind::NotMapping.at(node.start)),
        };
        if let Some((merge, _)) = pairs.iter().find(|(key, _)| key.text() == Some("<<")) {
            return Err(EditRefusalKind::Merge.at(merge.start));
        }
        match pairs.iter().find(|(own, _)| own.text() == Some(key)) {
            Some((own, value)) => {
                may_be_edited(own)?;
                (node, found) = (value, Some((own, is_flow)));
            }
            None => return Ok(EditPlace::Mapping { mapping: node, keys }),
        }
    }
    let Some((key, in_flow)) = found else { return Err(EditRefusalKind::NotMapping.at(root.start)) };
    all_may_be_edited(node)?;
    Ok(EditPlace::Value { key, value: node, in_flow })
}

fn may_be_edited(node: &SourceNode) -> Result<(), RefusalAt> {
    match &node.content {
        SourceContent::Alias(_) => Err(EditRefusalKind::Alias.at(node.start)),
        _ if node.anchor != 0 => Err(EditRefusalKind::Anchor.at(node.start)),
        _ if node.has_tag => Err(EditRefusalKind::Tag.at(node.start)),
        _ => Ok(()),
    }
}

/// The same for a node and all below it.
pub(super) fn all_may_be_edited(node: &SourceNode) -> Result<(), RefusalAt> {
    may_be_edited(node)?;
    node.children().try_for_each(all_may_be_edited)
}

/// Refuses a key that is twice in one mapping, anywhere in a document.
pub(super) fn keys_once(node: &SourceNode) -> Result<(), RefusalAt> {
    if let SourceContent::Map { pairs, .. } = &node.content {
        let mut seen = HashSet::new();
        let keys = || pairs.iter().filter_map(|(key, _)| Some((key, key.text()?)));
        if let Some((key, _)) = keys().find(|(_, text)| !seen.insert(*text)) {
            return Err(EditRefusalKind::DuplicateKey.at(key.start));
        }
    }
    node.children().try_for_each(keys_once)
}
