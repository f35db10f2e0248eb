//! A list in place of a list: items that stay keep their bytes and comments.
//!
//! Owns the pairing of old and new items, and the two styles. A comment at an item that goes is a refusal.

use crate::config::edit::refusal::{EditRefusalKind, RefusalAt};
use crate::config::edit::source::SourceNode;
use crate::config::edit::splice::{Splice, break_at, break_for, line_end, line_start};
use crate::config::edit::style;

/// A new item: an old one that stays, by its position, or text that is new.
enum NewItem {
    Stays(usize),
    Written(String),
}

/// The items of the new list, as they are written at the place of the old one.
pub(super) struct NewItems {
    items: Vec<NewItem>,
    stays: Vec<bool>,
}

impl NewItems {
    /// Pairs the items of two lists of scalars; `None` where one is empty or holds something else. `raw` is the text of
    /// the edit's value.
    pub(super) fn pair(old: &[SourceNode], new: &[SourceNode], raw: &str, in_flow: bool) -> Option<NewItems> {
        let style = old.first()?.style()?;
        let texts = |nodes: &[SourceNode]| -> Option<Vec<(String, bool)>> {
            nodes.iter().map(|node| Some((node.text()?.to_owned(), node.is_null()))).collect()
        };
        let (before, after) = (texts(old)?, texts(new)?);
        let is_oneline = old.iter().all(|node| !node.is_block_scalar());
        if after.is_empty() || !is_oneline {
            return None;
        }
        let mut stays = vec![false; old.len()];
        let mut items = Vec::with_capacity(new.len());
        let mut next = common(&before, &after).into_iter().peekable();
        for (index, node) in new.iter().enumerate() {
            match next.next_if(|(_, at)| *at == index) {
                Some((position, _)) => {
                    stays[position] = true;
                    items.push(NewItem::Stays(position));
                }
                None => {
                    items.push(NewItem::Written(style::scalar(node, &raw[node.start..node.end], Some(style), in_flow)))
                }
            }
        }
        Some(NewItems { items, stays })
    }

    fn goes(&self, position: usize) -> bool {
        !self.stays.get(position).copied().unwrap_or(true)
    }

    /// The splice for a flow list of these items.
    pub(super) fn in_flow(self, text: &str, list: &SourceNode, old: &[SourceNode]) -> Result<Splice, RefusalAt> {
        let (Some(first), Some(last)) = (old.first(), old.last()) else {
            return Err(EditRefusalKind::Layout.at(list.start));
        };
        // Between two items are only blanks, commas and comments.
        let gap = |position: usize| -> &str {
            let start = position.checked_sub(1).and_then(|before| old.get(before)).map_or(list.start, |one| one.end);
            &text[start..old.get(position).map_or(list.end, |one| one.start)]
        };
        let has_comment = |position: usize| gap(position).contains('#');
        let lost = (0..old.len()).find(|at| self.goes(*at) && (has_comment(*at) || has_comment(at + 1)));
        if let Some(item) = lost.and_then(|at| old.get(at)) {
            return Err(EditRefusalKind::Comment.at(item.start));
        }
        let mut out = text[list.start..first.start].to_owned();
        let mut stayed = false;
        for (index, item) in self.items.iter().enumerate() {
            match item {
                NewItem::Written(written) => {
                    out.push_str(if index > 0 { ", " } else { "" });
                    out.push_str(written);
                }
                NewItem::Stays(position) => {
                    let between = if stayed { gap(*position) } else { ", " };
                    out.push_str(if index > 0 { between } else { "" });
                    out.push_str(&text[old[*position].start..old[*position].end]);
                    stayed = true;
                }
            }
        }
        out.push_str(&text[last.end..list.end]);
        Ok(Splice::new(list.start..list.end, out))
    }

    /// The splice for a block list of these items, each on its own line; `None` where the old ones are not.
    pub(super) fn in_block(self, text: &str, old: &[SourceNode]) -> Result<Option<Splice>, RefusalAt> {
        let (Some(first), Some(last)) = (old.first(), old.last()) else { return Ok(None) };
        let (mut lead_start, region) = (line_start(text, first.start), line_start(text, first.start));
        let dash = &text[region..first.start];
        // The lines above each item, and the item's own line with its line end.
        let mut chunks: Vec<(&str, &str)> = Vec::with_capacity(old.len());
        for item in old {
            let (start, end) = (line_start(text, item.start), line_end(text, item.end));
            if !is_dash(&text[start..item.start]) || start < lead_start || line_start(text, item.end) != start {
                return Ok(None);
            }
            let next = end + break_at(text, end).len();
            chunks.push((&text[lead_start..start], &text[start..next]));
            lead_start = next;
        }
        let above = comment_above(text, region);
        for (position, item) in old.iter().enumerate().filter(|(position, _)| self.goes(*position)) {
            let own = &text[item.end..line_end(text, item.end)];
            if chunks[position].0.contains('#') || (position == 0 && above) || own.contains('#') {
                return Err(EditRefusalKind::Comment.at(item.start));
            }
        }
        let line_break = break_for(text, first.start);
        let mut out = String::new();
        for item in &self.items {
            if !out.is_empty() && !out.ends_with(['\n', '\r']) {
                out.push_str(line_break);
            }
            match item {
                NewItem::Written(written) => out.push_str(&format!("{dash}{written}{line_break}")),
                NewItem::Stays(position) => {
                    out.push_str(chunks[*position].0);
                    out.push_str(chunks[*position].1);
                }
            }
        }
        // The last line keeps the line end that the old last line had.
        let end = line_end(text, last.end);
        let trimmed = out.strip_suffix("\r\n").or_else(|| out.strip_suffix(['\n', '\r'])).unwrap_or(&out).len();
        out.truncate(trimmed);
        Ok(Some(Splice::new(region..end, out)))
    }
}

/// Whether the line above a line is a comment.
fn comment_above(text: &str, start: usize) -> bool {
    let above = text[..start].trim_end_matches(['\n', '\r']);
    above[line_start(above, above.len())..].trim_start().starts_with('#')
}

/// Blanks, one dash, blanks.
fn is_dash(before: &str) -> bool {
    let rest = before.trim_start_matches(' ').strip_prefix('-');
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| matches!(byte, b' ' | b'\t')))
}

/// The positions of a longest common part of two lists, in order.
fn common<T: PartialEq>(old: &[T], new: &[T]) -> Vec<(usize, usize)> {
    let mut lengths = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            lengths[i][j] = match one == other {
                true => lengths[i + 1][j + 1] + 1,
                false => lengths[i + 1][j].max(lengths[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
