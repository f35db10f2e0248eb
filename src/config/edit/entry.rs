//! New entries of a mapping, after its last one.
//!
//! Owns the indentation, the style and the line ends of new entries: those of the entries beside them.

use std::collections::HashMap;

use crate::config::edit::refusal::{EditRefusalKind, RefusalAt};
use crate::config::edit::replace::{behind_key, trimmed_end};
use crate::config::edit::source::{SourceContent, SourceNode, behind_colon};
use crate::config::edit::splice::{Splice, break_for, indentation, line_after, line_end, line_start};
use crate::config::edit::style;

/// The indentation of a mapping inside of another one where the document shows none.
const USUAL_STEP: usize = 2;

/// A new entry: its key, and a value or the entries below it.
#[derive(Debug)]
pub(super) struct NewEntry<'k> {
    name: &'k str,
    content: NewContent<'k>,
}

#[derive(Debug)]
enum NewContent<'k> {
    Value(&'k str),
    Entries(Vec<NewEntry<'k>>),
}

/// The keys of a new value, and its text.
type EntryValue<'k> = (&'k [String], &'k str);

/// The entries of these keys and values. Keys that share a mapping come together, in the order of the first of them.
pub(super) fn entries<'k>(values: &[EntryValue<'k>]) -> Vec<NewEntry<'k>> {
    let mut positions: HashMap<&str, usize> = HashMap::new();
    let mut by_name: Vec<(&str, Vec<EntryValue<'k>>)> = Vec::new();
    for (keys, value) in values {
        let Some((name, below)) = keys.split_first() else { continue };
        let position = *positions.entry(name).or_insert_with(|| {
            by_name.push((name, Vec::new()));
            by_name.len() - 1
        });
        by_name[position].1.push((below, value));
    }
    let entry = |(name, values): (&'k str, Vec<EntryValue<'k>>)| NewEntry {
        name,
        content: match values.as_slice() {
            [([], value)] => NewContent::Value(value),
            below => NewContent::Entries(entries(below)),
        },
    };
    by_name.into_iter().map(entry).collect()
}

