//! Differences of clients whose `expect` failed, the most open first. Equal ones of many clients are one group.
//!
//! Owns their order and what counts as equal. A report of drift has none: its findings show them already.

use std::cmp::Reverse;

use crate::model::{Difference, Setting};
use crate::plan::{ClientPlan, Plan};
use crate::render::grouping::dated::{cause_scope, dated_key};
use crate::render::grouping::similar::{KeyedLists, MANY};
use crate::render::wording::difference::DifferenceView;

/// Unconfirmed differences that a format shows as one. They differ in client, name and place only.
pub(crate) struct UnconfirmedGroup<'p> {
    /// The difference that represents the group.
    pub(crate) difference: &'p Difference,
    /// The clients, at least one, in the order of the plan.
    pub(crate) clients: Vec<&'p ClientPlan>,
}

/// The unconfirmed differences of a plan or of a report of an apply.
pub(crate) fn unconfirmed(plan: &Plan) -> Vec<UnconfirmedGroup<'_>> {
    let mut equal = KeyedLists::default();
    for client in plan.clients.iter().filter(|_| plan.run.drift.is_none()) {
        for one in client.unconfirmed.iter().map(|change| &change.difference) {
            let Difference { setting, declared, live, origin, .. } = one;
            let (declared, live, cause) = (declared.to_json(), live.to_json(), dated_key(one));
            equal.add(format!("{setting}\0{declared}\0{live}\0{origin:?}\0{cause:?}"), (client, *setting));
        }
    }
    let (many, few): (Vec<_>, Vec<_>) = equal.lists.into_iter().partition(|list| list.len() > MANY);
    let lists = many.into_iter().chain(few.into_iter().flatten().map(|one| vec![one]));
    let mut groups: Vec<UnconfirmedGroup<'_>> = lists.filter_map(|list| UnconfirmedGroup::of(&list)).collect();
    // Sorting is stable: groups of one gravity stay in their order.
    groups.sort_by_key(|group| Reverse((group.difference.risk().severity, group.difference.risk().exposure)));
    groups
}

impl<'p> UnconfirmedGroup<'p> {
    /// The difference as all its clients have it.
    pub(crate) fn view(&self) -> DifferenceView<'p> {
        let setting = self.difference.setting;
        let of_field = |client: &'p ClientPlan| {
            let mut all = client.unconfirmed.iter().map(|change| &change.difference);
            all.find(|one| one.setting == setting)
        };
        let cause = cause_scope(self.clients.iter().copied().filter_map(of_field));
        DifferenceView::of_unconfirmed(self.difference).of_many(self.clients.len() == 1, cause)
    }

    fn of(list: &[(&'p ClientPlan, Setting)]) -> Option<UnconfirmedGroup<'p>> {
        let (sample, setting) = list.first()?;
        let mut differences = sample.unconfirmed.iter().map(|change| &change.difference);
        let difference = differences.find(|one| one.setting == *setting)?;
        Some(UnconfirmedGroup { difference, clients: list.iter().map(|(client, _)| *client).collect() })
    }
}
