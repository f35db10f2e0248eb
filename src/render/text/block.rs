//! One client, or many with the same changes: a header, a row for each change, released fields, blocks and results.
//!
//! Owns the layout of a block: columns that line up within it, places that line up over the whole plan.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::plan::send::ConfirmedBy;
use crate::plan::{ApplyResult, Change, ClientPlan, Details};
use crate::render::escape::{shorten, terminal};
use crate::render::grouping::clients::ClientGroup;
use crate::render::options::TextOptions;
use crate::render::text::names::{NAMED, called, sentence};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::text::row;
use crate::render::text::row::{DifferenceRow, StyledText};
use crate::render::totals::word;
use crate::render::wording::change::{MarkBy, RELEASED};
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::numbers::{count, some};
use crate::render::wording::place::{place, reason};

/// The most characters of the raw value of a released field.
const RAW: usize = 60;

/// The columns reserved for a place. A longer place runs over and stays in its column.
const PLACE: usize = 26;

/// The first column that a place may take, so that small plans are easy to read.
pub(super) const NEAREST: usize = 56;

/// How far a place on a line of its own is moved to the right, at most.
const OWN_LINE: usize = 6;

/// One change: its sign and its difference.
struct ChangeRow {
    sign: StyledText,
    row: DifferenceRow,
}

impl ChangeRow {
    fn of(change: &Change, view: &DifferenceView<'_>) -> ChangeRow {
        ChangeRow { sign: row::sign(change), row: DifferenceRow::of(view, ["before", "after"]) }
    }
}

/// The lines of one client or of one group.
pub(super) struct ClientBlock<'p> {
    header: Vec<StyledText>,
    place: String,
    rows: Vec<ChangeRow>,
    widths: [usize; 5],
    group: &'p ClientGroup<'p>,
}

impl<'p> ClientBlock<'p> {
    /// The block of one client, or of many.
    pub(super) fn of(group: &'p ClientGroup<'p>, by: MarkBy) -> ClientBlock<'p> {
        let (header, place) = match &group.clients[..] {
            [client] => (alone(client), terminal(&place(&client.source)).to_string()),
            _ => (vec![StyledText::new(TextStyle::Heading, many(group))], String::new()),
        };
        let row = |change: &&'p Change| ChangeRow::of(change, &group.view(change, by));
        let rows: Vec<ChangeRow> = group.changes.iter().map(row).collect();
        let mut widths = [0; 5];
        for ChangeRow { row, .. } in &rows {
            for (width, cells) in widths.iter_mut().zip(&row.columns) {
                *width = row::width(cells).max(*width);
            }
        }
        ClientBlock { header, place, rows, widths, group }
    }

    fn is_many(&self) -> bool {
        self.group.clients.len() > 1
    }

    /// How wide a row is without its place: the mark, then every column that is not empty, with two blanks between.
    fn row_width(&self) -> usize {
        2 + self.widths.iter().filter(|width| **width > 0).map(|width| width + 2).sum::<usize>()
    }

    /// The column in which this block would put its places; `None` if they do not fit.
    pub(super) fn column(&self, width: usize) -> Option<usize> {
        column(row::width(&self.header).max(if self.rows.is_empty() { 0 } else { self.row_width() }), width)
    }

    /// Writes it, without a blank line after it.
    pub(super) fn write(&self, column: usize, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
        // A block too wide for the common column still lines up within itself.
        let own = if self.rows.is_empty() { 0 } else { self.row_width() + 2 };
        let column = column.max(own);
        let line = row::painted(&self.header, options.color);
        with_place(&line, row::width(&self.header), &self.place, column, options, out)?;
        for change in &self.rows {
            self.row(change, column, options, out)?;
        }
        if let Some(fields) = self.group.elsewhere() {
            writeln!(out, "    {}", paint(options.color, TextStyle::Faint, format_args!("shown above: {fields}")))?;
        }
        self.released(options, out)?;
        let bad = |text: String| paint(options.color, TextStyle::Bad, text);
        let outcome = self.group.sample().result;
        if outcome.is_none() {
            for blocked in &self.group.blocked {
                writeln!(out, "  {} {}", bad("✗".to_owned()), sentence(&reason(blocked)))?;
            }
        }
        if let Some(outcome) = outcome {
            self.result(outcome, options, out)?;
        }
        if self.is_many() {
            let most = if options.verbose { usize::MAX } else { NAMED };
            let ids = some(self.group.clients.iter().map(|client| client.client_id), most);
            writeln!(out, "    {}", paint(options.color, TextStyle::Faint, format_args!("clients {ids}")))?;
        }
        Ok(())
    }

    fn row(&self, change: &ChangeRow, column: usize, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
        let ChangeRow { sign, row } = change;
        let mut line = format!("  {} ", row::painted(std::slice::from_ref(sign), options.color));
        let (mut at, mut blanks) = (4, 0);
        for (cells, width) in row.columns.iter().zip(self.widths).filter(|(_, width)| *width > 0) {
            let own = row::width(cells);
            if own > 0 {
                line.push_str(&" ".repeat(blanks));
                line.push_str(&row::painted(cells, options.color));
                at += blanks + own;
                blanks = 0;
            }
            blanks += width - own + 2;
        }
        with_place(&line, at, &row.place, column, options, out)?;
        row.write_long(options, out).map(drop)
    }

    fn released(&self, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
        let sample = self.group.sample();
        for released in &sample.released {
            let live = match &released.live {
                serde_json::Value::Null => "not set".to_owned(),
                raw => shorten(&terminal(&raw.to_string().into()).to_string(), RAW),
            };
            let base = match released.source.as_ref().filter(|_| !self.is_many()) {
                Some(source) => format!(", was at {}", terminal(&place(source))),
                None => String::new(),
            };
            let live = if sample.live.is_some() { format!(", live {live}") } else { String::new() };
            let line = format!("  {RELEASED} {} released: no longer managed{live}{base}", released.field);
            writeln!(out, "{}", paint(options.color, TextStyle::Faint, line))?;
        }
        Ok(())
    }

    fn result(&self, outcome: ApplyResult, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
        let details: Option<&Details> = self.group.sample().details.as_deref();
        let read = details.is_some_and(|details| details.confirmed_by == Some(ConfirmedBy::Reading));
        let read =
            if read && outcome == ApplyResult::Applied && !self.is_many() { " (confirmed by reading)" } else { "" };
        let message = details.and_then(|details| details.message.as_ref());
        let message = message.map(|message| format!(": {}", sentence(message))).unwrap_or_default();
        writeln!(out, "  {}{read}{message}", result_word(outcome, options))
    }
}

