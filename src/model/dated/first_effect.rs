//! From when on an entry makes a difference: another one may hide it, or bring the same for a while.
//!
//! Owns one walk along the time of a field, so a file with ten thousand entries is read once. It must not know what is
//! judged by the effects.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::countries::{Code, Countries};
use crate::model::dated::entry::{DatedEffect, DatedEntry};
use crate::model::dated::layers::DatedDeclaration;
use crate::model::{Setting, State, Value};

/// The first instant at which an entry makes a difference, and which one.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstEffect<'d> {
    /// The entry.
    pub entry: &'d DatedEntry,
    /// The instant, from that of the run on; `None` where the client never declares another value without the entry.
    pub at: Option<Timestamp>,
    /// What the client declares without the entry then; where there is no such instant, as the entry begins.
    pub before: State,
    /// What the client declares then.
    pub after: State,
}

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
        let winner = *self.setting.last()?;
        (self.last_set(None)? != self.last_set(Some(winner))?).then_some(winner)
    }

    /// The value of the last entry that sets one, or the plain value. One entry can be left out.
    fn last_set(&self, without: Option<usize>) -> Option<&State> {
        let last = self.setting.iter().rev().find(|position| Some(**position) != without);
        match last.map(|position| self.effects[*position]) {
            Some(DatedEffect::Set(value)) => Some(value),
            Some(DatedEffect::Add(_)) | None => self.plain.as_ref(),
        }
    }

    /// What the client declares, or would declare without one entry.
    fn declared(&self, without: Option<usize>) -> State {
        // Of a field without a plain value no entry acts.
        let Some(below) = self.plain.as_ref().and_then(|_| self.last_set(without)) else { return State::NotSet };
        let adds = |positions: &BTreeSet<usize>| positions.iter().any(|position| Some(*position) != without);
        match below.countries() {
            Some(list) => {
                let added = self.adding.iter().filter(|(_, positions)| adds(positions)).map(|(code, _)| *code);
                State::Is(Value::Countries(list.with(&Countries::of(added.collect()))))
            }
            None => below.clone(),
        }
    }
}

impl DatedDeclaration {
    /// Each entry of a field that has not ended, in the order of layers, with its first effect from the instant of the
    /// run on.
    pub fn first_effects(&self, setting: Setting) -> Vec<FirstEffect<'_>> {
        let entries: Vec<&DatedEntry> = self.entries_of(setting).filter(|entry| !entry.has_ended(self.at())).collect();
        let effects = entries.iter().filter_map(|entry| entry.value(setting)).map(|value| &value.effect).collect();
        let plain = self.plain().into_iter().find(|one| one.setting == setting).map(|one| one.wanted);
        let mut holding = HoldingEntries { effects, plain, adding: BTreeMap::new(), setting: BTreeSet::new() };
        let mut steps: BTreeMap<Timestamp, Vec<(usize, bool)>> = BTreeMap::new();
        for (position, entry) in entries.iter().enumerate() {
            let begin = entry.begin.map_or(self.at(), |begin| begin.max(self.at()));
            steps.entry(begin).or_default().push((position, true));
            steps.entry(entry.end).or_default().push((position, false));
        }
        let mut first: Vec<Option<FirstEffect<'_>>> = vec![None; entries.len()];
        for (at, steps) in steps {
            steps.iter().for_each(|(position, begins)| holding.change(*position, *begins));
            let declared = holding.declared(None);
            let effect = |position: usize, at, before| {
                Some(FirstEffect { entry: entries[position], at, before, after: declared.clone() })
            };
            let touched: BTreeSet<Code> =
                steps.iter().flat_map(|(position, _)| holding.effects[*position].added()).copied().collect();
            let alone = touched.into_iter().filter_map(|code| holding.alone_with(code));
            for position in alone.chain(holding.winner()) {
                if first[position].as_ref().is_none_or(|first| first.at.is_none()) {
                    first[position] = effect(position, Some(at), holding.declared(Some(position)));
                }
            }
            for (position, _) in steps.iter().filter(|(_, begins)| *begins) {
                if first[*position].is_none() {
                    first[*position] = effect(*position, None, declared.clone());
                }
            }
        }
        first.into_iter().flatten().collect()
    }
}
