//! What there is to say of one client: its failure, what stops it, each field that differs, or what apply left undone.
//!
//! Owns the gravity of a change by its origin and the sentences. Values in them are still untrusted.

use super::watch::Findings;
use super::{Rank, Remark, SENTENCE, VALUE, Weight, Who, rule};
use crate::model::{Direction, Severity};
use crate::plan::{ApplyResult, Blocked, BlockedKind, Change, ClientPlan, Origin};
use crate::render::escape::cut;
use crate::render::group::reason;
use crate::render::phrase::count;
use crate::render::totals::word;
use crate::render::wording::{MarkBy, countries, signed, state};

/// The most countries that are named as added or removed.
const CODES: usize = 12;

/// Adds the remarks of a client.
pub(super) fn remarks<'p>(client: &'p ClientPlan, by: MarkBy, findings: &Findings<'p>, list: &mut Vec<Remark<'p>>) {
    let name = client.name.as_ref().map(|name| name.raw());
    let who = Who { client: client.client_id, credentials: client.credentials.as_deref(), name };
    let found = |mut remark: Remark<'p>| {
        if let Some(finding) = findings.get(&(client.key(), remark.field)) {
            remark.watched(finding);
        }
        remark
    };
    match client.result {
        Some(outcome) if outcome.is_good() => {
            for change in &client.changes {
                let message = format!("{} ({})", change_words(change, by), word(outcome));
                let field = Some(change.difference.setting);
                list.push(who.remark(
                    Weight::Note,
                    Rank::Rest,
                    rule::APPLIED,
                    field,
                    message,
                    &change.difference.place,
                ));
            }
        }
        Some(outcome) => {
            let message = format!("{}: {}", word(outcome), undone(client, outcome));
            list.push(who.remark(Weight::Error, Rank::Failed, rule::NOT_APPLIED, None, message, &client.source));
        }
        None => {
            if let Some(error) = &client.error {
                let help = error.help.as_deref().map(|help| format!(". {help}")).unwrap_or_default();
                let message = format!("{}{help}", cut(error.message.raw(), SENTENCE));
                let failed = rule::CLIENT_FAILED;
                list.push(found(who.remark(Weight::Error, Rank::Failed, failed, None, message, &client.source)));
            }
            for blocked in client.blocked.iter().filter(|blocked| !is_told_by_its_change(blocked, client)) {
                let message = cut(&reason(blocked), SENTENCE);
                let remark = who.remark(Weight::Error, Rank::Blocked, rule::BLOCKED, None, message, &client.source);
                list.push(Remark { fingerprint: who.fingerprint("guard", blocked.name.raw()), ..remark });
            }
            for change in &client.changes {
                let (weight, rank) = gravity(change);
                let (rule, field) = (rule::of_change(change), Some(change.difference.setting));
                list.push(found(who.remark(
                    weight,
                    rank,
                    rule,
                    field,
                    change_words(change, by),
                    &change.difference.place,
                )));
            }
        }
    }
    for released in &client.released {
        let message = format!("{} is no longer managed and left as it is", released.field);
        let field = Some(released.field);
        list.push(who.remark(Weight::Note, Rank::Rest, rule::RELEASED, field, message, &client.source));
    }
}

/// Whether a conflict is told by the change of its field already.
fn is_told_by_its_change(blocked: &Blocked, client: &ClientPlan) -> bool {
    let is_field = |change: &Change| {
        change.difference.setting.name() == blocked.name.raw() && change.difference.origin == Origin::Conflict
    };
    blocked.kind == BlockedKind::Conflict && client.changes.iter().any(is_field)
}

/// How grave a change is: what was done behind git's back goes before what this change set brings.
fn gravity(change: &Change) -> (Weight, Rank) {
    let risk = change.difference.risk();
    let grave = risk.severity == Severity::Security;
    let calm = risk.effect == Some(Direction::Closes);
    match (change.difference.origin, grave) {
        (Origin::Drift, true) if risk.exposure == Some(Direction::Opens) => (Weight::Error, Rank::Opened),
        (Origin::Drift | Origin::Conflict, true) => (Weight::Error, Rank::Security),
        (Origin::Conflict, false) => (Weight::Error, Rank::Change),
        (Origin::Drift, false) => (Weight::Warning, Rank::Change),
        (Origin::Pending | Origin::Unknown, true) if !calm => (Weight::Warning, Rank::Security),
        (Origin::Pending | Origin::Unknown, _) => (Weight::Note, Rank::Change),
    }
}

/// A change in a sentence, still untrusted.
fn change_words(change: &Change, by: MarkBy) -> String {
    let value = |value| cut(&state(value), VALUE);
    let (field, live, declared) =
        (change.difference.setting, value(&change.difference.live), value(&change.difference.declared));
    let sentence = match change.difference.origin {
        Origin::Pending => format!("{field} changes from {live} to {declared}"),
        Origin::Drift => format!("{field} was changed outside of git: declared {declared}, live {live}"),
        Origin::Conflict => {
            format!("{field} is declared anew and was changed outside of git too: declared {declared}, live {live}")
        }
        Origin::Unknown => format!("{field} differs: live {live}, declared {declared}"),
    };
    // As the sentence goes: from live to declared, or, of drift, from what git says to what somebody made of it.
    let countries = match change.difference.origin {
        Origin::Drift => signed(&change.difference.removed(), &change.difference.added(), CODES),
        Origin::Pending | Origin::Conflict | Origin::Unknown => countries(change, CODES),
    };
    let countries = if countries.is_empty() { countries } else { format!(" ({countries})") };
    // The sentence of a pending change names the write already.
    let actor = match (by, change.difference.origin) {
        (MarkBy::Exposure, _) | (MarkBy::Effect, Origin::Pending) => "",
        (MarkBy::Effect, Origin::Drift | Origin::Conflict | Origin::Unknown) => "the write ",
    };
    let grave = match by.mark(&change.difference) {
        (true, "") => "; security".to_owned(),
        (true, word) => format!("; security: {actor}{word}"),
        (false, "") => String::new(),
        (false, word) => format!("; {actor}{word}"),
    };
    format!("{sentence}{countries}{grave}")
}

/// Why apply left a client undone, still untrusted.
fn undone(client: &ClientPlan, outcome: ApplyResult) -> String {
    let told = client.details.as_deref().and_then(|details| details.message.as_ref());
    match (&client.error, told) {
        (Some(error), _) => cut(error.message.raw(), SENTENCE),
        (None, Some(message)) => cut(message.raw(), SENTENCE),
        (None, None) if outcome == ApplyResult::Refused && !client.blocked.is_empty() => {
            let reasons: Vec<String> = client.blocked.iter().map(|blocked| cut(&reason(blocked), SENTENCE)).collect();
            reasons.join("; ")
        }
        (None, None) => format!("{} left", count(client.changes.len(), "difference")),
    }
}
