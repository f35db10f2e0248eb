//! When a declaration with dated settings changes next.
//!
//! Owns one walk over the begins and ends of a field, so that a list of any length is read once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::countries::{Code, Countries};
use crate::model::dated::entry::{DatedEffect, DatedEntry};
use crate::model::dated::layers::DatedDeclaration;
use crate::model::{ManagedField, State, Value};

impl DatedDeclaration {
    /// The next instant after this one at which a declared value changes; `None` where none ever does.
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        self.plain().iter().filter_map(|below| self.next_change_of(below, after)).min()
    }

    /// The same for one field, of which the plain value is known: no entry below that value has an effect.
    fn next_change_of(&self, below: &ManagedField, after: Timestamp) -> Option<Timestamp> {
        let of_field = self.entries().filter(|one| one.settings.contains(below.setting)).map(|one| one.entry);
        let effect = |entry: &'_ DatedEntry| entry.value(below.setting).map(|value| value.effect.clone());
        let entries: Vec<(&DatedEntry, DatedEffect)> =
            of_field.filter_map(|entry| Some((entry, effect(entry)?))).collect();
        let mut active = ActiveEffects::default();
        let mut events: BTreeMap<Timestamp, Vec<(usize, bool)>> = BTreeMap::new();
        for (index, (entry, effect)) in entries.iter().enumerate().filter(|(_, (entry, _))| entry.end > after) {
            match entry.begin.filter(|begin| *begin > after) {
                Some(begin) => events.entry(begin).or_default().push((index, true)),
                None => active.begin(index, effect),
            }
            events.entry(entry.end).or_default().push((index, false));
        }
        let now = active.value(&below.wanted);
        events.into_iter().find_map(|(at, events)| {
            for (index, begins) in events {
                match begins {
                    true => active.begin(index, &entries[index].1),
                    false => active.end(index, &entries[index].1),
                }
            }
            (active.value(&below.wanted) != now).then_some(at)
        })
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
