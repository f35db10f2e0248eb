//! One difference as a row: field, values, countries, mark, origin, place. A change of a plan and a finding of drift
//! are drawn by the same function.
//!
//! Owns the cells and their widths. A value that does not fit into the row is shown in full on lines of its own.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::model::State;
use crate::plan::{Change, ChangeAction, Origin};
use crate::render::escape::{shorten, terminal};
use crate::render::options::TextOptions;
use crate::render::text::paint::{TextStyle, paint};
use crate::render::wording::change;
use crate::render::wording::change::state;
use crate::render::wording::difference::DifferenceView;

/// The most columns that the two values may take in the row.
const VALUES: usize = 46;

/// The most columns of one value in the row if the full value is below.
const SHORT: usize = 20;

/// The most columns of an old value beside many others.
const BEFORE: usize = 30;

/// The most characters of a value other than a list of countries. An odd value may be as large as an answer.
const WHOLE: usize = 2_000;

/// The most countries that are named in brackets.
const CODES: usize = 8;

/// A piece of a row: escaped text and what it is.
#[derive(Clone)]
pub(super) struct StyledText {
    label: TextStyle,
    text: String,
}

impl StyledText {
    pub(super) fn new(label: TextStyle, text: impl Into<String>) -> StyledText {
        StyledText { label, text: text.into() }
    }

    /// Takes the colour of an alarm away.
    pub(super) fn fade(&mut self) {
        self.label = TextStyle::Faint;
    }

    fn width(&self) -> usize {
        self.text.width()
    }
}

/// How many columns a row of cells takes.
pub(super) fn width(cells: &[StyledText]) -> usize {
    cells.iter().map(StyledText::width).sum()
}

/// A row of cells in their colours.
pub(super) fn painted(cells: &[StyledText], color: bool) -> String {
    cells.iter().map(|cell| paint(color, cell.label, &cell.text)).collect()
}

/// One difference, cut into columns.
pub(super) struct DifferenceRow {
    /// The columns from the field on: field, values, countries, mark, origin. Each is a list of cells.
    pub(super) columns: [Vec<StyledText>; 5],
    /// The place of its declaration; empty if the places differ.
    pub(super) place: String,
    /// The full text of what the row shows short, each with a word.
    pub(super) long: Vec<(&'static str, StyledText)>,
    /// Why it differs, and since when it is open past its end.
    cause: Option<(&'static str, StyledText)>,
}

impl DifferenceRow {
    /// The row of a difference. `words` name its two values where they are below the row.
    pub(super) fn of(view: &DifferenceView<'_>, words: [&'static str; 2]) -> DifferenceRow {
        let states = view.values();
        let cells = states.map(value);
        let too_wide = cells.iter().map(StyledText::width).sum::<usize>() + 3 > VALUES;
        let mut long = Vec::new();
        let mut fit = |word, state: &State, cell: StyledText| match too_wide && cell.width() > SHORT {
            false => cell,
            true => {
                let short = short(state, &cell);
                long.push((word, cell));
                short
            }
        };
        let [first, second] = cells;
        let values = vec![
            fit(words[0], states[0], first),
            StyledText::new(TextStyle::Faint, " → "),
            fit(words[1], states[1], second),
        ];
        let moved = view.moved();
        // Beside one long list, what was added or removed is that list again.
        if long.len() > 1 && moved.iter().map(Vec::len).sum::<usize>() > CODES {
            for (word, list) in ["added", "removed"].into_iter().zip(&moved) {
                if !list.is_empty() {
                    long.push((word, StyledText::new(TextStyle::Plain, change::codes(list))));
                }
            }
        }
        let codes = view.countries(CODES);
        let codes = if codes.is_empty() { codes } else { format!("({codes})") };
        let label = if view.mark().0 { TextStyle::Grave } else { TextStyle::Faint };
        let columns = [
            vec![StyledText::new(TextStyle::Plain, view.difference.setting.name())],
            values,
            vec![StyledText::new(TextStyle::Plain, codes)],
            vec![StyledText::new(label, view.marked("!", "! "))],
            vec![StyledText::new(origin_label(view), view.origin())],
        ];
        DifferenceRow { columns, place: view.place(|text| terminal(text).to_string()), long, cause: cause(view) }
    }

    /// The row of a declared value and its cause: ` → BY KZ RU`. It has no old value, so no countries, mark and origin.
    pub(super) fn declared(view: &DifferenceView<'_>) -> DifferenceRow {
        let [_, after] = view.values();
        let (cell, long) = fitted("after", after, VALUES);
        let name = StyledText::new(TextStyle::Plain, view.difference.setting.name());
        let values = vec![StyledText::new(TextStyle::Faint, " → "), cell];
        let place = view.place(|text| terminal(text).to_string());
        DifferenceRow {
            columns: [vec![name], values, Vec::new(), Vec::new(), Vec::new()],
            place,
            long,
            cause: cause(view),
        }
    }

    /// The row of an old value alone, without its field and place. A long value is shown short only.
    pub(super) fn before(view: &DifferenceView<'_>) -> DifferenceRow {
        let [before, _] = view.values();
        let (cell, _) = fitted("before", before, BEFORE);
        let [_, _, codes, mark, origin] = DifferenceRow::of(view, ["", ""]).columns;
        let columns = [Vec::new(), vec![cell], codes, mark, origin];
        DifferenceRow { columns, place: String::new(), long: Vec::new(), cause: None }
    }

    /// Writes the full values and the cause below the row, and returns the number of lines.
    pub(super) fn write_long(&self, options: &TextOptions, out: &mut dyn Write) -> io::Result<usize> {
        let mut lines = 0;
        for (word, cell) in self.long.iter().chain(&self.cause) {
            for (at, line) in wrapped(cell, options.width.saturating_sub(15), options.color).iter().enumerate() {
                let word = format!("{:8}", if at == 0 { word } else { "" });
                writeln!(out, "      {} {line}", paint(options.color, TextStyle::Faint, word))?;
                lines += 1;
            }
        }
        Ok(lines)
    }
}

/// Why it differs, and since when it is open past its end: one line below the row.
fn cause(view: &DifferenceView<'_>) -> Option<(&'static str, StyledText)> {
    let cause = view.cause(|text| terminal(text).to_string());
    match view.overdue() {
        _ if cause.is_empty() => None,
        Some(_) => Some(("because", StyledText::new(TextStyle::Grave, format!("! {cause}")))),
        None => Some(("because", StyledText::new(TextStyle::Plain, cause))),
    }
}

/// A value in at most `most` columns, and its full text if that is longer.
fn fitted(word: &'static str, state: &State, most: usize) -> (StyledText, Vec<(&'static str, StyledText)>) {
    let cell = value(state);
    match cell.width() > most {
        false => (cell, Vec::new()),
        true => (short(state, &cell), vec![(word, cell)]),
    }
}

