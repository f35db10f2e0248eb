//! The layers of one client as far as an entry touches them: what the client declares at an instant.
//!
//! Owns the order of layers. Profiles come first, then the document; in each, plain values come before entries. So a
//! later plain value hides an earlier layer's entry, and additions unite.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::dated::entry::{DatedEffect, DatedEntry};
use crate::model::{DayZone, ManagedField, Setting, SettingSet, State, Value};

/// One layer: a profile, or the document itself.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedLayer {
    /// Its plain values.
    pub settings: Vec<ManagedField>,
    /// Its entries, in the order they are written.
    pub entries: Arc<[DatedEntry]>,
    /// The fields of its entries that have no effect: a later layer has a plain value, or the document ignores them.
    hidden: SettingSet,
}

impl DatedLayer {
    /// A layer of these values and entries.
    pub fn new(settings: Vec<ManagedField>, entries: Arc<[DatedEntry]>) -> DatedLayer {
        DatedLayer { settings, entries, hidden: SettingSet::default() }
    }
}

/// The dated settings of one client, evaluated at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedDeclaration {
    layers: Vec<DatedLayer>,
    /// The fields that an entry may change.
    touched: SettingSet,
    /// The instant of the run.
    at: Timestamp,
    /// The zone that days are counted in.
    zone: DayZone,
}

/// An entry of a client, and the fields on which it has an effect.
#[derive(Clone, Copy, Debug)]
pub struct EntryInLayer<'d> {
    /// The entry.
    pub entry: &'d DatedEntry,
    /// The fields that no later layer hides and that the document does not ignore; never empty.
    pub settings: SettingSet,
}

impl DatedDeclaration {
    /// The layers of a client, at an instant; `None` where no entry has an effect.
    pub fn new(mut layers: Vec<DatedLayer>, ignored: SettingSet, at: Timestamp) -> Option<DatedDeclaration> {
        let mut hidden = ignored;
        let mut touched = SettingSet::default();
        for layer in layers.iter_mut().rev() {
            layer.hidden = hidden;
            for entry in layer.entries.iter() {
                effective(entry, hidden).iter().for_each(|setting| {
                    touched.insert(setting);
                });
            }
            layer.settings.iter().for_each(|plain| {
                hidden.insert(plain.setting);
            });
        }
        if touched.is_empty() {
            return None;
        }
        for layer in &mut layers {
            layer.settings.retain(|plain| touched.contains(plain.setting));
            layer.settings.shrink_to_fit();
        }
        layers.retain(|layer| !layer.settings.is_empty() || !layer.entries.is_empty());
        layers.shrink_to_fit();
        Some(DatedDeclaration { layers, touched, at, zone: DayZone::default() })
    }

    /// With the zone that days are counted in; UTC otherwise.
    pub fn with_zone(self, zone: DayZone) -> DatedDeclaration {
        DatedDeclaration { zone, ..self }
    }

    /// The zone that days are counted in.
    pub fn zone(&self) -> &DayZone {
        &self.zone
    }

    /// The instant of the run.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The fields that an entry may change.
    pub fn touched(&self) -> SettingSet {
        self.touched
    }

    /// Its entries with an effect, in the order of layers.
    pub fn entries(&self) -> impl Iterator<Item = EntryInLayer<'_>> {
        self.layers.iter().flat_map(|layer| {
            let in_layer = |entry| EntryInLayer { entry, settings: effective(entry, layer.hidden) };
            layer.entries.iter().map(in_layer).filter(|one| !one.settings.is_empty())
        })
    }

    /// Its entries with an effect on a field, in the order of layers: each acts on what those before it leave.
    pub fn entries_of(&self, setting: Setting) -> impl Iterator<Item = &DatedEntry> {
        self.entries().filter(move |one| one.settings.contains(setting)).map(|one| one.entry)
    }

    /// The declared values of the touched fields at an instant.
    pub fn managed_at(&self, at: Timestamp) -> Vec<ManagedField> {
        self.managed_by(at, |_| true)
    }

    /// The same as if one entry did not exist.
    pub fn managed_without(&self, at: Timestamp, entry: &DatedEntry) -> Vec<ManagedField> {
        self.managed_by(at, |one| !std::ptr::eq(one, entry))
    }

    /// The same as if only those entries existed that count.
    pub fn managed_by(&self, at: Timestamp, counts: impl Fn(&DatedEntry) -> bool) -> Vec<ManagedField> {
        let mut managed: Vec<ManagedField> = Vec::with_capacity(self.touched.len());
        for layer in &self.layers {
            for plain in &layer.settings {
                put(&mut managed, plain.clone());
            }
            for entry in layer.entries.iter().filter(|entry| entry.holds_at(at) && counts(entry)) {
                for value in entry.settings.iter().filter(|value| !layer.hidden.contains(value.setting)) {
                    apply(&mut managed, entry, value.setting, &value.effect);
                }
            }
        }
        managed.sort_by_key(|one| one.setting);
        managed
    }

    /// The declared value of a touched field at an instant.
    pub fn wanted_at(&self, at: Timestamp, setting: Setting) -> Option<State> {
        self.managed_at(at).into_iter().find(|managed| managed.setting == setting).map(|managed| managed.wanted)
    }

    /// The declared values without any entry: what comes back.
    pub fn plain(&self) -> Vec<ManagedField> {
        self.managed_by(self.at, |_| false)
    }
}

/// The fields of an entry that are not among the hidden ones.
fn effective(entry: &DatedEntry, hidden: SettingSet) -> SettingSet {
    entry.settings.iter().map(|value| value.setting).filter(|setting| !hidden.contains(*setting)).collect()
}

fn put(managed: &mut Vec<ManagedField>, new: ManagedField) {
    match managed.iter_mut().find(|one| one.setting == new.setting) {
        Some(old) => *old = new,
        None => managed.push(new),
    }
}

/// Lets an entry act on what the layers below it declare. A field that none of them manages stays unmanaged: what would
/// come back is unknown. An addition that adds nothing leaves the value to its own layer.
fn apply(managed: &mut [ManagedField], entry: &DatedEntry, setting: Setting, effect: &DatedEffect) {
    let Some(below) = managed.iter_mut().find(|one| one.setting == setting) else { return };
    let wanted = match effect {
        DatedEffect::Set(value) => value.clone(),
        DatedEffect::Add(codes) => match below.wanted.countries().map(|set| set.with(codes)) {
            Some(all) if below.wanted.countries() != Some(&all) => State::Is(Value::Countries(all)),
            Some(_) | None => return,
        },
    };
    *below = ManagedField { setting, wanted, layer: entry.layer(), place: entry.place.clone() };
}
