//! The origin of a difference: what ringform left there last, what is declared now and what is live, judged together.
//!
//! Owns the two judgements, by the ledger's record and by the base, and the rule of one client. It must not know git or
//! how the rule of a client is found.

use std::collections::BTreeMap;

use crate::model::{DatedDeclaration, ManagedField, Origin, Place, RecordedClient, RecordedField, Setting, State};

/// The origin of the difference between what is declared now and what is live; `None` where the two are equal. `base`
/// is the value that the base declares: `None` where it does not manage the field, which is not the same as clearing
/// it.
pub(in crate::plan) fn origin(base: Option<&State>, now: &State, live: &State) -> Option<Origin> {
    if now == live {
        return None;
    }
    Some(match base {
        None => Origin::Pending,
        Some(base) if base == live => Origin::Pending,
        Some(base) if base == now => Origin::Drift,
        Some(_) => Origin::Conflict,
    })
}

/// The origin by a base with dated settings. `had_it`: an entry of the base has ended, and live is what the base
/// declared just before. Then live counts as the base's value, because the end brings the difference.
pub(in crate::plan) fn origin_by_end(
    base: Option<&State>,
    had_it: impl Fn() -> bool,
    now: &State,
    live: &State,
) -> Option<Origin> {
    match origin(base, now, live) {
        Some(Origin::Drift | Origin::Conflict) if had_it() => Some(Origin::Pending),
        other => other,
    }
}

/// The origin by what the ledger holds of the field; `None` where declared and live are equal. A value in doubt may
/// have been stored, so live that holds it is as ringform left it. A field without an agreed value is new.
pub(in crate::plan) fn origin_by_record(record: Option<&RecordedField>, now: &State, live: &State) -> Option<Origin> {
    if now == live {
        return None;
    }
    Some(match record {
        Some(RecordedField { value: Some(_), .. }) if record.is_some_and(|one| one.may_have_left(live)) => {
            Origin::Pending
        }
        Some(RecordedField { value: Some(agreed), .. }) if agreed == now => Origin::Drift,
        Some(RecordedField { value: Some(_), .. }) => Origin::Conflict,
        Some(RecordedField { value: None, .. }) | None => Origin::Pending,
    })
}

/// The declaration of one client at the base.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BaseDeclaration {
    /// The fields that it manages.
    pub managed: Vec<ManagedField>,
    /// Those of them that no declaration manages now: left as they are.
    pub released: Vec<ManagedField>,
    /// What its dated settings do; `None` without one.
    pub dated: Option<Box<DatedDeclaration>>,
}

impl BaseDeclaration {
    /// What the base declares for a field; `None` where it does not manage it.
    pub fn wanted(&self, setting: Setting) -> Option<&State> {
        self.managed.iter().find(|managed| managed.setting == setting).map(|managed| &managed.wanted)
    }

    fn origin(&self, setting: Setting, now: &State, live: &State) -> Option<Origin> {
        let had_it = || self.dated.as_ref().is_some_and(|dated| dated.had_before_an_end(setting, live));
        origin_by_end(self.wanted(setting), had_it, now, live)
    }
}

/// What the ledger holds of one client, and what nothing manages of it now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientRecord {
    /// Its fields.
    pub fields: RecordedClient,
    /// Fields that no declaration manages now, left as they are: of the base with their place, of the record without.
    pub released: BTreeMap<Setting, Option<Place>>,
    /// What the dated settings of the base do, where the run has a base too.
    pub dated: Option<Box<DatedDeclaration>>,
}

/// The rule by which the differences of one client get their origin.
#[derive(Clone, Copy, Debug)]
pub enum OriginRule<'b> {
    /// Every difference has this origin: the run has no base, or could not read it for this client.
    Always(Origin),
    /// By the base.
    Base(&'b BaseDeclaration),
    /// By the ledger.
    Record(&'b ClientRecord),
}

impl<'b> OriginRule<'b> {
    /// The dated settings of the base: this change may have removed some of them.
    pub(in crate::plan) fn dated(self) -> Option<&'b DatedDeclaration> {
        match self {
            OriginRule::Base(base) => base.dated.as_deref(),
            OriginRule::Record(record) => record.dated.as_deref(),
            OriginRule::Always(_) => None,
        }
    }

    /// The origin of a field of the client; `None` where declared and live are equal.
    pub fn origin(self, setting: Setting, now: &State, live: &State) -> Option<Origin> {
        match self {
            OriginRule::Always(origin) => (now != live).then_some(origin),
            OriginRule::Base(base) => base.origin(setting, now, live),
            OriginRule::Record(record) => origin_by_record(record.fields.field(setting), now, live),
        }
    }
}

