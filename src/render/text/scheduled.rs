//! The dated settings of a change set as lines, also of clients that are in sync.
//!
//! Owns their place in the text: a list of its own behind the changes of the clients. Each line has one dated setting,
//! or one of many clients.

use std::io::{self, Write};

use crate::model::ClientId;
use crate::plan::Plan;
use crate::render::escape::terminal;
use crate::render::grouping::dated::{ScheduledGroup, scheduled};
use crate::render::options::TextOptions;
use crate::render::text::drift::{FindingRow, MOST, list, one_or_many};
use crate::render::text::names::sentence;
use crate::render::text::paint::{TextStyle, paint};
use crate::render::text::row::StyledText;
use crate::render::wording::dated::{scheduled_terms, scheduled_time, scheduled_values};
use crate::render::wording::place::place;

/// The most countries that are named.
const CODES: usize = 8;

/// Writes them, with a blank line after them; nothing where there are none.
pub(super) fn write(plan: &Plan, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let groups = scheduled(plan);
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint(options.color, TextStyle::Heading, "Scheduled:"))?;
    list(&groups, MOST, |group| row(group, options), options, out)?;
    writeln!(out)
}

/// How many lines they take without `-v`.
pub(super) fn lines(plan: &Plan) -> usize {
    match scheduled(plan).len().min(MOST) {
        0 => 0,
        // A head and a blank line.
        rows => rows + 2,
    }
}

/// `! opens  geo_list  +GE +TR  client 12  Shop  from 2026-12-01 until 2026-12-14  anna: fair  clients/acme.yaml:9`
fn row(group: &ScheduledGroup<'_>, options: &TextOptions) -> FindingRow {
    let change = group.change;
    let cell = |label, text: String| vec![StyledText::new(label, text)];
    let (label, mark) = match group.mark() {
        (true, word) => (TextStyle::Grave, format!("! {word}")),
        (false, word) => (TextStyle::Faint, word.to_owned()),
    };
    let ids: Vec<ClientId> = group.clients.iter().map(|client| client.client_id).collect();
    let who = one_or_many(&ids, group.clients[0].name.as_ref(), options);
    // The last column has no width, so a long reason moves no other row.
    let mut terms = cell(TextStyle::Plain, sentence(&scheduled_terms(change)));
    if group.placed {
        terms.push(StyledText::new(TextStyle::Faint, format!("  {}", terminal(&place(&change.source)))));
    }
    FindingRow::of_columns([
        cell(label, mark.trim_end().to_owned()),
        cell(TextStyle::Plain, change.setting.name().to_owned()),
        cell(TextStyle::Plain, sentence(&scheduled_values(change, CODES))),
        cell(TextStyle::Plain, who),
        cell(TextStyle::Plain, sentence(&scheduled_time(change))),
        terms,
    ])
}
