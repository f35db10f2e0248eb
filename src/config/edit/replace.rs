//! A new value in place of an old one.
//!
//! Owns which bytes an old value has: with the header of a block scalar, from the colon on where it starts on a later
//! line.

use crate::config::edit::list::NewItems;
use crate::config::edit::refusal::{EditRefusalKind, RefusalAt};
use crate::config::edit::source::{SourceContent, SourceNode, behind_colon};
use crate::config::edit::splice::{Splice, line_end};
use crate::config::edit::style;

/// The new value: its node, and the text that the edit gives.
#[derive(Clone, Copy)]
pub(super) struct NewValue<'v> {
    pub(super) node: &'v SourceNode,
    pub(super) raw: &'v str,
}

/// The splice that replaces the value of a key.
pub(super) fn replace(
    text: &str,
    key: &SourceNode,
    old: &SourceNode,
    new: NewValue<'_>,
    in_flow: bool,
) -> Result<Splice, RefusalAt> {
    let written = style::scalar(new.node, new.raw, old.style(), in_flow);
    match &old.content {
        SourceContent::Empty => Ok(behind_key(text, key, &written)),
        SourceContent::Scalar { .. } if old.is_block_scalar() => block_scalar(text, key, old, &written),
        SourceContent::Scalar { .. } => Ok(Splice::new(old.start..old.end, written)),
        SourceContent::List { is_flow, items } => {
            if let SourceContent::List { items: new_items, .. } = &new.node.content
                && let Some(paired) = NewItems::pair(items, new_items, new.raw, *is_flow)
            {
                if *is_flow {
                    return paired.in_flow(text, old, items);
                }
                if let Some(splice) = paired.in_block(text, items)? {
                    return Ok(splice);
                }
            }
            whole(text, key, old, *is_flow, &written)
        }
        SourceContent::Map { is_flow, .. } => whole(text, key, old, *is_flow, &written),
        SourceContent::Alias(_) => Err(EditRefusalKind::Alias.at(old.start)),
    }
}

/// A value behind a key that has none.
pub(super) fn behind_key(text: &str, key: &SourceNode, written: &str) -> Splice {
    match behind_colon(text, key.end) {
        Some(at) => Splice::new(at..at, format!(" {written}")),
        None => Splice::new(key.end..key.end, format!(": {written}")),
    }
}

/// A collection as a whole. It must hold no comment.
fn whole(text: &str, key: &SourceNode, old: &SourceNode, is_flow: bool, written: &str) -> Result<Splice, RefusalAt> {
    if is_flow {
        no_comment(text, old, old.start, old.end)?;
        return Ok(Splice::new(old.start..old.end, written));
    }
    let Some(colon) = behind_colon(text, key.end) else { return Err(EditRefusalKind::Layout.at(key.start)) };
    no_comment(text, old, colon, line_end(text, old.end))?;
    let end = if ends_in_block_scalar(old) { trimmed_end(text, old) } else { old.end };
    Ok(Splice::new(colon..end, format!(" {written}")))
}

/// Refuses a comment between two bytes. Scalars may hold any sign, so what lies in them does not count.
fn no_comment(text: &str, node: &SourceNode, start: usize, end: usize) -> Result<(), RefusalAt> {
    let mut scalars = Vec::new();
    spans(node, &mut scalars);
    let mut at = start;
    for (from, to) in scalars.into_iter().chain([(end, end)]) {
        if let Some(found) = text.get(at..from).and_then(|gap| gap.find('#')) {
            return Err(EditRefusalKind::Comment.at(at + found));
        }
        at = to;
    }
    Ok(())
}

fn spans(node: &SourceNode, out: &mut Vec<(usize, usize)>) {
    if node.text().is_some() {
        out.push((node.start, node.end));
    }
    node.children().for_each(|child| spans(child, out));
}

fn ends_in_block_scalar(node: &SourceNode) -> bool {
    node.children().last().map_or(node.is_block_scalar(), ends_in_block_scalar)
}

/// Where the last line of a node with content ends.
pub(super) fn trimmed_end(text: &str, node: &SourceNode) -> usize {
    node.start + text[node.start..node.end].trim_end_matches([' ', '\t', '\n', '\r']).len()
}

/// A literal or folded scalar: its header becomes the new value, its lines go. A comment of the header stays.
fn block_scalar(text: &str, key: &SourceNode, old: &SourceNode, written: &str) -> Result<Splice, RefusalAt> {
    let layout = EditRefusalKind::Layout.at(key.start);
    let colon = behind_colon(text, key.end).ok_or(layout)?;
    let header_end = line_end(text, colon);
    let blanks = text[colon..header_end].len() - text[colon..header_end].trim_start_matches([' ', '\t']).len();
    let header = &text[colon + blanks..header_end];
    if !header.starts_with(['|', '>']) || old.start < header_end {
        return Err(layout);
    }
    let indicator = header.find([' ', '\t']).unwrap_or(header.len());
    let end = trimmed_end(text, old).max(header_end);
    Ok(Splice::new(colon + blanks..end, format!("{written}{}", &header[indicator..])))
}
