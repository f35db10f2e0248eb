//! Bytes to replace, and the lines of a text.
//!
//! Owns the only way in which a text changes: all bytes outside of a splice are copied.

use std::ops::Range;

/// Bytes that go, and the text in their place.
#[derive(Clone, Debug)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) with: String,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, with: impl Into<String>) -> Splice {
        Splice { range, with: with.into() }
    }
}

/// The text with splices that do not overlap.
pub(super) fn apply(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| splice.range.start);
    let mut out = String::with_capacity(text.len() + splices.iter().map(|splice| splice.with.len()).sum::<usize>());
    let mut copied = 0;
    for splice in &splices {
        out.push_str(&text[copied..splice.range.start]);
        out.push_str(&splice.with);
        copied = splice.range.end;
    }
    out.push_str(&text[copied..]);
    out
}

/// Where the line of a byte begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |before| before + 1)
}

/// Where the line of a byte ends, before its line end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length)
}

/// The line end at a byte; empty at the end of the text.
pub(super) fn break_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    match rest.as_bytes() {
        [b'\r', b'\n', ..] => &rest[..2],
        [b'\r' | b'\n', ..] => &rest[..1],
        _ => "",
    }
}

/// The line end for a new line after the one of a byte: its own, else the one before it.
pub(super) fn break_for(text: &str, at: usize) -> &str {
    let own = break_at(text, line_end(text, at));
    if !own.is_empty() {
        return own;
    }
    let before = &text[..line_start(text, at)];
    match before.as_bytes() {
        [.., b'\r', b'\n'] => "\r\n",
        [.., b'\r'] => "\r",
        _ => "\n",
    }
}

/// The text before a byte on its line, if it is only blanks.
pub(super) fn indentation(text: &str, at: usize) -> Option<&str> {
    let before = &text[line_start(text, at)..at];
    before.bytes().all(|byte| byte == b' ').then_some(before)
}

/// A new line after the one of a byte.
pub(super) fn line_after(text: &str, at: usize, line: &str) -> Splice {
    let (end, line_break) = (line_end(text, at), break_for(text, at));
    match break_at(text, end) {
        "" => Splice::new(end..end, format!("{line_break}{line}")),
        own => Splice::new(end + own.len()..end + own.len(), format!("{line}{line_break}")),
    }
}
