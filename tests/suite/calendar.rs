//! `resolve --calendar`: what begins and ends, in a window of time. The files of calendar programs are read by a reader
//! of their own, written from RFC 5545.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use ringform::model::{
    CalendarTime, ClientId, ClientKey, DatedDeclaration, DatedEffect, DatedEntry, DatedLayer, DatedValue, DayZone,
    Declaration, ManagedField, Place, Setting, SettingSet, Untrusted,
};
use ringform::plan::calendar_events::{CalendarEdge, CalendarEvent, CalendarSubject, calendar};
use ringform::render::{self, CalendarFormat, escape};
use serde_json::{Value as Json, json};

use crate::fixtures::{declaration, wanted};
use crate::icalendar;

/// A client with two fields and entries of one profile.
fn client(id: u64, own: &[Setting], entries: &Arc<[DatedEntry]>) -> Declaration {
    let plain =
        [(Setting::GeoList, wanted(Setting::GeoList, "RU")), (Setting::HoldMusic, wanted(Setting::HoldMusic, "7"))];
    let mut of = declaration(&plain);
    of.client = ClientId::parse(&id.to_string()).unwrap();
    let own: Vec<ManagedField> = of.managed.iter().filter(|one| own.contains(&one.setting)).cloned().collect();
    let profile = DatedLayer::new(of.managed.clone(), Arc::clone(entries));
    let layers = vec![profile, DatedLayer::new(own, Arc::from([]))];
    of.dated = DatedDeclaration::new(layers, SettingSet::default(), Timestamp::UNIX_EPOCH).map(Box::new);
    of
}

fn entry(from: Option<&str>, until: &str, line: u32) -> DatedEntry {
    let zone = DayZone::find("Europe/Moscow").unwrap();
    let place = Place::new("ringform.yaml".into(), line, 9);
    let from = from.map(|from| CalendarTime::parse(from).unwrap());
    let until = CalendarTime::parse(until).unwrap();
    let value =
        |setting, text| DatedValue { setting, effect: DatedEffect::Set(wanted(setting, text)), place: place.clone() };
    DatedEntry {
        settings: vec![value(Setting::GeoList, "RU TR"), value(Setting::HoldMusic, "77")],
        begin: from.as_ref().map(|from| from.begin(&zone)),
        end: until.end(&zone),
        from,
        until,
        owner: "anna".into(),
        reason: "trade fair".into(),
        place,
    }
}

fn events(declarations: &[Declaration], from: &str, to: &str) -> Vec<CalendarEvent> {
    calendar(declarations, &[], &(from.parse().unwrap()..to.parse().unwrap()))
}

/// What happens, when, and to whom.
fn facts(events: &[CalendarEvent]) -> Vec<String> {
    let fact = |event: &CalendarEvent| {
        let clients: Vec<String> = event.clients.iter().map(|key| key.client().to_string()).collect();
        let settings: Vec<&str> = match &event.subject {
            CalendarSubject::Temporary(settings) => settings.iter().map(|(setting, _)| setting.name()).collect(),
            CalendarSubject::Waiver(field) => vec![field.map_or("all", Setting::name)],
        };
        let at = ringform::model::instant_text(event.at);
        format!("{at} {} {} of {}", event.edge.word(), settings.join("+"), clients.join("+"))
    };
    events.iter().map(fact).collect()
}

#[test]
fn an_entry_of_a_profile_is_one_event_with_the_clients_on_which_it_has_an_effect() {
    let both = [Setting::GeoList, Setting::HoldMusic];
    let legs: Arc<[DatedEntry]> =
        Arc::from([entry(Some("2026-12-01"), "2026-12-07", 9), entry(Some("2026-12-08"), "2026-12-14", 12)]);
    let fleet = [client(12, &[], &legs), client(13, &[Setting::GeoList], &legs), client(14, &both, &legs)];
    let all = "2026-11-01T00:00:00Z";
    assert_eq!(
        facts(&events(&fleet, all, "2027-01-01T00:00:00Z")),
        [
            "2026-11-30T21:00:00Z begins geo_list+hold_music of 12+13",
            "2026-12-07T21:00:00Z ends geo_list+hold_music of 12+13",
            "2026-12-07T21:00:00Z begins geo_list+hold_music of 12+13",
            "2026-12-14T21:00:00Z ends geo_list+hold_music of 12+13",
        ]
    );
    // A field that every client hides is no part of the event.
    assert_eq!(
        facts(&events(&fleet[1..], "2026-12-14T00:00:00Z", "2026-12-15T00:00:00Z")),
        ["2026-12-14T21:00:00Z ends hold_music of 13"]
    );
    // The first instant of a window is in it, and its end is not.
    for (from, to, count) in [
        ("2026-12-07T21:00:00Z", "2026-12-07T21:00:01Z", 2),
        ("2026-12-07T20:00:00Z", "2026-12-07T21:00:00Z", 0),
        ("2026-12-07T21:00:01Z", "2026-12-14T21:00:00Z", 0),
        ("2026-12-14T21:00:00Z", "2026-12-14T21:00:00Z", 0),
    ] {
        assert_eq!(events(&fleet, from, to).len(), count, "{from} {to}");
    }
    // Without a begin there is only an end.
    let open: Arc<[DatedEntry]> = Arc::from([entry(None, "2026-12-31T18:00+03:00", 9)]);
    assert_eq!(
        facts(&events(&[client(12, &[], &open)], "2026-11-01T00:00:00Z", "9999-01-01T00:00:00Z")),
        ["2026-12-31T15:00:00Z ends geo_list+hold_music of 12"]
    );
}

