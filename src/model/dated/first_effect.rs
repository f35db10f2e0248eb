//! From when on an entry makes a difference: another one may hide it, or bring the same for a while.
//!
//! Owns one walk along the time of a field, so a file with ten thousand entries is read once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::countries::{Code, Countries};
use crate::model::dated::entry::{DatedEffect, DatedEntry};
use crate::model::dated::layers::DatedDeclaration;
use crate::model::{Setting, State};

/// The entries of a field that hold at one instant of the walk, by their position among all of them.
struct HoldingEntries<'d> {
    effects: Vec<&'d DatedEffect>,
    /// What the client declares without any entry.
    plain: Option<State>,
    /// Of each country, the entries that add it.
    adding: BTreeMap<Code, BTreeSet<usize>>,
    /// The entries that set a value: the last one wins.
    setting: BTreeSet<usize>,
}

impl HoldingEntries<'_> {
    fn change(&mut self, position: usize, begins: bool) {
        let change = |set: &mut BTreeSet<usize>| if begins { set.insert(position) } else { set.remove(&position) };
        match self.effects[position] {
            DatedEffect::Add(codes) => codes.codes().iter().for_each(|code| {
                change(self.adding.entry(*code).or_default());
            }),
            DatedEffect::Set(_) => {
                change(&mut self.setting);
            }
        }
    }

    /// Of a country, the entry without which it would not be declared.
    fn alone_with(&self, code: Code) -> Option<usize> {
        let lacks = match self.plain.as_ref()?.countries()? {
            Countries::All => false,
            Countries::Some(codes) => !codes.contains(&code),
        };
        let adding = self.adding.get(&code).filter(|adding| lacks && adding.len() == 1)?;
        adding.first().copied()
    }

    /// The entry that sets the value, where it is another one than without it.
    fn winner(&self) -> Option<usize> {
        let mut last = self.setting.iter().rev();
        let (winner, next) = (last.next()?, last.next());
        let value = |position: &usize| match self.effects[*position] {
            DatedEffect::Set(value) => Some(value),
            DatedEffect::Add(_) => None,
        };
        let below = next.map_or(Some(self.plain.as_ref()?), value);
        (value(winner) != below).then_some(*winner)
    }
}

impl DatedDeclaration {
    /// Each entry of a field, in the order of layers, with the first instant at which the client would declare another
    /// value without it. Instants before that of the run do not count. `None`: there is no such instant.
    pub fn first_effects(&self, setting: Setting) -> Vec<(&DatedEntry, Option<Timestamp>)> {
        let entries: Vec<&DatedEntry> = self.entries_of(setting).collect();
        let effects = entries.iter().filter_map(|entry| entry.value(setting)).map(|value| &value.effect).collect();
        let plain = self.plain().into_iter().find(|one| one.setting == setting).map(|one| one.wanted);
        let mut holding = HoldingEntries { effects, plain, adding: BTreeMap::new(), setting: BTreeSet::new() };
        let mut steps: BTreeMap<Timestamp, Vec<(usize, bool)>> = BTreeMap::new();
        for (position, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.has_ended(self.at())) {
            let begin = entry.begin.map_or(self.at(), |begin| begin.max(self.at()));
            steps.entry(begin).or_default().push((position, true));
            steps.entry(entry.end).or_default().push((position, false));
        }
        let mut first: Vec<Option<Timestamp>> = vec![None; entries.len()];
        for (at, steps) in steps {
            steps.iter().for_each(|(position, begins)| holding.change(*position, *begins));
            let touched: BTreeSet<Code> =
                steps.iter().flat_map(|(position, _)| holding.effects[*position].added()).copied().collect();
            let alone = touched.into_iter().filter_map(|code| holding.alone_with(code));
            for position in alone.chain(holding.winner()) {
                first[position].get_or_insert(at);
            }
        }
        entries.into_iter().zip(first).collect()
    }
}
