//! Whether differences have one cause, and dated settings of many clients as one.
//!
//! Owns what counts as the same cause and as the same dated setting. Different causes are never shown as one.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::model::{DatedEvent, Difference, Direction, Place, Untrusted};
use crate::plan::scheduled::ScheduledChange;
use crate::plan::{ClientPlan, Plan};
use crate::render::grouping::similar::KeyedLists;
use crate::render::wording::difference::CauseScope;

/// What an entry did, its `until` and its owner; and since when the difference is overdue.
type CauseKey<'d> = (Option<(DatedEvent, &'d Untrusted, &'d Untrusted)>, Option<Timestamp>);

/// The cause of a difference without the place of its entry; `None` where no entry explains it.
pub(super) fn dated_key(difference: &Difference) -> Option<CauseKey<'_>> {
    let dated = difference.dated.as_deref()?;
    let because = difference.because().map(|because| (because.temporary, &because.until, &because.owner));
    Some((because, dated.overdue_since))
}

fn source(difference: &Difference) -> Option<&Place> {
    difference.because().map(|because| &because.source)
}

/// How many of these differences have the cause of the first.
pub(crate) fn cause_scope<'d>(mut differences: impl Iterator<Item = &'d Difference>) -> CauseScope {
    let Some(first) = differences.next() else { return CauseScope::OnePlace };
    let (key, place) = (dated_key(first), source(first));
    let mut scope = CauseScope::OnePlace;
    for one in differences {
        if dated_key(one) != key {
            return CauseScope::Mixed;
        }
        if source(one) != place {
            scope = CauseScope::ManyPlaces;
        }
    }
    scope
}

/// Dated settings of a change set that a format shows as one. They differ in client, place and unchanged values only.
pub(crate) struct ScheduledGroup<'p> {
    /// The one that represents the group.
    pub(crate) change: &'p ScheduledChange,
    /// The clients, at least one, in the order of the plan.
    pub(crate) clients: Vec<&'p ClientPlan>,
    /// Whether one place declares all of them.
    pub(crate) placed: bool,
}

/// The dated settings of a plan: those that open first, then in the order of their begins.
pub(crate) fn scheduled(plan: &Plan) -> Vec<ScheduledGroup<'_>> {
    let mut equal = KeyedLists::default();
    for client in &plan.clients {
        for change in &client.scheduled {
            equal.add(scheduled_key(change), (client, change));
        }
    }
    let mut groups: Vec<ScheduledGroup<'_>> = equal.lists.into_iter().map(ScheduledGroup::of).collect();
    // Sorting is stable: those of one instant stay in the order of the plan.
    groups.sort_by_key(|group| (Reverse(group.change.effect()), group.change.begins_at, group.change.ends_at));
    groups
}

/// What makes two dated settings the same: what they bring, when, whose and why.
fn scheduled_key(change: &ScheduledChange) -> String {
    let ScheduledChange { setting, before, after, from, until, begins_at, ends_at, owner, reason, .. } = change;
    let values = match (before.countries(), after.countries()) {
        (Some(before), Some(after)) if before != after && before.without(after).is_empty() => {
            format!("{:?}", after.without(before))
        }
        (_, _) => format!("{}\0{}", before.to_json(), after.to_json()),
    };
    let (effect, terms) = (change.effect(), (from, until, owner, reason));
    format!("{setting}\0{values}\0{effect:?}\0{begins_at:?}\0{ends_at}\0{terms:?}")
}

impl<'p> ScheduledGroup<'p> {
    fn of(list: Vec<(&'p ClientPlan, &'p ScheduledChange)>) -> ScheduledGroup<'p> {
        let change = list[0].1;
        let placed = list.iter().all(|(_, other)| other.source == change.source);
        let mut clients: Vec<&ClientPlan> = list.into_iter().map(|(client, _)| client).collect();
        // Two entries of one client may say the same.
        clients.dedup_by(|one, other| std::ptr::eq(*one, *other));
        ScheduledGroup { change, clients, placed }
    }

    /// Whether its begin calls for attention, and its word.
    pub(crate) fn mark(&self) -> (bool, &'static str) {
        match self.change.effect() {
            Some(Direction::Opens) => (true, "opens"),
            Some(Direction::Unclear) => (true, ""),
            Some(Direction::Closes) => (false, "closes"),
            None => (false, ""),
        }
    }
}
