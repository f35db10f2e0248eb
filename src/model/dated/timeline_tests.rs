//! Laws of the walk along the time of a field, and tables of how long entries open it.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::model::calendar::CalendarTime;
use crate::model::countries::Countries;
use crate::model::{Layer, ManagedField, Place, Setting, SettingSet, State, value};

/// An instant, in hours since 1970.
fn hour(hours: i64) -> Timestamp {
    Timestamp::from_second(hours * 3600).unwrap()
}

fn state(setting: Setting, json: &Json) -> State {
    value::live(setting.kind(), json)
}

fn plain(setting: Setting, json: &Json) -> ManagedField {
    let place = Place::new("clients/12.yaml".into(), 2, 5);
    ManagedField { setting, wanted: state(setting, json), layer: Layer::Settings, place }
}

/// An entry that holds in these hours; without the first it has always held.
fn entry(effect: DatedEffect, setting: Setting, begin: Option<i64>, end: i64) -> DatedEntry {
    let place = Place::new("clients/12.yaml".into(), 4, 3);
    let until = CalendarTime::parse("2026-12-14").unwrap();
    DatedEntry {
        settings: vec![DatedValue { setting, effect, place: place.clone() }],
        from: begin.map(|_| until.clone()),
        until,
        begin: begin.map(hour),
        end: hour(end),
        owner: "anna".into(),
        reason: "fair".into(),
        place,
    }
}

fn adding(codes: &str, begin: Option<i64>, end: i64) -> DatedEntry {
    entry(DatedEffect::Add(Countries::live(codes).unwrap()), Setting::GeoList, begin, end)
}

fn dated(layers: Vec<DatedLayer>, now: i64) -> Option<DatedDeclaration> {
    DatedDeclaration::new(layers, SettingSet::default(), hour(now))
}

/// Effects of one field: additions to geo_list, or values of hold_music.
fn effect(setting: Setting) -> BoxedStrategy<DatedEffect> {
    match setting {
        Setting::GeoList => prop::sample::subsequence(vec!["RU", "TR", "GE", "AM"], 1..=3)
            .prop_map(|codes| DatedEffect::Add(Countries::live(&codes.join(" ")).unwrap()))
            .boxed(),
        _ => prop::sample::select(vec![json!(null), json!(1), json!(2)])
            .prop_map(move |value| DatedEffect::Set(state(setting, &value)))
            .boxed(),
    }
}

/// Layers of one field; the first has a plain value, others may have.
fn layers(setting: Setting) -> impl Strategy<Value = Vec<DatedLayer>> {
    let values = match setting {
        Setting::GeoList => vec![json!("RU"), json!("RU TR"), json!("*")],
        _ => vec![json!(null), json!(1), json!(2)],
    };
    let one =
        (effect(setting), prop::option::weighted(0.8, 0..20_i64), 1..12_i64).prop_map(move |(effect, begin, len)| {
            let end = begin.unwrap_or(0) + len;
            entry(effect, setting, begin, end)
        });
    let layer = (prop::option::weighted(0.3, prop::sample::select(values)), prop::collection::vec(one, 0..5));
    let layers = prop::collection::vec(layer, 1..4);
    layers.prop_map(move |mut layers| {
        layers[0].0.get_or_insert(if setting == Setting::GeoList { json!("RU") } else { json!(1) });
        let of = |(value, entries): (Option<Json>, Vec<DatedEntry>)| {
            DatedLayer::new(value.iter().map(|value| plain(setting, value)).collect(), Arc::from(entries))
        };
        layers.into_iter().map(of).collect()
    })
}

/// The first instant at which the declaration without the entry differs, by trying each.
fn by_trying(dated: &DatedDeclaration, entry: &DatedEntry, setting: Setting, now: i64) -> Option<Timestamp> {
    let differs = |at: &Timestamp| dated.wanted_at(*at, setting) != dated.wanted_without(*at, setting, entry);
    (now..40).map(hour).find(differs)
}

proptest! {
    #[test]
    fn the_walk_finds_what_trying_each_instant_finds(
        geo in layers(Setting::GeoList),
        music in layers(Setting::HoldMusic),
        now in 0..20_i64,
    ) {
        for (setting, layers) in [(Setting::GeoList, geo), (Setting::HoldMusic, music)] {
            let Some(dated) = dated(layers, now) else { continue };
            for (entry, first) in dated.first_effects(setting) {
                prop_assert_eq!(first, by_trying(&dated, entry, setting, now), "{:?}", entry);
            }
        }
    }
}

