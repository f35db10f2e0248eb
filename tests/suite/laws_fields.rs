//! One field's states in full: what is declared, what is live, and what is sent. No sampling: every pair of every
//! field.

use ringform::model::{FailureKind, Live, Setting, SettingSet, value};
use ringform::plan::{ClientPlan, Origin, Status};
use serde_json::{Value as Json, json};

use crate::fixtures::{Spellings, answer, declaration, live, spellings, wanted};

/// What becomes of the field: `=` in sync, `P` it is sent, `!` the client fails, `·` it is not looked at.
///
/// Columns: the key is missing, null, "", A, A spelt otherwise, B, odd.
const TABLE: [(&str, &str); 5] = [
    ("unmanaged", "· · · · · · ·"),
    ("ignored", "· · · · · · ·"),
    ("null", "! = = P P P P"),
    ("A", "! P P = = P P"),
    ("B", "! P P P P = P"),
];

fn columns(of: &Spellings) -> Vec<Vec<Option<Json>>> {
    let some = |values: Vec<Json>| values.into_iter().map(Some).collect::<Vec<_>>();
    vec![
        vec![None],
        some(vec![json!(null)]),
        some(vec![json!("")]),
        some(vec![of.live_a.clone()]),
        some(of.live_a_otherwise.clone()),
        some(vec![of.live_b.clone()]),
        some(of.odd.clone()),
    ]
}

#[test]
fn each_field_in_each_state() {
    let mut cases = 0;
    for of in spellings() {
        // Another field is always managed and in sync, so that a client is looked at even when this field is not.
        let other = if of.setting == Setting::HoldMusic { Setting::DialRuleId } else { Setting::HoldMusic };
        for (declared, row) in TABLE {
            for (column, expected) in columns(&of).into_iter().zip(row.split(' ')) {
                for raw in column {
                    let mut managed = vec![(other, wanted(other, "null"))];
                    match declared {
                        "null" => managed.push((of.setting, wanted(of.setting, "null"))),
                        "A" => managed.push((of.setting, wanted(of.setting, of.a))),
                        "B" => managed.push((of.setting, wanted(of.setting, of.b))),
                        _ => {}
                    }
                    let mut declaration = declaration(&managed);
                    if declared == "ignored" {
                        declaration.ignored.insert(of.setting);
                    }
                    let live = live(&answer(&[(of.setting, raw.clone())]));
                    let client = ClientPlan::read(&declaration, live, Origin::Unknown);
                    let case = format!("{} declared {declared}, live {raw:?}", of.setting);
                    let sent = client.patch().map(|patch| patch.settings());
                    let only: SettingSet = [of.setting].into_iter().collect();
                    match expected {
                        "·" | "=" => {
                            assert_eq!((client.status(), sent), (Status::InSync, None), "{case}");
                        }
                        "P" => {
                            assert_eq!((client.status(), sent), (Status::Change, Some(only)), "{case}");
                            let want = managed.last().unwrap().1.to_json();
                            let body: Json = serde_json::from_slice(&client.patch().unwrap().body()).unwrap();
                            assert_eq!(body, json!({ of.setting.name(): want }), "{case}");
                        }
                        "!" => {
                            assert_eq!((client.status(), sent), (Status::Failed, None), "{case}");
                            assert_eq!(client.error.unwrap().kind, FailureKind::IncompleteAnswer, "{case}");
                        }
                        _ => unreachable!(),
                    }
                    cases += 1;
                }
            }
        }
    }
    assert!(cases > 400, "{cases}");
}

#[test]
fn equality_is_an_equivalence_over_spellings() {
    for of in spellings() {
        let kind = of.setting.kind();
        let mut same = of.live_a_otherwise.clone();
        same.push(of.live_a.clone());
        for one in &same {
            for other in &same {
                assert_eq!(value::live(kind, one), value::live(kind, other), "{one} and {other}");
            }
            assert_eq!(value::live(kind, one), wanted(of.setting, of.a), "{one}");
            // What is shown reads back as itself.
            let shown = value::live(kind, one).to_json();
            assert_eq!(value::live(kind, &shown), value::live(kind, one));
        }
        assert_eq!(value::live(kind, &json!(null)), value::live(kind, &json!("")));
    }
}

#[test]
fn look_alikes_are_never_equal() {
    let pairs = [
        (Setting::GeoList, json!("RU"), json!("RUS")),
        (Setting::GeoList, json!(null), json!("*")),
        (Setting::GeoList, json!("RU"), json!("RU BY")),
        (Setting::GeoList, json!("*"), json!("RU *")),
        (Setting::GeoList, json!("RU"), json!("\u{420}U")),
        (Setting::DialRuleId, json!(19), json!(190)),
        (Setting::DialRuleId, json!(19), json!("019")),
        (Setting::DialRuleId, json!(1), json!(true)),
        (Setting::DialRuleId, json!(null), json!(0)),
        (Setting::Timezone, json!("UTC"), json!("Etc/UTC")),
        (Setting::Timezone, json!("US/Pacific"), json!("America/Los_Angeles")),
        (Setting::Timezone, json!("Asia/Omsk"), json!("Asia/Omsk ")),
        (Setting::DiskSpaceNotifyThreshold, json!(90), json!(90.5)),
        (Setting::DiskSpaceNotifyThreshold, json!(1), json!(100)),
        (Setting::DiskSpaceNotifyEmail, json!("a@example.com"), json!("A@example.com")),
    ];
    for (setting, one, other) in pairs {
        assert_ne!(
            value::live(setting.kind(), &one),
            value::live(setting.kind(), &other),
            "{setting}: {one} and {other}"
        );
    }
}

#[test]
fn a_failure_is_never_a_difference() {
    let managed = [(Setting::GeoList, wanted(Setting::GeoList, "RU"))];
    let broken = [
        json!({}),
        json!({"id": 12}),
        json!({"id": 13, "geo_list": "RU"}),
        json!({"id": null, "geo_list": "RU"}),
        json!({"id": "twelve", "geo_list": "KZ"}),
        json!({"geo_list": "RU"}),
    ];
    for body in broken {
        let live = Live::parse(body.to_string().as_bytes(), Default::default()).unwrap();
        let client = ClientPlan::read(&declaration(&managed), live, Origin::Unknown);
        assert_eq!(client.status(), Status::Failed, "{body}");
        assert!(client.changes.is_empty() && client.patch().is_none(), "{body}");
    }
}
