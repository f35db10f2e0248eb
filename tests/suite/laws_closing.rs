//! Laws of a run that can only close: no pair of values, no order of events and no change of live makes it open.

use std::collections::BTreeSet;

use proptest::prelude::*;
use ringform::model::{Failure, FailureKind, Setting, value};
use ringform::plan::send::{
    ClosingPatch, ClosingScope, Event, Exchange, NextAction, PutBody, ReplanRules, SendScope, TRIES,
};
use ringform::plan::{ApplyResult, ClientPlan, GuardList, Origin};
use serde_json::{Value as Json, json};

use crate::fixtures::{answer, declaration, live};

const CODES: [&str; 6] = ["RU", "BY", "KZ", "TR", "GE", "DE"];

pub fn scope() -> SendScope {
    SendScope { closing: Some(ClosingScope::default()), ..SendScope::default() }
}

/// Any text that a list of these countries can be, in any order and spelling.
fn list() -> impl Strategy<Value = String> {
    let codes = proptest::sample::subsequence(CODES.to_vec(), 1..=CODES.len()).prop_shuffle();
    (codes, any::<bool>()).prop_map(|(codes, lower)| {
        let text = codes.join(" ");
        if lower { text.to_lowercase() } else { text }
    })
}

/// What live can hold: lists, `*`, nothing, and values that are not understood.
pub fn live_value() -> impl Strategy<Value = Json> {
    let odd =
        vec![json!("ZZ"), json!("RU *"), json!("RU,BY"), json!(7), json!(["RU"]), json!({"x": "RU"}), json!(true)];
    prop_oneof![
        6 => list().prop_map(Json::from),
        1 => Just(json!("*")),
        1 => prop_oneof![Just(json!(null)), Just(json!(""))],
        1 => proptest::sample::select(odd),
    ]
}

/// What git can declare.
pub fn declared_value() -> impl Strategy<Value = Json> {
    prop_oneof![8 => list().prop_map(Json::from), 1 => Just(json!("*")), 1 => Just(json!(null))]
}

/// The countries of a list; `None` where it is no list.
pub fn codes(value: &Json) -> Option<BTreeSet<String>> {
    let found = value::live(Setting::GeoList.kind(), value);
    let codes = found.countries()?.codes();
    (!codes.is_empty()).then(|| codes.iter().map(|code| code.as_str().to_owned()).collect())
}

fn is_all(value: &Json) -> bool {
    value::live(Setting::GeoList.kind(), value).to_json() == "*"
}

/// Checks a body against the live value that it replaces and the declared one.
#[track_caller]
pub fn assert_closes(body: &Json, live: &Json, declared: &Json) {
    let shown = format!("{body} for live {live}, declared {declared}");
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["geo_list"], "{shown}");
    let sent = codes(&body["geo_list"]).unwrap_or_else(|| panic!("no list: {shown}"));
    let declared = codes(declared).unwrap_or_else(|| panic!("git declares no list: {shown}"));
    assert!(sent.is_subset(&declared), "{shown}");
    match codes(live) {
        Some(live) => {
            assert!(sent.is_subset(&live) && sent.len() < live.len(), "{shown}");
            assert_eq!(sent, live.intersection(&declared).cloned().collect(), "{shown}");
        }
        None => {
            assert!(is_all(live), "{shown}");
            assert_eq!(sent, declared, "{shown}");
        }
    }
}

fn planned(live_value: &Json, declared: &Json) -> ClientPlan {
    let before = answer(&[(Setting::GeoList, Some(live_value.clone())), (Setting::HoldMusic, Some(json!(7)))]);
    let wanted = value::live(Setting::GeoList.kind(), declared);
    let managed = [(Setting::GeoList, wanted), (Setting::HoldMusic, crate::fixtures::wanted(Setting::HoldMusic, "8"))];
    let mut client = ClientPlan::read(&declaration(&managed), live(&before), Origin::Unknown);
    scope().mark(&mut client);
    client
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn no_pair_of_values_opens_and_every_undeclared_country_goes(live in live_value(), declared in declared_value()) {
        let client = planned(&live, &declared);
        let body = ClosingPatch::of(&client).map(|patch| serde_json::from_slice::<Json>(&patch.bytes()).unwrap());
        if let Some(body) = &body {
            assert_closes(body, &live, &declared);
            // The document says exactly this.
            prop_assert_eq!(&serde_json::to_value(&client).unwrap()["put"], body);
        }
        let common = match (codes(&live), codes(&declared)) {
            (Some(live), Some(declared)) => Some(live.difference(&declared).count() > 0 && !live.is_disjoint(&declared)),
            (None, Some(_)) => Some(is_all(&live)),
            (_, None) => None,
        };
        prop_assert_eq!(body.is_some(), common == Some(true), "live {}, declared {}", live, declared);
        let read: ClientPlan = serde_json::from_str(&serde_json::to_string(&client).unwrap()).unwrap();
        prop_assert_eq!(read, client);
    }
}