fn ics(events: &[CalendarEvent], project: &str) -> Vec<icalendar::Component> {
    let window = "2026-11-27T15:30:47.9Z".parse().unwrap().."2026-12-27T15:30:47.9Z".parse().unwrap();
    let text = render::calendar(events, &window, &project.into(), "0.1.0", CalendarFormat::Ics);
    icalendar::read(text.as_bytes())
}

fn uids(events: &[CalendarEvent], project: &str) -> Vec<String> {
    ics(events, project).iter().map(|event| event.text("UID")).collect()
}

fn event(owner: &str, reason: &str) -> CalendarEvent {
    CalendarEvent {
        at: "2026-12-14T21:00:00Z".parse().unwrap(),
        edge: CalendarEdge::Ends,
        subject: CalendarSubject::Temporary(vec![(
            Setting::HoldMusic,
            DatedEffect::Set(wanted(Setting::HoldMusic, "77")),
        )]),
        clients: vec![ClientKey::new(ClientId::parse("12").unwrap(), None)],
        owner: owner.into(),
        reason: reason.into(),
        source: Place::new("clients/acme.yaml".into(), 5, 3),
    }
}

#[test]
fn an_event_keeps_its_uid_wherever_it_is_written_and_another_event_has_another() {
    let first = event("anna", "trade fair");
    let [uid] = &uids(std::slice::from_ref(&first), "ringform.yaml")[..] else { panic!() };
    let moved = CalendarEvent { source: Place::new("clients/other.yaml".into(), 99, 1), ..first.clone() };
    let reworded = CalendarEvent { reason: "another ticket".into(), ..first.clone() };
    for same in [moved, reworded] {
        assert_eq!(uids(&[same], "ringform.yaml"), [uid.clone()]);
    }
    let of_13 = CalendarEvent { clients: vec![ClientKey::new(ClientId::parse("13").unwrap(), None)], ..first.clone() };
    let later = CalendarEvent { at: "2026-12-15T21:00:00Z".parse().unwrap(), ..first.clone() };
    let begins = CalendarEvent { edge: CalendarEdge::Begins, ..first.clone() };
    let waiver = CalendarEvent { subject: CalendarSubject::Waiver(Some(Setting::HoldMusic)), ..first.clone() };
    for other in [of_13, later, begins, waiver] {
        assert_ne!(uids(&[other], "ringform.yaml"), [uid.clone()]);
    }
    assert_ne!(uids(std::slice::from_ref(&first), "staging.ringform.yaml"), [uid.clone()]);
}

#[test]
fn equal_events_have_uids_of_their_own_whatever_their_order() {
    let all = [event("anna", "b"), event("anna", "a"), event("noc", "a"), event("anna", "b")];
    let before = uids(&all, "ringform.yaml");
    let mut other = all.to_vec();
    other.reverse();
    let mut after = uids(&other, "ringform.yaml");
    after.reverse();
    // The first and the last are the same in every word, so which of the two is which does not matter.
    assert_eq!((&before[1], &before[2]), (&after[1], &after[2]));
    let sorted = |mut uids: Vec<String>| {
        uids.sort();
        uids
    };
    assert_eq!(sorted(before), sorted(after));
}

#[test]
fn a_calendar_without_events_is_a_calendar() {
    assert!(ics(&[], "ringform.yaml").is_empty());
}

#[test]
fn hostile_words_end_no_line_and_no_event() {
    for text in [
        "x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
        "END:VCALENDAR",
        "\n ATTACH:https://evil.example",
        "a;b,c\\d\\n\\;",
        "\u{0}\u{1b}[2J\u{7f}\u{85}\u{2028}\u{202e}",
        &"Ж".repeat(500),
        &"🜁,".repeat(99),
    ] {
        harmless(text, "reason");
        harmless("owner", text);
    }
}

/// One event with these words is one event with these words, in every format.
fn harmless(owner: &str, reason: &str) {
    let all = [event(owner, reason), event("anna", "next")];
    let found = ics(&all, "ringform.yaml");
    assert_eq!(found.len(), 2);
    let joined = Untrusted::from(format!("{owner}: {reason}"));
    let shown = escape::terminal(&joined);
    assert_eq!(found[0].text("DESCRIPTION"), format!("{shown}\nclient 12\nclients/acme.yaml:5:3"));
    assert_eq!(found[0].text("SUMMARY"), "client 12: hold_music = 77 ends");
    assert_eq!(
        (found[0].utc("DTSTART"), found[0].utc("DTSTAMP")),
        ("2026-12-14T21:00:00Z".into(), "2026-11-27T15:30:47Z".into())
    );
    let window = Timestamp::UNIX_EPOCH..Timestamp::MAX;
    let text = render::calendar(&all, &window, &"ringform.yaml".into(), "0.1.0", CalendarFormat::Text);
    assert!(text.lines().count() == 5 && text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    let json = render::calendar(&all, &window, &"ringform.yaml".into(), "0.1.0", CalendarFormat::Json);
    let json: Json = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["events"][0]["owner"], &json["events"][0]["reason"]), (&json!(owner), &json!(reason)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_words_are_harmless(
        owner in "(END:VCALENDAR|[\\x00-\\x1f]|[;,\\\\:\"]|\r\n|\\PC|\u{2028}){0,60}",
        reason in any::<String>(),
    ) {
        harmless(&owner, &reason);
        harmless(&reason, &owner);
    }
}
