//! One client, or many with the same changes: a header, a row for each change, released fields, blocks and results.
//!
//! Owns the layout of a block: columns that line up within it, places that line up over the whole plan.

use std::io::{self, Write};

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

/// One change: its sign and its difference.
struct ChangeRow {
    sign: StyledText,
    row: DifferenceRow,
}

impl ChangeRow {
    fn of(change: &Change, by: MarkBy, placed: bool) -> ChangeRow {
        let view = DifferenceView::of_change(change, by);
        ChangeRow { sign: row::sign(change), row: DifferenceRow::of(&view, ["before", "after"], placed) }
    }
}

/// The lines of one client or of one group.
pub(super) struct ClientBlock<'p> {
    header: Vec<StyledText>,
    place: String,
    rows: Vec<ChangeRow>,
    widths: [usize; 5],
    sample: &'p ClientPlan,
    clients: &'p [&'p ClientPlan],
}

impl<'p> ClientBlock<'p> {
    /// The block of one client.
    pub(super) fn alone(client: &'p ClientPlan, by: MarkBy) -> ClientBlock<'p> {
        let mut header = vec![StyledText::new(TextStyle::Heading, format!("client {}", client.client_id))];
        if let Some(name) = &client.name {
            header.push(StyledText::new(TextStyle::Plain, format!("  {}", called(name))));
        }
        let rows = client.changes.iter().map(|change| ChangeRow::of(change, by, true)).collect();
        ClientBlock::new(header, terminal(&place(&client.source)).to_string(), rows, client, &[])
    }

    /// The block of many clients.
    pub(super) fn many(same: &'p ClientGroup<'p>, by: MarkBy) -> ClientBlock<'p> {
        let sample = same.sample();
        let changes = match sample.changes.len() {
            0 => "otherwise in sync".to_owned(),
            1 => "with the same change".to_owned(),
            n => format!("with the same {n} changes"),
        };
        let header = format!("{} {changes}", count(same.clients.len(), "client"));
        let rows =
            (0..sample.changes.len()).map(|at| ChangeRow::of(&sample.changes[at], by, same.is_one_place(at))).collect();
        ClientBlock::new(vec![StyledText::new(TextStyle::Heading, header)], String::new(), rows, sample, &same.clients)
    }

    fn new(
        header: Vec<StyledText>,
        place: String,
        rows: Vec<ChangeRow>,
        sample: &'p ClientPlan,
        clients: &'p [&'p ClientPlan],
    ) -> ClientBlock<'p> {
        let mut widths = [0; 5];
        for ChangeRow { row, .. } in &rows {
            for (width, cells) in widths.iter_mut().zip(&row.columns) {
                *width = row::width(cells).max(*width);
            }
        }
        ClientBlock { header, place, rows, widths, sample, clients }
    }

    /// How wide a row is without its place: the mark, then every column that is not empty, with two blanks between.
    fn row_width(&self) -> usize {
        2 + self.widths.iter().filter(|width| **width > 0).map(|width| width + 2).sum::<usize>()
    }

    /// The column in which this block would put its places; `None` if they do not fit.
    pub(super) fn column(&self, width: usize) -> Option<usize> {
        let left = row::width(&self.header).max(if self.rows.is_empty() { 0 } else { self.row_width() });
        let column = (left + 2).max(NEAREST);
        (column + PLACE <= width || column == NEAREST).then_some(column)
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
        self.released(options, out)?;
        let bad = |text: String| paint(options.color, TextStyle::Bad, text);
        if self.sample.result.is_none() {
            for blocked in &self.sample.blocked {
                writeln!(out, "  {} {}", bad("✗".to_owned()), sentence(&reason(blocked)))?;
            }
        }
        if let Some(outcome) = self.sample.result {
            self.result(outcome, options, out)?;
        }
        if !self.clients.is_empty() {
            let most = if options.verbose { usize::MAX } else { NAMED };
            let ids = some(self.clients.iter().map(|client| client.client_id), most);
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
        row.write_long(options, out)
    }

    fn released(&self, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
        for released in &self.sample.released {
            let live = match &released.live {
                serde_json::Value::Null => "not set".to_owned(),
                raw => shorten(&terminal(&raw.to_string().into()).to_string(), RAW),
            };
            let base = if self.clients.is_empty() {
                format!(", was at {}", terminal(&place(&released.source)))
            } else {
                String::new()
            };
            let live = if self.sample.live.is_some() { format!(", live {live}") } else { String::new() };
            let line = format!("  {RELEASED} {} released: no longer managed{live}{base}", released.field);
            writeln!(out, "{}", paint(options.color, TextStyle::Faint, line))?;
        }
        Ok(())
    }

    fn result(&self, outcome: ApplyResult, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
        let (label, mark) = if outcome.is_good() { (TextStyle::Good, "✓") } else { (TextStyle::Bad, "✗") };
        let details: Option<&Details> = self.sample.details.as_deref();
        let read = details.is_some_and(|details| details.confirmed_by == Some(ConfirmedBy::Reading));
        let read = if read && outcome == ApplyResult::Applied && self.clients.is_empty() {
            " (confirmed by reading)"
        } else {
            ""
        };
        let message = details.and_then(|details| details.message.as_ref());
        let message = message.map(|message| format!(": {}", sentence(message))).unwrap_or_default();
        let word = paint(options.color, label, format_args!("{mark} {}", word(outcome)));
        writeln!(out, "  {word}{read}{message}")
    }
}

/// A line and its place, in the column of places if that is free.
fn with_place(
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
    let blanks = " ".repeat(column.saturating_sub(width).max(2));
    writeln!(out, "{line}{blanks}{}", paint(options.color, TextStyle::Faint, place))
}