/// What an event may be, by a number: readings of any value, refusals, lost answers, waits.
fn event(action: &NextAction<ClosingPatch>, pick: u8, value: &Json, stored: &Json) -> Event {
    let reading =
        |value: &Json| live(&answer(&[(Setting::GeoList, Some(value.clone())), (Setting::HoldMusic, Some(json!(7)))]));
    let failure = || Failure::new(FailureKind::Connection, "as the test wants it");
    match (action, pick % 6) {
        (NextAction::Wait(_), _) => Event::Waited,
        (NextAction::Read, 0) => Event::Read(reading(stored)),
        (NextAction::Read, _) => Event::Read(reading(value)),
        (NextAction::Send { just_read: false, .. }, 0) => Event::TooOld,
        (_, 1) => Event::FateUnknown(failure()),
        (_, 2) => Event::NotSent(failure()),
        (_, 3) => Event::Unauthorized(failure()),
        (_, 4) => Event::Throttled { failure: failure(), spent: false, wait: None },
        (_, _) => Event::Answered(reading(value)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn whatever_live_holds_meanwhile_no_put_opens(
        first in live_value(),
        declared in declared_value(),
        script in proptest::collection::vec((any::<u8>(), live_value()), 12),
        is_fresh in any::<bool>(),
    ) {
        let client = planned(&first, &declared);
        let rules = ReplanRules::of(&scope(), &GuardList::default());
        let begin = live(&answer(&[(Setting::GeoList, Some(first.clone())), (Setting::HoldMusic, Some(json!(7)))]));
        let begin = is_fresh.then_some(begin);
        let mut exchange: Exchange<'_, ClosingPatch> = Exchange::of(&client, begin, Default::default(), rules.as_ref());
        let mut last = first.clone();
        let mut action = exchange.begin();
        let (mut sends, mut end) = (0, None);
        for (pick, value) in &script {
            match &action {
                NextAction::Finish(outcome, details) => {
                    end = Some((*outcome, details.clone()));
                    break;
                }
                NextAction::Send { cleared, .. } | NextAction::Renew { cleared } => {
                    let body: Json = serde_json::from_slice(&cleared.patch().bytes()).unwrap();
                    assert_closes(&body, &last, &declared);
                    // The plan of the client says what is sent.
                    prop_assert_eq!(&serde_json::to_value(exchange.client()).unwrap()["put"], &body);
                }
                NextAction::Read | NextAction::Wait(_) => {}
            }
            let event = event(&action, *pick, value, &last);
            if !matches!(event, Event::TooOld) && matches!(action, NextAction::Send { .. } | NextAction::Renew { .. }) {
                sends += 1;
            }
            if let Event::Read(read) = &event {
                last = read.settings.raw(Setting::GeoList).unwrap();
            }
            action = exchange.step(event);
        }
        prop_assert!(sends <= TRIES);
        let replanned = exchange.into_replanned();
        let client = replanned.as_ref().unwrap_or(&client);
        let text = serde_json::to_string(client).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ClientPlan>(&text).unwrap(), client, "a report of it reads back");
        match end {
            Some((ApplyResult::Applied, _)) => prop_assert!(sends > 0),
            Some((ApplyResult::Refused, details)) => prop_assert!(details.message.is_some()),
            Some(_) | None => {}
        }
    }
}

/// Live at the plan and before the PUT, declared, what is sent or the result, and the words of the result.
#[test]
fn a_value_that_changed_meanwhile_is_planned_again() {
    let table = [
        // Live lost a country: it does not come back.
        ("RU BY TR", json!("RU TR"), "RU BY", "RU", ""),
        ("RU BY TR", json!("RU"), "RU BY", "unchanged", ""),
        ("RU BY TR", json!("RU BY"), "RU BY", "unchanged", ""),
        ("RU TR", json!("RU BY"), "RU BY", "unchanged", ""),
        ("RU TR", json!("*"), "RU BY", "BY RU", ""),
        ("RU TR", json!("RU TR DE"), "RU BY", "RU", ""),
        ("RU TR", json!(null), "RU BY", "unchanged", ""),
        ("RU TR", json!("RU ZZ"), "RU BY", "refused", "ZZ"),
        ("RU TR", json!("TR"), "RU BY", "refused", "no country is left"),
    ];
    let rules = ReplanRules::of(&scope(), &GuardList::default());
    for (planned_live, now, declared, expected, words) in table {
        let client = planned(&json!(planned_live), &json!(declared));
        let mut exchange: Exchange<'_, ClosingPatch> = Exchange::of(&client, None, Default::default(), rules.as_ref());
        assert!(matches!(exchange.begin(), NextAction::Read));
        let read = answer(&[(Setting::GeoList, Some(now.clone())), (Setting::HoldMusic, Some(json!(7)))]);
        let shown = format!("{planned_live}, then {now}");
        match exchange.step(Event::Read(live(&read))) {
            NextAction::Send { cleared, .. } => {
                let body = String::from_utf8(cleared.patch().bytes()).unwrap();
                assert_eq!(body, format!("{{\"geo_list\":\"{expected}\"}}"), "{shown}");
            }
            NextAction::Finish(outcome, details) => {
                assert_eq!(serde_json::to_value(outcome).unwrap(), expected, "{shown}");
                let message = details.message.map(|message| message.raw().to_owned()).unwrap_or_default();
                assert!(message.contains(words), "{shown}: {message}");
            }
            other => panic!("{shown}: {other:?}"),
        }
    }
    // With --only the origin of the new value is not known.
    let with_only = SendScope { only: [Origin::Pending].into_iter().collect(), ..scope() };
    assert!(ReplanRules::of(&with_only, &GuardList::default()).is_none());
    assert!(ReplanRules::of(&SendScope::default(), &GuardList::default()).is_none());
    let client = planned(&json!("RU TR"), &json!("RU"));
    let mut exchange: Exchange<'_, ClosingPatch> = Exchange::of(&client, None, Default::default(), None);
    exchange.begin();
    let action = exchange.step(Event::Read(live(&answer(&[(Setting::GeoList, Some(json!("RU DE")))]))));
    assert!(matches!(action, NextAction::Finish(ApplyResult::Stale, _)), "{action:?}");
}
