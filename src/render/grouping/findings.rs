//! Groups of drift findings: open, unread, waived, resolved. Equal findings of many clients are one group.
//!
//! Owns which findings form a group, and their order. The words are in [`crate::render::wording::drift`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{ClientId, Difference, Direction, Place, Setting};
use crate::plan::Plan;
use crate::plan::drift::{DriftReport, Finding, FindingState};
use crate::render::grouping::clients::ClientGroups;
use crate::render::grouping::dated::{cause_scope, dated_key};
use crate::render::grouping::similar::{KeyedLists, MANY};
use crate::render::wording::difference::DifferenceView;

/// Findings that a format shows as one. They differ in client, name and place only, or also in their live value.
pub(crate) struct FindingGroup<'p> {
    /// At least one, in the order of the report.
    pub(crate) findings: Vec<&'p Finding>,
    /// How many live values and times they have. All of them have one declared place then.
    pub(crate) values: usize,
}

/// How many different findings of one declared place are shown alone. The others are one group.
const VALUES: usize = 12;

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
        let part = |finding: &Finding| match (finding.state, finding.is_silenced()) {
            (FindingState::Resolved, _) => 3,
            (_, true) => 2,
            (FindingState::Unread, false) => 1,
            (FindingState::New | FindingState::Continuing, false) => 0,
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

    /// Whether one place declares the value of all findings, as with a profile.
    pub(crate) fn is_one_place(&self) -> bool {
        let place = |finding: &'p Finding| finding.difference().map(|one| (&one.place, &one.layer));
        let first = place(self.findings[0]);
        self.findings.len() == 1 || (first.is_some() && self.findings.iter().all(|one| place(one) == first))
    }

    /// Whether this run found it, and no waiver silences it.
    pub(crate) fn is_open(&self) -> bool {
        self.sample().is_open()
    }

    /// The difference as all its findings have it; `None`: the clients could not be read.
    pub(crate) fn view(&self) -> Option<DifferenceView<'p>> {
        let cause = cause_scope(self.findings.iter().filter_map(|one| one.difference()));
        DifferenceView::of_finding(self.sample()).map(|view| view.of_many(self.is_one_place(), cause))
    }

    /// The finding that was seen first.
    pub(crate) fn earliest(&self) -> &'p Finding {
        self.findings.iter().min_by_key(|one| &one.first_seen).unwrap_or(&self.findings[0])
    }
}

/// Groups equal findings where they are many, each group at the place of its first finding.
fn grouped<'p>(findings: impl Iterator<Item = &'p Finding>) -> Vec<FindingGroup<'p>> {
    let mut equal = KeyedLists::default();
    for (at, finding) in findings.enumerate() {
        let Finding { state, first_seen, waived, .. } = finding;
        let values = |one: &'p Difference| (one.setting, one.origin, &one.declared, &one.live, dated_key(one));
        let values = finding.difference().map(values);
        equal.add(format!("{values:?}\0{state:?}\0{first_seen}\0{waived:?}"), (at, finding));
    }
    let mut places: BTreeMap<PlaceKey<'_>, Vec<EqualFindings<'p>>> = BTreeMap::new();
    let mut all: Vec<(usize, FindingGroup<'p>)> = Vec::new();
    for list in equal.lists {
        match place_key(list[0].1) {
            Some(key) => places.entry(key).or_default().push(list),
            None => all.extend(many_or_each(list)),
        }
    }
    for lists in places.into_values() {
        match lists.iter().map(Vec::len).sum::<usize>() > MANY && lists.len() > 1 {
            true => all.extend(of_place(lists)),
            false => all.extend(lists.into_iter().flat_map(many_or_each)),
        }
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, group)| group).collect()
}

/// A declared place that clients share, and the state of its findings.
type PlaceKey<'p> = (Setting, &'p Place, FindingState, String);

fn place_key(finding: &Finding) -> Option<PlaceKey<'_>> {
    let difference = finding.difference()?;
    let layer = difference.layer.can_be_shared().then(|| difference.layer.text())?;
    let rest = format!("{layer}\0{:?}\0{:?}", difference.declared, finding.waived);
    Some((difference.setting, &difference.place, finding.state, rest))
}

/// Equal findings, with the number of the first in the order of the report.
type EqualFindings<'p> = Vec<(usize, &'p Finding)>;

/// Equal findings as one group where they are many, else each alone.
fn many_or_each(list: EqualFindings<'_>) -> Vec<(usize, FindingGroup<'_>)> {
    match list.len() > MANY {
        true => vec![group(vec![list])],
        false => list.into_iter().map(|one| group(vec![vec![one]])).collect(),
    }
}

/// The findings of one declared place: a group for each live value, in the order of the report, as long as they are few.
fn of_place(mut lists: Vec<EqualFindings<'_>>) -> Vec<(usize, FindingGroup<'_>)> {
    let rest = if lists.len() <= VALUES + 1 { Vec::new() } else { lists.split_off(VALUES) };
    // Findings with different marks never share a line.
    let mut marks: BTreeMap<(bool, Option<Direction>), Vec<EqualFindings<'_>>> = BTreeMap::new();
    for list in rest {
        let finding = list[0].1;
        marks.entry((finding.is_overdue(), finding.risk().exposure)).or_default().push(list);
    }
    lists.into_iter().map(|list| vec![list]).chain(marks.into_values()).map(group).collect()
}

fn group(lists: Vec<EqualFindings<'_>>) -> (usize, FindingGroup<'_>) {
    let (at, values) = (lists[0][0].0, lists.len());
    let findings = lists.into_iter().flatten().map(|(_, finding)| finding).collect();
    (at, FindingGroup { findings, values })
}

/// The groups of a plan without what the findings show already: clients whose differences are all findings, and waived
/// failed reads. Clients with a pending change that is no finding, a block or a released field stay.
pub(crate) fn unreported(plan: &Plan) -> ClientGroups<'_> {
    let Some(report) = &plan.run.drift else { return ClientGroups::of(plan) };
    let mut groups = ClientGroups::of_those(plan, |client| {
        !client.blocked.is_empty()
            || !client.released.is_empty()
            || client.changes.iter().any(|change| !change.difference.is_finding())
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
