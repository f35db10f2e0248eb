//! One entry of `temporary`: settings that hold from an instant until another one.
//!
//! Owns when an entry holds, has begun and has ended. It must not know layers nor other entries of its client.

use jiff::Timestamp;

use crate::model::calendar::CalendarTime;
use crate::model::countries::{Code, Countries};
use crate::model::{Layer, Place, Setting, State, Untrusted};

/// One entry of `temporary`.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedEntry {
    /// What it sets, in the order of [`Setting::ALL`]; never empty.
    pub settings: Vec<DatedValue>,
    /// `from` as it is written; `None` where the entry has always held.
    pub from: Option<CalendarTime>,
    /// `until` as it is written.
    pub until: CalendarTime,
    /// The first instant at which it holds; `None`: it has always held.
    pub begin: Option<Timestamp>,
    /// The first instant at which it no longer holds.
    pub end: Timestamp,
    /// Who answers for it.
    pub owner: Untrusted,
    /// Why.
    pub reason: Untrusted,
    /// Where the entry starts.
    pub place: Place,
}

/// What an entry does to one field.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedValue {
    /// The field.
    pub setting: Setting,
    /// What it does.
    pub effect: DatedEffect,
    /// Where the value starts.
    pub place: Place,
}

/// An addition to what is declared without the entry, or another value for the time.
#[derive(Clone, Debug, PartialEq)]
pub enum DatedEffect {
    /// These countries join the declared list; never [`Countries::All`].
    Add(Countries),
    /// This value takes the place of the declared one: never [`State::Odd`].
    Set(State),
}

impl DatedEffect {
    /// The countries that it adds; empty for another effect.
    pub fn added(&self) -> &[Code] {
        match self {
            DatedEffect::Add(codes) => codes.codes(),
            DatedEffect::Set(_) => &[],
        }
    }
}

impl DatedEntry {
    /// Whether it holds at an instant.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.has_begun(at) && !self.has_ended(at)
    }

    /// Whether its first instant has come.
    pub fn has_begun(&self, at: Timestamp) -> bool {
        self.begin.is_none_or(|begin| begin <= at)
    }

    /// Whether its end has come.
    pub fn has_ended(&self, at: Timestamp) -> bool {
        self.end <= at
    }

    /// Whether both hold at some instant.
    pub fn overlaps(&self, other: &DatedEntry) -> bool {
        self.has_begun_before(other.end) && other.has_begun_before(self.end)
    }

    fn has_begun_before(&self, end: Timestamp) -> bool {
        self.begin.is_none_or(|begin| begin < end)
    }

    /// What it does to a field.
    pub fn value(&self, setting: Setting) -> Option<&DatedValue> {
        self.settings.iter().find(|value| value.setting == setting)
    }

    /// The layer of a value that it gives.
    pub fn layer(&self) -> Layer {
        Layer::Temporary { until: self.until.text().into(), owner: self.owner.clone() }
    }

    /// Whether both bring a field the same: one country that both add, or one value.
    pub fn brings_same(&self, other: &DatedEntry, setting: Setting) -> bool {
        match (self.value(setting), other.value(setting)) {
            (Some(own), Some(theirs)) => {
                let mut added = own.effect.added().iter();
                own.effect == theirs.effect || added.any(|code| theirs.effect.added().contains(code))
            }
            (_, _) => false,
        }
    }

    /// Whether both set the same for the same time, whoever wrote them, why and where.
    pub fn is_same(&self, other: &DatedEntry) -> bool {
        let effects = |entry: &DatedEntry| -> Vec<(Setting, DatedEffect)> {
            entry.settings.iter().map(|value| (value.setting, value.effect.clone())).collect()
        };
        self.begin == other.begin && self.end == other.end && effects(self) == effects(other)
    }
}
