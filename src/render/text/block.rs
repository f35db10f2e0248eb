//! One client, or many with the same change: a header, a row for each change, and what else there is to say of them.
//!
//! Owns the layout of a block: columns that line up within it, places that line up over the whole plan.

use std::io::{self, Write};

use crate::plan::send::ConfirmedBy;
use crate::plan::{ApplyResult, ClientPlan, Details};
use crate::render::Look;
use crate::render::escape::{cut, terminal};
use crate::render::group::{Same, place, reason};
use crate::render::paint::{Label, paint};
use crate::render::phrase::{count, some};
use crate::render::text::row::{self, Cell, Row};
use crate::render::text::{NAMED, called, sentence};
use crate::render::totals::word;
use crate::render::wording::{MarkBy, RELEASED};

/// The most characters of the raw value of a field that is no longer managed.
const RAW: usize = 60;

/// The room that a column of places leaves for them; longer ones run over rather than leave their column.
const PLACE: usize = 26;

/// The column before which no place stands, so that small plans do not look crowded.
pub(super) const NEAREST: usize = 56;

/// What is told at once.
pub(super) struct Block<'p> {
    header: Vec<Cell>,
    place: String,
    rows: Vec<Row>,
    widths: [usize; 5],
    sample: &'p ClientPlan,
    clients: &'p [&'p ClientPlan],
}

impl<'p> Block<'p> {
    /// The block of one client.
    pub(super) fn alone(client: &'p ClientPlan, by: MarkBy) -> Block<'p> {
        let mut header = vec![Cell::new(Label::Heading, format!("client {}", client.client_id))];
        if let Some(name) = &client.name {
            header.push(Cell::new(Label::Plain, format!("  {}", called(name))));
        }
        let rows = client.changes.iter().map(|change| Row::of(change, by, true)).collect();
        Block::new(header, terminal(&place(&client.source)).to_string(), rows, client, &[])
    }

    /// The block of many clients.
    pub(super) fn many(same: &'p Same<'p>, by: MarkBy) -> Block<'p> {
        let sample = same.sample();
        let changes = match sample.changes.len() {
            0 => "otherwise in sync".to_owned(),
            1 => "with the same change".to_owned(),
            n => format!("with the same {n} changes"),
        };
        let header = format!("{} {changes}", count(same.clients.len(), "client"));
        let rows =
            (0..sample.changes.len()).map(|at| Row::of(&sample.changes[at], by, same.is_one_place(at))).collect();
        Block::new(vec![Cell::new(Label::Heading, header)], String::new(), rows, sample, &same.clients)
    }

    fn new(
        header: Vec<Cell>,
        place: String,
        rows: Vec<Row>,
        sample: &'p ClientPlan,
        clients: &'p [&'p ClientPlan],
    ) -> Block<'p> {
        let mut widths = [0; 5];
        for row in &rows {
            for (width, cells) in widths.iter_mut().zip(&row.columns) {
                *width = row::width(cells).max(*width);
            }
        }
        Block { header, place, rows, widths, sample, clients }
    }

    /// How wide a row is without its place: the mark, then every column that is not empty, with two blanks between.
    fn row_width(&self) -> usize {
        2 + self.widths.iter().filter(|width| **width > 0).map(|width| width + 2).sum::<usize>()
    }

    /// The column in which this block would put its places; `None` when they do not fit and may stand anywhere.
    pub(super) fn column(&self, width: usize) -> Option<usize> {
        let left = row::width(&self.header).max(if self.rows.is_empty() { 0 } else { self.row_width() });
        let column = (left + 2).max(NEAREST);
        (column + PLACE <= width || column == NEAREST).then_some(column)
    }

    /// Writes it, without a blank line after it.
    pub(super) fn write(&self, column: usize, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        // A block too wide for the common column still lines up within itself.
        let own = if self.rows.is_empty() { 0 } else { self.row_width() + 2 };
        let column = column.max(own);
        let line = row::painted(&self.header, look.color);
        with_place(&line, row::width(&self.header), &self.place, column, look, out)?;
        for row in &self.rows {
            self.row(row, column, look, out)?;
        }
        self.released(look, out)?;
        let bad = |text: String| paint(look.color, Label::Bad, text);
        if self.sample.result.is_none() {
            for blocked in &self.sample.blocked {
                writeln!(out, "  {} {}", bad("✗".to_owned()), sentence(&reason(blocked)))?;
            }
        }
        if let Some(outcome) = self.sample.result {
            self.result(outcome, look, out)?;
        }
        if !self.clients.is_empty() {
            let most = if look.verbose { usize::MAX } else { NAMED };
            let ids = some(self.clients.iter().map(|client| client.client_id), most);
            writeln!(out, "    {}", paint(look.color, Label::Faint, format_args!("clients {ids}")))?;
        }
        Ok(())
    }

    fn row(&self, row: &Row, column: usize, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let mut line = format!("  {} ", row::painted(std::slice::from_ref(&row.mark), look.color));
        let (mut at, mut blanks) = (4, 0);
        for (cells, width) in row.columns.iter().zip(self.widths).filter(|(_, width)| *width > 0) {
            let own = row::width(cells);
            if own > 0 {
                line.push_str(&" ".repeat(blanks));
                line.push_str(&row::painted(cells, look.color));
                at += blanks + own;
                blanks = 0;
            }
            blanks += width - own + 2;
        }
        with_place(&line, at, &row.place, column, look, out)?;
        for (word, cell) in &row.long {
            for (at, line) in row::wrapped(cell, look.width.saturating_sub(15), look.color).iter().enumerate() {
                let word = format!("{:7}", if at == 0 { word } else { "" });
                writeln!(out, "      {}  {line}", paint(look.color, Label::Faint, word))?;
            }
        }
        Ok(())
    }

    fn released(&self, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        for released in &self.sample.released {
            let live = match &released.live {
                serde_json::Value::Null => "not set".to_owned(),
                raw => cut(&terminal(&raw.to_string()).to_string(), RAW),
            };
            let base = if self.clients.is_empty() {
                format!(", was at {}", terminal(&place(&released.source)))
            } else {
                String::new()
            };
            let live = if self.sample.live.is_some() { format!(", live {live}") } else { String::new() };
            let line = format!("  {RELEASED} {} released: no longer managed{live}{base}", released.field);
            writeln!(out, "{}", paint(look.color, Label::Faint, line))?;
        }
        Ok(())
    }

    fn result(&self, outcome: ApplyResult, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let (label, mark) = if outcome.is_good() { (Label::Good, "✓") } else { (Label::Bad, "✗") };
        let details: Option<&Details> = self.sample.details.as_deref();
        let read = details.is_some_and(|details| details.confirmed_by == Some(ConfirmedBy::Reading));
        let read = if read && outcome == ApplyResult::Applied && self.clients.is_empty() {
            " (confirmed by reading)"
        } else {
            ""
        };
        let message = details.and_then(|details| details.message.as_ref());
        let message = message.map(|message| format!(": {}", sentence(message))).unwrap_or_default();
        let word = paint(look.color, label, format_args!("{mark} {}", word(outcome)));
        writeln!(out, "  {word}{read}{message}")
    }
}

/// A line with a place behind it, in its column where that is still free.
fn with_place(
    line: &str,
    width: usize,
    place: &str,
    column: usize,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    if place.is_empty() {
        return writeln!(out, "{line}");
    }
    let blanks = " ".repeat(column.saturating_sub(width).max(2));
    writeln!(out, "{line}{blanks}{}", paint(look.color, Label::Faint, place))
}