#[test]
fn ten_thousand_entries_are_one_walk() {
    let many = |codes: &str| -> DatedDeclaration {
        let entries: Vec<DatedEntry> = (0..10_000).map(|n| adding(codes, Some(n), n + 5_000)).collect();
        let layer = DatedLayer::new(vec![plain(Setting::GeoList, &json!("RU"))], Arc::from(entries));
        dated(vec![layer], 0).unwrap()
    };
    let first = many("TR");
    let effects = first.first_effects(Setting::GeoList);
    // Each entry but the first begins while another one adds the same, and ends while a later one does.
    assert_eq!(effects.iter().filter(|(_, first)| first.is_some()).count(), 2);
    assert!(many("RU").first_effects(Setting::GeoList).iter().all(|(_, first)| first.is_none()));
}

#[test]
fn entries_that_touch_or_overlap_and_add_one_country_are_one_opening() {
    let day = |n: i64| 24 * n;
    let trip = |codes: &str, begin: i64, end: i64| adding(codes, Some(day(begin)), day(end));
    let table = [
        // Entries, live, declared now, days of what the change opens; days of what each entry is a part of.
        (vec![trip("TR", 0, 14)], "RU", "RU TR", Some(14), vec![Some(14)]),
        (vec![trip("TR", 0, 14), trip("TR", 14, 30)], "RU", "RU TR", Some(30), vec![Some(30), Some(30)]),
        (vec![trip("TR", 0, 14), trip("TR", 10, 30)], "RU", "RU TR", Some(30), vec![Some(30), Some(30)]),
        (vec![trip("TR", 0, 14), trip("TR", 15, 30)], "RU", "RU TR", Some(14), vec![Some(14), Some(15)]),
        // A gap that no run may ever see.
        (
            vec![trip("TR", 0, 14), adding("TR", Some(day(14) + 11), day(30))],
            "RU",
            "RU TR",
            Some(30),
            vec![Some(30), Some(30)],
        ),
        (
            vec![trip("TR", 0, 14), adding("TR", Some(day(14) + 12), day(30))],
            "RU",
            "RU TR",
            Some(14),
            vec![Some(14), Some(16)],
        ),
        (vec![trip("TR", 0, 14), trip("GE", 14, 30)], "RU", "RU TR", Some(14), vec![Some(14), Some(16)]),
        (vec![trip("TR GE", 0, 14), trip("GE", 14, 20)], "RU", "RU TR GE", Some(20), vec![Some(20), Some(20)]),
        (vec![trip("TR GE", 0, 14), trip("GE", 14, 20)], "RU GE", "RU TR GE", Some(14), vec![Some(20), Some(20)]),
        // One inside of another, and one that has ended and touches.
        (vec![trip("TR", 0, 40), trip("TR", 5, 9)], "RU", "RU TR", Some(40), vec![Some(40), Some(40)]),
        (vec![trip("TR", -9, 0), trip("TR", 0, 30)], "RU", "RU TR", Some(39), vec![Some(39), Some(39)]),
        // Without a begin, days count from now: half a day after midnight.
        (vec![adding("TR", None, day(14))], "RU", "RU TR", Some(14), vec![Some(14)]),
        (vec![adding("TR", None, day(14) + 13)], "RU", "RU TR", Some(15), vec![Some(15)]),
        // A country that is declared anyway, one that no entry brings, and values that are no lists.
        (vec![trip("RU", 0, 14)], "BY", "RU", None, vec![None]),
        (vec![trip("TR", 0, 14)], "RU", "RU TR BY", None, vec![Some(14)]),
        (vec![trip("TR", 0, 14)], "RU TR", "RU TR", None, vec![Some(14)]),
        (vec![trip("TR", 0, 14)], "*", "RU TR", None, vec![Some(14)]),
        (vec![trip("TR", 0, 14)], "ZZ", "RU TR", None, vec![Some(14)]),
        (vec![trip("TR", 20, 24)], "RU", "RU TR", None, vec![Some(4)]),
    ];
    for (entries, live, declared, days, of_entries) in table {
        let shown = format!("{entries:?}, {live} → {declared}");
        let layer = DatedLayer::new(vec![plain(Setting::GeoList, &json!("RU"))], Arc::from(entries));
        let dated = dated(vec![layer], 12).unwrap();
        let [live, declared] = [live, declared].map(|text| state(Setting::GeoList, &json!(text)));
        let cause = dated.cause(Setting::GeoList, &declared, &live);
        assert_eq!(cause.and_then(|cause| cause.opens_for_days), days, "{shown}");
        let spans = OpenSpans::of(&dated, Setting::GeoList);
        let found: Vec<_> = dated.entries().map(|one| spans.days_of(one.entry, Setting::GeoList)).collect();
        assert_eq!(found, of_entries, "{shown}");
    }
}
