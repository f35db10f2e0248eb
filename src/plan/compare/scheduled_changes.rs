//! Which dated settings a change set brings: entries that the base does not have in the same form.
//!
//! Owns the comparison of the entries of one client, and of all clients of a run. Entries are the same when they set
//! the same for the same time. Owner, reason and place make no difference, because no value depends on them. Each
//! side's own zone has decided its instants.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::{
    ClientKey, DatedDeclaration, DatedEffect, DatedEntry, Declaration, OpenSpans, Setting, SettingSet, State,
};
use crate::plan::client::ClientPlan;
use crate::plan::compare::origins::by_client;
use crate::plan::scheduled::ScheduledChange;

/// The dated settings that a change set brings, by client. Clients without one are not in it.
#[derive(Clone, Debug, Default)]
pub struct ScheduledChanges {
    clients: BTreeMap<ClientKey, Box<[ScheduledChange]>>,
}

impl ScheduledChanges {
    /// Compares declarations with those of a base. Of the settings only `fields` count; none means all. A client that
    /// the base does not name is new: all of its entries are.
    pub fn new(now: &[Declaration], base: &[Declaration], fields: SettingSet) -> ScheduledChanges {
        let mut dated = now.iter().filter(|one| one.dated.is_some()).peekable();
        if dated.peek().is_none() {
            return ScheduledChanges::default();
        }
        let before = by_client(base);
        let one = |now: &Declaration| {
            let key = now.key();
            let scheduled = scheduled_changes(before.get(&key).copied(), now, fields);
            (!scheduled.is_empty()).then(|| (key, scheduled.into_boxed_slice()))
        };
        ScheduledChanges { clients: dated.filter_map(one).collect() }
    }

    /// Whether a client has one.
    pub fn has(&self, client: &ClientKey) -> bool {
        self.clients.contains_key(client)
    }

    /// Lists those of a client in its plan.
    pub fn list(&self, client: &mut ClientPlan) {
        if !self.clients.is_empty()
            && let Some(scheduled) = self.clients.get(&client.key())
        {
            client.scheduled.clone_from(scheduled);
        }
    }
}

/// The entries of a client that its declaration at the base does not have in the same form, and that have not ended:
/// one item for each field on which an entry acts, in the order of layers. Of the settings only `fields` count; none
/// means all.
pub fn scheduled_changes(then: Option<&Declaration>, now: &Declaration, fields: SettingSet) -> Vec<ScheduledChange> {
    let Some(dated) = now.dated.as_deref() else { return Vec::new() };
    let base = then.and_then(|then| then.dated.as_deref());
    let mut found = Vec::new();
    for setting in dated.touched().iter().filter(|setting| fields.is_empty() || fields.contains(*setting)) {
        let new = NewEntries::of(dated, base, setting);
        if new.entries.is_empty() {
            continue;
        }
        let spans = OpenSpans::of(dated, setting);
        for (entry, first) in &new.entries {
            let at = first.unwrap_or_else(|| entry.begin.map_or(dated.at(), |begin| begin.max(dated.at())));
            // Another entry of the change set that brings the same must not hide what both bring.
            let stays =
                |one: &DatedEntry| !(std::ptr::eq(one, *entry) || new.has(one) && one.brings_same(entry, setting));
            found.push(ScheduledChange {
                setting,
                before: dated.wanted_by(at, setting, stays).unwrap_or(State::NotSet),
                after: dated.wanted_at(at, setting).unwrap_or(State::NotSet),
                from: entry.from.as_ref().map(|from| from.text().into()),
                until: entry.until.text().into(),
                begins_at: entry.begin,
                ends_at: entry.end,
                owner: entry.owner.clone(),
                reason: entry.reason.clone(),
                source: entry.place.clone(),
                opens_for_days: spans.days_of(entry, setting),
            });
        }
    }
    found
}

/// The entries of a field that a change set brings, each with its first effect.
struct NewEntries<'d> {
    entries: Vec<(&'d DatedEntry, Option<Timestamp>)>,
    addresses: BTreeSet<*const DatedEntry>,
}

impl<'d> NewEntries<'d> {
    /// Those that the base does not have in the same form, and that have not ended. An entry of the base is new too where
    /// another one hid its value there and no longer does.
    fn of(dated: &'d DatedDeclaration, base: Option<&DatedDeclaration>, setting: Setting) -> NewEntries<'d> {
        let then: Vec<&DatedEntry> = base.into_iter().flat_map(|base| base.entries_of(setting)).collect();
        let now: Vec<&DatedEntry> = dated.entries_of(setting).collect();
        let is_as_before = now.len() == then.len() && now.iter().zip(&then).all(|(now, then)| now.is_same(then));
        if is_as_before {
            return NewEntries { entries: Vec::new(), addresses: BTreeSet::new() };
        }
        let known = EarlierEntries::new(then);
        let was_hidden = |entry: &DatedEntry, first: Option<Timestamp>| {
            let sets = entry.value(setting).is_some_and(|value| matches!(value.effect, DatedEffect::Set(_)));
            let is_other =
                |at: &Timestamp| base.is_none_or(|base| base.wanted_at(*at, setting) != dated.wanted_at(*at, setting));
            sets && first.filter(is_other).is_some()
        };
        let is_new = |(entry, first): &(&DatedEntry, Option<Timestamp>)| {
            !entry.has_ended(dated.at()) && (!known.has(entry) || was_hidden(entry, *first))
        };
        let entries: Vec<_> = dated.first_effects(setting).into_iter().filter(is_new).collect();
        let addresses = entries.iter().map(|(entry, _)| std::ptr::from_ref(*entry)).collect();
        NewEntries { entries, addresses }
    }

    fn has(&self, entry: &DatedEntry) -> bool {
        self.addresses.contains(&std::ptr::from_ref(entry))
    }
}

/// The entries of the base that act on a field, by the instant at which they end.
struct EarlierEntries<'b> {
    by_end: BTreeMap<Timestamp, Vec<&'b DatedEntry>>,
}

impl<'b> EarlierEntries<'b> {
    fn new(entries: Vec<&'b DatedEntry>) -> EarlierEntries<'b> {
        let mut by_end: BTreeMap<_, Vec<_>> = BTreeMap::new();
        entries.into_iter().for_each(|entry| by_end.entry(entry.end).or_default().push(entry));
        EarlierEntries { by_end }
    }

    fn has(&self, entry: &DatedEntry) -> bool {
        self.by_end.get(&entry.end).into_iter().flatten().any(|one| one.is_same(entry))
    }
}
