//! Why a dated field differs from live: an entry began or ended, or outlived its end.
//!
//! Owns the judgements. An entry that ended explains what live still holds of it; one that began explains what live
//! lacks of it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::countries::Code;
use crate::model::dated::entry::{DatedEffect, DatedEntry};
use crate::model::dated::layers::DatedDeclaration;
use crate::model::{Place, Setting, State, Untrusted, Value};

/// What an entry did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatedEvent {
    /// An entry of `temporary` has begun, and its settings hold now.
    Began,
    /// An entry of `temporary` has ended, and its settings hold no longer.
    Ended,
}

/// The entry whose begin or end caused a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Because {
    /// What it did.
    pub temporary: DatedEvent,
    /// Its `until`, as it is written.
    pub until: Untrusted,
    /// Who answers for it.
    pub owner: Untrusted,
    /// Where it is written.
    pub source: Place,
}

/// What the dated settings of a client say about one difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DatedCause {
    /// The latest begin or end of a dated entry that caused it; `null` where none did.
    #[serde(default)]
    pub because: Option<Because>,
    /// Since when live holds what git declared for a time only, RFC 3339 in UTC; `null` where it does not.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub overdue_since: Option<Timestamp>,
    /// For how many days dated entries open what the change opens; of several countries the longest. `null` where the
    /// change adds no country, or one that stays.
    #[serde(default)]
    pub opens_for_days: Option<u32>,
}

impl DatedCause {
    /// The same, or nothing where it says nothing.
    pub fn or_none(self) -> Option<Box<DatedCause>> {
        (self != DatedCause::default()).then(|| Box::new(self))
    }
}

impl DatedDeclaration {
    /// Why a field differs; `None` where no entry explains it.
    pub fn cause(&self, setting: Setting, declared: &State, live: &State) -> Option<Box<DatedCause>> {
        self.cause_of(setting, declared, live, true)
    }

    /// The same by the ends alone. So a revision explains what live holds of its entries, also where the files no
    /// longer have them.
    pub fn cause_by_end(&self, setting: Setting, declared: &State, live: &State) -> Option<Box<DatedCause>> {
        self.cause_of(setting, declared, live, false)
    }

    /// Whether live is what this declaration had just before one of its entries ended.
    pub fn had_before_an_end(&self, setting: Setting, live: &State) -> bool {
        let just_before = |end: Timestamp| end.checked_sub(SignedDuration::from_nanos(1)).ok();
        let ended = self.entries_of(setting).filter(|entry| entry.has_ended(self.at()));
        ended.filter_map(|entry| just_before(entry.end)).any(|at| self.wanted_at(at, setting).as_ref() == Some(live))
    }

    fn cause_of(&self, setting: Setting, declared: &State, live: &State, begins: bool) -> Option<Box<DatedCause>> {
        if !self.touched().contains(setting) {
            return None;
        }
        let ended = self.entries_of(setting).filter(|entry| entry.has_ended(self.at()));
        let ended = ended.filter(|entry| is_left(entry, setting, declared, live)).map(|entry| (entry.end, entry));
        let began = self.began(setting, declared, live).filter(|_| begins);
        let began = began.map(|entry| (entry.begin.unwrap_or(Timestamp::MIN), entry));
        // Where one entry ends as the next begins, the one that holds now is named.
        let latest = ended.chain(began).max_by_key(|(at, _)| *at);
        let because = latest.map(|(_, entry)| Because {
            temporary: if entry.has_ended(self.at()) { DatedEvent::Ended } else { DatedEvent::Began },
            until: entry.until.text().into(),
            owner: entry.owner.clone(),
            source: entry.place.clone(),
        });
        let overdue_since = self.overdue_since(setting, declared, live);
        // Only the entries of the files end what the files open.
        let opens_for_days = begins.then(|| self.opening_days(setting, declared, live)).flatten();
        DatedCause { because, overdue_since, opens_for_days }.or_none()
    }

