//! One difference: a field whose declared value and live value are not equal.
//!
//! Owns what every report shows of a difference: the two values, where it comes from, which countries it moves, and how
//! grave it is. A change of a plan and a finding of drift both contain this type. It must not know plans, reports or
//! formats.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::countries::Code;
use crate::model::{Because, DatedCause, Direction, Layer, Place, Risk, Setting, State};

/// Where a difference comes from, as far as git shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Git declares a new value, and live still has the old one.
    Pending,
    /// Live was changed outside of git, or the base is not applied yet.
    Drift,
    /// Git declares a new value for a field that was also changed outside of git.
    Conflict,
    /// Neither a base nor the ledger has a value to compare with, so the run cannot say which side changed.
    Unknown,
}

/// A field whose declared value differs from the value before.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The field.
    pub setting: Setting,
    /// The declared value: never odd.
    pub declared: State,
    /// The live value. An offline plan has the value that the base declares.
    pub live: State,
    /// Where the difference comes from.
    pub origin: Origin,
    /// The layer that declares the value.
    pub layer: Layer,
    /// Where the value is written.
    pub place: Place,
    /// What the dated settings of the client say about it; `None` where none explains it.
    pub dated: Option<Box<DatedCause>>,
}

impl Difference {
    /// What a write would do, how live compares with git, and the graver of the two.
    pub fn risk(&self) -> Risk {
        let judge = self.setting.row().judge;
        Risk::of(judge(&self.live, &self.declared), judge(&self.declared, &self.live))
    }

    /// What a write did that left `stored` where the declared value was sent.
    pub fn effect_of_storing(&self, stored: &State) -> Option<Direction> {
        (self.setting.row().judge)(&self.live, stored).direction.filter(|_| *stored != self.live)
    }

    /// Whether its field decides who can place calls.
    pub fn is_of_security_field(&self) -> bool {
        self.risk().effect.is_some()
    }

    /// Whether live is more open than declared.
    pub fn is_exposed(&self) -> bool {
        self.risk().exposure == Some(Direction::Opens)
    }

    /// Since when live holds an opening that outlived the end of its dated setting; `None` where it holds none.
    pub fn overdue_since(&self) -> Option<Timestamp> {
        self.dated.as_deref().and_then(|dated| dated.overdue_since)
    }

    /// Whether live holds such an opening.
    pub fn is_overdue(&self) -> bool {
        self.overdue_since().is_some()
    }

    /// The entry whose begin or end caused it; `None` where no entry explains it.
    pub fn because(&self) -> Option<&Because> {
        self.dated.as_deref().and_then(|dated| dated.because.as_ref())
    }

    /// Whether `drift` reports it. A pending difference is a finding only where live is more open than declared, or
    /// holds what git declared for a time that has ended. A difference of unknown origin is a finding: silence would
    /// deny a drift.
    pub fn is_finding(&self) -> bool {
        self.origin != Origin::Pending || self.is_exposed() || self.is_overdue()
    }

    /// Countries that only the declared list holds; empty unless both sides are lists.
    pub fn added(&self) -> Vec<Code> {
        only_in(&self.declared, &self.live)
    }

    /// Countries that only the live list holds; empty unless both sides are lists.
    pub fn removed(&self) -> Vec<Code> {
        only_in(&self.live, &self.declared)
    }
}

/// Countries that only the first value has; empty unless both are lists.
pub fn only_in(these: &State, those: &State) -> Vec<Code> {
    match (these.countries(), those.countries()) {
        (Some(these), Some(those)) => these.without(those),
        (_, _) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Severity, value};
    use serde_json::{Value as Json, json};

    fn difference(setting: Setting, live: &Json, declared: &Json, origin: Origin) -> Difference {
        let state = |json: &Json| value::live(setting.kind(), json);
        Difference {
            setting,
            declared: state(declared),
            live: state(live),
            origin,
            layer: Layer::Settings,
            place: Place::new("clients/12.yaml".into(), 4, 13),
            dated: None,
        }
    }

    #[test]
    fn effect_goes_from_live_to_declared_and_exposure_the_other_way() {
        use {Direction::*, Severity::*};
        let table = [
            (Setting::GeoList, json!("*"), json!("RU"), Security, Some(Closes), Some(Opens)),
            (Setting::GeoList, json!("RU"), json!("*"), Security, Some(Opens), Some(Closes)),
            (Setting::GeoList, json!("RU"), json!("RU BY"), Security, Some(Opens), Some(Closes)),
            (Setting::GeoList, json!("RU BY"), json!("RU"), Security, Some(Closes), Some(Opens)),
            (Setting::GeoList, json!("RU"), json!("BY"), Security, Some(Opens), Some(Opens)),
            (Setting::GeoList, json!("RU"), json!(null), Security, Some(Opens), Some(Unclear)),
            (Setting::GeoList, json!(null), json!("RU"), Security, Some(Unclear), Some(Opens)),
            (Setting::GeoList, json!("*"), json!(null), Security, Some(Closes), Some(Opens)),
            (Setting::GeoList, json!("ZZ"), json!("RU"), Security, Some(Unclear), Some(Unclear)),
            (Setting::DialRuleId, json!(19), json!(20), Security, Some(Unclear), Some(Unclear)),
            (Setting::SipNetworkPermissionId, json!(19), json!(null), Security, Some(Unclear), Some(Unclear)),
            (Setting::Timezone, json!("UTC"), json!("Asia/Omsk"), Info, None, None),
            (Setting::HoldMusic, json!(7), json!(null), Info, None, None),
        ];
        for (setting, live, declared, severity, effect, exposure) in table {
            for origin in [Origin::Pending, Origin::Drift, Origin::Conflict, Origin::Unknown] {
                let risk = difference(setting, &live, &declared, origin).risk();
                let expected = Risk { severity, effect, exposure };
                assert_eq!(risk, expected, "{setting}: live {live}, declared {declared}, {origin:?}");
            }
        }
    }

    #[test]
    fn what_is_open_is_found_whatever_its_origin() {
        let table = [
            // Setting, live, declared, a finding where pending, of a security field
            (Setting::GeoList, json!("*"), json!("RU"), true, true),
            (Setting::GeoList, json!("RU BY"), json!("RU"), true, true),
            (Setting::GeoList, json!("RU"), json!("*"), false, true),
            (Setting::GeoList, json!("RU"), json!("RU BY"), false, true),
            (Setting::GeoList, json!("RU"), json!(null), false, true),
            (Setting::DialRuleId, json!(19), json!(20), false, true),
            (Setting::Timezone, json!("UTC"), json!("Asia/Omsk"), false, false),
        ];
        for (setting, live, declared, pending, security) in table {
            for origin in [Origin::Pending, Origin::Drift, Origin::Conflict, Origin::Unknown] {
                let one = difference(setting, &live, &declared, origin);
                let shown = format!("{setting}: live {live}, declared {declared}, {origin:?}");
                assert_eq!(one.is_finding(), pending || origin != Origin::Pending, "{shown}");
                assert_eq!(one.is_of_security_field(), security, "{shown}");
                let overdue_since = Some(jiff::Timestamp::UNIX_EPOCH);
                let dated = DatedCause { overdue_since, ..DatedCause::default() };
                let overdue = Difference { dated: dated.or_none(), ..one };
                assert!(overdue.is_finding() && overdue.is_overdue(), "overdue: {shown}");
            }
        }
    }
}
