//! One dated setting that a change set brings: what it does, and when.
//!
//! Owns its shape in a plan. `compare` finds them against the base.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::countries::Code;
use crate::model::{Difference, Direction, Place, Setting, State, Untrusted, value};

/// One field of a dated entry that differs from the base, or that the base does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "ScheduledJson", into = "ScheduledJson")]
#[schemars(with = "ScheduledJson")]
pub struct ScheduledChange {
    /// The field.
    pub setting: Setting,
    /// What the client declares without the entry.
    pub before: State,
    /// What it declares while the entry holds.
    pub after: State,
    /// `from` as it is written; `None` where the entry has always held.
    pub from: Option<Untrusted>,
    /// `until` as it is written.
    pub until: Untrusted,
    /// The first instant at which it holds.
    pub begins_at: Option<Timestamp>,
    /// The first instant at which it no longer holds.
    pub ends_at: Timestamp,
    /// Who answers for it.
    pub owner: Untrusted,
    /// Why.
    pub reason: Untrusted,
    /// Where the entry starts.
    pub source: Place,
    /// For how many days the countries that it adds are open, together with entries that touch it; of several countries
    /// the longest. `None` where it adds none.
    pub opens_for_days: Option<u32>,
}

impl ScheduledChange {
    /// What its begin does: judged from the declaration without it.
    pub fn effect(&self) -> Option<Direction> {
        (self.setting.row().judge)(&self.before, &self.after).direction.filter(|_| self.before != self.after)
    }

    /// Whether a change brings what the entry brings: it adds all the same countries, or sets the same value.
    pub fn is_part_of(&self, change: &Difference) -> bool {
        let is_added = |codes: &[Code]| codes.iter().all(|code| change.added().contains(code));
        change.setting == self.setting
            && match (self.before.countries(), self.after.countries()) {
                (Some(before), Some(after)) => is_added(&after.without(before)),
                (_, _) => change.declared == self.after,
            }
    }
}

/// A dated entry of this change set, one item for each field.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Scheduled")]
struct ScheduledJson {
    field: Setting,
    /// What the client declares without the entry.
    before: Json,
    /// What it declares while the entry holds.
    after: Json,
    /// What its begin does; `null` for a field that opens nothing, and for an entry that changes nothing.
    effect: Option<Direction>,
    /// As it is written; `null` where the entry has always held.
    from: Option<Untrusted>,
    /// As it is written.
    until: Untrusted,
    /// The first instant at which it holds, RFC 3339 in UTC; `null` where it has always held.
    #[schemars(with = "Option<String>")]
    begins_at: Option<Timestamp>,
    /// The first instant at which it no longer holds, RFC 3339 in UTC.
    #[schemars(with = "String")]
    ends_at: Timestamp,
    /// Who answers for it.
    owner: Untrusted,
    /// Why.
    reason: Untrusted,
    /// Where the entry starts.
    source: Place,
    /// For how many days the countries that it adds are open, together with entries that touch it; of several countries
    /// the longest. `null` where it adds none.
    #[serde(default)]
    opens_for_days: Option<u32>,
}

impl From<ScheduledChange> for ScheduledJson {
    fn from(change: ScheduledChange) -> ScheduledJson {
        ScheduledJson {
            field: change.setting,
            effect: change.effect(),
            before: change.before.to_json(),
            after: change.after.to_json(),
            from: change.from,
            until: change.until,
            begins_at: change.begins_at,
            ends_at: change.ends_at,
            owner: change.owner,
            reason: change.reason,
            source: change.source,
            opens_for_days: change.opens_for_days,
        }
    }
}

impl TryFrom<ScheduledJson> for ScheduledChange {
    type Error = String;

    fn try_from(json: ScheduledJson) -> Result<ScheduledChange, String> {
        let declared = |raw: &Json| match value::live(json.field.kind(), raw) {
            State::Odd(_) => Err(format!("`scheduled` holds no value of {}", json.field)),
            state => Ok(state),
        };
        Ok(ScheduledChange {
            before: declared(&json.before)?,
            after: declared(&json.after)?,
            setting: json.field,
            from: json.from,
            until: json.until,
            begins_at: json.begins_at,
            ends_at: json.ends_at,
            owner: json.owner,
            reason: json.reason,
            source: json.source,
            opens_for_days: json.opens_for_days,
        })
    }
}
