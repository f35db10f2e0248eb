//! One difference as cells of a table. A change of a plan and a finding of drift are drawn by the same function.
//!
//! Owns the escape of its values and how long they may be.

use crate::model::State;
use crate::render::escape::{cut, markdown_code as code};
use crate::render::wording::change::state;
use crate::render::wording::difference::DifferenceView;

/// The most characters of a value.
const VALUE: usize = 200;

/// The most characters of a list of countries: all countries fit.
const LIST: usize = 800;

/// The most countries that are named as added or removed.
const CODES: usize = 12;

/// The most characters of a place, or of an entry with its owner.
const CAUSE: usize = 120;

/// The cells of a difference.
#[derive(Default)]
pub(super) struct DifferenceCells {
    /// The field.
    pub(super) field: String,
    /// The two values in the order of reading.
    pub(super) values: [String; 2],
    /// Mark, countries, origin and cause.
    pub(super) notes: String,
    /// The place of its declaration; empty if the places differ.
    pub(super) place: String,
}

impl DifferenceCells {
    pub(super) fn of(view: &DifferenceView<'_>) -> DifferenceCells {
        let grave = match view.mark() {
            (true, _) => format!("⚠ **{}**", view.marked("security", "security: ")),
            (false, word) => word.to_owned(),
        };
        let overdue = view.overdue().map(|overdue| format!("⚠ **security: {overdue}**"));
        // The mark of a finding says the same without the instant.
        let grave = if overdue.is_some() && view.mark().1 == "overdue" { String::new() } else { grave };
        let overdue = overdue.unwrap_or_default();
        let because = view.because(|text| code(&cut(text, CAUSE))).unwrap_or_default();
        let notes = [overdue, grave, view.countries(CODES), view.origin(), because];
        DifferenceCells {
            field: format!("`{}`", view.difference.setting),
            values: view.values().map(value),
            notes: notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join(", "),
            place: view.place(|text| code(&cut(text, CAUSE))),
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