impl From<Origin> for OriginRule<'_> {
    fn from(origin: Origin) -> Self {
        OriginRule::Always(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldKind, value};
    use serde_json::json;

    /// Every cell: what the base declares (`-`: it does not manage the field), what is declared now, what is live. The
    /// letters mean three values, `0` "not set", `?` a live value that is odd.
    const TABLE: &[(&str, &str, &str, Option<Origin>)] = {
        use Origin::{Conflict, Drift, Pending};
        &[
            // base, now, live
            ("A", "A", "A", None),
            ("A", "A", "B", Some(Drift)),
            ("A", "A", "0", Some(Drift)),
            ("A", "A", "?", Some(Drift)),
            ("A", "B", "A", Some(Pending)),
            ("A", "B", "B", None),
            ("A", "B", "C", Some(Conflict)),
            ("A", "B", "0", Some(Conflict)),
            ("A", "B", "?", Some(Conflict)),
            ("A", "0", "A", Some(Pending)),
            ("A", "0", "0", None),
            ("A", "0", "B", Some(Conflict)),
            ("A", "0", "?", Some(Conflict)),
            // Null at the base is a value.
            ("0", "0", "0", None),
            ("0", "0", "A", Some(Drift)),
            ("0", "0", "?", Some(Drift)),
            ("0", "A", "0", Some(Pending)),
            ("0", "A", "A", None),
            ("0", "A", "B", Some(Conflict)),
            ("0", "A", "?", Some(Conflict)),
            // Absent at the base is not a value.
            ("-", "A", "A", None),
            ("-", "A", "B", Some(Pending)),
            ("-", "A", "0", Some(Pending)),
            ("-", "A", "?", Some(Pending)),
            ("-", "0", "0", None),
            ("-", "0", "A", Some(Pending)),
            ("-", "0", "?", Some(Pending)),
        ]
    };

    fn state(kind: FieldKind, values: [&serde_json::Value; 4], letter: &str) -> Option<State> {
        match letter {
            "-" => None,
            "0" => Some(State::NotSet),
            "A" => Some(value::live(kind, values[0])),
            "B" => Some(value::live(kind, values[1])),
            "C" => Some(value::live(kind, values[2])),
            _ => Some(value::live(kind, values[3])),
        }
    }

    /// Every cell: what the ledger holds (`-`: nothing; `A?B`: A is agreed, B in doubt; `?B`: only in doubt), what is
    /// declared now, what is live.
    const RECORD_TABLE: &[(&str, &str, &str, Option<Origin>)] = {
        use Origin::{Conflict, Drift, Pending};
        &[
            ("-", "A", "A", None),
            ("-", "A", "B", Some(Pending)),
            ("-", "A", "0", Some(Pending)),
            ("-", "0", "A", Some(Pending)),
            ("A", "A", "A", None),
            ("A", "A", "B", Some(Drift)),
            ("A", "A", "0", Some(Drift)),
            ("A", "B", "A", Some(Pending)),
            ("A", "B", "B", None),
            ("A", "B", "C", Some(Conflict)),
            ("A", "B", "0", Some(Conflict)),
            ("A", "0", "A", Some(Pending)),
            ("A", "0", "B", Some(Conflict)),
            ("0", "0", "A", Some(Drift)),
            ("0", "A", "0", Some(Pending)),
            ("0", "A", "B", Some(Conflict)),
            // Live is as a PUT of unknown fate may have left it.
            ("A?B", "A", "B", Some(Pending)),
            ("A?B", "C", "B", Some(Pending)),
            ("A?B", "C", "A", Some(Pending)),
            ("A?B", "B", "A", Some(Pending)),
            ("A?B", "B", "B", None),
            ("A?0", "A", "0", Some(Pending)),
            // Live is neither: declared is the agreed value, or only in doubt.
            ("A?B", "A", "C", Some(Drift)),
            ("A?B", "B", "C", Some(Conflict)),
            ("A?B", "0", "C", Some(Conflict)),
            // Doubts without an agreed value do not count.
            ("?B", "A", "B", Some(Pending)),
            ("?B", "A", "C", Some(Pending)),
            ("?B", "B", "C", Some(Pending)),
            ("?B", "B", "B", None),
        ]
    };

    #[test]
    fn every_cell_of_the_ledger_has_exactly_one_origin() {
        let values = [json!(19), json!(20), json!(21), json!("x")];
        let of = |letter: &str| state(FieldKind::Id, values.each_ref(), letter);
        for (record, now, live, expected) in RECORD_TABLE {
            let mut parts = record.split('?');
            let value = parts.next().filter(|letter| !letter.is_empty()).and_then(of);
            let recorded = RecordedField { value, in_doubt: parts.filter_map(of).collect() };
            let recorded = (*record != "-").then_some(recorded);
            let found = origin_by_record(recorded.as_ref(), &of(now).unwrap(), &of(live).unwrap());
            assert_eq!(found, *expected, "record {record}, now {now}, live {live}");
        }
    }

    #[test]
    fn a_ledger_that_holds_the_base_everywhere_judges_as_the_base_does() {
        let values = [json!(19), json!(20), json!(21), json!("x")];
        let of = |letter: &str| state(FieldKind::Id, values.each_ref(), letter);
        for (base, now, live, expected) in TABLE {
            let recorded = of(base).map(RecordedField::agreed);
            let found = origin_by_record(recorded.as_ref(), &of(now).unwrap(), &of(live).unwrap());
            assert_eq!(found, *expected, "base {base}, now {now}, live {live}");
        }
    }

    /// Every cell of a base whose entry ended: what it declares now, what it declared just before, what is declared
    /// now, what is live.
    const TABLE_OF_ENDS: &[(&str, &str, &str, &str, Option<Origin>)] = {
        use Origin::{Conflict, Drift, Pending};
        &[
            // base, base before the end, now, live
            ("A", "B", "A", "A", None),
            ("A", "B", "A", "B", Some(Pending)),
            ("A", "B", "A", "C", Some(Drift)),
            ("A", "B", "A", "0", Some(Drift)),
            ("A", "B", "A", "?", Some(Drift)),
            ("A", "B", "C", "A", Some(Pending)),
            ("A", "B", "C", "B", Some(Pending)),
            ("A", "B", "C", "C", None),
            ("A", "B", "C", "0", Some(Conflict)),
            ("A", "B", "C", "?", Some(Conflict)),
            ("A", "B", "B", "A", Some(Pending)),
            ("A", "B", "B", "B", None),
            ("A", "B", "B", "C", Some(Conflict)),
            ("A", "B", "0", "B", Some(Pending)),
            ("A", "B", "0", "C", Some(Conflict)),
            // The entry cleared the field, or gave it a value that was not set.
            ("A", "0", "A", "0", Some(Pending)),
            ("A", "0", "B", "0", Some(Pending)),
            ("A", "0", "A", "B", Some(Drift)),
            ("0", "B", "0", "B", Some(Pending)),
            ("0", "B", "A", "B", Some(Pending)),
            ("0", "B", "0", "A", Some(Drift)),
            // The end changed nothing, or the base does not manage the field any more.
            ("A", "A", "A", "B", Some(Drift)),
            ("-", "B", "A", "B", Some(Pending)),
            ("-", "B", "A", "C", Some(Pending)),
        ]
    };

    #[test]
    fn an_end_of_the_base_makes_what_it_leaves_pending() {
        let values = [json!(19), json!(20), json!(21), json!("x")];
        let of = |letter: &str| state(FieldKind::Id, values.each_ref(), letter);
        for (base, before, now, live, expected) in TABLE_OF_ENDS {
            let had_it = || of(before) == of(live);
            let found = origin_by_end(of(base).as_ref(), had_it, &of(now).unwrap(), &of(live).unwrap());
            assert_eq!(found, *expected, "base {base}, before its end {before}, now {now}, live {live}");
        }
        // Without an end nothing changes.
        for (base, now, live, expected) in TABLE {
            let found = origin_by_end(of(base).as_ref(), || false, &of(now).unwrap(), &of(live).unwrap());
            assert_eq!(found, *expected, "base {base}, now {now}, live {live}");
        }
    }

    #[test]
    fn every_cell_has_exactly_one_origin() {
        let rows = [
            (FieldKind::Countries, [json!("RU"), json!("RU BY"), json!("*"), json!("ZZ")]),
            (FieldKind::Zone, [json!("UTC"), json!("Asia/Omsk"), json!("Europe/Moscow"), json!("MSK")]),
            (FieldKind::Id, [json!(19), json!(20), json!(21), json!("x")]),
            (FieldKind::Percent, [json!(90), json!(80), json!(70), json!(0)]),
            (FieldKind::Email, [json!("a@x.example"), json!("b@x.example"), json!("c@x.example"), json!("x")]),
        ];
        for (kind, values) in &rows {
            let [a, b, c, odd] = values;
            for (base, now, live, expected) in TABLE {
                let of = |letter| state(*kind, [a, b, c, odd], letter);
                let found = origin(of(base).as_ref(), &of(now).unwrap(), &of(live).unwrap());
                assert_eq!(found, *expected, "{kind:?}: base {base}, now {now}, live {live}");
            }
        }
    }
}
