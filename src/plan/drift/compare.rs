//! The findings of this run compared with those of the run before: new, continuing, unread, resolved.
//!
//! Owns one rule over two runs: a finding ends only when its client was read, or when no document declares it any more.
//! A client that failed, was interrupted, or is outside of this run's selection or budget carries its findings on.
//! Times come in as values.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::countries::Countries;
use crate::model::waiver::holding;
use crate::model::{
    ClientKey, DatedEvent, DeclaredClient, Difference, FailureKind, Place, Setting, SettingSet, Severity, Untrusted,
    Waived, Waiver,
};
use crate::plan::client::ClientPlan;
use crate::plan::drift::previous::PreviousReport;
use crate::plan::drift::report::{DriftReport, Finding, FindingCause, FindingState, LastRead};
use crate::plan::drift::rotation;

/// The context of a run beside its clients.
#[derive(Clone, Copy, Debug)]
pub struct RunContext<'a> {
    /// When it began, RFC 3339 in UTC, to the second.
    pub at: &'a str,
    /// The instant that it judges by: its begin, or the one of `--at`.
    pub instant: Timestamp,
    /// Every client of the documents that were found.
    pub declared: &'a [DeclaredClient],
    /// Those of them that the selection covers.
    pub selected: &'a [DeclaredClient],
    /// Whether the documents that were found are all of the project. With a PATH they may not be, and a missing one is
    /// not gone.
    pub whole: bool,
    /// The project's waivers.
    pub waivers: &'a [Waiver],
    /// The fields that no waiver covers.
    pub never_waived: SettingSet,
    /// How many clients are read at most.
    pub budget: Option<u64>,
}

type Id = (ClientKey, Option<Setting>);

/// The findings of this run, compared with those of the run before.
pub fn compare(clients: &[ClientPlan], past: Option<&PreviousReport>, now: &RunContext<'_>) -> DriftReport {
    let known: BTreeMap<ClientKey, &DeclaredClient> = now.declared.iter().map(|known| (known.key(), known)).collect();
    let read: BTreeMap<ClientKey, &ClientPlan> = clients
        .iter()
        .filter(|client| failure(client) != Some(FailureKind::Interrupted))
        .map(|client| (client.key(), client))
        .collect();
    let then = past.map_or(&[][..], |past| &past.drift.findings);
    let mut open: BTreeMap<Id, &Finding> = then
        .iter()
        .filter(|finding| finding.state != FindingState::Resolved)
        .map(|finding| ((finding.key(), finding.field()), finding))
        .collect();
    let mut findings: Vec<Finding> = Vec::new();
    for client in read.values() {
        for mut finding in of_client(client, now) {
            let id = (finding.key(), finding.field());
            if let Some(before) = open.remove(&id) {
                finding.state = state(before, &finding);
                finding.first_seen.clone_from(&before.first_seen);
            }
            findings.push(finding);
        }
    }
    for ((who, field), before) in open {
        findings.push(ended_or_not(before, field, read.get(&who).copied(), known.get(&who).copied(), now));
    }
    findings.sort_by_cached_key(order);
    let last_read = last_read(&read, past, now, &known);
    DriftReport {
        since: past.map(|past| past.started_at.clone()),
        expired_waivers: now.waivers.iter().filter(|waiver| waiver.is_expired(now.instant)).cloned().collect(),
        rolling: now.budget.map(|budget| rotation::progress(budget, read.len(), now.selected, now.at, &last_read)),
        findings,
        last_read,
    }
}

/// Why a client failed.
fn failure(client: &ClientPlan) -> Option<FailureKind> {
    client.error.as_deref().map(|error| error.kind)
}

/// The findings of one client, as if there was no earlier report.
fn of_client<'a>(client: &'a ClientPlan, now: &'a RunContext<'_>) -> impl Iterator<Item = Finding> + 'a {
    let finding = move |cause: FindingCause| {
        let mut finding = Finding {
            client_id: client.client_id,
            credentials: client.credentials.clone(),
            name: client.name.clone(),
            cause,
            state: FindingState::New,
            first_seen: now.at.to_owned(),
            notified: true,
            waived: None,
            unconfirmed: client.is_unconfirmed(),
        };
        finding.waived = waived(&finding.key(), finding.field(), now);
        finding
    };
    let failed = client.error.is_some().then(|| FindingCause::Unreadable(client.source.clone()));
    // Who may place calls counts also where the client may be another one than the one meant.
    let unconfirmed = client.unconfirmed.iter().filter(|change| change.difference.is_of_security_field());
    let differs = client.changes.iter().chain(unconfirmed).map(|change| &change.difference);
    let differs = differs.filter(|difference| difference.is_finding());
    failed.into_iter().chain(differs.cloned().map(FindingCause::Difference)).map(finding)
}

