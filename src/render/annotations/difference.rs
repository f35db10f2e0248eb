//! The annotation of one difference: its level, its rule and its sentence. A change of a plan and a finding of drift get
//! theirs from the same functions.
//!
//! Owns the sentences, and the level of a difference by its origin.

use crate::model::{Difference, Direction, Origin, Severity, Untrusted};
use crate::render::annotations::annotation::{AnnotatedClient, Annotation, AnnotationLevel, AnnotationRank, VALUE};
use crate::render::annotations::rule;
use crate::render::escape::cut;
use crate::render::wording::change::{MarkBy, signed, state};
use crate::render::wording::dated;

/// The most countries that are named as added or removed.
const CODES: usize = 12;

/// The annotation of a difference.
pub(super) fn annotation<'p>(
    who: AnnotatedClient<'p>,
    difference: &Difference,
    by: MarkBy,
    sentence: Untrusted,
) -> Annotation<'p> {
    let (level, rank) = gravity(difference, by);
    let (rule, field) = (rule::of_difference(difference, by), Some(difference.setting));
    who.annotation(level, rank, rule, field, sentence, &difference.place)
}

/// The level of a difference: changes made outside of git come before the changes of this change set. Where no write
/// is at hand, what live has more open than declared is an error, whatever its origin.
fn gravity(difference: &Difference, by: MarkBy) -> (AnnotationLevel, AnnotationRank) {
    let risk = difference.risk();
    let grave = risk.severity == Severity::Security;
    let closes = risk.effect == Some(Direction::Closes);
    match (difference.origin, grave) {
        _ if rule::is_overdue(difference, by) => (AnnotationLevel::Error, AnnotationRank::Opened),
        (_, true) if by == MarkBy::Exposure && difference.is_exposed() => {
            (AnnotationLevel::Error, AnnotationRank::Opened)
        }
        (Origin::Drift, true) if risk.exposure == Some(Direction::Opens) => {
            (AnnotationLevel::Error, AnnotationRank::Opened)
        }
        (Origin::Drift | Origin::Conflict, true) => (AnnotationLevel::Error, AnnotationRank::Security),
        (Origin::Conflict, false) => (AnnotationLevel::Error, AnnotationRank::Change),
        (Origin::Drift, false) => (AnnotationLevel::Warning, AnnotationRank::Change),
        (Origin::Pending | Origin::Unknown, true) if !closes => (AnnotationLevel::Warning, AnnotationRank::Security),
        (Origin::Pending | Origin::Unknown, _) => (AnnotationLevel::Note, AnnotationRank::Change),
    }
}

/// A difference that this run found.
pub(super) fn sentence(difference: &Difference, by: MarkBy) -> Untrusted {
    let field = difference.setting;
    let [declared, live] = values(difference);
    let (declared, live) = (declared.raw(), live.raw());
    let sentence = match difference.origin {
        _ if rule::is_overdue(difference, by) => {
            format!("{field} is open past the end of its entry: declared {declared}, live {live}")
        }
        Origin::Pending if by == MarkBy::Exposure && difference.is_exposed() => {
            format!("{field} is not as declared yet: live {live}, declared {declared}")
        }
        Origin::Pending => format!("{field} changes from {live} to {declared}"),
        Origin::Drift => format!("{field} was changed outside of git: declared {declared}, live {live}"),
        Origin::Conflict => {
            format!("{field} was changed both in git and outside of git: declared {declared}, live {live}")
        }
        Origin::Unknown => format!("{field} differs: live {live}, declared {declared}"),
    };
    let (added, removed) = (difference.added(), difference.removed());
    let countries = match difference.origin {
        _ if rule::is_overdue(difference, by) => signed(&removed, &added, CODES),
        Origin::Pending | Origin::Unknown => signed(&added, &removed, CODES),
        Origin::Drift | Origin::Conflict => signed(&removed, &added, CODES),
    };
    with_marks(&sentence, &countries, difference, by)
}

/// A difference of a client that is not as expected.
pub(super) fn unconfirmed_sentence(difference: &Difference) -> Untrusted {
    let field = difference.setting;
    let [declared, live] = values(difference);
    let (declared, live) = (declared.raw(), live.raw());
    let sentence = format!("{field} of a client that is not as expected: declared {declared}, live {live}");
    let countries = signed(&difference.removed(), &difference.added(), CODES);
    with_marks(&sentence, &countries, difference, MarkBy::Exposure)
}

/// A difference that an earlier run found, at a client that this run did not read.
pub(super) fn earlier_sentence(difference: &Difference) -> Untrusted {
    let field = difference.setting;
    let [declared, live] = values(difference);
    let (declared, live) = (declared.raw(), live.raw());
    let sentence = format!("{field} was not read this time; the last read found it declared {declared}, live {live}");
    let countries = signed(&difference.removed(), &difference.added(), CODES);
    with_marks(&sentence, &countries, difference, MarkBy::Exposure)
}

/// The declared and the live value.
fn values(difference: &Difference) -> [Untrusted; 2] {
    [&difference.declared, &difference.live].map(|value| cut(&state(value), VALUE))
}

/// A sentence with its countries, in the order of its values, and with its mark.
fn with_marks(sentence: &str, countries: &str, difference: &Difference, by: MarkBy) -> Untrusted {
    let countries = if countries.is_empty() { String::new() } else { format!(" ({countries})") };
    // The sentence of a pending change names the write already.
    let actor = match (by, difference.origin) {
        (MarkBy::Exposure, _) | (MarkBy::Effect, Origin::Pending) => "",
        (MarkBy::Effect, Origin::Drift | Origin::Conflict | Origin::Unknown) => "the write ",
    };
    let grave = match by.mark(by.direction(difference)) {
        _ if rule::is_overdue(difference, by) => "; security".to_owned(),
        (true, "") => "; security".to_owned(),
        (true, word) => format!("; security: {actor}{word}"),
        (false, "") => String::new(),
        (false, word) => format!("; {actor}{word}"),
    };
    format!("{sentence}{countries}{grave}{}", cause(difference).raw()).into()
}

/// Since when it is overdue, and which entry began or ended.
fn cause(difference: &Difference) -> Untrusted {
    let because = difference.dated.as_deref().and_then(|dated| dated.because.as_ref());
    // The annotation is in the file of the declaration.
    let is_elsewhere = because.is_some_and(|one| one.source.file != difference.place.file);
    let raw = |text: &Untrusted| text.raw().to_owned();
    let because = because.map(|one| format!("; {}", dated::because(one, is_elsewhere, raw))).unwrap_or_default();
    let overdue = difference.overdue_since().map(|since| format!("; {}", dated::overdue(since)));
    format!("{}{because}", overdue.unwrap_or_default()).into()
}
