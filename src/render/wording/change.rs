//! The words of one value, one origin, one list of countries, and the mark of a difference.
//!
//! Owns the words that all formats for people share. [`crate::render::wording::difference`] puts them together.

use serde_json::Value as Json;

use crate::model::countries::{Code, Countries};
use crate::model::{Difference, Direction, State, Untrusted, Value};
use crate::plan::{Change, DocumentKind, Origin, Plan};

/// Which question a document marks its differences by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkBy {
    /// What the write does: plans and reports of an apply.
    Effect,
    /// How live compares with git: reports of drift.
    Exposure,
}

impl MarkBy {
    /// The question of this document.
    pub(crate) fn of(plan: &Plan) -> MarkBy {
        match plan.kind {
            DocumentKind::Drift => MarkBy::Exposure,
            DocumentKind::Plan | DocumentKind::Offline | DocumentKind::Report | DocumentKind::Validation => {
                MarkBy::Effect
            }
        }
    }

    /// The direction that answers it.
    pub(crate) fn direction(self, difference: &Difference) -> Option<Direction> {
        match self {
            MarkBy::Effect => difference.risk().effect,
            MarkBy::Exposure => difference.risk().exposure,
        }
    }

    /// The direction that answers it for a change, which may send another value than the declared one.
    pub(crate) fn direction_of(self, change: &Change) -> Option<Direction> {
        match self {
            MarkBy::Effect => change.effect(),
            MarkBy::Exposure => change.difference.risk().exposure,
        }
    }

    /// Whether a difference in this direction calls for attention, and its word: `opens` or `closes` by effect, `open`
    /// or `closed` by exposure, empty where the values do not show it. What closes is calm.
    pub(crate) fn mark(self, direction: Option<Direction>) -> (bool, &'static str) {
        match (direction, self) {
            (Some(Direction::Opens), MarkBy::Effect) => (true, "opens"),
            (Some(Direction::Opens), MarkBy::Exposure) => (true, "open"),
            (Some(Direction::Unclear), _) => (true, ""),
            (Some(Direction::Closes), MarkBy::Effect) => (false, "closes"),
            (Some(Direction::Closes), MarkBy::Exposure) => (false, "closed"),
            (None, _) => (false, ""),
        }
    }
}

/// The mark and the word of an origin; empty without a base.
pub(crate) fn marked(origin: Origin) -> &'static str {
    match origin {
        Origin::Pending => "▸ pending",
        Origin::Drift => "≠ drift",
        Origin::Conflict => "‼ conflict",
        Origin::Unknown => "",
    }
}

/// The mark of released fields and clients.
pub(crate) const RELEASED: &str = "·";

/// A state in words: the value as the API has it, `not set`, or the raw JSON of an odd one.
pub(crate) fn state(state: &State) -> Untrusted {
    match state {
        State::NotSet => "not set".into(),
        State::Is(Value::Countries(Countries::All)) => "* (every country)".into(),
        State::Is(value) => match value.to_json() {
            Json::String(text) => text.into(),
            other => other.to_string().into(),
        },
        State::Odd(raw) => format!("{raw} (not understood)").into(),
    }
}

/// Codes that come and codes that go: `+KZ −BY`, or only how many when they are more than `most`.
pub(crate) fn signed(added: &[Code], removed: &[Code], most: usize) -> String {
    let sides = [('+', added), ('−', removed)];
    let few = sides.iter().map(|(_, codes)| codes.len()).sum::<usize>() <= most;
    let words = sides.iter().filter(|(_, codes)| !codes.is_empty()).flat_map(|(sign, codes)| match few {
        true => codes.iter().map(|code| format!("{sign}{}", code.as_str())).collect(),
        false => vec![format!("{sign}{}", codes.len())],
    });
    words.collect::<Vec<String>>().join(" ")
}

/// Country codes as a list in the API's own spelling.
pub(crate) fn codes(codes: &[Code]) -> String {
    codes.iter().map(Code::as_str).collect::<Vec<_>>().join(" ")
}
