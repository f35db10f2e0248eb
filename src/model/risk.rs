//! How grave a change is, and whether it opens or closes something to strangers.
//!
//! Owns the judgements that the field table points at. A judgement goes from an older state to a newer one; who is older
//! (live or declared) is for the plan to say. It knows no origin, guard or format.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::State;
use crate::model::countries::Countries;

/// How grave a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It decides who can place calls at the client's cost.
    Security,
}

/// Which way a change goes, ordered by gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Fewer may use the account afterwards.
    Closes,
    /// The values alone do not tell.
    Unclear,
    /// More may use the account afterwards.
    Opens,
}

/// Severity and direction of one change. Ordered by gravity: the graver of two is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judgement {
    /// How grave.
    pub severity: Severity,
    /// Which way; `None` for fields that open nothing.
    pub direction: Option<Direction>,
}

const fn judged(severity: Severity, direction: Direction) -> Judgement {
    Judgement { severity, direction: Some(direction) }
}

/// Fields that open nothing.
pub fn plain(_: &State, _: &State) -> Judgement {
    Judgement { severity: Severity::Info, direction: None }
}

/// Rules and networks: only the provider's pages tell what an id stands for, so any change is grave and unclear. With
/// `auth_type` `network` an address replaces the password (API: sip_network_permission_id), so clearing can close or cut off.
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

    #[test]
    fn the_graver_of_two_is_the_maximum() {
        assert!(judged(Severity::Security, Direction::Unclear) > judged(Severity::Info, Direction::Opens));
        assert!(judged(Severity::Security, Direction::Opens) > judged(Severity::Security, Direction::Unclear));
        assert!(judged(Severity::Info, Direction::Closes) > plain(&State::NotSet, &State::NotSet));
    }
}
