//! Differences of clients whose `expect` failed, as lines from declared to live.
//!
//! Owns their place in the text: a list of its own before the failures, because apply sends nothing of them.

use std::io::{self, Write};

use crate::plan::{ClientPlan, Plan};
use crate::render::grouping::unconfirmed::{UnconfirmedGroup, unconfirmed};
use crate::render::options::TextOptions;
use crate::render::text::drift::{FindingRow, MOST, list, one_or_many};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::text::row::StyledText;
use crate::render::wording::drift::unconfirmed_headline;

/// Writes them, with a blank line after them; nothing where there are none.
pub(super) fn write(plan: &Plan, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let groups = unconfirmed(plan);
    if groups.is_empty() {
        return Ok(());
    }
    let clients = plan.clients.iter().filter(|client| !client.unconfirmed.is_empty()).count();
    let head = unconfirmed_headline(clients);
    writeln!(out, "{}", paint(options.color, TextStyle::Heading, format_args!("{head}:")))?;
    list(&groups, MOST, |group| row(group, options), options, out)?;
    writeln!(out)
}

fn row(group: &UnconfirmedGroup<'_>, options: &TextOptions) -> FindingRow {
    let view = group.view();
    let ids: Vec<_> = group.clients.iter().map(|client| client.client_id).collect();
    let name = group.clients.first().and_then(|client: &&ClientPlan| client.name.as_ref());
    let who = vec![StyledText::new(TextStyle::Plain, one_or_many(&ids, name, options))];
    let origin = vec![StyledText::new(TextStyle::Faint, view.origin())];
    FindingRow::of(&view, [who, origin], true)
}