/// The splice that adds entries to a mapping.
pub(super) fn insert(
    text: &str,
    root: &SourceNode,
    mapping: &SourceNode,
    entries: &[NewEntry<'_>],
) -> Result<Splice, RefusalAt> {
    let SourceContent::Map { is_flow, pairs } = &mapping.content else {
        return Err(EditRefusalKind::NotMapping.at(mapping.start));
    };
    let Some((first, _)) = pairs.first() else { return in_empty_braces(text, mapping, entries) };
    let Some((last_key, last)) = pairs.last() else { return in_empty_braces(text, mapping, entries) };
    if *is_flow {
        return Ok(in_braces(text, mapping, (last_key, last), entries));
    }
    let Some(indent) = indentation(text, first.start) else { return Err(EditRefusalKind::Layout.at(first.start)) };
    let end = end_of_entry(text, last_key, last);
    Ok(line_after(text, end, &lines(text, root, indent, entries, end)))
}

/// The splice that adds entries below a key without a value, or with null.
pub(super) fn insert_below(
    text: &str,
    root: &SourceNode,
    (key, value): (&SourceNode, &SourceNode),
    in_flow: bool,
    entries: &[NewEntry<'_>],
) -> Result<Splice, RefusalAt> {
    if !matches!(value.content, SourceContent::Empty) {
        return Ok(Splice::new(value.start..value.end, format!("{{{}}}", in_line(entries))));
    }
    if in_flow {
        return Ok(behind_key(text, key, &format!("{{{}}}", in_line(entries))));
    }
    let (Some(indent), Some(colon)) = (indentation(text, key.start), behind_colon(text, key.end)) else {
        return Err(EditRefusalKind::Layout.at(key.start));
    };
    let indent = format!("{indent}{}", " ".repeat(step(text, root)));
    Ok(line_after(text, colon, &lines(text, root, &indent, entries, colon)))
}

/// The entries as lines of a block mapping, without the last line end.
fn lines(text: &str, root: &SourceNode, indent: &str, entries: &[NewEntry<'_>], near: usize) -> String {
    fn write(out: &mut Vec<String>, indent: &str, step: &str, entries: &[NewEntry<'_>]) {
        for entry in entries {
            let key = style::key(entry.name);
            match &entry.content {
                NewContent::Value(value) => out.push(format!("{indent}{key}: {value}")),
                NewContent::Entries(below) => {
                    out.push(format!("{indent}{key}:"));
                    write(out, &format!("{indent}{step}"), step, below);
                }
            }
        }
    }
    let mut out = Vec::new();
    write(&mut out, indent, &" ".repeat(step(text, root)), entries);
    out.join(break_for(text, near))
}

/// The entries on one line, as in braces.
fn in_line(entries: &[NewEntry<'_>]) -> String {
    entries.iter().map(one_in_line).collect::<Vec<_>>().join(", ")
}

fn one_in_line(entry: &NewEntry<'_>) -> String {
    let key = style::key(entry.name);
    match &entry.content {
        NewContent::Value(value) => format!("{key}: {value}"),
        NewContent::Entries(below) => format!("{key}: {{{}}}", in_line(below)),
    }
}

fn in_empty_braces(text: &str, mapping: &SourceNode, entries: &[NewEntry<'_>]) -> Result<Splice, RefusalAt> {
    let inner = mapping.start + 1..mapping.end.saturating_sub(1);
    let is_blank = text.get(inner.clone()).is_some_and(|inner| inner.trim().is_empty());
    match is_blank {
        true => Ok(Splice::new(inner, in_line(entries))),
        false => Err(EditRefusalKind::Comment.at(mapping.start)),
    }
}

/// Entries in braces. Where the last entry has its own line, each new one gets a line too.
fn in_braces(
    text: &str,
    mapping: &SourceNode,
    (key, value): (&SourceNode, &SourceNode),
    entries: &[NewEntry<'_>],
) -> Splice {
    let end = end_of_entry(text, key, value);
    let line = &text[end..line_end(text, end).min(mapping.end)];
    let is_last_of_line = line.trim_start_matches([',', ' ', '\t']).is_empty() && line_end(text, end) < mapping.end;
    let lead = match indentation(text, key.start).filter(|_| is_last_of_line) {
        Some(indent) => format!(",{}{indent}", break_for(text, end)),
        None => ", ".to_owned(),
    };
    let new: String = entries.iter().map(|entry| format!("{lead}{}", one_in_line(entry))).collect();
    Splice::new(end..end, new)
}

/// Where an entry ends: a block scalar that keeps its last line breaks ends behind them.
fn end_of_entry(text: &str, key: &SourceNode, value: &SourceNode) -> usize {
    let mut last = value;
    while let Some(below) = last.children().last() {
        let is_flow = matches!(
            last.content,
            SourceContent::Map { is_flow: true, .. } | SourceContent::List { is_flow: true, .. }
        );
        if is_flow {
            return last.end;
        }
        last = below;
    }
    if !last.is_block_scalar() {
        return last.end.max(key.end);
    }
    let content = line_start(text, last.start);
    let header = text[..content].trim_end_matches(['\n', '\r']);
    let header = &header[line_start(header, header.len())..];
    let is_kept = header.split('#').next().is_some_and(|header| header.trim_end().ends_with('+'));
    match is_kept && last.end > last.start {
        // The end of the last blank line, so that the new line comes behind all of them.
        true => last.start + without_break(&text[last.start..last.end]).len(),
        false => trimmed_end(text, last),
    }
}

fn without_break(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r'])).unwrap_or(text)
}

/// By how much a mapping inside of another one is indented here.
fn step(text: &str, root: &SourceNode) -> usize {
    fn found(text: &str, node: &SourceNode) -> Option<usize> {
        let SourceContent::Map { is_flow: false, pairs } = &node.content else { return None };
        let column = |node: &SourceNode| indentation(text, node.start).map(str::len);
        let own = pairs.first().and_then(|(key, _)| column(key));
        pairs.iter().find_map(|(_, value)| match &value.content {
            SourceContent::Map { is_flow: false, pairs } => {
                column(&pairs.first()?.0)?.checked_sub(own?).filter(|step| *step > 0)
            }
            _ => None,
        })
    }
    found(text, root).unwrap_or(USUAL_STEP)
}
