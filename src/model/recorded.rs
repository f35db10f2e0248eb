//! What the ledger holds of a client: the last value of each field on which git and live agreed.
//!
//! Owns the value of one record and the values in doubt beside it. It must not know where records are kept.

use std::collections::BTreeMap;

use crate::model::{Setting, State};

/// The most values in doubt of one field. Each comes from a PUT without an answer, so a record with more is not ours.
pub const MOST_DOUBTS: usize = 100;

/// What the ledger holds of one field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedField {
    /// The last agreed value. Null is a value: [`State::NotSet`]. `None` where no run has seen agreement yet.
    pub value: Option<State>,
    /// Values of PUTs whose fate is not known.
    pub in_doubt: Vec<State>,
}

impl RecordedField {
    /// A field whose value is agreed and not in doubt.
    pub fn agreed(value: State) -> RecordedField {
        RecordedField { value: Some(value), in_doubt: Vec::new() }
    }

    /// Whether a PUT of ringform may have left this live value: it is the recorded one, or one in doubt.
    pub fn may_have_left(&self, live: &State) -> bool {
        self.value.as_ref() == Some(live) || self.in_doubt.contains(live)
    }

    /// Adds a value whose PUT has an unknown fate. The recorded value is never in doubt. Past [`MOST_DOUBTS`] values no
    /// more are kept: each new one is compared with all.
    pub fn doubt(&mut self, value: State) {
        if self.in_doubt.len() < MOST_DOUBTS && !self.may_have_left(&value) {
            self.in_doubt.push(value);
        }
    }
}

/// What the ledger holds of one client.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedClient {
    fields: BTreeMap<Setting, RecordedField>,
}

impl RecordedClient {
    /// What it holds of a field; `None` where it holds nothing.
    pub fn field(&self, setting: Setting) -> Option<&RecordedField> {
        self.fields.get(&setting)
    }

    /// What it holds of a field, to change it.
    pub fn field_mut(&mut self, setting: Setting) -> &mut RecordedField {
        self.fields.entry(setting).or_default()
    }

    /// Replaces what it holds of a field.
    pub fn set(&mut self, setting: Setting, field: RecordedField) {
        self.fields.insert(setting, field);
    }

    /// Takes a field out.
    pub fn remove(&mut self, setting: Setting) {
        self.fields.remove(&setting);
    }

    /// Its fields, in the order of [`Setting::ALL`].
    pub fn fields(&self) -> impl Iterator<Item = (Setting, &RecordedField)> {
        self.fields.iter().map(|(setting, field)| (*setting, field))
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}