/// The sign of what happens to a field.
pub(super) fn sign(change: &Change) -> StyledText {
    match change.action() {
        ChangeAction::Set => StyledText::new(TextStyle::Added, "+"),
        ChangeAction::Update => StyledText::new(TextStyle::Changed, "~"),
        ChangeAction::Clear => StyledText::new(TextStyle::Removed, "-"),
    }
}

fn origin_label(view: &DifferenceView<'_>) -> TextStyle {
    match view.difference.origin {
        _ if view.is_withheld() => TextStyle::Faint,
        Origin::Pending => TextStyle::Added,
        Origin::Drift => TextStyle::Odd,
        Origin::Conflict => TextStyle::Bad,
        Origin::Unknown => TextStyle::Faint,
    }
}

fn value(value: &State) -> StyledText {
    let label = match value {
        State::NotSet => TextStyle::Faint,
        State::Is(_) => TextStyle::Plain,
        State::Odd(_) => TextStyle::Odd,
    };
    let text = terminal(&state(value)).to_string();
    match value {
        State::Is(_) | State::NotSet => StyledText::new(label, text),
        State::Odd(_) => StyledText::new(label, shorten(&text, WHOLE)),
    }
}

/// The short form of a value: the number of countries, or its beginning.
fn short(value: &State, cell: &StyledText) -> StyledText {
    match value.countries() {
        Some(set) => StyledText::new(cell.label, format!("{} countries", set.codes().len())),
        None => StyledText::new(cell.label, shorten(&cell.text, SHORT)),
    }
}

/// The text of a cell in lines of at most `width` columns, broken at blanks. Only lists of countries are
/// broken, because a break in another text could start a line with untrusted text.
fn wrapped(cell: &StyledText, width: usize, color: bool) -> Vec<String> {
    let codes = cell.text.split(' ').all(|word| word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase()));
    if !codes {
        return vec![paint(color, cell.label, &cell.text)];
    }
    let per_line = (width / 3).max(4);
    let words: Vec<&str> = cell.text.split(' ').collect();
    words.chunks(per_line).map(|line| paint(color, cell.label, line.join(" "))).collect()
}
