//! The table of LEDGER.md over every cell, and the equality of a record with a base that holds the same.
//!
//! Owns the tests only. The table is written once more here, row by row, and not by the code that it checks.

use super::origin::{OriginRule, origin, origin_by_record};
use crate::model::{FieldKind, Origin, RecordedField, State, value};
use serde_json::json;

/// "Not set", three values, and a live value that is odd.
fn values() -> Vec<State> {
    let texts = [json!(null), json!(19), json!(20), json!(21), json!("x")];
    texts.iter().map(|text| value::live(FieldKind::Id, text)).collect()
}

/// The declared values: an odd one is never declared.
fn declared() -> Vec<State> {
    values().into_iter().take(4).collect()
}

/// Every record: with or without an agreed value, and every set of values in doubt beside it.
fn records() -> Vec<Option<RecordedField>> {
    let values = values();
    let agreed = std::iter::once(None).chain(values.iter().cloned().map(Some));
    let with_doubts = agreed.flat_map(|agreed| {
        let values = values.clone();
        (0_u32..1 << values.len()).map(move |set| {
            let mut field = RecordedField { value: agreed.clone(), in_doubt: Vec::new() };
            let chosen = values.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0);
            chosen.for_each(|(_, value)| field.doubt(value.clone()));
            Some(field)
        })
    });
    std::iter::once(None).chain(with_doubts).collect()
}

#[test]
fn every_cell_of_recorded_in_doubt_declared_and_live_has_the_origin_of_one_row() {
    let (mut cells, mut of_row) = (0, [0; 5]);
    for record in records() {
        for now in declared() {
            for live in values() {
                let agreed = record.as_ref().and_then(|record| record.value.as_ref());
                let in_record = |state: &State| {
                    agreed == Some(state) || record.as_ref().is_some_and(|record| record.in_doubt.contains(state))
                };
                // The first row that holds decides, as in the contract.
                let rows = [
                    (now == live, None),
                    (agreed.is_none(), Some(Origin::Pending)),
                    (in_record(&live), Some(Origin::Pending)),
                    (agreed == Some(&now), Some(Origin::Drift)),
                    (true, Some(Origin::Conflict)),
                ];
                let row = rows.iter().position(|(holds, _)| *holds).unwrap();
                let found = origin_by_record(record.as_ref(), &now, &live);
                assert_eq!(found, rows[row].1, "record {record:?}, now {now:?}, live {live:?}");
                of_row[row] += 1;
                cells += 1;
            }
        }
    }
    assert!(cells > 2_000 && of_row.iter().all(|seen| *seen > 50), "{cells} cells, {of_row:?} of each row");
}

#[test]
fn a_record_of_the_base_everywhere_judges_as_the_base_does() {
    for base in std::iter::once(None).chain(declared().into_iter().map(Some)) {
        for now in declared() {
            for live in values() {
                let recorded = base.clone().map(RecordedField::agreed);
                let by_record = origin_by_record(recorded.as_ref(), &now, &live);
                assert_eq!(by_record, origin(base.as_ref(), &now, &live), "base {base:?}, now {now:?}, live {live:?}");
            }
        }
    }
}

#[test]
fn without_a_base_and_a_record_every_difference_has_the_origin_of_the_run() {
    for origin in [Origin::Unknown, Origin::Drift] {
        for now in declared() {
            for live in values() {
                let found = OriginRule::Always(origin).origin(crate::model::Setting::HoldMusic, &now, &live);
                assert_eq!(found, (now != live).then_some(origin));
            }
        }
    }
}
