//! One change as a row of a block: mark, field, values, countries, judgement, origin, place.
//!
//! Owns the cells and their widths. A value that does not fit beside the others is told in full on lines of its own.

use unicode_width::UnicodeWidthStr;

use crate::model::{Layer, State};
use crate::plan::{Change, ChangeAction, Origin};
use crate::render::escape::{cut, terminal};
use crate::render::group::place;
use crate::render::paint::{Label, paint};
use crate::render::text::judged;
use crate::render::wording::{self, MarkBy, countries, origin, state};

/// The most columns that `before → after` may take in the row.
const VALUES: usize = 46;

/// The most columns of one value in the row when the whole stands below.
const SHORT: usize = 20;

/// The most characters of a value that is no list of countries: an odd one may be anything up to the size of an answer.
const WHOLE: usize = 2_000;

/// The most countries that are named in brackets.
const CODES: usize = 8;

/// A piece of a row: escaped text and what it is.
pub(super) struct Cell {
    label: Label,
    text: String,
}

impl Cell {
    pub(super) fn new(label: Label, text: impl Into<String>) -> Cell {
        Cell { label, text: text.into() }
    }

    fn width(&self) -> usize {
        self.text.width()
    }
}

/// How many columns a row of cells takes.
pub(super) fn width(cells: &[Cell]) -> usize {
    cells.iter().map(Cell::width).sum()
}

/// A row of cells in their colours.
pub(super) fn painted(cells: &[Cell], color: bool) -> String {
    cells.iter().map(|cell| paint(color, cell.label, &cell.text)).collect()
}

/// One change, cut into columns.
pub(super) struct Row {
    /// The columns from the field on; each is a list of cells.
    pub(super) columns: [Vec<Cell>; 5],
    /// The mark before them.
    pub(super) mark: Cell,
    /// Where it is written; empty when that differs from client to client.
    pub(super) place: String,
    /// What the row shows short, in full: a word and the text.
    pub(super) long: Vec<(&'static str, Cell)>,
}

impl Row {
    /// The row of a change; `placed` says whether it is written in one place that may be told.
    pub(super) fn of(change: &Change, by: MarkBy, placed: bool) -> Row {
        let mark = match change.action() {
            ChangeAction::Set => Cell::new(Label::Added, "+"),
            ChangeAction::Update => Cell::new(Label::Changed, "~"),
            ChangeAction::Clear => Cell::new(Label::Removed, "-"),
        };
        let (before, after) = (value(&change.difference.live), value(&change.difference.declared));
        let arrow = Cell::new(Label::Faint, " → ");
        let too_wide = before.width() + after.width() + 3 > VALUES;
        let mut long = Vec::new();
        let mut fit = |word, state: &State, cell: Cell| match too_wide && cell.width() > SHORT {
            false => cell,
            true => {
                let short = short(state, &cell);
                long.push((word, cell));
                short
            }
        };
        let values = vec![
            fit("before", &change.difference.live, before),
            arrow,
            fit("after", &change.difference.declared, after),
        ];
        let codes = countries(change, CODES);
        // Beside one long list, what was added or removed is that list again.
        if long.len() > 1 && change.difference.added().len() + change.difference.removed().len() > CODES {
            for (word, list) in [("added", change.difference.added()), ("removed", change.difference.removed())] {
                if !list.is_empty() {
                    long.push((word, Cell::new(Label::Plain, wording::codes(&list))));
                }
            }
        }
        let codes = if codes.is_empty() { codes } else { format!("({codes})") };
        let (label, word) = judged(change, by);
        let columns = [
            vec![Cell::new(Label::Plain, change.difference.setting.name())],
            values,
            vec![Cell::new(Label::Plain, codes)],
            vec![Cell::new(label, word)],
            vec![Cell::new(origin_label(change), origin(change))],
        ];
        let place = match (placed, &change.difference.layer) {
            (false, _) => String::new(),
            (true, Layer::Settings) => terminal(&place(&change.difference.place)).to_string(),
            (true, Layer::Profile(name)) => {
                format!("profile {}, {}", terminal(name), terminal(&place(&change.difference.place)))
            }
        };
        Row { columns, mark, place, long }
    }
}

fn origin_label(change: &Change) -> Label {
    match change.difference.origin {
        _ if change.withheld => Label::Faint,
        Origin::Pending => Label::Added,
        Origin::Drift => Label::Odd,
        Origin::Conflict => Label::Bad,
        Origin::Unknown => Label::Faint,
    }
}

fn value(value: &State) -> Cell {
    let label = match value {
        State::NotSet => Label::Faint,
        State::Is(_) => Label::Plain,
        State::Odd(_) => Label::Odd,
    };
    let text = terminal(&state(value)).to_string();
    match value {
        State::Is(_) | State::NotSet => Cell::new(label, text),
        State::Odd(_) => Cell::new(label, cut(&text, WHOLE)),
    }
}

/// A value that stands in full elsewhere: how many countries, or its beginning.
fn short(value: &State, cell: &Cell) -> Cell {
    match value.countries() {
        Some(set) => Cell::new(cell.label, format!("{} countries", set.codes().len())),
        None => Cell::new(cell.label, cut(&cell.text, SHORT)),
    }
}

/// The text of a cell in lines of at most `width` columns, broken at blanks. Only lists of countries are ever broken: in other
/// texts a break could make a line begin with what strangers chose.
pub(super) fn wrapped(cell: &Cell, width: usize, color: bool) -> Vec<String> {
    let codes = cell.text.split(' ').all(|word| word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase()));
    if !codes {
        return vec![paint(color, cell.label, &cell.text)];
    }
    let per_line = (width / 3).max(4);
    let words: Vec<&str> = cell.text.split(' ').collect();
    words.chunks(per_line).map(|line| paint(color, cell.label, line.join(" "))).collect()
}
