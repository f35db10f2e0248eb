//! One change as a row of a block: mark, field, values, countries, judgement, origin, place.
//!
//! Owns the cells and their widths. A value that does not fit into the row is shown in full on lines of its own.

use unicode_width::UnicodeWidthStr;

use crate::model::{Layer, State, Untrusted};
use crate::plan::{Change, ChangeAction, Origin};
use crate::render::escape::{shorten, terminal};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::wording::change;
use crate::render::wording::change::{MarkBy, countries, origin, state};
use crate::render::wording::place::place;

/// The most columns that `before → after` may take in the row.
const VALUES: usize = 46;

/// The most columns of one value in the row if the full value is below.
const SHORT: usize = 20;

/// The most characters of a value other than a list of countries. An odd value may be as large as an answer.
const WHOLE: usize = 2_000;

/// The most countries that are named in brackets.
const CODES: usize = 8;

/// A piece of a row: escaped text and what it is.
pub(super) struct StyledText {
    label: TextStyle,
    text: String,
}

impl StyledText {
    pub(super) fn new(label: TextStyle, text: impl Into<String>) -> StyledText {
        StyledText { label, text: text.into() }
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

/// One change, cut into columns.
pub(super) struct ChangeRow {
    /// The columns from the field on; each is a list of cells.
    pub(super) columns: [Vec<StyledText>; 5],
    /// The mark before them.
    pub(super) mark: StyledText,
    /// The place of its declaration; empty if the places differ.
    pub(super) place: String,
    /// The full text of what the row shows short, each with a word.
    pub(super) long: Vec<(&'static str, StyledText)>,
}

impl ChangeRow {
    /// The row of a change; `placed` says whether one place declares it that may be shown.
    pub(super) fn of(change: &Change, by: MarkBy, placed: bool) -> ChangeRow {
        let mark = match change.action() {
            ChangeAction::Set => StyledText::new(TextStyle::Added, "+"),
            ChangeAction::Update => StyledText::new(TextStyle::Changed, "~"),
            ChangeAction::Clear => StyledText::new(TextStyle::Removed, "-"),
        };
        let (before, after) = (value(&change.difference.live), value(&change.difference.declared));
        let arrow = StyledText::new(TextStyle::Faint, " → ");
        let too_wide = before.width() + after.width() + 3 > VALUES;
        let mut long = Vec::new();
        let mut fit = |word, state: &State, cell: StyledText| match too_wide && cell.width() > SHORT {
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
                    long.push((word, StyledText::new(TextStyle::Plain, change::codes(&list))));
                }
            }
        }
        let codes = if codes.is_empty() { codes } else { format!("({codes})") };
        let (label, word) = judged(change, by);
        let columns = [
            vec![StyledText::new(TextStyle::Plain, change.difference.setting.name())],
            values,
            vec![StyledText::new(TextStyle::Plain, codes)],
            vec![StyledText::new(label, word)],
            vec![StyledText::new(origin_label(change), origin(change))],
        ];
        let place = match (placed, &change.difference.layer) {
            (false, _) => String::new(),
            (true, Layer::Settings) => terminal(&place(&change.difference.place)).to_string(),
            (true, Layer::Profile(name)) => {
                format!(
                    "profile {}, {}",
                    terminal(&Untrusted::new(name.clone())),
                    terminal(&place(&change.difference.place))
                )
            }
        };
        ChangeRow { columns, mark, place, long }
    }
}

fn origin_label(change: &Change) -> TextStyle {
    match change.difference.origin {
        _ if change.withheld => TextStyle::Faint,
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
pub(super) fn wrapped(cell: &StyledText, width: usize, color: bool) -> Vec<String> {
    let codes = cell.text.split(' ').all(|word| word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase()));
    if !codes {
        return vec![paint(color, cell.label, &cell.text)];
    }
    let per_line = (width / 3).max(4);
    let words: Vec<&str> = cell.text.split(' ').collect();
    words.chunks(per_line).map(|line| paint(color, cell.label, line.join(" "))).collect()
}

/// The mark of a change: `! opens`, `!`, `closes`.
fn judged(change: &Change, by: MarkBy) -> (TextStyle, String) {
    match by.mark(&change.difference) {
        (true, "") => (TextStyle::Grave, "!".to_owned()),
        (true, word) => (TextStyle::Grave, format!("! {word}")),
        (false, word) => (TextStyle::Faint, word.to_owned()),
    }
}
