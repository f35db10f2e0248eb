//! Pieces that every section of the page uses: escaped text, names, and the count of what a list leaves out.
//!
//! Owns how long a text and a list may be.

use std::io::{self, Write};

use crate::model::Untrusted;
use crate::render::escape;
use crate::render::wording::numbers::number;

/// Cards in full: each has two or three KiB.
pub(super) const MOST_CARDS: usize = 400;

/// Lines of a list: clients in sync, clients of a group, findings of a state.
pub(super) const MOST_LINES: usize = 1_000;

/// Characters of a text that strangers chose. An API may answer a name of a megabyte.
const MOST_TEXT: usize = 300;

/// Text of strangers for the page: harmless and of bounded length.
pub(super) fn text(text: &Untrusted) -> String {
    escape::html(&escape::cut(text, MOST_TEXT))
}

/// A name, where there is one.
pub(super) fn name(name: Option<&Untrusted>) -> String {
    name.map(text).unwrap_or_default()
}

/// Says how many are left out; nothing where none are.
pub(super) fn more(left: usize, what: &str, out: &mut dyn Write) -> io::Result<()> {
    match left {
        0 => Ok(()),
        left => writeln!(
            out,
            "<p class=\"more\">{} more {what}; the formats text and json show all.</p>",
            number(left as u64)
        ),
    }
}
