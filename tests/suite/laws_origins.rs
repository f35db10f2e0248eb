//! Laws of origins, over every spelling and over random declarations.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use ringform::model::{Declaration, ManagedField, RecordedClient, RecordedField, Setting, SettingSet};
use ringform::plan::compare::{BaseDeclaration, OriginRule};
use ringform::plan::{BlockedKind, ClientPlan, Origin, Origins};
use serde_json::{Value as Json, json};

use crate::fixtures::{answer, declaration, live, spellings, wanted};

fn managed(setting: Setting, text: &str) -> Vec<ManagedField> {
    declaration(&[(setting, wanted(setting, text))]).managed
}

#[test]
fn equal_spellings_change_no_origin() {
    let mut seen = 0;
    for of in spellings() {
        let alike =
            [[vec![of.live_a.clone()], of.live_a_otherwise].concat(), vec![json!(null), json!("")], vec![of.live_b]];
        for base in [None, Some("null"), Some(of.a), Some(of.b)] {
            let base = base.map(|text| managed(of.setting, text)).unwrap_or_default();
            let earlier = BaseDeclaration { managed: base, ..BaseDeclaration::default() };
            for now in ["null", of.a, of.b] {
                let now = declaration(&[(of.setting, wanted(of.setting, now))]);
                for spelt in &alike {
                    let origin = |raw: &Json| {
                        let body = answer(&[(of.setting, Some(raw.clone()))]);
                        let client = ClientPlan::read(&now, live(&body), OriginRule::Base(&earlier));
                        // A conflict, and nothing else, blocks.
                        let conflict = client.changes.iter().any(|change| change.difference.origin == Origin::Conflict);
                        let blocked = client.blocked.iter().any(|blocked| blocked.kind == BlockedKind::Conflict);
                        assert_eq!(conflict, blocked);
                        client.changes.first().map(|change| change.difference.origin)
                    };
                    let first = origin(&spelt[0]);
                    for other in spelt {
                        assert_eq!(origin(other), first, "{} {other}", of.setting);
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 300, "the test looks at nothing: {seen}");
}

fn declared() -> impl Strategy<Value = Declaration> {
    let one = spellings().into_iter().map(|of| {
        let setting = of.setting;
        proptest::option::of(proptest::sample::select(vec!["null", of.a, of.b]))
            .prop_map(move |text| text.map(|text| (setting, wanted(setting, text))))
            .boxed()
    });
    one.collect::<Vec<_>>().prop_map(|all| declaration(&all.into_iter().flatten().collect::<Vec<_>>()))
}

fn fields() -> impl Strategy<Value = SettingSet> {
    proptest::sample::subsequence(Setting::ALL.to_vec(), 0..=Setting::ALL.len())
        .prop_map(|fields| fields.into_iter().collect())
}

proptest! {
    #[test]
    fn a_plan_of_a_subset_never_turns_selection_into_released(then in declared(), now in declared(), fields in fields()) {
        let all = Origins::by(std::slice::from_ref(&then), true, std::slice::from_ref(&now), SettingSet::default());
        let some = Origins::by(std::slice::from_ref(&then), true, std::slice::from_ref(&now), fields);
        let mut narrowed = now.clone();
        if !fields.is_empty() {
            narrowed.managed.retain(|managed| fields.contains(managed.setting));
        }
        let body = answer(&[]);
        let whole = ClientPlan::read(&now, live(&body), all.of(&now));
        let part = ClientPlan::read(&narrowed, live(&body), some.of(&narrowed));
        let looked_at = |setting: Setting| fields.is_empty() || fields.contains(setting);
        let released = |client: &ClientPlan| -> Vec<Setting> { client.released.iter().map(|one| one.field).collect() };
        let mut expected = released(&whole);
        expected.retain(|setting| looked_at(*setting));
        prop_assert_eq!(released(&part), expected);
        prop_assert!(released(&part).iter().all(|setting| !now.managed_set().contains(*setting)));
        // And what is looked at has the same origin as in the whole.
        for change in &part.changes {
            let other = whole.changes.iter().find(|other| other.difference.setting == change.difference.setting).unwrap();
            prop_assert_eq!(change, other);
        }
    }

    #[test]
    fn a_ledger_that_holds_an_earlier_commit_everywhere_judges_as_that_commit(
        then in declared(), now in declared(), seen in declared(),
    ) {
        let live_of = |one: &Declaration| -> Vec<(Setting, Option<Json>)> {
            one.managed.iter().map(|managed| (managed.setting, Some(managed.wanted.to_json()))).collect()
        };
        let body = answer(&live_of(&seen));
        let by_base = Origins::by(std::slice::from_ref(&then), true, std::slice::from_ref(&now), SettingSet::default());
        let mut record = RecordedClient::default();
        for managed in &then.managed {
            record.set(managed.setting, RecordedField::agreed(managed.wanted.clone()));
        }
        let records = BTreeMap::from([(now.key(), record)]);
        let of_ledger = |origins: Origins, whole| {
            origins.with_ledger(records.clone(), BTreeSet::new(), std::slice::from_ref(&now), whole)
        };
        let by_record = of_ledger(Origins::always(Origin::Unknown), true);
        let read = |origins: &Origins| ClientPlan::read(&now, live(&body), origins.of(&now));
        let (base, ledger) = (read(&by_base), read(&by_record));
        prop_assert_eq!(&base.changes, &ledger.changes);
        prop_assert_eq!(base.blocked.len(), ledger.blocked.len());
        let fields = |client: &ClientPlan| client.released.iter().map(|one| one.field).collect::<BTreeSet<_>>();
        prop_assert_eq!(fields(&base), fields(&ledger));
        prop_assert!(ledger.released.iter().all(|one| one.source.is_none()));
        // With both, what is released is listed once, with its place at the base.
        let both = read(&of_ledger(by_base, true));
        prop_assert_eq!(both.released.len(), fields(&both).len());
        prop_assert_eq!(fields(&both), fields(&base));
        prop_assert!(both.released.iter().all(|one| one.source.is_some()));
        // A part of the project releases nothing from the record.
        prop_assert_eq!(read(&of_ledger(Origins::always(Origin::Unknown), false)).released.len(), 0);
        // A damaged record is no record of its client.
        let damaged = Origins::always(Origin::Drift).with_ledger(
            BTreeMap::new(), BTreeSet::from([now.key()]), std::slice::from_ref(&now), true,
        );
        prop_assert!(read(&damaged).changes.iter().all(|one| one.difference.origin == Origin::Drift));
    }
}
