//! One difference as cells of a table. A change of a plan and a finding of drift are drawn by the same function.
//!
//! Owns the escape of its values and how long they may be.

use crate::model::State;
use crate::render::escape::{cut, markdown_code as code};
use crate::render::markdown::names::NAME;
use crate::render::wording::change::state;
use crate::render::wording::difference::DifferenceView;

/// The most characters of a value.
const VALUE: usize = 200;

/// The most characters of a list of countries: all countries fit.
const LIST: usize = 800;

/// The most countries that are named as added or removed.
const CODES: usize = 12;

/// The cells of a difference.
#[derive(Default)]
pub(super) struct DifferenceCells {
    /// The field.
    pub(super) field: String,
    /// The two values in the order of reading.
    pub(super) values: [String; 2],
    /// Mark, countries and origin.
    pub(super) notes: String,
    /// The place of its declaration; empty if the places differ.
    pub(super) place: String,
}

impl DifferenceCells {
    pub(super) fn of(view: &DifferenceView<'_>, placed: bool) -> DifferenceCells {
        let grave = match view.mark() {
            (true, _) => format!("⚠ **{}**", view.marked("security", "security: ")),
            (false, word) => word.to_owned(),
        };
        let notes = [grave, view.countries(CODES), view.origin()];
        DifferenceCells {
            field: format!("`{}`", view.difference.setting),
            values: view.values().map(value),
            notes: notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join(", "),
            place: if placed { view.place(|text| code(&cut(text, NAME))) } else { String::new() },
        }
    }
}

/// A value in a cell.
pub(super) fn value(value: &State) -> String {
    match value {
        State::NotSet => "not set".to_owned(),
        value => code(&cut(&state(value), if value.countries().is_some() { LIST } else { VALUE })),
    }
}
