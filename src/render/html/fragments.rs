//! Pieces that every section of the page uses: escaped text, names, and the count of what a list leaves out.
//!
//! Owns how long a text and a list may be.

use std::io::{self, Write};

use crate::model::{Place, Untrusted};
use crate::plan::ClientPlan;
use crate::render::escape;
use crate::render::wording::numbers::number;
use crate::render::wording::place::place;

/// Cards in full: each has two or three KiB.
pub(super) const MOST_CARDS: usize = 400;

/// Lines of a list: clients in sync, clients of a group, findings of a state.
pub(super) const MOST_LINES: usize = 1_000;

/// Characters of an untrusted text. An answer of the API may contain a name of a megabyte.
const MOST_TEXT: usize = 300;

/// Untrusted text for the page, escaped and cut.
pub(super) fn text(text: &Untrusted) -> String {
    escape::html(&escape::cut(text, MOST_TEXT))
}

/// A name; empty without one.
pub(super) fn name(name: Option<&Untrusted>) -> String {
    name.map(text).unwrap_or_default()
}

/// The place at which something was declared, behind a blank; empty without one.
pub(super) fn location(source: Option<&Place>) -> String {
    source.map(|source| format!(" <span class=\"labels\">{}</span>", text(&place(source)))).unwrap_or_default()
}

/// The number of items that a list leaves out; nothing for zero.
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

/// Clients by number, name and document.
pub(super) fn who(clients: &[&ClientPlan], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<ul class=\"who-list\">")?;
    for client in clients.iter().take(MOST_LINES) {
        let (name, location) = (name(client.name.as_ref()), text(&place(&client.source)));
        writeln!(out, "<li>{} {name} <span class=\"labels\">{location}</span></li>", client.client_id)?;
    }
    writeln!(out, "</ul>")?;
    more(clients.len().saturating_sub(MOST_LINES), "clients", out)
}
