//! The check of an edited text: it reads as wanted, and all else reads as before.
//!
//! Owns the comparison of two trees. Values at edited places are compared by what they mean, all others also by how
//! they are written.

use std::collections::{HashMap, HashSet};

use crate::config::edit::source::{SourceContent, SourceNode};

/// One edit, seen from a node: the rest of its path, and its value.
pub(super) type WantedValue<'v> = (&'v [String], &'v SourceNode);

/// Whether `after` is `before` with these values.
pub(super) fn is_wanted(before: Option<&SourceNode>, after: &SourceNode, wanted: &[WantedValue<'_>]) -> bool {
    match wanted {
        [] => before.is_some_and(|before| is_same(before, after, true)),
        [([], value)] => is_same(value, after, false) && is_clean(after),
        _ => is_wanted_mapping(before, after, wanted),
    }
}

fn is_wanted_mapping(before: Option<&SourceNode>, after: &SourceNode, wanted: &[WantedValue<'_>]) -> bool {
    let SourceContent::Map { pairs: after_pairs, .. } = &after.content else { return false };
    let before_pairs: &[(SourceNode, SourceNode)] = match before {
        None => &[],
        Some(node) => match &node.content {
            SourceContent::Map { pairs, .. } => pairs,
            SourceContent::Empty => &[],
            _ if node.is_null() => &[],
            _ => return false,
        },
    };
    if before.is_some_and(|node| node.anchor != after.anchor || node.has_tag != after.has_tag) {
        return false;
    }
    let mut by_key: HashMap<&str, Vec<WantedValue<'_>>> = HashMap::new();
    for (path, value) in wanted {
        let Some((name, rest)) = path.split_first() else { return false };
        by_key.entry(name).or_default().push((rest, value));
    }
    let below = |key: &SourceNode| key.text().and_then(|name| by_key.get(name)).map_or(&[][..], Vec::as_slice);
    if after_pairs.len() < before_pairs.len() {
        return false;
    }
    let (kept, added) = after_pairs.split_at(before_pairs.len());
    let all_kept = kept.iter().zip(before_pairs).all(|((key, value), (old_key, old_value))| {
        is_same(old_key, key, true) && is_wanted(Some(old_value), value, below(key))
    });
    let all_added = added.iter().all(|(key, value)| !below(key).is_empty() && is_wanted(None, value, below(key)));
    let edited_keys = after_pairs.iter().filter(|(key, _)| !below(key).is_empty());
    let found: Vec<&str> = edited_keys.filter_map(|(key, _)| key.text()).collect();
    let names: HashSet<&str> = found.iter().copied().collect();
    all_kept && all_added && found.len() == by_key.len() && names.len() == found.len()
}

/// Whether a new value has neither anchors nor tags.
fn is_clean(node: &SourceNode) -> bool {
    node.anchor == 0 && !node.has_tag && node.children().all(is_clean)
}

/// Whether two nodes mean the same and, where asked, are written in the same style.
fn is_same(one: &SourceNode, other: &SourceNode, with_style: bool) -> bool {
    let same_lists = |these: &SourceNode, those: &SourceNode| {
        let (mut these, mut those) = (these.children(), those.children());
        loop {
            match (these.next(), those.next()) {
                (None, None) => return true,
                (Some(this), Some(that)) if is_same(this, that, with_style) => {}
                (_, _) => return false,
            }
        }
    };
    let same_content = match (&one.content, &other.content) {
        (SourceContent::Empty, SourceContent::Empty) => true,
        (SourceContent::Alias(one), SourceContent::Alias(other)) => one == other,
        (SourceContent::Scalar { text, style }, SourceContent::Scalar { text: other_text, style: other_style }) => {
            let is_null = one.is_null() == other.is_null();
            text == other_text && is_null && (!with_style || style == other_style)
        }
        (SourceContent::List { is_flow, .. }, SourceContent::List { is_flow: other_flow, .. })
        | (SourceContent::Map { is_flow, .. }, SourceContent::Map { is_flow: other_flow, .. }) => {
            (!with_style || is_flow == other_flow) && same_lists(one, other)
        }
        (_, _) => false,
    };
    same_content && (!with_style || (one.anchor == other.anchor && one.has_tag == other.has_tag))
}
