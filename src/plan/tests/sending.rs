//! The judgement of an answer before a PUT and after it.

use super::*;
use crate::model::{Failure, FailureKind, SettingSet};
use crate::plan::send::{Recheck, SendScope, had_something_to_lose, recheck, verify};
use crate::plan::{Blocked, BlockedKind};

/// Values of an answer; `None` is a missing key.
type Fields<'a> = &'a [(Setting, Option<Json>)];

/// `--only`, `--overwrite-drift`, the changes withheld, and whether the client stays blocked.
type ScopeRow<'a> = (&'a [Origin], &'a [&'a str], [bool; 3], bool);

/// The word for what a recheck decided.
fn decided(recheck: Recheck) -> String {
    match recheck {
        Recheck::Send(cleared) => format!("send {}", String::from_utf8(cleared.patch().body()).unwrap()),
        Recheck::Unchanged => "unchanged".to_owned(),
        Recheck::Stale(moved) => {
            format!("stale {}", moved.iter().map(|setting| setting.name()).collect::<Vec<_>>().join(" "))
        }
        Recheck::Refused(_) => "refused".to_owned(),
        Recheck::Failed(Failure { kind, .. }) => format!("failed {kind:?}"),
    }
}

/// The plan changes geo_list from RU to BY and hold_music from 7 to nothing.
#[test]
fn a_fresh_read_decides_what_is_sent() {
    let [geo, music, zone] = [Setting::GeoList, Setting::HoldMusic, Setting::Timezone];
    let answer = |with: &[(Setting, Option<Json>)]| {
        let mut fields = vec![(geo, Some(json!("RU"))), (music, Some(json!(7)))];
        fields.extend(with.iter().cloned());
        live(&fields)
    };
    let client =
        ClientPlan::read(&declaration(&[(geo, json!("BY")), (music, json!(null))]), answer(&[]), Origin::Unknown);
    let send = "send {\"geo_list\":\"BY\",\"hold_music\":null}";
    let table: [(Fields<'_>, &str); 10] = [
        (&[], send),
        // Another spelling is the same value; a field that is not sent may move.
        (&[(geo, Some(json!("ru"))), (music, Some(json!("7")))], send),
        (&[(zone, Some(json!("UTC")))], send),
        (&[(geo, Some(json!("BY"))), (music, Some(json!("")))], "unchanged"),
        (&[(geo, Some(json!("BY")))], "stale geo_list"),
        (&[(geo, Some(json!("KZ")))], "stale geo_list"),
        (&[(geo, Some(json!("KZ"))), (music, Some(json!(8)))], "stale geo_list hold_music"),
        (&[(geo, Some(json!("ZZ")))], "stale geo_list"),
        (&[(geo, None)], "failed IncompleteAnswer"),
        (&[(zone, None)], send),
    ];
    for (with, expected) in table {
        assert_eq!(decided(recheck(&client, &answer(with))), expected, "{with:?}");
    }
    let mut other = answer(&[]);
    other.id = Some(13);
    assert_eq!(decided(recheck(&client, &other)), "failed WrongClient");
    other.id = None;
    assert_eq!(decided(recheck(&client, &other)), "failed IncompleteAnswer");
}

#[test]
fn a_block_refuses_and_withheld_changes_are_not_judged() {
    let (geo, music) = (Setting::GeoList, Setting::HoldMusic);
    let before = live(&[(geo, Some(json!("RU"))), (music, Some(json!(7)))]);
    let declared = declaration(&[(geo, json!("BY")), (music, json!(8))]);
    let client = || ClientPlan::read(&declared, before.clone(), Origin::Unknown);
    let mut blocked = client();
    blocked.blocked.push(Blocked { kind: BlockedKind::Guard, name: "g".into(), message: "no".into(), revision: None });
    assert_eq!(decided(recheck(&blocked, &before)), "refused");
    let mut part = client();
    part.changes[0].withheld = true;
    let moved = live(&[(geo, Some(json!("KZ"))), (music, Some(json!(7)))]);
    assert_eq!(decided(recheck(&part, &moved)), "send {\"hold_music\":8}");
    part.changes[1].withheld = true;
    assert_eq!(decided(recheck(&part, &moved)), "unchanged");
}

#[test]
fn only_leaves_out_origins_and_overwrite_drift_lifts_a_conflict() {
    let origins = [Origin::Pending, Origin::Drift, Origin::Conflict];
    let client = || {
        let fields =
            [(Setting::GeoList, json!("BY")), (Setting::Timezone, json!("UTC")), (Setting::HoldMusic, json!(8))];
        let mut client = ClientPlan::read(&declaration(&fields), live(&[]), Origin::Unknown);
        for (change, origin) in client.changes.iter_mut().zip(origins) {
            change.difference.origin = origin;
        }
        let name = Setting::HoldMusic.name().into();
        client.blocked.push(Blocked {
            kind: BlockedKind::Conflict,
            name,
            message: "all differ".into(),
            revision: None,
        });
        client
    };
    let table: [ScopeRow<'_>; 6] = [
        (&[], &[], [false, false, false], true),
        (&[Origin::Pending], &[], [false, true, true], true),
        (&[Origin::Drift, Origin::Conflict], &[], [true, false, false], true),
        (&[Origin::Pending], &["12/hold_music"], [false, true, false], false),
        (&[], &["12"], [false, false, false], false),
        (&[], &["12/geo_list", "13"], [false, false, false], true),
    ];
    for (only, overwrite, withheld, blocked) in table {
        let scope = SendScope {
            only: only.iter().copied().collect(),
            overwrite: overwrite.iter().map(|text| text.parse().unwrap()).collect(),
            ..SendScope::default()
        };
        let mut client = client();
        scope.mark(&mut client);
        let found: Vec<bool> = client.changes.iter().map(|change| change.withheld).collect();
        assert_eq!((found.as_slice(), !client.blocked.is_empty()), (&withheld[..], blocked), "{only:?} {overwrite:?}");
        let unused = scope.unused_overrides(std::slice::from_ref(&client)).count();
        assert_eq!(unused, if overwrite == ["12/geo_list", "13"] { 2 } else { 0 });
    }
}

#[test]
fn after_a_put_every_other_field_that_moved_is_collateral() {
    let [geo, music, zone] = [Setting::GeoList, Setting::HoldMusic, Setting::Timezone];
    let before = live(&[(geo, Some(json!("RU"))), (music, Some(json!(7)))]);
    let table: [(Fields<'_>, &[Setting]); 7] = [
        (&[(geo, Some(json!("BY"))), (music, Some(json!(7)))], &[]),
        (&[(geo, Some(json!("BY"))), (music, Some(json!("7")))], &[]),
        (&[(geo, Some(json!("BY"))), (music, Some(json!(8)))], &[music]),
        (&[(geo, Some(json!("BY"))), (music, Some(json!(null)))], &[music]),
        (&[(geo, Some(json!("BY"))), (music, None)], &[music]),
        // A field that was not set may be missing afterwards, and must not get a value.
        (&[(geo, Some(json!("BY"))), (music, Some(json!(7))), (zone, None)], &[]),
        (&[(geo, Some(json!("BY"))), (music, Some(json!(7))), (zone, Some(json!("UTC")))], &[zone]),
    ];
    let sent: SettingSet = [geo].into_iter().collect();
    for (after, expected) in table {
        let moved = |allowed: SettingSet| -> Vec<Setting> {
            let after = live(after);
            verify::collateral(sent, allowed, &before.settings, &after.settings).iter().map(|one| one.field).collect()
        };
        assert_eq!(moved(SettingSet::default()), expected, "{after:?}");
        assert_eq!(moved([music, zone].into_iter().collect()), [], "{after:?}");
    }
}

#[test]
fn a_stored_value_that_differs_from_the_sent_one_has_not_converged() {
    let client = planned(Setting::GeoList, &json!("RU"), &json!("BY KZ"));
    for (stored, converged) in [("BY KZ", true), ("kz  by", true), ("BY", false), ("RU", false), ("", false)] {
        let after = live(&[(Setting::GeoList, Some(json!(stored)))]);
        let found = verify::not_converged(&client.changes, &after.settings);
        assert_eq!(found.is_empty(), converged, "{stored}");
    }
    let mut withheld = client;
    withheld.changes[0].withheld = true;
    assert_eq!(verify::not_converged(&withheld.changes, &live(&[]).settings), []);
}

#[test]
fn an_answer_is_whole_with_the_same_id_and_all_seven_keys() {
    let whole = live(&[]);
    assert!(verify::is_whole(&whole, Some(12)));
    assert!(!verify::is_whole(&whole, Some(13)) && !verify::is_whole(&whole, None));
    for setting in Setting::ALL {
        assert!(!verify::is_whole(&live(&[(setting, None)]), Some(12)), "{setting}");
    }
}

#[test]
fn a_write_has_something_to_lose_where_another_field_is_set() {
    let sent: SettingSet = [Setting::GeoList].into_iter().collect();
    for (setting, value, expected) in [
        (Setting::HoldMusic, json!(7), true),
        (Setting::Timezone, json!("MSK"), true),
        (Setting::HoldMusic, json!(null), false),
        (Setting::DiskSpaceNotifyEmail, json!(""), false),
        (Setting::GeoList, json!("RU"), false),
    ] {
        let before = live(&[(setting, Some(value.clone()))]);
        assert_eq!(had_something_to_lose(sent, &before.settings), expected, "{setting} {value}");
    }
}

#[test]
fn an_expectation_that_fails_refuses() {
    let row = crate::model::FieldRow::find("domain").unwrap();
    let mut declared = declaration(&[(Setting::GeoList, json!("BY"))]);
    declared.expect.push(crate::model::Expectation {
        row,
        wanted: value::live(row.kind, &json!("a.example")),
        place: declared.place.clone(),
    });
    let mut keep = FieldMask::default();
    keep.add(row);
    let answer = |domain: &str| {
        let mut answer: Json =
            Setting::ALL.map(|setting| (setting.name().to_owned(), json!(null))).into_iter().collect();
        answer["id"] = json!(12);
        answer["domain"] = json!(domain);
        Live::parse(answer.to_string().as_bytes(), keep).unwrap()
    };
    let client = ClientPlan::read(&declared, answer("a.example"), Origin::Unknown);
    assert!(decided(recheck(&client, &answer("a.example"))).starts_with("send"));
    assert_eq!(decided(recheck(&client, &answer("b.example"))), "refused");
    let failed = ClientPlan::read(&declared, answer("b.example"), Origin::Unknown);
    assert_eq!(failed.error.unwrap().kind, FailureKind::Expect);
}

#[test]
fn of_several_me_an_overwrite_names_one_by_its_credentials() {
    let of = |credentials: &str| {
        let declared = declaration(&[(Setting::GeoList, json!("BY"))]);
        Declaration { client: ClientId::Me, credentials: Some(credentials.into()), ..declared }
    };
    let lifted = |overwrite: &str, declared: &[Declaration]| -> Vec<bool> {
        let scope = SendScope { overwrite: vec![overwrite.parse().unwrap()], ..SendScope::default() }.among(declared);
        let lifted = declared.iter().map(|declaration| {
            let mut client = ClientPlan::read(declaration, live(&[]), Origin::Unknown);
            let name = Setting::GeoList.name().into();
            let message = "all differ".into();
            client.blocked.push(Blocked { kind: BlockedKind::Conflict, name, message, revision: None });
            scope.mark(&mut client);
            client.blocked.is_empty()
        });
        lifted.collect()
    };
    let both = [of("acme"), of("globex")];
    for (overwrite, expected) in [
        ("@me", [false, false]),
        ("@me/geo_list", [false, false]),
        ("@me:acme", [true, false]),
        ("@me:globex/geo_list", [false, true]),
        ("@me:globex/timezone", [false, false]),
        ("@me:none", [false, false]),
    ] {
        assert_eq!(lifted(overwrite, &both), expected, "{overwrite}");
    }
    assert_eq!(lifted("@me", &both[..1]), [true], "the only one needs no name");
}
