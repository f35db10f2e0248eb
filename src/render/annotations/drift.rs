//! Annotations from a report of `drift`: findings of clients that were not read, resolved findings, expired waivers.
//!
//! Owns their sentences, and the index that joins a finding with the change of its field.

use std::collections::BTreeMap;

use crate::model::{ClientKey, Setting, Waiver};
use crate::plan::DriftReport;
use crate::plan::drift::{Finding, FindingState};
use crate::render::annotations::annotation::{
    AnnotatedClient, Annotation, AnnotationLevel, AnnotationRank, NAME, VALUE,
};
use crate::render::annotations::difference;
use crate::render::annotations::rule;
use crate::render::escape::cut;
use crate::render::wording::change::MarkBy;

/// Findings by client and field.
pub(super) type FindingIndex<'p> = BTreeMap<(ClientKey, Option<Setting>), &'p Finding>;

/// The findings of clients that this run read.
pub(super) fn index(report: Option<&DriftReport>) -> FindingIndex<'_> {
    let findings = report.into_iter().flat_map(|report| &report.findings);
    let seen = findings.filter(|finding| matches!(finding.state, FindingState::New | FindingState::Continuing));
    seen.map(|finding| ((finding.key(), finding.field()), finding)).collect()
}

/// Annotations that the plan itself does not show.
pub(super) fn annotations(report: &DriftReport) -> Vec<Annotation<'_>> {
    let findings = report.findings.iter().filter_map(|finding| match finding.state {
        FindingState::Unread => earlier(finding),
        FindingState::Resolved => Some(resolved(finding)),
        FindingState::New | FindingState::Continuing => None,
    });
    findings.chain(report.expired_waivers.iter().map(expired)).collect()
}

fn who(finding: &Finding) -> AnnotatedClient<'_> {
    let name = finding.name.as_ref();
    AnnotatedClient { client: finding.client_id, credentials: finding.credentials.as_deref(), name }
}

/// A finding of an earlier run that this run did not find again.
fn resolved(finding: &Finding) -> Annotation<'_> {
    let message = match finding.field() {
        Some(field) => format!("{field} is as declared again").into(),
        None => "the client can be read again".into(),
    };
    let rule = rule::RESOLVED;
    let mut annotation = who(finding).annotation(
        AnnotationLevel::Note,
        AnnotationRank::Rest,
        rule,
        finding.field(),
        message,
        finding.source(),
    );
    annotation.state = Some(finding.state);
    annotation.first_seen = Some(&finding.first_seen);
    annotation
}

/// A finding of an earlier run at a client that this run did not read. It still counts until a run reads the client.
fn earlier(finding: &Finding) -> Option<Annotation<'_>> {
    let difference = finding.difference()?;
    let mut annotation =
        difference::annotation(who(finding), difference, MarkBy::Exposure, difference::earlier_sentence(difference));
    annotation.add_finding(finding);
    Some(annotation)
}

fn expired(waiver: &Waiver) -> Annotation<'_> {
    let what = waiver.field.map_or("the whole client", |field| field.name());
    let (owner, reason) = (cut(&waiver.terms.owner, NAME), cut(&waiver.terms.reason, VALUE));
    let ended = waiver.terms.until.when();
    let message = format!("the waiver of {what} by {} ended {ended}: {}", owner.raw(), reason.raw()).into();
    let who = AnnotatedClient { client: waiver.client, credentials: waiver.credentials.as_deref(), name: None };
    let rule = rule::EXPIRED_WAIVER;
    let annotation =
        who.annotation(AnnotationLevel::Warning, AnnotationRank::Blocked, rule, waiver.field, message, &waiver.source);
    Annotation { fingerprint: who.fingerprint("waiver", what), ..annotation }
}
