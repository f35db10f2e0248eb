//! Changes that one declared place causes: the place and the new value once, then the old values with their clients.
//!
//! Owns the layout of such a block, and how many old values it shows. The rest is counted.

use std::io::{self, Write};

use crate::model::Direction;
use crate::render::escape::terminal;
use crate::render::grouping::blocked::BlockedGroup;
use crate::render::grouping::places::{self, OldValue, PlaceGroup};
use crate::render::options::TextOptions;
use crate::render::text::block::{result_word, with_place};
use crate::render::text::names::{NAMED, called, sentence};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::text::row;
use crate::render::text::row::{DifferenceRow, StyledText};
use crate::render::wording::change::MarkBy;
use crate::render::wording::numbers::{count, some};

/// How many lines of old values are shown without `-v`. With the totals, a fleet under one place takes at most 25
/// lines.
const VALUES: usize = 12;

/// How many clients of one old value are named without `-v`.
const CLIENTS: usize = 3;

/// Writes a group, without a blank line after it. `below` is how many lines another list of the plan takes.
pub(super) fn write(
    group: &PlaceGroup<'_>,
    by: MarkBy,
    below: usize,
    column: usize,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let head = DifferenceRow::declared(&group.view(by));
    let header = header(group, &head);
    let line = row::painted(&header, options.color);
    with_place(&line, row::width(&header), &head.place, column, options, out)?;
    let long = head.write_long(options, out)?;
    let most = if options.verbose { usize::MAX } else { VALUES.saturating_sub(long + below).max(CLIENTS) };
    let (shown, rest) = places::first(&group.values, most);
    table(shown, group.is_mixed(), by, options, out)?;
    if !rest.is_empty() {
        let line = format!("and {}; -v shows them", left_out(rest, by));
        writeln!(out, "    {}", paint(options.color, TextStyle::Faint, line))?;
    }
    match group.result {
        Some(outcome) => writeln!(out, "  {}", result_word(outcome, options)),
        None => Ok(()),
    }
}

/// How wide the header is without the place.
pub(super) fn width(group: &PlaceGroup<'_>, by: MarkBy) -> usize {
    row::width(&header(group, &DifferenceRow::declared(&group.view(by))))
}

/// `200 clients  geo_list → BY KZ RU`
fn header(group: &PlaceGroup<'_>, head: &DifferenceRow) -> Vec<StyledText> {
    let [field, values, ..] = &head.columns;
    let clients = StyledText::new(TextStyle::Heading, format!("{}  ", count(group.count(), "client")));
    [clients].into_iter().chain(field.iter().cloned()).chain(values.iter().cloned()).collect()
}

/// The number of old values that are not shown, of their clients, and how many of these open the PBX.
fn left_out(rest: &[OldValue<'_>], by: MarkBy) -> String {
    let opens = rest.iter().filter(|one| by.direction_of(one.change) == Some(Direction::Opens));
    let opens: usize = opens.map(|one| one.clients.len()).sum();
    let word = if by == MarkBy::Effect { "opens" } else { "open" };
    let opens = if opens > 0 { format!(", {opens} of them ! {word}") } else { String::new() };
    let overdue: usize = rest.iter().map(OldValue::overdue).sum();
    let overdue = if overdue > 0 { format!(", {overdue} of them ! overdue") } else { String::new() };
    format!("{} of {}{opens}{overdue}", count(rest.len(), "more old value"), count(places::count(rest), "client"))
}

/// The old values: sign, value, countries, mark, origin, clients, and the cause where it is not that of all.
fn table(
    values: &[OldValue<'_>],
    is_mixed: bool,
    by: MarkBy,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows: Vec<[Vec<StyledText>; 6]> = values
        .iter()
        .map(|one| {
            let view = one.view(by);
            let row = DifferenceRow::before(&view);
            let cause = if is_mixed { view.cause(|text| terminal(text).to_string()) } else { String::new() };
            let label = if one.overdue() > 0 { TextStyle::Grave } else { TextStyle::Faint };
            let [_, value, codes, mark, origin] = row.columns;
            let sign = StyledText::new(TextStyle::Plain, " from ");
            [
                [row::sign(one.change), sign].into_iter().chain(value).collect(),
                codes,
                mark,
                origin,
                clients(one, options),
                vec![StyledText::new(label, cause)],
            ]
        })
        .collect();
    let widths: [usize; 6] = std::array::from_fn(|at| rows.iter().map(|row| row::width(&row[at])).max().unwrap_or(0));
    for row in &rows {
        let mut line = String::from("  ");
        let mut blanks = 0;
        for (cells, width) in row.iter().zip(widths).filter(|(_, width)| *width > 0) {
            line.push_str(&" ".repeat(blanks));
            line.push_str(&row::painted(cells, options.color));
            blanks = width - row::width(cells) + 2;
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The clients of an old value: one with its name, or how many and the first ids.
fn clients(value: &OldValue<'_>, options: &TextOptions) -> Vec<StyledText> {
    let text = match &value.clients[..] {
        [client] => {
            let name = client.name.as_ref().map(|name| format!("  {}", called(name))).unwrap_or_default();
            format!("client {}{name}", client.client_id)
        }
        clients => {
            let most = if options.verbose { usize::MAX } else { CLIENTS };
            format!("{}: {}", count(clients.len(), "client"), some(clients.iter().map(|one| one.client_id), most))
        }
    };
    vec![StyledText::new(TextStyle::Faint, text)]
}

/// What blocks the clients of such groups.
pub(super) fn blocked(groups: &[BlockedGroup<'_>], options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    for group in groups {
        let head =
            paint(options.color, TextStyle::Bad, format_args!("✗ {} blocked", count(group.clients.len(), "client")));
        writeln!(out, "{head}: {}", sentence(&group.reason))?;
        let most = if options.verbose { usize::MAX } else { NAMED };
        writeln!(out, "  clients {}", some(group.clients.iter().map(|client| client.client_id), most))?;
    }
    if groups.is_empty() { Ok(()) } else { writeln!(out) }
}
