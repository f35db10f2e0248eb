//! What a run that can only close sends of a client, in tables.

use super::*;
use crate::model::guard::{Condition, Enforcement, Guard, RuleSource};
use crate::model::{CalendarTime, DatedCause, DayZone, SettingSet, Waived, Waiver};
use crate::plan::send::{ClosingPatch, ClosingScope, NotClosed, PutBody, Recheck, SendScope, recheck};
use crate::plan::{Blocked, BlockedKind, GuardList, Patch, guards};

const TODAY: &str = "2026-11-27";

/// The instant of the run.
const NOW: &str = "2026-11-27T12:00:00Z";

fn closing_scope() -> SendScope {
    let closing = ClosingScope { at: NOW.parse().unwrap(), ..ClosingScope::default() };
    SendScope { closing: Some(closing), ..SendScope::default() }
}

fn waiver(field: Option<Setting>, until: &str) -> Waiver {
    let until = CalendarTime::parse(until).unwrap();
    let end = until.end(&DayZone::default());
    let terms = Waived { owner: "noc".into(), reason: "moving".into(), until };
    let client = ClientId::parse("12").unwrap();
    Waiver { client, credentials: None, field, terms, source: Place::new("ringform.yaml".into(), 9, 5), end }
}

/// The plan of client 12 in such a run.
fn marked(scope: &SendScope, live: &Json, declared: &Json) -> ClientPlan {
    let mut client = planned(Setting::GeoList, live, declared);
    scope.mark(&mut client);
    client
}

fn body(client: &ClientPlan) -> Option<Json> {
    client.closing_patch().map(|patch| serde_json::from_slice(&patch.bytes()).unwrap())
}

fn note(client: &ClientPlan) -> String {
    let message = client.details.as_deref().and_then(|details| details.message.as_ref());
    message.map(|message| message.raw().to_owned()).unwrap_or_default()
}

#[test]
fn every_pair_of_values_sends_their_intersection_or_has_a_reason() {
    use NotClosed::*;
    let table = [
        (json!("RU TR"), json!("RU"), Ok("RU")),
        (json!("RU TR"), json!("RU KZ"), Ok("RU")),
        (json!("RU TR BY"), json!("BY RU"), Ok("BY RU")),
        (json!("*"), json!("RU KZ"), Ok("KZ RU")),
        (json!("RU"), json!("RU KZ"), Err(Closed)),
        (json!("RU"), json!("*"), Err(NoList)),
        (json!("RU"), json!(null), Err(NoList)),
        (json!("*"), json!(null), Err(NoList)),
        (json!(null), json!("*"), Err(NoList)),
        (json!(null), json!("RU"), Err(NotSet)),
        (json!(""), json!("RU"), Err(NotSet)),
        (json!("RU ZZ"), json!("RU"), Err(Odd)),
        (json!(7), json!("RU"), Err(Odd)),
        (json!("TR"), json!("RU"), Err(NothingInCommon)),
        // Nobody can say what an odd value opens, whatever git declares.
        (json!("RU ZZ"), json!("*"), Err(Odd)),
        (json!("RU ZZ"), json!(null), Err(Odd)),
    ];
    for (live, declared, expected) in table {
        let client = planned(Setting::GeoList, &live, &declared);
        let found = ClosingPatch::from_difference(&client.changes[0].difference);
        let found = found.map(|patch| patch.value().to_json());
        assert_eq!(found, expected.map(Json::from), "live {live}, declared {declared}");
        let refused = expected.err().is_some_and(NotClosed::is_refused);
        assert_eq!(refused, matches!(expected, Err(Odd | NothingInCommon)));
        let client = marked(&closing_scope(), &live, &declared);
        assert_eq!(body(&client), expected.ok().map(|codes| json!({"geo_list": codes})));
        assert_eq!(client.blocked.len(), usize::from(refused), "live {live}, declared {declared}");
        assert_eq!(client.is_to_send(), expected.is_ok());
        if refused {
            assert!(client.reasons().raw().contains("ringform apply"), "the next step: {}", client.reasons().raw());
        }
    }
    let other = planned(Setting::DialRuleId, &json!(1), &json!(2));
    let found = ClosingPatch::from_difference(&other.changes[0].difference);
    assert_eq!(found, Err(OtherField(Setting::DialRuleId)));
}

