//! One change in words: its values, its countries, its direction and its origin.
//!
//! Owns the words that all formats for people share.

use serde_json::Value as Json;

use crate::model::countries::{Code, Countries};
use crate::model::{Direction, State, Untrusted, Value};
use crate::plan::{Change, Origin};

/// The direction of a change in a word; empty if it is unclear. Drift is in the past tense, because it has happened.
pub(crate) fn direction(change: &Change) -> &'static str {
    moved(change.judgement().direction, Some(change.origin))
}

/// A direction in a word. Drift is in the past tense, because it has happened.
pub(crate) fn moved(direction: Option<Direction>, origin: Option<Origin>) -> &'static str {
    match (direction, origin == Some(Origin::Drift)) {
        (Some(Direction::Opens), true) => "opened",
        (Some(Direction::Opens), false) => "opens",
        (Some(Direction::Closes), true) => "closed",
        (Some(Direction::Closes), false) => "closes",
        (Some(Direction::Unclear) | None, _) => "",
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

/// The origin of a change, and whether apply sends it; empty without a base if apply sends it.
pub(crate) fn origin(change: &Change) -> String {
    match (marked(change.origin), change.kept) {
        (origin, false) => origin.to_owned(),
        ("", true) => "not sent".to_owned(),
        (origin, true) => format!("{origin}, not sent"),
    }
}

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

/// The countries that a change adds and removes: `+KZ −BY`, or only their numbers if more than `most`: `+12 −1`.
/// Empty unless both sides are lists.
pub(crate) fn countries(change: &Change, most: usize) -> String {
    signed(&change.added(), &change.removed(), most)
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
