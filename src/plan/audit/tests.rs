//! The promises of an audit, in tables.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::model::guard::{BUILT_IN, Condition, Enforcement};
use crate::model::{ClientId, Failure, FailureKind, FieldMask, Guard, Live, Place, Setting, State, Value};
use crate::plan::audit::outlier::FEWEST_CLIENTS;
use crate::plan::audit::{
    AuditReport, AuditTarget, AuditedClient, ClientExposure, GeoExposure, GravityClass, OutlierKind, StateGuards,
};

/// An answer of this client with these values of `geo_list`, network and dial rule.
fn live(id: u64, geo: &Json, network: &Json, dial_rule: &Json) -> Live {
    let mut answer = json!({"id": id, "geo_list": geo, "sip_network_permission_id": network});
    answer["dial_rule_id"] = dial_rule.clone();
    Live::parse(answer.to_string().as_bytes(), FieldMask::default()).unwrap()
}

fn target(id: u64) -> AuditTarget {
    AuditTarget::undeclared(ClientId::parse(&id.to_string()).unwrap(), None, false)
}

fn audited(id: u64, geo: &Json, network: &Json, dial_rule: &Json) -> AuditedClient {
    AuditedClient::of(&target(id), Ok(live(id, geo, network, dial_rule)), &StateGuards::of(&[], &[]))
}

/// A fleet, each client with a list, a dial rule and no network, unless the change says otherwise.
fn fleet(clients: u64, change: impl Fn(u64) -> Option<(Json, Json, Json)>) -> AuditReport {
    let one = |id| {
        let (geo, network, rule) = change(id).unwrap_or((json!("BY RU"), json!(null), json!(19)));
        audited(id, &geo, &network, &rule)
    };
    AuditReport::default().with_clients((1..=clients).map(one).collect())
}

fn exposure(report: &AuditReport, id: u64) -> &ClientExposure {
    let client = report.clients.iter().find(|client| client.client_id.number() == Some(id)).unwrap();
    client.exposure.as_ref().unwrap()
}

fn outliers(report: &AuditReport, id: u64) -> Vec<(OutlierKind, usize, usize)> {
    exposure(report, id).outliers.iter().map(|one| (one.kind, one.clients, one.fleet)).collect()
}

#[test]
fn how_open_a_client_is() {
    for (geo, expected, class) in [
        (json!("*"), GeoExposure::All, GravityClass::EveryCountry),
        (json!(null), GeoExposure::ProviderDefault, GravityClass::ProviderDefault),
        (json!(""), GeoExposure::ProviderDefault, GravityClass::ProviderDefault),
        (json!("ru  BY ru"), GeoExposure::List(2), GravityClass::List),
        (json!("ZZ"), GeoExposure::Odd, GravityClass::NotUnderstood),
        (json!("RU *"), GeoExposure::Odd, GravityClass::NotUnderstood),
        (json!([]), GeoExposure::Odd, GravityClass::NotUnderstood),
        (json!("AM AZ BY GE KG KZ MD RU TJ TM UA"), GeoExposure::List(11), GravityClass::AgainstGuard),
    ] {
        let client = audited(1, &geo, &json!(null), &json!(null));
        assert_eq!((client.exposure.as_ref().unwrap().geo(), client.class()), (expected, class), "{geo}");
    }
    // What is not understood in another security field is as grave.
    assert_eq!(audited(1, &json!("RU"), &json!("x"), &json!(1)).class(), GravityClass::NotUnderstood);
    assert_eq!(audited(1, &json!("RU"), &json!(null), &json!(-1)).class(), GravityClass::NotUnderstood);
}

#[test]
fn an_answer_without_a_security_field_is_no_state() {
    let guards = StateGuards::of(&[], &[]);
    let read = |answer: Json| {
        let live = Live::parse(answer.to_string().as_bytes(), FieldMask::default()).unwrap();
        AuditedClient::of(&target(12), Ok(live), &guards).exposure.map_err(|failure| failure.kind)
    };
    let whole = json!({"id": 12, "geo_list": "*", "dial_rule_id": 1, "sip_network_permission_id": null});
    assert!(read(whole.clone()).is_ok(), "fields that open nothing may be missing");
    for (field, value, expected) in
        [("id", json!(13), FailureKind::WrongClient), ("id", json!(null), FailureKind::IncompleteAnswer)]
    {
        let mut answer = whole.clone();
        answer[field] = value;
        assert_eq!(read(answer), Err(expected));
    }
    for field in ["geo_list", "dial_rule_id", "sip_network_permission_id"] {
        let mut answer = whole.clone();
        answer.as_object_mut().unwrap().remove(field);
        assert_eq!(read(answer), Err(FailureKind::IncompleteAnswer), "{field}");
    }
}

