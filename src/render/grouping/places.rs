//! Changes of many clients that one declared place causes, such as a changed line of a profile or its dated entry.
//!
//! Owns when such changes form one group, and the order of the old values in it. It drops nothing and draws nothing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::{Place, Setting, SettingSet};
use crate::plan::{ApplyResult, Change, ClientPlan};
use crate::render::grouping::dated::{cause_scope, dated_key};
use crate::render::grouping::similar::MANY;
use crate::render::wording::change::MarkBy;
use crate::render::wording::difference::{CauseScope, DifferenceView};

/// The changes of one field that one place declares.
#[derive(Debug)]
pub(crate) struct PlaceGroup<'p> {
    /// The result of all its clients, in a report.
    pub(crate) result: Option<ApplyResult>,
    /// The old values, at least one; the greatest effect first, then the most clients.
    pub(crate) values: Vec<OldValue<'p>>,
}

/// Clients of a [`PlaceGroup`] with the same old value, origin and cause.
#[derive(Debug)]
pub(crate) struct OldValue<'p> {
    /// The change of the first client. The others have the same.
    pub(crate) change: &'p Change,
    /// Whether one place has the entry that caused it for all of them.
    cause: CauseScope,
    /// The clients in the order of their ids, at least one.
    pub(crate) clients: Vec<&'p ClientPlan>,
}

/// A client with a difference, and the number of the list of clients that are the same in everything.
pub(super) struct ChangedClient<'p> {
    pub(super) client: &'p ClientPlan,
    pub(super) list: usize,
}

impl<'p> PlaceGroup<'p> {
    /// The change of the first client: its declared value and place are those of all.
    pub(crate) fn sample(&self) -> &'p Change {
        self.values[0].change
    }

    /// How many clients it has.
    pub(crate) fn count(&self) -> usize {
        count(&self.values)
    }

    /// The declared value and place of all of them, with the cause that all of them share.
    pub(crate) fn view(&self, by: MarkBy) -> DifferenceView<'p> {
        let many = self.values.iter().any(|one| one.cause == CauseScope::ManyPlaces);
        let cause = match cause_scope(self.values.iter().map(|one| &one.change.difference)) {
            CauseScope::OnePlace if many => CauseScope::ManyPlaces,
            scope => scope,
        };
        DifferenceView::of_change(self.sample(), by).of_many(true, cause)
    }

    /// Whether its clients have different causes, so that each old value names its own.
    pub(crate) fn is_mixed(&self) -> bool {
        cause_scope(self.values.iter().map(|one| &one.change.difference)) == CauseScope::Mixed
    }

    fn of(result: Option<ApplyResult>, changes: Vec<(&'p ClientPlan, &'p Change)>, by: MarkBy) -> PlaceGroup<'p> {
        let mut values: BTreeMap<String, OldValue<'p>> = BTreeMap::new();
        for (client, change) in changes {
            let Change { difference, withheld, closing } = change;
            let (live, origin, cause) = (&difference.live, difference.origin, dated_key(difference));
            let key = format!("{live:?}\0{origin:?}\0{withheld}\0{closing:?}\0{cause:?}");
            let value = OldValue { change, clients: Vec::new(), cause: CauseScope::OnePlace };
            let value = values.entry(key).or_insert(value);
            value.clients.push(client);
            if cause_scope([&value.change.difference, difference].into_iter()) != CauseScope::OnePlace {
                value.cause = CauseScope::ManyPlaces;
            }
        }
        let mut values: Vec<OldValue<'p>> = values.into_values().collect();
        values.iter_mut().for_each(|one| one.clients.sort_by_key(|client| (client.client_id, &client.source)));
        // Stable: the order of the keys decides between values of one effect with as many clients.
        values.sort_by_key(|one| Reverse((by.direction_of(one.change), one.clients.len())));
        PlaceGroup { result, values }
    }
}

impl<'p> OldValue<'p> {
    /// The change as all its clients have it.
    pub(crate) fn view(&self, by: MarkBy) -> DifferenceView<'p> {
        DifferenceView::of_change(self.change, by).of_many(true, self.cause)
    }

    /// How many of its clients are open past the end of an entry.
    pub(crate) fn overdue(&self) -> usize {
        if self.change.difference.is_overdue() { self.clients.len() } else { 0 }
    }
}

/// How many clients have one of these values.
pub(crate) fn count(values: &[OldValue<'_>]) -> usize {
    values.iter().map(|one| one.clients.len()).sum()
}

/// The first `most` values and the others. It never leaves out one value alone, because that saves no line.
pub(crate) fn first<'g, 'p>(values: &'g [OldValue<'p>], most: usize) -> (&'g [OldValue<'p>], &'g [OldValue<'p>]) {
    let shown = if values.len() <= most.saturating_add(1) { values.len() } else { most };
    values.split_at(shown)
}

/// The groups, the largest first, and for each client the fields that they show.
///
/// A place forms a group when more than [`MANY`] clients have a change from it and these clients are not the same in
/// everything. Clients that are the same form one block anyway.
pub(super) fn place_groups<'p>(clients: &[ChangedClient<'p>], by: MarkBy) -> (Vec<PlaceGroup<'p>>, Vec<SettingSet>) {
    type PlaceKey<'k> = (Setting, &'k Place, String, String, Option<ApplyResult>);
    let mut places: BTreeMap<PlaceKey<'p>, Vec<(usize, &'p Change)>> = BTreeMap::new();
    for (at, ChangedClient { client, .. }) in clients.iter().enumerate().filter(|(_, one)| needs_no_block(one.client)) {
        for change in &client.changes {
            let difference = &change.difference;
            if !difference.layer.can_be_shared() {
                continue;
            }
            let (layer, declared) = (difference.layer.text(), difference.declared.to_json().to_string());
            let key = (difference.setting, &difference.place, layer, declared, client.result);
            places.entry(key).or_default().push((at, change));
        }
    }
    let mut groups = Vec::new();
    let mut taken = vec![SettingSet::default(); clients.len()];
    for ((setting, .., result), changes) in places {
        let is_mixed = changes.iter().any(|(at, _)| clients[*at].list != clients[changes[0].0].list);
        if changes.len() <= MANY || !is_mixed {
            continue;
        }
        for (at, _) in &changes {
            taken[*at].insert(setting);
        }
        let changes = changes.into_iter().map(|(at, change)| (clients[at].client, change)).collect();
        groups.push(PlaceGroup::of(result, changes, by));
    }
    // Stable: groups of one size stay in the order of fields and places.
    groups.sort_by_key(|group| Reverse(group.count()));
    (groups, taken)
}

/// Whether the client needs no block of its own for its result.
fn needs_no_block(client: &ClientPlan) -> bool {
    let is_good = matches!(client.result, None | Some(ApplyResult::Applied | ApplyResult::Unchanged));
    is_good && client.details.as_deref().is_none_or(|details| details.message.is_none())
}
