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
        self.all_fields(|entry| entry.holds_at(at))
    }

    /// The declared values without any entry: what comes back.
    pub fn plain(&self) -> Vec<ManagedField> {
        self.all_fields(|_| false)
    }

    /// The declared value of a touched field at an instant.
    pub fn wanted_at(&self, at: Timestamp, setting: Setting) -> Option<State> {
        self.field(setting, |entry| entry.holds_at(at)).map(|managed| managed.wanted)
    }

    /// The same as if one entry did not exist.
    pub fn wanted_without(&self, at: Timestamp, setting: Setting, entry: &DatedEntry) -> Option<State> {
        self.wanted_by(at, setting, |one| !std::ptr::eq(one, entry))
    }

    /// The same as if only those entries existed that count.
    pub fn wanted_by(&self, at: Timestamp, setting: Setting, counts: impl Fn(&DatedEntry) -> bool) -> Option<State> {
        self.field(setting, |one| one.holds_at(at) && counts(one)).map(|managed| managed.wanted)
    }

    /// The declared value of a touched field without any entry.
    pub(super) fn plain_value(&self, setting: Setting) -> Option<State> {
        self.field(setting, |_| false).map(|managed| managed.wanted)
    }

    fn all_fields(&self, counts: impl Fn(&DatedEntry) -> bool) -> Vec<ManagedField> {
        self.touched.iter().filter_map(|setting| self.field(setting, &counts)).collect()
    }

    /// What the client declares for a field by the entries that count.
    fn field(&self, setting: Setting, counts: impl Fn(&DatedEntry) -> bool) -> Option<ManagedField> {
        let mut managed: Option<ManagedField> = None;
        for layer in &self.layers {
            if let Some(plain) = layer.settings.iter().find(|plain| plain.setting == setting) {
                managed = Some(plain.clone());
            }
            if layer.hidden.contains(setting) {
                continue;
            }
            // A field that no layer below manages stays unmanaged: what would come back is unknown.
            let Some(managed) = &mut managed else { continue };
            for entry in layer.entries.iter().filter(|entry| counts(entry)) {
                if let Some(value) = entry.value(setting) {
                    apply(managed, entry, &value.effect);
                }
            }
        }
        managed
    }
}

/// The fields of an entry that are not among the hidden ones.
fn effective(entry: &DatedEntry, hidden: SettingSet) -> SettingSet {
    entry.settings.iter().map(|value| value.setting).filter(|setting| !hidden.contains(*setting)).collect()
}

/// Lets an entry act on what the layers below it declare. An addition that adds nothing leaves the value to its own
/// layer.
fn apply(below: &mut ManagedField, entry: &DatedEntry, effect: &DatedEffect) {
    let wanted = match effect {
        DatedEffect::Set(value) => value.clone(),
        DatedEffect::Add(codes) => match below.wanted.countries().map(|set| set.with(codes)) {
            Some(all) if below.wanted.countries() != Some(&all) => State::Is(Value::Countries(all)),
            Some(_) | None => return,
        },
    };
    *below = ManagedField { setting: below.setting, wanted, layer: entry.layer(), place: entry.place.clone() };
}
