//! Values on the page: a state beside the one it is compared with, countries as chips where they differ.
//!
//! Owns the marks of the difference between two states of a field. Long lists show the difference and count the rest.

use crate::model::countries::{Code, Countries};
use crate::model::{Severity, State, Value};
use crate::plan::{ApplyResult, Change, Origin};
use crate::render::html::fragments::text;
use crate::render::totals;
use crate::render::wording::change;

/// The most countries that are named, both with and without a difference.
const MOST_CODES: usize = 40;

/// One state.
pub(super) fn alone(state: &State) -> String {
    match state {
        State::NotSet => "<span class=\"none\">not set</span>".to_owned(),
        State::Is(Value::Countries(Countries::All)) => {
            "<span class=\"v\">*</span> <span class=\"soft\">every country</span>".to_owned()
        }
        State::Is(_) => format!("<span class=\"v\">{}</span>", text(&change::state(state))),
        State::Odd(raw) => {
            format!(
                "<span class=\"v\">{}</span> <span class=\"soft\">not understood</span>",
                text(&raw.to_string().into())
            )
        }
    }
}

/// Two states of one field, older or live first, with marks on what only one of them has.
pub(super) fn pair(before: &State, after: &State) -> (String, String) {
    match (before.countries(), after.countries()) {
        (Some(one), Some(other)) if *one != Countries::All && *other != Countries::All => {
            let (removed, added) = (one.without(other), other.without(one));
            (list(one, &removed, "del", "removed"), list(other, &added, "add", "added"))
        }
        (_, _) => (alone(before), alone(after)),
    }
}

/// Codes in order, the marked ones as chips. A list whose unmarked codes are many counts them.
fn list(all: &Countries, marked: &[Code], class: &str, word: &str) -> String {
    let canonical = all.canonical();
    let same: Vec<&str> = canonical.split(' ').filter(|code| marked.iter().all(|one| one.as_str() != *code)).collect();
    let mut parts = Vec::new();
    if marked.len() + same.len() <= MOST_CODES {
        for code in canonical.split(' ').filter(|code| !code.is_empty()) {
            match marked.iter().any(|one| one.as_str() == code) {
                true => parts.push(chip(code, class, word)),
                false => parts.push(code.to_owned()),
            }
        }
    } else {
        parts.extend(marked.iter().take(MOST_CODES).map(|code| chip(code.as_str(), class, word)));
        if marked.len() > MOST_CODES {
            parts.push(format!("<span class=\"soft\">and {} more {word},</span>", marked.len() - MOST_CODES));
        }
        if !same.is_empty() {
            parts.push(format!("<span class=\"soft\">{} kept</span>", same.len()));
        }
    }
    match parts.is_empty() {
        true => "<span class=\"none\">no country</span>".to_owned(),
        false => format!("<span class=\"v\">{}</span>", parts.join(" ")),
    }
}

fn chip(code: &str, class: &str, word: &str) -> String {
    format!("<span class=\"chip {class}\"><span class=\"vh\">{word} </span>{code}</span>")
}

/// The class by which the filters find an origin.
pub(super) fn origin_class(origin: Origin) -> &'static str {
    match origin {
        Origin::Pending => "o-pending",
        Origin::Drift => "o-drift",
        Origin::Conflict => "o-conflict",
        Origin::Unknown => "o-unknown",
    }
}

/// A word in a small coloured field. The word is never untrusted text.
pub(super) fn tag(class: &str, word: &str) -> String {
    format!("<span class=\"tag {class}\">{word}</span>")
}

/// The classes of all origins among some changes, each once.
pub(super) fn origins<'c>(changes: impl Iterator<Item = &'c Change>) -> String {
    let mut classes: Vec<&str> = changes.map(|change| origin_class(change.difference.origin)).collect();
    classes.sort_unstable();
    classes.dedup();
    classes.join(" ")
}

/// Whether a change is one that the filter for security shows.
pub(super) fn is_grave(change: &Change) -> bool {
    change.difference.risk().severity == Severity::Security
}

/// The result of apply as a tag; empty in a plan.
pub(super) fn result(outcome: Option<ApplyResult>) -> String {
    let Some(outcome) = outcome else { return String::new() };
    tag(if outcome.is_good() { "green" } else { "red" }, totals::word(outcome))
}