/// A client's id and name.
fn alone(client: &ClientPlan) -> Vec<StyledText> {
    let id = StyledText::new(TextStyle::Heading, format!("client {}", client.client_id));
    let name = client.name.as_ref().map(|name| StyledText::new(TextStyle::Plain, format!("  {}", called(name))));
    [id].into_iter().chain(name).collect()
}

/// How many clients are in a group, and what they have in common.
fn many(group: &ClientGroup<'_>) -> String {
    let changes = match group.changes.len() {
        0 => "otherwise in sync".to_owned(),
        1 => "with the same change".to_owned(),
        n => format!("with the same {n} changes"),
    };
    format!("{} {changes}", count(group.clients.len(), "client"))
}

/// The word of a result, with its mark.
pub(super) fn result_word(outcome: ApplyResult, options: &TextOptions) -> String {
    let (label, mark) = if outcome.is_good() { (TextStyle::Good, "✓") } else { (TextStyle::Bad, "✗") };
    paint(options.color, label, format_args!("{mark} {}", word(outcome)))
}

/// The column for the places of lines of `left` columns; `None` if they do not fit.
pub(super) fn column(left: usize, width: usize) -> Option<usize> {
    let column = (left + 2).max(NEAREST);
    (column + PLACE <= width || column == NEAREST).then_some(column)
}

/// A line and its place, in the column of places if that is free.
pub(super) fn with_place(
    line: &str,
    width: usize,
    place: &str,
    column: usize,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    if place.is_empty() {
        return writeln!(out, "{line}");
    }
    let own = place.width();
    let place = paint(options.color, TextStyle::Faint, place);
    let fits = |column: usize| !options.wraps || column + own <= options.width;
    let behind = width + 2;
    let blanks = if fits(column.max(behind)) {
        column.max(behind) - width
    } else if fits(behind) {
        options.width - own - width
    } else {
        // A place that does not fit gets its own line.
        let blanks = " ".repeat(options.width.saturating_sub(own).min(OWN_LINE));
        return writeln!(out, "{line}\n{blanks}{place}");
    };
    writeln!(out, "{line}{}{place}", " ".repeat(blanks))
}
