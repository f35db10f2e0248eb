//! Long lists of entries: refused, or read and evaluated by work that grows with the list and not with its square. With
//! a square, the lists of 30,000 would not end before the time limit of the harness.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ringform::model::{
    CalendarTime, DatedDeclaration, DatedEffect, DatedEntry, DatedLayer, DatedValue, DayZone, Layer, ManagedField,
    Place, Setting, SettingSet, State,
};

use crate::dated_files::{NOW, load};
use crate::fixtures::wanted;

const MANY: usize = 30_000;

/// A document with this number of entries.
fn document(many: usize, settings: impl Fn(usize) -> String, times: &str) -> String {
    let mut text = "settings: {geo_list: [RU], hold_music: 5}\ntemporary:\n".to_owned();
    for number in 0..many {
        let settings = settings(number);
        text.push_str(&format!("  - {{settings: {{{settings}}}, {times}, owner: o, reason: r}}\n"));
    }
    text
}

fn rules(text: &str) -> Vec<String> {
    load("", text, NOW).diagnostics.into_iter().map(|one| one.rule).collect()
}

#[test]
fn ten_thousand_entries_of_one_client_or_of_many_are_read() {
    let times = "until: 2026-12-14";
    let loaded = load("", &document(10_000, |_| "hold_music: 7".to_owned(), times), NOW);
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    assert_eq!(loaded.declarations[0].dated.as_ref().map(|dated| dated.entries().count()), Some(10_000));
    let mut text = document(500, |_| "hold_music: 7".to_owned(), times);
    for client in 100..119 {
        text.push_str(&format!("---\nclient: {client}\n"));
        text.push_str(&document(500, |_| "geo_list: {add: [TR]}".to_owned(), times));
    }
    let loaded = load("", &text, NOW);
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let entries: usize =
        loaded.declarations.iter().map(|one| one.dated.as_ref().map_or(0, |dated| dated.entries().count())).sum();
    assert_eq!(entries, 10_000);
}

#[test]
fn each_of_many_entries_that_collide_or_come_back_to_nothing_has_its_error() {
    let times = "until: 2026-12-14";
    let found = rules(&document(500, |number| format!("hold_music: {}", 6 + number), times));
    assert!(found.len() == 499 && found.iter().all(|rule| rule == "temporary-collision"), "{found:?}");
    let found = rules(&document(500, |_| "timezone: UTC".to_owned(), times));
    assert!(found.len() == 500 && found.iter().all(|rule| rule == "temporary-unmanaged"), "{found:?}");
}

fn minute(minute: usize) -> Timestamp {
    "2026-12-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute as i64)
}

/// A client that declares 5 or RU, with entries that begin and end in these minutes.
fn dated(
    setting: Setting,
    effect: impl Fn(usize) -> DatedEffect,
    times: impl Fn(usize) -> (Option<usize>, usize),
) -> DatedDeclaration {
    let place = Place::new("clients/12.yaml".into(), 1, 1);
    let entry = |number| {
        let (begin, end) = times(number);
        let value = DatedValue { setting, effect: effect(number), place: place.clone() };
        let time = |at| CalendarTime::parse(&ringform::model::instant_text(minute(at))).unwrap();
        let zone = DayZone::default();
        let (from, until) = (begin.map(time), time(end));
        let (begin, end) = (from.as_ref().map(|from| from.begin(&zone)), until.end(&zone));
        let (owner, reason) = ("o".into(), "r".into());
        DatedEntry { settings: vec![value], from, until, begin, end, owner, reason, place: place.clone() }
    };
    let wanted = wanted(setting, if setting == Setting::GeoList { "RU" } else { "5" });
    let plain = ManagedField { setting, wanted, layer: Layer::Settings, place: place.clone() };
    let entries: Arc<[DatedEntry]> = (0..MANY).map(entry).collect();
    let layer = DatedLayer::new(vec![plain], entries);
    DatedDeclaration::new(vec![layer], SettingSet::default(), NOW.parse().unwrap()).unwrap()
}

fn music(id: usize) -> DatedEffect {
    DatedEffect::Set(wanted(Setting::HoldMusic, &id.to_string()))
}

fn trip() -> DatedEffect {
    match wanted(Setting::GeoList, "TR GE KZ") {
        State::Is(ringform::model::Value::Countries(codes)) => DatedEffect::Add(codes),
        _ => unreachable!(),
    }
}

#[test]
fn the_next_change_of_many_entries_is_found_in_one_walk() {
    let next = |dated: &DatedDeclaration| dated.next_change(dated.at());
    // One after the other: the first begin.
    let row = dated(Setting::HoldMusic, |number| music(6 + number), |number| (Some(number), number + 1));
    assert_eq!((row.entries().count(), next(&row)), (MANY, Some(minute(0))));
    assert_eq!(row.next_change(minute(MANY - 1)), Some(minute(MANY)));
    assert_eq!(row.next_change(minute(MANY)), None);
    // All of them hold together and are equal: the value changes where the last one ends.
    let together = dated(Setting::HoldMusic, |_| music(6), |number| (None, number));
    assert_eq!(next(&together), Some(minute(MANY - 1)));
    let together = dated(Setting::GeoList, |_| trip(), |number| (None, number));
    assert_eq!(next(&together), Some(minute(MANY - 1)));
    // Values that equal the plain one: nothing ever changes.
    let idle = dated(Setting::HoldMusic, |_| music(5), |number| (Some(number), number + 2));
    assert_eq!(next(&idle), None);
}