#[test]
fn a_waiver_that_holds_today_keeps_the_field_out() {
    let (geo, music) = (Some(Setting::GeoList), Some(Setting::HoldMusic));
    let table = [
        (vec![waiver(geo, TODAY)], SettingSet::default(), false),
        (vec![waiver(None, "2027-01-01")], SettingSet::default(), false),
        (vec![waiver(geo, "2026-11-26")], SettingSet::default(), true),
        (vec![waiver(music, TODAY)], SettingSet::default(), true),
        (vec![waiver(geo, TODAY)], [Setting::GeoList].into_iter().collect(), true),
        (vec![], SettingSet::default(), true),
    ];
    for (waivers, never_waived, sent) in table {
        let scope = closing_scope().with_waivers(&waivers, never_waived, NOW.parse().unwrap());
        for live in [json!("RU TR"), json!("TR"), json!("ZZ")] {
            let client = marked(&scope, &live, &json!("RU"));
            let shown = format!("{waivers:?} {live}: {}", note(&client));
            assert_eq!(client.is_to_send() || !client.blocked.is_empty(), sent, "{shown}");
            assert_eq!(note(&client).contains("waiver of noc"), !sent, "{shown}");
        }
    }
}

#[test]
fn no_waiver_covers_an_opening_that_outlived_its_end() {
    let scope = closing_scope().with_waivers(&[waiver(None, TODAY)], SettingSet::default(), NOW.parse().unwrap());
    for (since, sent) in [(None, false), (Some("2026-11-20T00:00:00Z"), true)] {
        let mut client = planned(Setting::GeoList, &json!("RU TR"), &json!("RU"));
        let overdue_since = since.map(|at| at.parse().unwrap());
        client.changes[0].difference.dated =
            DatedCause { because: None, overdue_since, opens_for_days: None }.or_none();
        scope.mark(&mut client);
        assert_eq!(client.is_to_send(), sent, "{since:?}");
    }
}

#[test]
fn no_other_field_is_sent_and_a_conflict_does_not_stop_what_closes() {
    let fields = [
        (Setting::GeoList, json!("RU KZ")),
        (Setting::DialRuleId, json!(2)),
        (Setting::HoldMusic, json!(8)),
        (Setting::Timezone, json!("UTC")),
    ];
    let live = live(&[(Setting::GeoList, Some(json!("RU TR BY"))), (Setting::DialRuleId, Some(json!(1)))]);
    let mut client = ClientPlan::read(&declaration(&fields), live, Origin::Unknown);
    for name in ["geo_list", "hold_music"] {
        let (kind, message) = (BlockedKind::Conflict, "all differ".into());
        client.blocked.push(Blocked { kind, name: name.into(), message, revision: None });
    }
    closing_scope().mark(&mut client);
    assert!(client.blocked.is_empty());
    assert_eq!(body(&client), Some(json!({"geo_list": "RU"})));
    assert_eq!(client.to_send().count(), 1);
    assert_eq!(
        note(&client),
        "KZ is not sent: --only-closing adds no country; timezone, dial_rule_id, hold_music are not sent: \
         --only-closing sends geo_list only"
    );
    // Neither kind of run can send what the other one planned.
    assert_eq!((Patch::of(&client), client.patch()), (None, None));
    client.only_closing = false;
    assert_eq!(ClosingPatch::of(&client), None);
}

#[test]
fn only_decides_by_the_origin_of_the_change() {
    for (origin, sent) in [(Origin::Pending, true), (Origin::Drift, false), (Origin::Conflict, false)] {
        let mut client = planned(Setting::GeoList, &json!("RU TR"), &json!("RU"));
        client.changes[0].difference.origin = origin;
        let scope = SendScope { only: [Origin::Pending].into_iter().collect(), ..closing_scope() };
        scope.mark(&mut client);
        assert_eq!(client.is_to_send(), sent, "{origin:?}");
        assert!(client.blocked.is_empty());
        assert_eq!(note(&client).contains("--only leaves its origin out"), !sent);
    }
}