/// The waiver that holds now: the field's own before the whole client's.
fn waived(client: &ClientKey, field: Option<Setting>, now: &RunContext<'_>) -> Option<Waived> {
    holding(now.waivers, now.never_waived, now.instant, client, field).cloned()
}

/// New or continuing.
fn state(before: &Finding, finding: &Finding) -> FindingState {
    let lapsed = before.is_silenced() && !finding.is_silenced();
    let ended = finding.is_overdue() && (!before.is_overdue() || is_another_end(before, finding));
    let live = |one: &Finding| one.difference().map(|difference| difference.live.clone());
    let moved = finding.risk().severity == Severity::Security && live(finding) != live(before);
    match !before.notified || lapsed || ended || moved {
        true => FindingState::New,
        false => FindingState::Continuing,
    }
}

/// Whether another entry has ended since, so that live holds more openings past their end.
fn is_another_end(before: &Finding, finding: &Finding) -> bool {
    fn end(finding: &Finding) -> Option<(&Untrusted, &Untrusted)> {
        let because = finding.difference()?.dated.as_ref()?.because.as_ref()?;
        (because.temporary == DatedEvent::Ended).then_some((&because.until, &because.owner))
    }
    end(before).zip(end(finding)).is_some_and(|(before, now)| before != now)
}

/// The state of an earlier finding that this run did not find. It has ended only where its client was read, or where no
/// document declares it. An answer that is not as expected may be another client's, so it ends only what such an answer
/// showed.
fn ended_or_not(
    before: &Finding,
    field: Option<Setting>,
    look: Option<&ClientPlan>,
    known: Option<&DeclaredClient>,
    now: &RunContext<'_>,
) -> Finding {
    let is_managed = match (known, field) {
        (Some(known), Some(field)) => known.managed.contains(field),
        (Some(_), None) => true,
        (None, _) => !now.whole,
    };
    let was_compared = |client: &ClientPlan| client.error.is_none() || (client.is_unconfirmed() && before.unconfirmed);
    let was_read =
        look.is_some_and(|client| was_compared(client) && field.is_none_or(|field| client.managed.contains(field)));
    if was_read || !is_managed {
        return Finding { state: FindingState::Resolved, waived: None, notified: true, ..before.clone() };
    }
    let waived = waived(&before.key(), field, now);
    // A waiver that ended meanwhile makes it new when the client is read again.
    let mut unread = Finding { state: FindingState::Unread, waived, ..before.clone() };
    unread.notified = before.notified && (!before.is_silenced() || unread.is_silenced());
    unread
}

/// The gravest first, the more open the earlier; among equals the new before the continuing. Unread and resolved ones
/// come last.
pub(super) fn order(finding: &Finding) -> impl Ord + use<> {
    let part = match finding.state {
        FindingState::New | FindingState::Continuing => 0,
        FindingState::Unread => 1,
        FindingState::Resolved => 2,
    };
    let risk = finding.risk();
    let grave = Reverse((risk.severity, risk.exposure, finding.difference().and_then(reach)));
    let Place { file, line, column, .. } = finding.source();
    (part, grave, finding.state, (file.clone(), *line, *column), finding.client_id, finding.field())
}

/// How many countries a field lets in where live is more open than declared; `*` is more than any number.
fn reach(difference: &Difference) -> Option<usize> {
    difference.live.countries().filter(|_| difference.is_exposed()).map(|set| match set {
        Countries::All => usize::MAX,
        set => set.codes().len(),
    })
}

/// When every client was last read. A used-up quota is not a read: those clients come first in the next turn.
fn last_read(
    read: &BTreeMap<ClientKey, &ClientPlan>,
    past: Option<&PreviousReport>,
    now: &RunContext<'_>,
    known: &BTreeMap<ClientKey, &DeclaredClient>,
) -> Vec<LastRead> {
    let then = past.map_or(&[][..], |past| &past.drift.last_read);
    let before: BTreeMap<ClientKey, &LastRead> = then.iter().map(|seen| (seen.key(), seen)).collect();
    let declared = now.declared.iter().map(|known| {
        let who = known.key();
        let look = read.get(&who).filter(|client| failure(client) != Some(FailureKind::Quota));
        let at = match look {
            Some(_) => Some(now.at.to_owned()),
            None => before.get(&who).and_then(|seen| seen.at.clone()),
        };
        LastRead { client_id: known.client, credentials: known.credentials.clone(), at }
    });
    let others = then.iter().filter(|seen| !now.whole && !known.contains_key(&seen.key()));
    declared.chain(others.cloned()).collect()
}
