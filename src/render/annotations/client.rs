//! What there is to say of one client: its failure, what stops it, each field that differs, or what apply left undone.
//!
//! Owns the gravity of a change by its origin and the sentences. Values in them are still untrusted.

use crate::model::{Direction, Severity, Untrusted};
use crate::plan::{ApplyResult, Blocked, BlockedKind, Change, ClientPlan, Origin};
use crate::render::annotations::annotation::{
    AnnotatedClient, Annotation, AnnotationLevel, AnnotationRank, SENTENCE, VALUE,
};
use crate::render::annotations::drift::FindingIndex;
use crate::render::annotations::rule;
use crate::render::escape::cut;
use crate::render::totals::word;
use crate::render::wording::change::{countries, direction, signed, state};
use crate::render::wording::numbers::count;
use crate::render::wording::place::reason;

/// The most countries that are named as added or removed.
const CODES: usize = 12;

/// Adds the remarks of a client.
pub(super) fn annotations<'p>(client: &'p ClientPlan, findings: &FindingIndex<'p>, list: &mut Vec<Annotation<'p>>) {
    let name = client.name.as_ref();
    let who = AnnotatedClient { client: client.client_id, credentials: client.credentials.as_deref(), name };
    let found = |mut annotation: Annotation<'p>| {
        if let Some(finding) = findings.get(&(who.client, who.credentials, annotation.field)) {
            annotation.add_finding(finding);
        }
        annotation
    };
    match client.result {
        Some(outcome) if outcome.is_good() => {
            for change in &client.changes {
                let message = format!("{} ({})", change_words(change).raw(), word(outcome)).into();
                let field = Some(change.setting);
                list.push(who.annotation(
                    AnnotationLevel::Note,
                    AnnotationRank::Rest,
                    rule::APPLIED,
                    field,
                    message,
                    &change.place,
                ));
            }
        }
        Some(outcome) => {
            let message = format!("{}: {}", word(outcome), undone(client, outcome).raw()).into();
            list.push(who.annotation(
                AnnotationLevel::Error,
                AnnotationRank::Failed,
                rule::NOT_APPLIED,
                None,
                message,
                &client.source,
            ));
        }
        None => {
            if let Some(error) = &client.error {
                let help = error.help.as_deref().map(|help| format!(". {help}")).unwrap_or_default();
                let message = format!("{}{help}", cut(&error.message, SENTENCE).raw()).into();
                let failed = rule::CLIENT_FAILED;
                list.push(found(who.annotation(
                    AnnotationLevel::Error,
                    AnnotationRank::Failed,
                    failed,
                    None,
                    message,
                    &client.source,
                )));
            }
            for blocked in client.blocked.iter().filter(|blocked| !is_told_by_its_change(blocked, client)) {
                let message = cut(&reason(blocked), SENTENCE);
                let annotation = who.annotation(
                    AnnotationLevel::Error,
                    AnnotationRank::Blocked,
                    rule::BLOCKED,
                    None,
                    message,
                    &client.source,
                );
                list.push(Annotation { fingerprint: who.fingerprint("guard", blocked.name.raw()), ..annotation });
            }
            for change in &client.changes {
                let (weight, rank) = gravity(change);
                let (rule, field) = (rule::of_change(change), Some(change.setting));
                list.push(found(who.annotation(weight, rank, rule, field, change_words(change), &change.place)));
            }
        }
    }
    for released in &client.released {
        let message = format!("{} is no longer managed and left as it is", released.field).into();
        let field = Some(released.field);
        list.push(who.annotation(
            AnnotationLevel::Note,
            AnnotationRank::Rest,
            rule::RELEASED,
            field,
            message,
            &client.source,
        ));
    }
}

/// Whether a conflict is told by the change of its field already.
fn is_told_by_its_change(blocked: &Blocked, client: &ClientPlan) -> bool {
    let is_field = |change: &Change| change.setting.name() == blocked.name.raw() && change.origin == Origin::Conflict;
    blocked.kind == BlockedKind::Conflict && client.changes.iter().any(is_field)
}

/// How grave a change is: what was done behind git's back goes before what this change set brings.
fn gravity(change: &Change) -> (AnnotationLevel, AnnotationRank) {
    let judgement = change.judgement();
    let grave = judgement.severity == Severity::Security;
    match (change.origin, grave) {
        (Origin::Drift, true) if judgement.direction == Some(Direction::Opens) => {
            (AnnotationLevel::Error, AnnotationRank::Opened)
        }
        (Origin::Drift | Origin::Conflict, true) => (AnnotationLevel::Error, AnnotationRank::Security),
        (Origin::Conflict, false) => (AnnotationLevel::Error, AnnotationRank::Change),
        (Origin::Drift, false) => (AnnotationLevel::Warning, AnnotationRank::Change),
        (Origin::Pending | Origin::Unknown, true) => (AnnotationLevel::Warning, AnnotationRank::Security),
        (Origin::Pending | Origin::Unknown, false) => (AnnotationLevel::Note, AnnotationRank::Change),
    }
}

/// A change in a sentence.
fn change_words(change: &Change) -> Untrusted {
    let value = |value| cut(&state(value), VALUE);
    let (field, live, declared) = (change.setting, value(&change.before), value(&change.after));
    let (live, declared) = (live.raw(), declared.raw());
    let sentence = match change.origin {
        Origin::Pending => format!("{field} changes from {live} to {declared}"),
        Origin::Drift => format!("{field} was changed outside of git: declared {declared}, live {live}"),
        Origin::Conflict => {
            format!("{field} was changed both in git and outside of git: declared {declared}, live {live}")
        }
        Origin::Unknown => format!("{field} differs: live {live}, declared {declared}"),
    };
    // As the sentence goes: from live to declared, or, of drift, from what git says to what somebody made of it.
    let countries = match change.origin {
        Origin::Drift => signed(&change.removed(), &change.added(), CODES),
        Origin::Pending | Origin::Conflict | Origin::Unknown => countries(change, CODES),
    };
    let countries = if countries.is_empty() { countries } else { format!(" ({countries})") };
    let grave = match (change.judgement().severity, direction(change)) {
        (Severity::Security, "") => "; security".to_owned(),
        (Severity::Security, word) => format!("; security: {word}"),
        (Severity::Info, "") => String::new(),
        (Severity::Info, word) => format!("; {word}"),
    };
    format!("{sentence}{countries}{grave}").into()
}

/// Why apply left a client undone.
fn undone(client: &ClientPlan, outcome: ApplyResult) -> Untrusted {
    let told = client.details.as_deref().and_then(|details| details.message.as_ref());
    match (&client.error, told) {
        (Some(error), _) => cut(&error.message, SENTENCE),
        (None, Some(message)) => cut(message, SENTENCE),
        (None, None) if outcome == ApplyResult::Refused && !client.blocked.is_empty() => {
            let reasons: Vec<Untrusted> =
                client.blocked.iter().map(|blocked| cut(&reason(blocked), SENTENCE)).collect();
            reasons.iter().map(Untrusted::raw).collect::<Vec<_>>().join("; ").into()
        }
        (None, None) => format!("{} left", count(client.changes.len(), "difference")).into(),
    }
}