/// Live, declared, the guard, whether it stops the client.
#[test]
fn guards_judge_what_is_sent_and_nothing_else() {
    let geo = |when: Condition| (Some(Setting::GeoList), when);
    let list = |text: &str| state(Setting::GeoList, &json!(text));
    let to = |text: &str| geo(Condition { to: Some(list(text)), ..Condition::default() });
    let most = |most| geo(Condition { max_countries: Some(most), ..Condition::default() });
    let table = [
        // The declared list has two countries, the sent one has one.
        ("RU TR", "RU KZ", most(1), false),
        ("*", "RU KZ", most(1), true),
        ("RU TR", "RU KZ", to("RU"), true),
        ("RU TR", "RU KZ", to("RU KZ"), false),
        ("RU TR", "RU", geo(Condition { from: Some(list("RU TR")), ..Condition::default() }), true),
        ("RU TR", "RU KZ", geo(Condition { allow: Some(vec![list("RU")]), ..Condition::default() }), false),
        ("RU TR", "RU KZ", geo(Condition::default()), true),
        ("RU TR", "RU", (Some(Setting::DialRuleId), Condition::default()), false),
        ("RU TR", "RU", (Some(Setting::Timezone), Condition { unmanaged: true, ..Condition::default() }), false),
    ];
    for (before, declared, (field, when), stops) in table {
        let guard = Guard {
            name: "rule".into(),
            field,
            effect: Enforcement::Deny,
            when,
            labels: Default::default(),
            message: None,
            place: Place::new("ringform.yaml".into(), 2, 1),
            source: RuleSource::Project,
        };
        let fields = [(Setting::GeoList, json!(declared)), (Setting::DialRuleId, json!(2))];
        let live = live(&[(Setting::GeoList, Some(json!(before))), (Setting::DialRuleId, Some(json!(1)))]);
        let mut client = ClientPlan::read(&declaration(&fields), live, Origin::Unknown);
        closing_scope().mark(&mut client);
        guards::judge(&GuardList::new(std::slice::from_ref(&guard), &[]), &mut client);
        assert_eq!(!client.blocked.is_empty(), stops, "{before} → {declared} {:?}", guard.when);
    }
}

#[test]
fn a_document_of_such_a_run_reads_back_and_one_that_would_open_does_not() {
    let plan = |clients| crate::plan::Plan { clients, ..crate::plan::Plan::default() };
    let client = marked(&closing_scope(), &json!("RU TR"), &json!("RU KZ"));
    let text = serde_json::to_string(&client).unwrap();
    let read: ClientPlan = serde_json::from_str(&text).unwrap();
    assert_eq!(read, client);
    assert_eq!(serde_json::to_value(&client).unwrap()["only_closing"], json!(true));
    let ordinary = planned(Setting::GeoList, &json!("RU TR"), &json!("RU KZ"));
    assert_eq!(serde_json::to_value(&ordinary).unwrap().get("only_closing"), None);
    let summary = plan(vec![client]).summary();
    assert_eq!((summary.changes, summary.opens, summary.closes, summary.to_change), (1, 0, 1, 1));
    let summary = plan(vec![marked(&closing_scope(), &json!("RU"), &json!("RU KZ"))]).summary();
    assert_eq!((summary.changes, summary.opens, summary.closes, summary.to_change), (0, 0, 0, 1));
    let summary = plan(vec![ordinary]).summary();
    assert_eq!((summary.changes, summary.opens, summary.closes), (1, 1, 0));
    // What such a run sends follows from the two values.
    for (from, to) in [
        (r#""put":{"geo_list":"RU"}"#, r#""put":{"geo_list":"KZ RU"}"#),
        (r#""put":{"geo_list":"RU"}"#, r#""put":{}"#),
        (r#""only_closing":true,"#, ""),
        (r#""before":"RU TR""#, r#""before":"RU""#),
        (r#""after":"KZ RU""#, r#""after":"*""#),
        (r#""after":"KZ RU""#, r#""after":null"#),
    ] {
        assert!(text.contains(from), "{text}");
        let edited = text.replace(from, to);
        assert!(serde_json::from_str::<ClientPlan>(&edited).is_err(), "{from} → {to}");
    }
}

#[test]
fn a_recheck_takes_a_closing_client_as_planned_as_sent_or_as_stale() {
    let client = marked(&closing_scope(), &json!("RU TR BY"), &json!("RU BY KZ"));
    let decided = |live: Live| match recheck::<ClosingPatch>(&client, &live) {
        Recheck::Send(cleared) => String::from_utf8(cleared.patch().bytes()).unwrap(),
        Recheck::Unchanged => "unchanged".to_owned(),
        Recheck::Stale(_) => "stale".to_owned(),
        Recheck::Refused(_) => "refused".to_owned(),
        Recheck::Failed(_) => "failed".to_owned(),
    };
    let geo = |value: Option<Json>| live(&[(Setting::GeoList, value)]);
    for (value, expected) in [
        (Some(json!("TR BY RU")), "{\"geo_list\":\"BY RU\"}"),
        (Some(json!("BY RU")), "unchanged"),
        (Some(json!("BY KZ RU")), "stale"),
        (Some(json!("RU TR")), "stale"),
        (None, "failed"),
    ] {
        assert_eq!(decided(geo(value.clone())), expected, "{value:?}");
    }
}