#[test]
fn built_in_guards_judge_a_state_unless_they_need_a_change() {
    let names = |geo: Json| {
        let client = audited(1, &geo, &json!(7), &json!(19));
        let guards: Vec<String> = client.exposure.unwrap().guards.iter().map(|guard| guard.raw().to_owned()).collect();
        guards
    };
    assert_eq!(names(json!("*")), ["open-geo", "too-many-countries"]);
    assert_eq!(names(json!("AM AZ BY GE KG KZ MD RU TJ TM UA")), ["too-many-countries"]);
    for geo in [json!("RU"), json!(null), json!("ZZ")] {
        assert_eq!(names(geo.clone()), Vec::<String>::new(), "{geo}");
    }
    // A new built-in guard that judges values gets a row here.
    let judging = BUILT_IN.iter().filter(|guard| guard.to_all || guard.max_countries.is_some());
    assert_eq!(judging.map(|guard| guard.name).collect::<Vec<_>>(), ["open-geo", "too-many-countries"]);
}

#[test]
fn a_projects_form_of_a_built_in_guard_takes_its_place_and_its_own_guards_judge_too() {
    let of = |name: &str, field, when| Guard {
        name: name.into(),
        field: Some(field),
        effect: Enforcement::Warn,
        when,
        labels: Default::default(),
        message: None,
        place: Place::new("ringform.yaml".into(), 1, 1),
        source: Default::default(),
    };
    let many = of("too-many-countries", Setting::GeoList, Condition { max_countries: Some(1), ..Default::default() });
    let rule = State::Is(Value::Id(19.try_into().unwrap()));
    let rules = of("our-rule", Setting::DialRuleId, Condition { allow: Some(vec![rule]), ..Default::default() });
    let mut vip = of("vip", Setting::GeoList, Condition { max_countries: Some(1), ..Default::default() });
    vip.labels.insert(Arc::from("vip"), Arc::from("yes"));
    let changes = of("any-change", Setting::GeoList, Condition::default());
    let guards = StateGuards::of(&[many, rules, vip, changes], &[]);
    let names = |geo: &str, rule: Json| {
        let client = AuditedClient::of(&target(1), Ok(live(1, &json!(geo), &json!(null), &rule)), &guards);
        client.exposure.unwrap().guards.iter().map(|guard| guard.raw().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("RU", json!(19)), Vec::<String>::new());
    assert_eq!(names("BY RU", json!(null)), ["too-many-countries", "our-rule"]);
    assert_eq!(names("*", json!("x")), ["open-geo", "too-many-countries", "our-rule"]);
}

#[test]
fn few_clients_that_are_more_open_differ_from_their_fleet() {
    let cases = [
        ((json!("*"), json!(null), json!(19)), vec![(OutlierKind::Open, 1, 10)]),
        ((json!("BY RU"), json!(7), json!(19)), vec![(OutlierKind::Network, 1, 10)]),
        ((json!("BY RU"), json!("x"), json!(19)), vec![(OutlierKind::Network, 1, 10)]),
        ((json!("BY RU"), json!(null), json!(null)), vec![(OutlierKind::DialRule, 1, 10)]),
        ((json!("CU RU"), json!(null), json!(19)), vec![(OutlierKind::Country, 1, 10)]),
        ((json!("BY"), json!(null), json!(20)), vec![]),
    ];
    for (client, expected) in cases {
        let of = |id| (id == 3).then(|| client.clone());
        assert_eq!(outliers(&fleet(10, of), 3), expected, "{client:?}");
        assert_eq!(outliers(&fleet(FEWEST_CLIENTS as u64 - 1, of), 3), [], "a small fleet: {client:?}");
    }
}

#[test]
fn what_many_clients_have_is_no_outlier() {
    let open = (json!("*"), json!(null), json!(19));
    for (clients, of_them, is_outlier) in [(20, 2, true), (20, 3, false), (19, 1, true), (19, 2, false)] {
        let report = fleet(clients, |id| (id <= of_them).then(|| open.clone()));
        assert_eq!(!outliers(&report, 1).is_empty(), is_outlier, "{of_them} of {clients}");
    }
    // Countries of one client each: an outlier until most lists have some.
    let codes = ["CU", "VE", "HT", "LY", "SO", "TD"];
    for (of_them, is_outlier) in [(1, true), (5, true), (6, false)] {
        let own = |id: u64| codes.get(id as usize - 1).filter(|_| id <= of_them).map(|code| format!("RU {code}"));
        let report = fleet(10, |id| Some((json!(own(id)?), json!(null), json!(19))));
        assert_eq!(!outliers(&report, 1).is_empty(), is_outlier, "{of_them} of 10");
    }
    // Only lists count as the fleet of countries.
    let report = fleet(20, |id| (id > 1).then(|| open.clone()));
    assert_eq!(outliers(&report, 1), []);
}

#[test]
fn the_gravest_client_comes_first_and_a_failed_one_counts_nowhere_else() {
    let list = json!("RU");
    let failed = |id| {
        let failure = Failure::new(FailureKind::Timeout, "no answer in time");
        AuditedClient::of(&target(id), Err(failure), &StateGuards::of(&[], &[]))
    };
    let clients = vec![
        failed(1),
        audited(2, &list, &json!(null), &json!(19)),
        audited(3, &json!(null), &json!(null), &json!(19)),
        audited(4, &json!("AM AZ BY GE KG KZ MD RU TJ TM UA"), &json!(null), &json!(null)),
        audited(5, &json!("ZZ"), &json!(null), &json!(19)),
        audited(6, &json!("*"), &json!(7), &json!(19)),
        audited(7, &list, &json!(null), &json!(19)),
    ];
    let report = AuditReport::default().with_clients(clients);
    let order: Vec<u64> = report.clients.iter().filter_map(|client| client.client_id.number()).collect();
    assert_eq!(order, [6, 5, 4, 3, 2, 7, 1]);
    let all = &report.summary;
    assert_eq!((all.clients, all.read, all.failed), (7, 6, 1));
    assert_eq!((all.open, all.odd, all.default, all.list), (1, 1, 1, 3));
    assert_eq!((all.network, all.no_dial_rule, all.guarded), (1, 1, 2));
    assert_eq!(all.unmanaged, None);
    assert!(report.is_incomplete());
}

#[test]
fn one_client_under_two_names_counts_once_and_its_state_stays_visible() {
    let me = AuditTarget::undeclared(ClientId::Me, None, false);
    let me = AuditedClient::of(&me, Ok(live(1, &json!("*"), &json!(null), &json!(19))), &StateGuards::of(&[], &[]));
    let report = AuditReport::default().with_clients(vec![audited(1, &json!("*"), &json!(null), &json!(19)), me]);
    assert_eq!((report.summary.open, report.summary.failed), (1, 1));
    let failure = report.clients[1].exposure.as_ref().unwrap_err();
    assert_eq!(failure.kind, FailureKind::DuplicateClient);
    assert_eq!(failure.message.raw(), "@me is client 1, which 1 already shows: it counts once");
}

fn any_state() -> impl Strategy<Value = Json> {
    let codes = proptest::sample::subsequence(vec!["RU", "BY", "KZ", "CU", "VE", "ZZ"], 0..4);
    let values = prop_oneof![codes.prop_map(|codes| json!(codes.join(" "))), Just(json!("*")), Just(json!(null))];
    let ids = || prop_oneof![Just(json!(null)), (0..3_i64).prop_map(|id| json!(id)), Just(json!("x"))];
    (values, ids(), ids()).prop_map(|(geo, network, rule)| json!([geo, network, rule]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Neither the order of the answers nor of the clients matters to what an audit says of a client.
    #[test]
    fn the_order_of_a_fleet_changes_nothing(states in proptest::collection::vec(any_state(), 0..24)) {
        let client = |(at, state): (usize, &Json)| audited(at as u64 + 1, &state[0], &state[1], &state[2]);
        let all: Vec<AuditedClient> = states.iter().enumerate().map(client).collect();
        let forward = AuditReport::default().with_clients(all.clone());
        let backward = AuditReport::default().with_clients(all.into_iter().rev().collect());
        prop_assert_eq!(&forward.summary, &backward.summary);
        for id in 1..=states.len() as u64 {
            prop_assert_eq!(exposure(&forward, id), exposure(&backward, id));
        }
        let summary = &forward.summary;
        prop_assert_eq!(summary.open + summary.odd + summary.default + summary.list, summary.read);
        let open = forward.clients.iter().take_while(|client| client.is_open()).count();
        prop_assert_eq!(open, summary.open, "the open ones come first");
    }
}
