//! When a declaration with dated settings changes next, and what it was before its last changes.
//!
//! Owns one walk over the begins and ends of a field, so that a list of any length is read once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::countries::{Code, Countries};
use crate::model::dated::entry::{DatedEffect, DatedEntry};
use crate::model::dated::layers::DatedDeclaration;
use crate::model::{ManagedField, Setting, State, Value};

impl DatedDeclaration {
    /// The next instant after this one at which a declared value changes; `None` where none ever does.
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        self.plain().iter().filter_map(|below| self.next_change_of(below, after)).min()
    }

    /// The same for one field, of which the plain value is known: no entry below that value has an effect.
    fn next_change_of(&self, below: &ManagedField, after: Timestamp) -> Option<Timestamp> {
        let effects = self.effects_of(below.setting);
        let mut active = ActiveEffects::default();
        let mut events: BTreeMap<Timestamp, Vec<(usize, bool)>> = BTreeMap::new();
        for (index, (entry, effect)) in effects.iter().enumerate().filter(|(_, (entry, _))| entry.end > after) {
            match entry.begin.filter(|begin| *begin > after) {
                Some(begin) => events.entry(begin).or_default().push((index, true)),
                None => active.begin(index, effect),
            }
            events.entry(entry.end).or_default().push((index, false));
        }
        let now = active.value(&below.wanted);
        events.into_iter().find_map(|(at, events)| {
            active.step(&events, &effects);
            (active.value(&below.wanted) != now).then_some(at)
        })
    }

    /// Whether live is what this declaration had just before one of its entries ended.
    pub fn had_before_an_end(&self, setting: Setting, live: &State) -> bool {
        let plain = self.plain();
        let Some(below) = plain.iter().find(|plain| plain.setting == setting) else { return false };
        let effects = self.effects_of(setting);
        let mut active = ActiveEffects::default();
        let mut events: BTreeMap<Timestamp, Vec<(usize, bool)>> = BTreeMap::new();
        for (index, (entry, effect)) in effects.iter().enumerate().filter(|(_, (entry, _))| entry.has_begun(self.at()))
        {
            match entry.begin {
                Some(begin) => events.entry(begin).or_default().push((index, true)),
                None => active.begin(index, effect),
            }
            events.entry(entry.end).or_default().push((index, false));
        }
        events.range(..=self.at()).any(|(_, events)| {
            let ends = events.iter().any(|(_, begins)| !begins);
            let had = ends && active.value(&below.wanted) == *live;
            active.step(events, &effects);
            had
        })
    }

    /// The entries with an effect on a field, in the order of layers, and their effects.
    fn effects_of(&self, setting: Setting) -> Vec<(&DatedEntry, &DatedEffect)> {
        self.entries_of(setting).filter_map(|entry| Some((entry, &entry.value(setting)?.effect))).collect()
    }
}

/// What the entries of a field that hold at one instant do together.
#[derive(Default)]
struct ActiveEffects<'d> {
    /// How many entries add each country.
    added: BTreeMap<Code, usize>,
    /// The values by the number of their entry: the last one counts.
    values: BTreeMap<usize, &'d State>,
}

impl<'d> ActiveEffects<'d> {
    /// Lets the entries begin (`true`) and end that do so at one instant.
    fn step(&mut self, events: &[(usize, bool)], effects: &[(&'d DatedEntry, &'d DatedEffect)]) {
        for (index, begins) in events {
            let (_, effect) = effects[*index];
            if *begins { self.begin(*index, effect) } else { self.end(*index, effect) }
        }
    }

    fn begin(&mut self, index: usize, effect: &'d DatedEffect) {
        effect.added().iter().for_each(|code| *self.added.entry(*code).or_default() += 1);
        if let DatedEffect::Set(value) = effect {
            self.values.insert(index, value);
        }
    }

    fn end(&mut self, index: usize, effect: &DatedEffect) {
        for code in effect.added() {
            if let Some(count) = self.added.get_mut(code) {
                *count -= 1;
            }
        }
        self.added.retain(|_, count| *count > 0);
        self.values.remove(&index);
    }

    /// The declared value.
    fn value(&self, below: &State) -> State {
        if let Some((_, value)) = self.values.last_key_value() {
            return (*value).clone();
        }
        match below.countries() {
            Some(list) if !self.added.is_empty() => {
                State::Is(Value::Countries(list.with(&Countries::of(self.added.keys().copied().collect()))))
            }
            Some(_) | None => below.clone(),
        }
    }
}