    /// The entry that began last of those whose begin brought what live lacks. What is declared without an entry too,
    /// none of them brought.
    fn began(&self, setting: Setting, declared: &State, live: &State) -> Option<&DatedEntry> {
        let active = || self.entries_of(setting).filter(|entry| entry.holds_at(self.at()));
        let plain = self.plain_value(setting)?;
        let brings_a_code = |entry: &&DatedEntry| {
            let mut added = effect(entry, setting).into_iter().flat_map(DatedEffect::added);
            added.any(|code| !is_open(&plain, *code) && is_open(declared, *code) && !is_open(live, *code))
        };
        let gives_a_value = |entry: &&DatedEntry| matches!(effect(entry, setting), Some(DatedEffect::Set(_)));
        // Of two values the one of the later layer holds.
        let value = active().filter(gives_a_value).last().filter(|entry| {
            let without = self.wanted_without(self.at(), setting, entry);
            let has_changed = plain != *declared || without.as_ref() != Some(declared);
            sets(entry, setting, declared) && declared != live && has_changed
        });
        active().filter(brings_a_code).chain(value).max_by_key(|entry| entry.begin)
    }

    /// The earliest end of an opening that live still holds and git does not declare now. Of a country or a value that
    /// several entries gave, the last end counts. A value that is declared without an entry has no end.
    fn overdue_since(&self, setting: Setting, declared: &State, live: &State) -> Option<Timestamp> {
        if !setting.is_security() {
            return None;
        }
        let ended: Vec<&DatedEntry> = self.entries_of(setting).filter(|entry| entry.has_ended(self.at())).collect();
        let last_end =
            |gave: &dyn Fn(&DatedEntry) -> bool| ended.iter().filter(|entry| gave(entry)).map(|entry| entry.end).max();
        let adds =
            |entry: &DatedEntry, code| effect(entry, setting).is_some_and(|effect| effect.added().contains(code));
        let added = ended.iter().filter_map(|entry| effect(entry, setting)).flat_map(DatedEffect::added);
        let left: BTreeSet<&Code> = added.filter(|code| is_open(live, **code) && !is_open(declared, **code)).collect();
        let ends = left.into_iter().filter_map(|code| last_end(&|entry| adds(entry, code)));
        let is_left = live != declared && self.plain_value(setting).as_ref() != Some(live);
        let end = last_end(&|entry| sets(entry, setting, live)).filter(|_| is_left);
        ends.chain(end).min()
    }
}

/// What an entry does to a field.
fn effect(entry: &DatedEntry, setting: Setting) -> Option<&DatedEffect> {
    entry.value(setting).map(|value| &value.effect)
}

/// Whether an entry gives a field this value for the time.
fn sets(entry: &DatedEntry, setting: Setting, value: &State) -> bool {
    matches!(effect(entry, setting), Some(DatedEffect::Set(set)) if set == value)
}

/// Whether live holds what an entry gave, and the declaration does not.
fn is_left(entry: &DatedEntry, setting: Setting, declared: &State, live: &State) -> bool {
    let mut added = effect(entry, setting).into_iter().flat_map(DatedEffect::added);
    let holds_a_code = added.any(|code| is_open(live, *code) && !is_open(declared, *code));
    holds_a_code || (sets(entry, setting, live) && live != declared)
}

/// Whether a value lets a country in. An odd live value does where it holds the code or `*` as a word: what ringform
/// cannot read must not hide an opening.
fn is_open(value: &State, code: Code) -> bool {
    match value {
        State::Is(Value::Countries(countries)) => countries.holds(code),
        State::Odd(raw) => {
            let raw = raw.to_string();
            let mut words = raw.split(|letter: char| !letter.is_alphanumeric() && letter != '*');
            words.any(|word| word == "*" || Code::find(word) == Some(code))
        }
        State::Is(_) | State::NotSet => false,
    }
}

#[cfg(test)]
mod tests;
