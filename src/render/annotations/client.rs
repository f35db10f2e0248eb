//! The annotations of one client: its failure, what blocks it, each field that differs, or what apply did not store.
//!
//! Owns which annotations a client gets, and their order.

use crate::model::Untrusted;
use crate::plan::{ApplyResult, Blocked, BlockedKind, Change, ClientPlan, Origin};
use crate::render::annotations::annotation::{AnnotatedClient, Annotation, AnnotationLevel, AnnotationRank, SENTENCE};
use crate::render::annotations::difference;
use crate::render::annotations::drift::FindingIndex;
use crate::render::annotations::rule;
use crate::render::annotations::scheduled;
use crate::render::escape::cut;
use crate::render::totals::word;
use crate::render::wording::change::MarkBy;
use crate::render::wording::numbers::count;
use crate::render::wording::place::reason;

/// Adds the annotations of a client.
pub(super) fn annotations<'p>(
    client: &'p ClientPlan,
    by: MarkBy,
    findings: &FindingIndex<'p>,
    list: &mut Vec<Annotation<'p>>,
) {
    let name = client.name.as_ref();
    let who = AnnotatedClient { client: client.client_id, credentials: client.credentials.as_deref(), name };
    match client.result {
        Some(outcome) if outcome.is_good() => applied(client, by, who, outcome, list),
        Some(outcome) => {
            let message = format!("{}: {}", word(outcome), undone(client, outcome).raw()).into();
            let (level, rank) = (AnnotationLevel::Error, AnnotationRank::Failed);
            list.push(who.annotation(level, rank, rule::NOT_APPLIED, None, message, &client.source));
        }
        None => compared(client, by, who, findings, list),
    }
    unconfirmed(client, who, findings, list);
    scheduled::annotations(client, who, list);
    for released in &client.released {
        let message = format!("{} is no longer managed and left as it is", released.field).into();
        let (level, rank, field) = (AnnotationLevel::Note, AnnotationRank::Rest, Some(released.field));
        list.push(who.annotation(level, rank, rule::RELEASED, field, message, &client.source));
    }
}

/// The changes that apply made.
fn applied<'p>(
    client: &'p ClientPlan,
    by: MarkBy,
    who: AnnotatedClient<'p>,
    outcome: ApplyResult,
    list: &mut Vec<Annotation<'p>>,
) {
    for change in client.to_send() {
        let sentence = difference::sentence(&change.sent_difference(), by);
        let message = format!("{} ({})", sentence.raw(), word(outcome)).into();
        let (level, rank, field) = (AnnotationLevel::Note, AnnotationRank::Rest, Some(change.difference.setting));
        list.push(who.annotation(level, rank, rule::APPLIED, field, message, &change.difference.place));
    }
}

/// A client without a result: its failure, what blocks it, and each change.
fn compared<'p>(
    client: &'p ClientPlan,
    by: MarkBy,
    who: AnnotatedClient<'p>,
    findings: &FindingIndex<'p>,
    list: &mut Vec<Annotation<'p>>,
) {
    let found = |annotation| with_finding(client, annotation, findings);
    if let Some(error) = &client.error {
        let help = error.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        let message = format!("{}{help}", cut(&error.message, SENTENCE).raw()).into();
        let (level, rank) = (AnnotationLevel::Error, AnnotationRank::Failed);
        list.push(found(who.annotation(level, rank, rule::CLIENT_FAILED, None, message, &client.source)));
    }
    for blocked in client.blocked.iter().filter(|blocked| !has_change(blocked, client)) {
        let message = cut(&reason(blocked), SENTENCE);
        let (level, rank) = (AnnotationLevel::Error, AnnotationRank::Blocked);
        let annotation = who.annotation(level, rank, rule::BLOCKED, None, message, &client.source);
        list.push(Annotation { fingerprint: who.fingerprint("guard", blocked.name.raw()), ..annotation });
    }
    for change in &client.changes {
        let difference = &change.difference;
        list.push(found(difference::annotation(who, difference, by, difference::sentence(difference, by))));
    }
}

/// The security fields of a client whose `expect` failed: apply sends nothing of them, and they count all the same.
fn unconfirmed<'p>(
    client: &'p ClientPlan,
    who: AnnotatedClient<'p>,
    findings: &FindingIndex<'p>,
    list: &mut Vec<Annotation<'p>>,
) {
    let differences = client.unconfirmed.iter().map(|change| &change.difference);
    for difference in differences.filter(|difference| difference.is_of_security_field()) {
        let sentence = difference::unconfirmed_sentence(difference);
        let annotation = difference::annotation(who, difference, MarkBy::Exposure, sentence);
        list.push(with_finding(client, annotation, findings));
    }
}

/// An annotation with the finding of `drift` for the same field.
fn with_finding<'p>(
    client: &ClientPlan,
    mut annotation: Annotation<'p>,
    findings: &FindingIndex<'p>,
) -> Annotation<'p> {
    if let Some(finding) = findings.get(&(client.key(), annotation.field)) {
        annotation.add_finding(finding);
    }
    annotation
}

/// Whether the change of a field already reports this conflict.
fn has_change(blocked: &Blocked, client: &ClientPlan) -> bool {
    let is_field = |change: &Change| {
        change.difference.setting.name() == blocked.name.raw() && change.difference.origin == Origin::Conflict
    };
    blocked.kind == BlockedKind::Conflict && client.changes.iter().any(is_field)
}

/// Why apply did not store the changes of a client.
fn undone(client: &ClientPlan, outcome: ApplyResult) -> Untrusted {
    let recorded = client.details.as_deref().and_then(|details| details.message.as_ref());
    match (&client.error, recorded) {
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
