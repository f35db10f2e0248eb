//! Names and sentences that ringform did not write, escaped and cut for a line of text.

use crate::model::Untrusted;
use crate::plan::ClientPlan;
use crate::render::escape::{shorten, terminal};
use crate::render::options::TextOptions;
use crate::render::text::paint::{TextStyle, paint};
use crate::render::wording::place::place;

/// How many clients or places a line names before it says "and N more".
pub(super) const NAMED: usize = 12;

/// A name or a word of the API, escaped and short enough for a line.
pub(super) fn called(name: &Untrusted) -> String {
    shorten(&terminal(name).to_string(), 60)
}

/// A sentence that ringform did not write, escaped and cut.
pub(super) fn sentence(text: &Untrusted) -> String {
    shorten(&terminal(text).to_string(), 1_000)
}

/// A client in one line: id, name and file.
pub(super) fn who(client: &ClientPlan, options: &TextOptions) -> String {
    let name = client.name.as_ref().map(|name| format!("  {}", called(name))).unwrap_or_default();
    let file = paint(options.color, TextStyle::Faint, terminal(&place(&client.source)));
    format!("client {}{name}  {file}", client.client_id)
}
