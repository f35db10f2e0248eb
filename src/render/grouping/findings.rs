//! Groups of drift findings: open, unread, waived, resolved. Equal findings of many clients are one group.
//!
//! Owns which findings form a group, and their order. The words are in [`crate::render::wording::drift`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::ClientId;
use crate::plan::drift::{DriftReport, Finding, FindingState};
use crate::plan::{Origin, Plan};
use crate::render::grouping::clients::ClientGroups;
use crate::render::grouping::similar::MANY;

/// Findings that a format shows as one. They differ in client, name and place only.
pub(crate) struct FindingGroup<'p> {
    /// At least one.
    pub(crate) findings: Vec<&'p Finding>,
}

/// All findings by state. Each list has the order of the report, the most severe first.
#[derive(Default)]
pub(crate) struct FindingGroups<'p> {
    /// New or continuing, without a waiver.
    pub(crate) open: Vec<FindingGroup<'p>>,
    /// Found by an earlier run, at clients that this run did not read.
    pub(crate) unread: Vec<FindingGroup<'p>>,
    /// Covered by a waiver.
    pub(crate) waived: Vec<FindingGroup<'p>>,
    /// Resolved.
    pub(crate) resolved: Vec<FindingGroup<'p>>,
}

impl<'p> FindingGroups<'p> {
    /// Sorts the findings.
    pub(crate) fn of(report: &'p DriftReport) -> FindingGroups<'p> {
        let part = |finding: &Finding| match (finding.state, &finding.waived) {
            (FindingState::Resolved, _) => 3,
            (_, Some(_)) => 2,
            (FindingState::Unread, None) => 1,
            (FindingState::New | FindingState::Continuing, None) => 0,
        };
        let of = |wanted: u8| grouped(report.findings.iter().filter(|finding| part(finding) == wanted));
        FindingGroups { open: of(0), unread: of(1), waived: of(2), resolved: of(3) }
    }
}

impl<'p> FindingGroup<'p> {
    /// The finding that represents the group.
    pub(crate) fn sample(&self) -> &'p Finding {
        self.findings[0]
    }
}

/// Groups equal findings where they are many, each group at the place of its first finding.
fn grouped<'p>(findings: impl Iterator<Item = &'p Finding>) -> Vec<FindingGroup<'p>> {
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    let mut lists: Vec<Vec<(usize, &Finding)>> = Vec::new();
    for (at, finding) in findings.enumerate() {
        let Finding { state, first_seen, waived, .. } = finding;
        let values = finding.difference().map(|one| (one.setting, one.origin, &one.declared, &one.live));
        let key = format!("{values:?}\0{state:?}\0{first_seen}\0{waived:?}");
        let list = *index.entry(key).or_insert(lists.len());
        match lists.get_mut(list) {
            Some(list) => list.push((at, finding)),
            None => lists.push(vec![(at, finding)]),
        }
    }
    let (many, few): (Vec<_>, Vec<_>) = lists.into_iter().partition(|list| list.len() > MANY);
    let mut all: Vec<Vec<(usize, &Finding)>> = few.into_iter().flatten().map(|one| vec![one]).collect();
    all.extend(many);
    all.sort_by_key(|list| list[0].0);
    all.into_iter()
        .map(|list| FindingGroup { findings: list.into_iter().map(|(_, finding)| finding).collect() })
        .collect()
}

/// The groups of a plan without what the findings show already: clients whose differences are all findings, and waived
/// failed reads. Clients with a pending change, a block or a released field stay.
pub(crate) fn unreported(plan: &Plan) -> ClientGroups<'_> {
    let Some(report) = &plan.run.drift else { return ClientGroups::of(plan) };
    let mut groups = ClientGroups::of_those(plan, |client| {
        !client.blocked.is_empty()
            || !client.released.is_empty()
            || client.changes.iter().any(|change| change.difference.origin == Origin::Pending)
    });
    let waived: BTreeSet<(ClientId, Option<&Arc<str>>)> = report
        .findings
        .iter()
        .filter(|finding| finding.field().is_none() && finding.waived.is_some())
        .map(|finding| (finding.client_id, finding.credentials.as_ref()))
        .collect();
    for cause in &mut groups.causes {
        cause.clients.retain(|client| !waived.contains(&(client.client_id, client.credentials.as_ref())));
    }
    groups.causes.retain(|cause| !cause.clients.is_empty());
    groups
}
