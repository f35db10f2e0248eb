//! A new entry of a mapping, after its last one.
//!
//! Owns the indentation, the style and the line ends of new entries: those of the entries beside them.

use crate::config::edit::refusal::{EditRefusalKind, RefusalAt};
use crate::config::edit::replace::{behind_key, trimmed_end};
use crate::config::edit::source::{SourceContent, SourceNode, behind_colon};
use crate::config::edit::splice::{Splice, break_for, indentation, line_after, line_end, line_start};
use crate::config::edit::style;

/// The indentation of a mapping inside of another one where the document shows none.
const USUAL_STEP: usize = 2;

/// The splice that adds keys and their value to a mapping.
pub(super) fn insert(
    text: &str,
    root: &SourceNode,
    mapping: &SourceNode,
    keys: &[String],
    value: &str,
) -> Result<Splice, RefusalAt> {
    let SourceContent::Map { is_flow, pairs } = &mapping.content else {
        return Err(EditRefusalKind::NotMapping.at(mapping.start));
    };
    let Some((first, _)) = pairs.first() else { return in_empty_braces(text, mapping, keys, value) };
    let Some((last_key, last)) = pairs.last() else { return in_empty_braces(text, mapping, keys, value) };
    if *is_flow {
        return Ok(in_braces(text, mapping, (last_key, last), &in_line(keys, value)));
    }
    let Some(indent) = indentation(text, first.start) else { return Err(EditRefusalKind::Layout.at(first.start)) };
    let end = end_of_entry(text, last_key, last);
    Ok(line_after(text, end, &lines(text, root, indent, (keys, value), end)))
}

/// The splice that adds keys and their value below a key without a value, or with null.
pub(super) fn insert_below(
    text: &str,
    root: &SourceNode,
    (key, value): (&SourceNode, &SourceNode),
    in_flow: bool,
    (keys, new): (&[String], &str),
) -> Result<Splice, RefusalAt> {
    if !matches!(value.content, SourceContent::Empty) {
        return Ok(Splice::new(value.start..value.end, format!("{{{}}}", in_line(keys, new))));
    }
    if in_flow {
        return Ok(behind_key(text, key, &format!("{{{}}}", in_line(keys, new))));
    }
    let (Some(indent), Some(colon)) = (indentation(text, key.start), behind_colon(text, key.end)) else {
        return Err(EditRefusalKind::Layout.at(key.start));
    };
    let indent = format!("{indent}{}", " ".repeat(step(text, root)));
    Ok(line_after(text, colon, &lines(text, root, &indent, (keys, new), colon)))
}

/// The entry as lines of a block mapping, without the last line end.
fn lines(text: &str, root: &SourceNode, indent: &str, (keys, value): (&[String], &str), near: usize) -> String {
    let (line_break, step) = (break_for(text, near), step(text, root));
    let mut out = String::new();
    for (depth, name) in keys.iter().enumerate() {
        let lead = if depth == 0 { "" } else { line_break };
        out.push_str(&format!("{lead}{indent}{}{}:", " ".repeat(step * depth), style::key(name)));
    }
    format!("{out} {value}")
}

/// The entry on one line, as in braces.
fn in_line(keys: &[String], value: &str) -> String {
    let mut names = keys.iter().rev().map(|name| style::key(name));
    let last = names.next().map_or_else(|| value.to_owned(), |name| format!("{name}: {value}"));
    names.fold(last, |inner, name| format!("{name}: {{{inner}}}"))
}

fn in_empty_braces(text: &str, mapping: &SourceNode, keys: &[String], value: &str) -> Result<Splice, RefusalAt> {
    let inner = mapping.start + 1..mapping.end.saturating_sub(1);
    let is_blank = text.get(inner.clone()).is_some_and(|inner| inner.trim().is_empty());
    match is_blank {
        true => Ok(Splice::new(inner, in_line(keys, value))),
        false => Err(EditRefusalKind::Comment.at(mapping.start)),
    }
}

/// An entry in braces. Where the last entry has its own line, the new one gets a line too.
fn in_braces(text: &str, mapping: &SourceNode, (key, value): (&SourceNode, &SourceNode), entry: &str) -> Splice {
    let end = end_of_entry(text, key, value);
    let line = &text[end..line_end(text, end).min(mapping.end)];
    let is_last_of_line = line.trim_start_matches([',', ' ', '\t']).is_empty() && line_end(text, end) < mapping.end;
    match indentation(text, key.start).filter(|_| is_last_of_line) {
        Some(indent) => Splice::new(end..end, format!(",{}{indent}{entry}", break_for(text, end))),
        None => Splice::new(end..end, format!(", {entry}")),
    }
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
