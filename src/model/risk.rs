//! How grave a difference is, and whether it opens or closes the PBX to callers.
//!
//! Owns the judgements that the field table points at, and the one place that puts two of them together: the effect of
//! a write and the exposure of the live client. It must not know origins, guards or formats.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::State;
use crate::model::countries::Countries;

/// How grave a difference is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The difference does not decide who can place calls.
    #[default]
    Info,
    /// The difference decides who can place calls at the client's cost.
    Security,
}

/// Which way a step from one state to another goes, ordered by gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// After the step fewer callers can use the account.
    Closes,
    /// The two values do not show whether more or fewer callers can use the account.
    Unclear,
    /// After the step more callers can use the account.
    Opens,
}

/// Severity and direction of one step between two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// How grave.
    pub severity: Severity,
    /// Which way; `None` for fields that open nothing.
    pub direction: Option<Direction>,
}

/// How grave a difference is, with both directions kept apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Risk {
    /// The graver of the two judgements: the same state has the same severity in every command.
    pub severity: Severity,
    /// What a write does: judged from live to declared. `null` for fields that open nothing.
    pub effect: Option<Direction>,
    /// How live compares with git: judged from declared to live. `opens`: live is more open than declared.
    pub exposure: Option<Direction>,
}

impl Risk {
    /// Puts the two judgements of one difference together.
    pub fn of(effect: Judgement, exposure: Judgement) -> Risk {
        let severity = effect.severity.max(exposure.severity);
        Risk { severity, effect: effect.direction, exposure: exposure.direction }
    }
}

const fn judged(severity: Severity, direction: Direction) -> Judgement {
    Judgement { severity, direction: Some(direction) }
}

/// Fields that open nothing.
pub fn plain(_: &State, _: &State) -> Judgement {
    Judgement { severity: Severity::Info, direction: None }
}

/// Rules and networks: only the provider's pages show what an id means, so any change is grave and unclear. With
/// `auth_type` `network` an address replaces the password (API: sip_network_permission_id), so clearing can close or
/// cut off.
pub fn access(_: &State, _: &State) -> Judgement {
    judged(Severity::Security, Direction::Unclear)
}

/// The list of countries: what is added opens, what is only removed closes.
pub fn countries(older: &State, newer: &State) -> Judgement {
    use {Direction::*, Severity::*};
    match (older, newer) {
        (State::Odd(_), _) | (_, State::Odd(_)) => judged(Security, Unclear),
        (_, _) => match (older.countries(), newer.countries()) {
            (_, Some(Countries::All)) => judged(Security, Opens),
            (Some(Countries::All), _) => judged(Info, Closes),
            (Some(_), None) => judged(Security, Opens),
            (None, _) => judged(Info, Unclear),
            (Some(before), Some(after)) if !after.without(before).is_empty() => judged(Security, Opens),
            (Some(_), Some(_)) => judged(Info, Closes),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldKind, value};
    use serde_json::{Value as Json, json};

    fn judge(older: Json, newer: Json) -> (Severity, Option<Direction>) {
        let of = |json: &Json| value::live(FieldKind::Countries, json);
        let judgement = countries(&of(&older), &of(&newer));
        (judgement.severity, judgement.direction)
    }

    #[test]
    fn countries_in_full() {
        use {Direction::*, Severity::*};
        let table = [
            (json!("RU"), json!("*"), Security, Opens),
            (json!(null), json!("*"), Security, Opens),
            (json!("RU"), json!("RU BY"), Security, Opens),
            (json!("RU"), json!("BY"), Security, Opens),
            (json!("RU"), json!(null), Security, Opens),
            (json!("RU BY"), json!("RU"), Info, Closes),
            (json!("*"), json!("RU"), Info, Closes),
            (json!("*"), json!(null), Info, Closes),
            (json!(null), json!("RU"), Info, Unclear),
            (json!("ZZ"), json!("RU"), Security, Unclear),
            (json!("RU"), json!("ZZ"), Security, Unclear),
            (json!("ZZ"), json!("*"), Security, Unclear),
        ];
        for (older, newer, severity, direction) in table {
            assert_eq!(judge(older.clone(), newer.clone()), (severity, Some(direction)), "{older} to {newer}");
        }
    }
}
