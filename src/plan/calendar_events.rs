//! What begins and what ends: dated entries and waivers as events of a calendar.
//!
//! Owns which events a window of time holds, and which clients each of them covers. It must not know clocks or formats:
//! the window comes in as a value.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;

use crate::model::{
    ClientKey, DatedEffect, DatedEntry, Declaration, EntryInLayer, Place, Setting, SettingSet, Untrusted, Waiver,
};

/// One begin or end, however many clients it covers.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarEvent {
    /// When.
    pub at: Timestamp,
    /// Whether it begins or ends then.
    pub edge: CalendarEdge,
    /// What begins or ends.
    pub subject: CalendarSubject,
    /// The clients that it covers, in the order of their documents; never empty.
    pub clients: Vec<ClientKey>,
    /// Who answers for it.
    pub owner: Untrusted,
    /// Why.
    pub reason: Untrusted,
    /// Where it is written.
    pub source: Place,
}

/// One of the two ends of a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CalendarEdge {
    /// The first instant at which it no longer holds.
    Ends,
    /// The first instant at which it holds.
    Begins,
}

impl CalendarEdge {
    /// The word in every format.
    pub fn word(self) -> &'static str {
        match self {
            CalendarEdge::Ends => "ends",
            CalendarEdge::Begins => "begins",
        }
    }
}

/// What begins or ends.
#[derive(Clone, Debug, PartialEq)]
pub enum CalendarSubject {
    /// A dated entry, with the fields on which it has an effect; never empty.
    Temporary(Vec<(Setting, DatedEffect)>),
    /// A waiver of a field; `None`: of the whole client.
    Waiver(Option<Setting>),
}

impl CalendarSubject {
    /// The word in every format.
    pub fn kind(&self) -> &'static str {
        match self {
            CalendarSubject::Temporary(_) => "temporary",
            CalendarSubject::Waiver(_) => "waiver",
        }
    }
}

/// One entry, and the clients on which it has an effect.
struct SharedEntry<'d> {
    entry: &'d DatedEntry,
    settings: SettingSet,
    clients: Vec<ClientKey>,
}

/// The begins and ends in a window of time, in their order. An entry counts for the clients on which it has an effect,
/// and a waiver for a client and a field that is declared.
pub fn calendar(declarations: &[Declaration], waivers: &[Waiver], window: &Range<Timestamp>) -> Vec<CalendarEvent> {
    let mut events: Vec<CalendarEvent> = Vec::new();
    for shared in shared_entries(declarations, window) {
        let SharedEntry { entry, settings, clients } = shared;
        let edges = [(CalendarEdge::Begins, entry.begin), (CalendarEdge::Ends, Some(entry.end))];
        for (edge, at) in edges {
            let Some(at) = at.filter(|at| window.contains(at)) else { continue };
            let values = entry.settings.iter().filter(|value| settings.contains(value.setting));
            events.push(CalendarEvent {
                at,
                edge,
                subject: CalendarSubject::Temporary(values.map(|one| (one.setting, one.effect.clone())).collect()),
                clients: clients.clone(),
                owner: entry.owner.clone(),
                reason: entry.reason.clone(),
                source: entry.place.clone(),
            });
        }
    }
    events.extend(waivers_of(declarations, waivers).filter_map(|waiver| ended(waiver, window)));
    let order = |event: &CalendarEvent| (event.at, event.edge, event.subject.kind(), event.source.clone());
    events.sort_by_cached_key(order);
    events
}

/// The waivers that have an effect on these declarations, in the order they are written.
pub fn waivers_of<'w>(declarations: &[Declaration], waivers: &'w [Waiver]) -> impl Iterator<Item = &'w Waiver> {
    let managed: BTreeMap<ClientKey, SettingSet> =
        declarations.iter().map(|declaration| (declaration.key(), declaration.managed_set())).collect();
    waivers.iter().filter(move |waiver| {
        let of_client = managed.get(&waiver.key());
        of_client.is_some_and(|managed| waiver.field.is_none_or(|field| managed.contains(field)))
    })
}

fn ended(waiver: &Waiver, window: &Range<Timestamp>) -> Option<CalendarEvent> {
    window.contains(&waiver.end).then(|| CalendarEvent {
        at: waiver.end,
        edge: CalendarEdge::Ends,
        subject: CalendarSubject::Waiver(waiver.field),
        clients: vec![waiver.key()],
        owner: waiver.terms.owner.clone(),
        reason: waiver.terms.reason.clone(),
        source: waiver.source.clone(),
    })
}

/// The entries that begin or end in the window, each once: a profile gives one entry to many clients.
fn shared_entries<'d>(declarations: &'d [Declaration], window: &Range<Timestamp>) -> Vec<SharedEntry<'d>> {
    // An entry is what is written at one place.
    let mut places: BTreeMap<&Place, SharedEntry<'_>> = BTreeMap::new();
    for declaration in declarations {
        for EntryInLayer { entry, settings } in declaration.managed_entries() {
            if !entry.begin.iter().chain([&entry.end]).any(|edge| window.contains(edge)) {
                continue;
            }
            let new = || SharedEntry { entry, settings: SettingSet::default(), clients: Vec::new() };
            let shared = places.entry(&entry.place).or_insert_with(new);
            settings.iter().for_each(|setting| {
                shared.settings.insert(setting);
            });
            let key = declaration.key();
            if shared.clients.last() != Some(&key) {
                shared.clients.push(key);
            }
        }
    }
    places.into_values().collect()
}
