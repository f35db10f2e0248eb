//! For how long dated entries open a client to each country.
//!
//! Owns what counts as one opening: entries that add one country, and that touch, overlap or have less than half a day
//! between them. It must not know which change is judged by that.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::countries::{Code, Countries};
use crate::model::dated::entry::DatedEntry;
use crate::model::dated::layers::DatedDeclaration;
use crate::model::{Setting, State};

/// A shorter gap does not part two openings: what closes runs at intervals, so it may never see such a gap. A trip in
/// legs has whole days between them, of 23 hours at least.
const SHORTEST_GAP: SignedDuration = SignedDuration::from_hours(12);

/// A time in which a country is open, without a gap that counts. Without a begin it has always been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct OpenSpan {
    begin: Option<Timestamp>,
    end: Timestamp,
}

/// The times in which the entries of one client open a field to each country.
#[derive(Debug)]
pub struct OpenSpans<'d> {
    dated: &'d DatedDeclaration,
    /// What the client declares without any entry: open without an end.
    plain: Option<Countries>,
    /// Of each country that an entry adds, in the order of time; a gap that counts is between each two.
    spans: BTreeMap<Code, Vec<OpenSpan>>,
}

impl<'d> OpenSpans<'d> {
    /// The spans of a field.
    pub fn of(dated: &'d DatedDeclaration, setting: Setting) -> OpenSpans<'d> {
        let plain = dated.plain_value(setting);
        let mut spans: BTreeMap<Code, Vec<OpenSpan>> = BTreeMap::new();
        for entry in dated.entries_of(setting) {
            for code in added(entry, setting) {
                spans.entry(*code).or_default().push(OpenSpan { begin: entry.begin, end: entry.end });
            }
        }
        spans.values_mut().for_each(unite);
        OpenSpans { dated, plain: plain.and_then(|state| state.countries().cloned()), spans }
    }

    /// The days of the longest opening that an entry is a part of; `None` where it adds no country for a time.
    pub fn days_of(&self, entry: &DatedEntry, setting: Setting) -> Option<u32> {
        let plain = self.plain.as_ref()?;
        let for_a_time = added(entry, setting).iter().filter(|code| !plain.holds(**code));
        for_a_time.filter_map(|code| self.days(*code, entry.begin.unwrap_or(Timestamp::MIN))).max()
    }

    /// The days of the longest opening that a step to what is declared now brings; `None` where it adds no country, or
    /// one that no entry brings.
    fn days_of_step(&self, before: &State, after: &State) -> Option<u32> {
        let new = after.countries()?.without(before.countries()?);
        let plain = self.plain.as_ref()?;
        let days = |code: Code| self.days(code, self.dated.at()).filter(|_| !plain.holds(code));
        new.into_iter().map(days).collect::<Option<Vec<u32>>>()?.into_iter().max()
    }

    /// The days of the opening to a country that covers an instant. One that has always been counts from now.
    fn days(&self, code: Code, at: Timestamp) -> Option<u32> {
        let spans = self.spans.get(&code)?;
        let next = spans.partition_point(|span| span.begin.is_none_or(|begin| begin <= at));
        let span = spans.get(next.checked_sub(1)?).filter(|span| at < span.end)?;
        Some(self.dated.zone().days_between(span.begin.unwrap_or(self.dated.at()), span.end))
    }
}

impl DatedDeclaration {
    /// For how many days dated entries open what a write opens; of several countries the longest. `None` where the
    /// write adds no country, or one that stays.
    pub(super) fn opening_days(&self, setting: Setting, declared: &State, live: &State) -> Option<u32> {
        let adds = declared.countries().zip(live.countries()).is_some_and(|(to, from)| !to.without(from).is_empty());
        adds.then(|| OpenSpans::of(self, setting).days_of_step(live, declared)).flatten()
    }
}

fn added(entry: &DatedEntry, setting: Setting) -> &[Code] {
    entry.value(setting).map_or(&[], |value| value.effect.added())
}

/// Puts spans in the order of time and joins those without a gap that counts between them.
fn unite(spans: &mut Vec<OpenSpan>) {
    spans.sort_unstable();
    let mut united: Vec<OpenSpan> = Vec::with_capacity(spans.len());
    for span in spans.iter() {
        match united.last_mut() {
            Some(last) if span.begin.is_none_or(|begin| begin.duration_since(last.end) < SHORTEST_GAP) => {
                last.end = last.end.max(span.end);
            }
            Some(_) | None => united.push(*span),
        }
    }
    *spans = united;
}
