//! Why a dated field differs from live: an entry began or ended, or outlived its end.
//!
//! Owns the two judgements. An entry that ended explains what live still holds of it; one that began explains what live
//! lacks of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::countries::{Code, Countries};
use crate::model::dated::entry::{DatedEffect, DatedEntry};
use crate::model::dated::layers::DatedDeclaration;
use crate::model::{Place, Setting, State, Untrusted};

/// What an entry did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatedEvent {
    /// Its first instant has come.
    Began,
    /// Its end has come.
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
        if !self.touched().contains(setting) {
            return None;
        }
        let of_field = || self.entries().filter(|one| one.settings.contains(setting)).map(|one| one.entry);
        let ended = of_field().filter(|entry| entry.has_ended(self.at()));
        let ended = ended.filter(|entry| is_left(entry, setting, declared, live)).map(|entry| (entry.end, entry));
        let began = of_field().filter(|entry| entry.holds_at(self.at()));
        let began = began.filter(|entry| is_missing(entry, setting, declared, live));
        let began = began.map(|entry| (entry.begin.unwrap_or(Timestamp::MIN), entry));
        let latest = ended.chain(began).max_by_key(|(at, _)| *at);
        let because = latest.map(|(_, entry)| Because {
            temporary: if entry.has_ended(self.at()) { DatedEvent::Ended } else { DatedEvent::Began },
            until: entry.until.text().into(),
            owner: entry.owner.clone(),
            source: entry.place.clone(),
        });
        let overdue_since = self.overdue_since(setting, declared, live);
        let opens_for_days = self.opening_days(setting, declared, live);
        DatedCause { because, overdue_since, opens_for_days }.or_none()
    }

    /// The earliest end of an opening that live still holds and git does not declare now. Of a country or a value that
    /// several entries gave, the last end counts.
    fn overdue_since(&self, setting: Setting, declared: &State, live: &State) -> Option<Timestamp> {
        if !setting.is_security() {
            return None;
        }
        let of_field = self.entries().filter(|one| one.settings.contains(setting)).map(|one| one.entry);
        let ended = of_field.filter(|entry| entry.has_ended(self.at()));
        let gave: Vec<(&DatedEffect, Timestamp)> =
            ended.filter_map(|entry| Some((&entry.value(setting)?.effect, entry.end))).collect();
        let last_end =
            |of: &dyn Fn(&DatedEffect) -> bool| gave.iter().filter(|(effect, _)| of(effect)).map(|(_, end)| *end).max();
        let added: BTreeSet<Code> = gave.iter().flat_map(|(effect, _)| effect.added()).copied().collect();
        let left = added.into_iter().filter(|code| is_open(live, *code) && !is_open(declared, *code));
        let ends = left.filter_map(|code| last_end(&|effect| effect.added().contains(&code)));
        let is_live =
            |effect: &DatedEffect| matches!(effect, DatedEffect::Set(value) if value == live && value != declared);
        ends.chain(last_end(&is_live)).min()
    }
}

/// Whether live holds what an entry gave, and the declaration does not.
fn is_left(entry: &DatedEntry, setting: Setting, declared: &State, live: &State) -> bool {
    match entry.value(setting).map(|value| &value.effect) {
        Some(DatedEffect::Add(codes)) => {
            codes.codes().iter().any(|code| is_open(live, *code) && !is_open(declared, *code))
        }
        Some(DatedEffect::Set(value)) => value == live && value != declared,
        None => false,
    }
}

/// Whether the declaration holds what an entry gives, and live does not.
fn is_missing(entry: &DatedEntry, setting: Setting, declared: &State, live: &State) -> bool {
    match entry.value(setting).map(|value| &value.effect) {
        Some(DatedEffect::Add(codes)) => {
            codes.codes().iter().any(|code| is_open(declared, *code) && !is_open(live, *code))
        }
        Some(DatedEffect::Set(value)) => value == declared && value != live,
        None => false,
    }
}

/// Whether a value lets a country in.
fn is_open(value: &State, code: Code) -> bool {
    match value.countries() {
        Some(Countries::All) => true,
        Some(Countries::Some(codes)) => codes.contains(&code),
        None => false,
    }
}
