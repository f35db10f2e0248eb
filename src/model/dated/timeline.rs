//! One field along the time: which of its entries hold, and what the client declares.
//!
//! Owns the one walk over the begins and ends of a field, so that a list of any length is read once: when the declared
//! value changes next, and from when on each entry makes a difference.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::countries::{Code, Countries};
use crate::model::dated::entry::{DatedEffect, DatedEntry};
use crate::model::dated::layers::DatedDeclaration;
use crate::model::{Setting, State, Value};

impl DatedDeclaration {
    /// The next instant after this one at which a declared value changes; `None` where none ever does.
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        self.touched().iter().filter_map(|setting| self.next_change_of(setting, after)).min()
    }

    fn next_change_of(&self, setting: Setting, after: Timestamp) -> Option<Timestamp> {
        let timeline = FieldTimeline::new(self, setting)?;
        let mut holding = HoldingEntries::default();
        let steps = timeline.steps(after);
        let (now, later) = steps.split_at(steps.partition_point(|step| step.at <= after));
        now.iter().for_each(|step| holding.take(&timeline, step));
        let now = holding.value(&timeline);
        later.chunk_by(|one, next| one.at == next.at).find_map(|steps| {
            steps.iter().for_each(|step| holding.take(&timeline, step));
            (holding.value(&timeline) != now).then_some(steps[0].at)
        })
    }

    /// Each entry of a field, in the order of layers, with the first instant at which the client would declare another
    /// value without it. Instants before that of the run do not count. `None`: there is no such instant.
    pub fn first_effects(&self, setting: Setting) -> Vec<(&DatedEntry, Option<Timestamp>)> {
        let Some(timeline) = FieldTimeline::new(self, setting) else { return Vec::new() };
        let mut holding = HoldingEntries::default();
        let mut first: Vec<Option<Timestamp>> = vec![None; timeline.entries.len()];
        for steps in timeline.steps(self.at()).chunk_by(|one, next| one.at == next.at) {
            let touched: BTreeSet<Code> =
                steps.iter().flat_map(|step| timeline.effect(step.position).added()).copied().collect();
            steps.iter().for_each(|step| holding.take(&timeline, step));
            let alone = touched.into_iter().filter_map(|code| holding.alone_with(&timeline, code));
            for position in alone.chain(holding.winner(&timeline)) {
                first[position].get_or_insert(steps[0].at);
            }
        }
        timeline.entries.into_iter().map(|(entry, _)| entry).zip(first).collect()
    }
}

/// The entries with an effect on a field, in the order of layers, and what the client declares without any of them.
struct FieldTimeline<'d> {
    entries: Vec<(&'d DatedEntry, &'d DatedEffect)>,
    plain: State,
}

/// The begin or the end of an entry.
struct TimelineStep {
    at: Timestamp,
    /// The position of the entry.
    position: usize,
    begins: bool,
}

impl<'d> FieldTimeline<'d> {
    /// The timeline of a field; `None` where nothing manages it.
    fn new(dated: &'d DatedDeclaration, setting: Setting) -> Option<FieldTimeline<'d>> {
        let with_effect = |entry: &'d DatedEntry| Some((entry, &entry.value(setting)?.effect));
        let entries = dated.entries_of(setting).filter_map(with_effect).collect();
        Some(FieldTimeline { entries, plain: dated.plain_value(setting)? })
    }

    fn effect(&self, position: usize) -> &'d DatedEffect {
        self.entries[position].1
    }

    /// The steps from an instant on, in the order of time. Entries that hold at that instant begin there.
    fn steps(&self, from: Timestamp) -> Vec<TimelineStep> {
        let mut steps = Vec::with_capacity(2 * self.entries.len());
        for (position, (entry, _)) in self.entries.iter().enumerate().filter(|(_, (entry, _))| !entry.has_ended(from)) {
            let begin = entry.begin.map_or(from, |begin| begin.max(from));
            steps.push(TimelineStep { at: begin, position, begins: true });
            steps.push(TimelineStep { at: entry.end, position, begins: false });
        }
        steps.sort_by_key(|step| step.at);
        steps
    }
}

/// The entries of a field that hold at one instant of the walk, by their position.
#[derive(Default)]
struct HoldingEntries {
    /// Of each country, the entries that add it; never empty.
    adding: BTreeMap<Code, BTreeSet<usize>>,
    /// The entries that set a value: the last one wins.
    setting: BTreeSet<usize>,
}

impl HoldingEntries {
    fn take(&mut self, timeline: &FieldTimeline<'_>, step: &TimelineStep) {
        let TimelineStep { position, begins, .. } = *step;
        let change = |set: &mut BTreeSet<usize>| if begins { set.insert(position) } else { set.remove(&position) };
        match timeline.effect(position) {
            DatedEffect::Add(codes) => {
                for code in codes.codes() {
                    change(self.adding.entry(*code).or_default());
                    if self.adding.get(code).is_some_and(BTreeSet::is_empty) {
                        self.adding.remove(code);
                    }
                }
            }
            DatedEffect::Set(_) => {
                change(&mut self.setting);
            }
        }
    }

    /// The declared value.
    fn value(&self, timeline: &FieldTimeline<'_>) -> State {
        if let Some(value) = self.setting.last().and_then(|position| set_value(timeline, *position)) {
            return value.clone();
        }
        match timeline.plain.countries() {
            Some(list) if !self.adding.is_empty() => {
                State::Is(Value::Countries(list.with(&Countries::of(self.adding.keys().copied().collect()))))
            }
            Some(_) | None => timeline.plain.clone(),
        }
    }

    /// Of a country, the entry without which it would not be declared.
    fn alone_with(&self, timeline: &FieldTimeline<'_>, code: Code) -> Option<usize> {
        let lacks = !timeline.plain.countries()?.holds(code);
        let adding = self.adding.get(&code).filter(|adding| lacks && adding.len() == 1)?;
        adding.first().copied()
    }

    /// The entry that sets the value, where it is another one than without it.
    fn winner(&self, timeline: &FieldTimeline<'_>) -> Option<usize> {
        let mut last = self.setting.iter().rev();
        let (winner, next) = (last.next()?, last.next());
        let below = next.map_or(Some(&timeline.plain), |position| set_value(timeline, *position));
        (set_value(timeline, *winner) != below).then_some(*winner)
    }
}

fn set_value<'d>(timeline: &FieldTimeline<'d>, position: usize) -> Option<&'d State> {
    match timeline.effect(position) {
        DatedEffect::Set(value) => Some(value),
        DatedEffect::Add(_) => None,
    }
}
