//! What `drift` knows beside the plan: findings of earlier runs and waivers.
//!
//! Owns the joining of findings with what the plan shows, and the sentences for what it does not show: findings of clients that
//! were not looked at this time, findings that ended, waivers that ended.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{NAME, Rank, Remark, VALUE, Weight, Who, rule};
use crate::model::{ClientKey, Difference, Direction, Setting, Severity, State, Waived, Waiver};
use crate::plan::drift::{Finding, FindingState};
use crate::plan::{DriftReport, Origin};
use crate::render::escape::cut;

/// Findings by client and field.
pub(super) type Findings<'p> = BTreeMap<(ClientKey, Option<Setting>), &'p Finding>;

/// The findings of clients that were looked at.
pub(super) fn index(watch: Option<&DriftReport>) -> Findings<'_> {
    let findings = watch.into_iter().flat_map(|watch| &watch.findings);
    let seen = findings.filter(|finding| matches!(finding.state, FindingState::New | FindingState::Continuing));
    seen.map(|finding| ((finding.key(), finding.field()), finding)).collect()
}

/// What the plan itself does not show.
pub(super) fn remarks(watch: &DriftReport) -> Vec<Remark<'_>> {
    let findings = watch.findings.iter().filter_map(|finding| match finding.state {
        FindingState::Unread => earlier(finding),
        FindingState::Resolved => Some(resolved(finding)),
        FindingState::New | FindingState::Continuing => None,
    });
    findings.chain(watch.expired_waivers.iter().map(expired)).collect()
}

fn who(finding: &Finding) -> Who<'_> {
    let name = finding.name.as_ref().map(|name| name.raw());
    Who { client: finding.client_id, credentials: finding.credentials.as_deref(), name }
}

/// What an earlier run found and this one does not.
fn resolved(finding: &Finding) -> Remark<'_> {
    let message = match finding.field() {
        Some(field) => format!("{field} is as declared again"),
        None => "the client can be read again".to_owned(),
    };
    let rule = rule::RESOLVED;
    let mut remark = who(finding).remark(Weight::Note, Rank::Rest, rule, finding.field(), message, finding.source());
    remark.state = Some(finding.state);
    remark.first_seen = Some(&finding.first_seen);
    remark
}

/// What an earlier run found at a client that was not read this time. It still counts: nobody has seen it gone.
fn earlier(finding: &Finding) -> Option<Remark<'_>> {
    let difference = finding.difference()?;
    let grave = finding.risk().severity == Severity::Security;
    let opened =
        grave && finding.risk().exposure == Some(Direction::Opens) && finding.origin() != Some(Origin::Conflict);
    let rule = rule::of_drift(finding.origin(), grave, opened);
    let weight = if grave || finding.origin() == Some(Origin::Conflict) { Weight::Error } else { Weight::Warning };
    let rank = match (opened, grave) {
        (true, _) => Rank::Opened,
        (false, true) => Rank::Security,
        (false, false) => Rank::Change,
    };
    let message = earlier_words(difference);
    let mut remark = who(finding).remark(weight, rank, rule, Some(difference.setting), message, finding.source());
    remark.watched(finding);
    Some(remark)
}

fn earlier_words(difference: &Difference) -> String {
    let value = |state: &State| match state.to_json() {
        Json::Null => "not set".to_owned(),
        Json::String(text) => cut(&text, VALUE),
        other => cut(&other.to_string(), VALUE),
    };
    let (field, declared, live) = (difference.setting, value(&difference.declared), value(&difference.live));
    format!("{field} was not read this time; at the last look it was declared {declared} and live {live}")
}

fn expired(waiver: &Waiver) -> Remark<'_> {
    let what = waiver.field.map_or("the whole client", |field| field.name());
    let owner = cut(waiver.terms.owner.raw(), NAME);
    let (until, reason) = (&waiver.terms.until, cut(waiver.terms.reason.raw(), VALUE));
    let message = format!("the waiver of {what} by {owner} ended on {until}: {reason}");
    let who = Who { client: waiver.client, credentials: None, name: None };
    let rule = rule::EXPIRED_WAIVER;
    let remark = who.remark(Weight::Warning, Rank::Blocked, rule, waiver.field, message, &waiver.source);
    Remark { fingerprint: who.fingerprint("waiver", what), ..remark }
}

/// A waiver in words, still untrusted.
pub(crate) fn waived_words(waived: &Waived) -> String {
    let (owner, reason) = (cut(waived.owner.raw(), NAME), cut(waived.reason.raw(), VALUE));
    format!("waived by {owner} until {}: {reason}", waived.until)
}
