//! Tables and laws of why a dated field differs.

use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::calendar::{CalendarTime, DayZone};
use crate::model::countries::Countries;
use crate::model::dated::{DatedLayer, DatedValue};
use crate::model::{Layer, ManagedField, SettingSet, value};

/// The instant of all tables.
const NOW: &str = "2026-12-20T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn place(line: u32) -> Place {
    Place::new("clients/12.yaml".into(), line, 5)
}

fn state(setting: Setting, text: &str) -> State {
    let json = match text {
        "null" => json!(null),
        text => text.parse::<u64>().map_or(json!(text), |number| json!(number)),
    };
    value::live(setting.kind(), &json)
}

/// An entry `OWNER VALUE FROM UNTIL`: `+TR` or `+TR,GE` adds, `=21` sets; days of December 2026, `-` without `from`.
fn entry(setting: Setting, text: &str) -> DatedEntry {
    let words: Vec<&str> = text.split(' ').collect();
    let [owner, given, from, until] = words[..] else { panic!("{text}") };
    let effect = match (given.strip_prefix('+'), given.strip_prefix('=')) {
        (Some(codes), _) => DatedEffect::Add(Countries::live(&codes.replace(',', " ")).unwrap()),
        (_, Some(value)) => DatedEffect::Set(state(setting, value)),
        (None, None) => panic!("{text}"),
    };
    let day = |day: &str| CalendarTime::parse(&format!("2026-12-{day}")).unwrap();
    let (from, until) = ((from != "-").then(|| day(from)), day(until));
    let zone = DayZone::default();
    DatedEntry {
        settings: vec![DatedValue { setting, effect, place: place(4) }],
        begin: from.as_ref().map(|from| from.begin(&zone)),
        end: until.end(&zone),
        from,
        until,
        owner: owner.into(),
        reason: "a trip".into(),
        place: place(3),
    }
}

/// Layers of one field, profiles first: `PLAIN | ENTRY | ENTRY`; `-` is a layer without a plain value.
fn dated(setting: Setting, layers: &[&str], now: &str) -> DatedDeclaration {
    let layer = |text: &&str| {
        let mut parts = text.split(" | ");
        let plain = parts.next().filter(|plain| *plain != "-").map(|plain| ManagedField {
            setting,
            wanted: state(setting, plain),
            layer: Layer::Settings,
            place: place(2),
        });
        DatedLayer::new(plain.into_iter().collect(), parts.map(|one| entry(setting, one)).collect())
    };
    DatedDeclaration::new(layers.iter().map(layer).collect(), SettingSet::default(), at(now)).unwrap()
}

/// The cause as `OWNER began|ended`, and the day before the end since when it is overdue; `-` for nothing.
fn cause(dated: &DatedDeclaration, setting: Setting, live: &str) -> (String, String) {
    let declared = dated.wanted_at(dated.at(), setting).unwrap();
    words(dated.cause(setting, &declared, &state(setting, live)))
}

fn words(cause: Option<Box<DatedCause>>) -> (String, String) {
    let cause = cause.map(|cause| *cause).unwrap_or_default();
    let because = cause.because.map(|one| format!("{} {:?}", one.owner.raw(), one.temporary).to_lowercase());
    let last_day = |end: Timestamp| DayZone::default().date_of(end - SignedDuration::from_nanos(1)).day().to_string();
    (because.unwrap_or("-".into()), cause.overdue_since.map_or("-".into(), last_day))
}

/// Layers, the live value; because, and the last day before it is overdue.
type CauseRow = (&'static [&'static str], &'static str, &'static str, &'static str);

#[test]
fn a_country_that_an_entry_gave_is_explained_by_its_begin_or_its_end() {
    let table: &[CauseRow] = &[
        // Ended: live still holds the country.
        (&["RU | a +TR 01 14"], "RU TR", "a ended", "14"),
        (&["RU | a +TR - 14"], "RU TR", "a ended", "14"),
        (&["RU | a +TR 01 14"], "TR", "a ended", "14"),
        (&["RU | a +TR 01 14"], "BY RU TR", "a ended", "14"),
        (&["RU | a +TR,GE 01 14"], "RU GE", "a ended", "14"),
        // Live holds another country, or lacks one: no entry is the cause.
        (&["RU | a +TR 01 14"], "RU BY", "-", "-"),
        (&["RU BY | a +TR 01 14"], "RU", "-", "-"),
        (&["RU | a +TR 01 14"], "null", "-", "-"),
        // Live `*` holds it too, and so does an odd value that names it.
        (&["RU | a +TR 01 14"], "*", "a ended", "14"),
        (&["RU | a +TR 01 14"], "RU TR QQ", "a ended", "14"),
        (&["RU | a +TR 01 14"], "ru,tr", "a ended", "14"),
        (&["RU | a +TR 01 14"], "RU *", "a ended", "14"),
        (&["RU | a +TR 01 14"], "RU QQ", "-", "-"),
        (&["RU | a +TR 01 14"], "TRACK", "-", "-"),
        // Declared `*`: no country is left over.
        (&["* | a +TR 01 14"], "RU TR", "-", "-"),
        (&["* | a +TR 01 30"], "RU", "-", "-"),
        // Active: live lacks the country.
        (&["RU | a +TR 01 30"], "RU", "a began", "-"),
        (&["RU | a +TR - 30"], "RU", "a began", "-"),
        (&["RU | a +TR 01 30"], "null", "a began", "-"),
        (&["RU | a +TR 01 30"], "BY", "a began", "-"),
        (&["RU | a +TR 01 30"], "*", "-", "-"),
        (&["RU | a +TR 01 30"], "RU TR BY", "-", "-"),
        (&["RU BY | a +TR 01 30"], "RU TR", "-", "-"),
        // What is declared without the entry too has neither begin nor end.
        (&["RU TR | a +TR 01 30"], "RU", "-", "-"),
        (&["RU TR | a +TR 01 14"], "RU", "-", "-"),
        (&["RU TR | a +TR 01 14"], "RU TR BY", "-", "-"),
        // Not begun.
        (&["RU | a +TR 25 30"], "RU TR", "-", "-"),
        (&["RU | a +TR 25 30"], "BY", "-", "-"),
    ];
    check(Setting::GeoList, table);
}

#[test]
fn of_several_entries_the_latest_is_the_cause_and_the_earliest_end_that_is_left_is_overdue() {
    let table: &[CauseRow] = &[
        // Two legs.
        (&["RU | a +TR 01 05 | b +GE 06 14"], "RU TR GE", "b ended", "5"),
        (&["RU | a +TR 01 05 | b +GE 06 14"], "RU GE", "b ended", "14"),
        (&["RU | a +TR 01 05 | b +GE 06 30"], "RU TR", "b began", "5"),
        (&["RU | a +TR 01 05 | b +GE 06 30"], "RU TR GE", "a ended", "5"),
        (&["RU | a +TR 01 05 | b +GE 06 30"], "RU", "b began", "-"),
        // One ends as the next begins, with one country: the last end counts.
        (&["RU | a +TR 01 05 | b +TR 06 14"], "RU TR", "b ended", "14"),
        (&["RU | b +TR 06 14 | a +TR 01 05"], "RU TR", "b ended", "14"),
        (&["RU | a +TR 01 05 | b +TR 10 14"], "RU TR", "b ended", "14"),
        (&["RU | a +TR 01 05 | b +TR 06 30"], "RU", "b began", "-"),
        (&["RU | a +TR 01 30 | b +TR 03 10"], "RU", "a began", "-"),
        (&["RU | a +TR 01 30 | b +TR 03 30"], "RU", "b began", "-"),
        (&["RU | a +TR 01 14 | b +TR 03 10"], "RU TR", "a ended", "14"),
        (&["RU | a +TR 01 10 | b +GE 03 14"], "*", "b ended", "10"),
        // Another layer still gives it.
        (&["RU | a +TR 01 14", "- | b +TR 01 30"], "RU TR BY", "-", "-"),
        (&["RU | a +TR 01 30", "- | b +TR 01 14"], "RU TR BY", "-", "-"),
        (&["RU | a +TR 01 14", "- | b +TR 01 10"], "RU TR", "a ended", "14"),
        // A later plain value hides the profile's entry.
        (&["RU | a +TR 01 14", "RU BY | b +GE 01 10"], "RU BY TR", "-", "-"),
        (&["RU | a +TR 01 14", "RU BY | b +GE 01 10"], "RU GE", "b ended", "10"),
        // A profile's entry, and the document's plain value below its own one.
        (&["RU", "- | a +TR 01 14"], "RU TR", "a ended", "14"),
        (&["RU | a +TR 01 14", "-"], "RU TR", "a ended", "14"),
    ];
    check(Setting::GeoList, table);
}

#[test]
fn a_value_for_the_time_is_explained_as_a_country_is() {
    let table: &[CauseRow] = &[
        (&["19 | a =21 01 14"], "21", "a ended", "14"),
        (&["19 | a =21 01 14"], "22", "-", "-"),
        (&["19 | a =21 01 14"], "null", "-", "-"),
        (&["19 | a =21 01 14"], "x", "-", "-"),
        (&["19 | a =null 01 14"], "null", "a ended", "14"),
        (&["null | a =21 01 14"], "21", "a ended", "14"),
        (&["19 | a =21 01 30"], "19", "a began", "-"),
        (&["19 | a =21 01 30"], "22", "a began", "-"),
        (&["19 | a =21 01 30"], "x", "a began", "-"),
        (&["19 | a =null 01 30"], "19", "a began", "-"),
        // The plain value is the entry's own: nothing begins or ends.
        (&["21 | a =21 01 30"], "19", "-", "-"),
        (&["21 | a =21 01 14"], "19", "-", "-"),
        // Two values in turn.
        (&["19 | a =21 01 05 | b =22 06 30"], "21", "b began", "5"),
        (&["19 | a =21 01 05 | b =22 06 14"], "21", "a ended", "5"),
        (&["19 | a =21 01 05 | b =22 06 14"], "22", "b ended", "14"),
        (&["19 | a =21 01 05 | b =22 06 10 | c =21 11 14"], "21", "c ended", "14"),
        // The value of the later layer holds.
        (&["19 | a =21 10 30", "- | b =22 01 30"], "19", "b began", "-"),
        (&["19 | a =21 10 30", "- | b =21 01 30"], "19", "b began", "-"),
        (&["19 | a =21 01 30", "- | b =22 03 14"], "22", "b ended", "14"),
        (&["19 | a =21 01 30", "- | b =19 03 30"], "21", "b began", "-"),
        // What is declared without an entry has no end, also while another entry has replaced it.
        (&["19 | a =19 01 05 | b =21 10 30"], "19", "b began", "-"),
        (&["19 | a =21 01 30", "- | b =19 05 14"], "19", "b ended", "-"),
    ];
    check(Setting::DialRuleId, table);
    // A field that opens nothing is never overdue.
    for (layers, live, because, _) in table {
        let found = cause(&dated(Setting::HoldMusic, layers, NOW), Setting::HoldMusic, live);
        assert_eq!(found, ((*because).to_owned(), "-".to_owned()), "{layers:?}, live {live}");
    }
}

fn check(setting: Setting, table: &[CauseRow]) {
    for (layers, live, because, overdue) in table {
        let found = cause(&dated(setting, layers, NOW), setting, live);
        assert_eq!(found, ((*because).to_owned(), (*overdue).to_owned()), "{layers:?}, live {live}");
    }
}

#[test]
fn an_end_is_exact() {
    let geo = |now| cause(&dated(Setting::GeoList, &["RU | a +TR 01 14"], now), Setting::GeoList, "RU TR BY");
    assert_eq!(geo("2026-12-14T23:59:59.999999999Z"), ("-".into(), "-".into()));
    assert_eq!(geo("2026-12-15T00:00:00Z"), ("a ended".into(), "14".into()));
}

#[test]
fn another_field_and_a_cause_by_its_begin_have_nothing_to_say_of_an_end() {
    let (geo, one) = (Setting::GeoList, dated(Setting::GeoList, &["RU | a +TR 01 05 | b +GE 06 30"], NOW));
    assert_eq!(one.cause(Setting::DialRuleId, &State::NotSet, &state(Setting::DialRuleId, "21")), None);
    // A revision explains what is left, whatever the files declare now; never what they lack.
    let by_end = |declared, live| words(one.cause_by_end(geo, &state(geo, declared), &state(geo, live)));
    assert_eq!(by_end("RU", "RU TR"), ("a ended".into(), "5".into()));
    assert_eq!(by_end("RU KZ", "RU TR"), ("a ended".into(), "5".into()));
    assert_eq!(by_end("RU TR", "RU TR BY"), ("-".into(), "-".into()));
    assert_eq!(by_end("RU GE", "RU"), ("-".into(), "-".into()));
}

#[test]
fn live_is_as_before_an_end_or_it_is_not() {
    // Layers, live, whether it is what was declared just before an end that has come.
    let table: &[(&[&str], &str, bool)] = &[
        (&["RU | a +TR 01 14"], "RU TR", true),
        (&["RU | a +TR 01 14"], "TR RU", true),
        (&["RU | a +TR 01 14"], "RU", false),
        (&["RU | a +TR 01 14"], "RU TR BY", false),
        (&["RU | a +TR 01 14"], "*", false),
        (&["RU | a +TR 01 30"], "RU TR", false),
        (&["RU | a +TR 25 30"], "RU TR", false),
        // Either end of two, not what was never declared.
        (&["RU | a +TR 01 10 | b +GE 03 14"], "RU TR GE", true),
        (&["RU | a +TR 01 10 | b +GE 03 14"], "RU GE", true),
        (&["RU | a +TR 01 10 | b +GE 03 14"], "RU TR", false),
        (&["RU | a +TR 01 05 | b +GE 06 30"], "RU TR", true),
        (&["RU | a +TR 01 14", "- | b +GE 01 30"], "RU TR GE", true),
    ];
    for (layers, live, expected) in table {
        let one = dated(Setting::GeoList, layers, NOW);
        assert_eq!(
            one.had_before_an_end(Setting::GeoList, &state(Setting::GeoList, live)),
            *expected,
            "{layers:?}, live {live}"
        );
    }
    let one = dated(Setting::HoldMusic, &["5 | a =77 01 14"], NOW);
    let had = |setting, live| one.had_before_an_end(setting, &state(setting, live));
    assert!(had(Setting::HoldMusic, "77") && !had(Setting::HoldMusic, "5") && !had(Setting::DialRuleId, "77"));
}

const CODES: [&str; 4] = ["RU", "BY", "TR", "GE"];

fn codes() -> impl Strategy<Value = String> {
    proptest::sample::subsequence(CODES.to_vec(), 1..=3).prop_map(|codes| codes.join(" "))
}

fn entries() -> impl Strategy<Value = Vec<String>> {
    let one = (codes(), 1_u8..28, 0_u8..8, any::<bool>()).prop_map(|(codes, from, days, has_from)| {
        let from_text = if has_from { format!("{from:02}") } else { "-".to_owned() };
        format!("a +{} {from_text} {:02}", codes.replace(' ', ","), (from + days).min(31))
    });
    proptest::collection::vec(one, 1..5)
}

fn layers() -> impl Strategy<Value = Vec<String>> {
    let later = (proptest::option::of(codes()), entries());
    (codes(), entries(), proptest::option::of(later)).prop_map(|(plain, entries, later)| {
        let layer = |plain: String, entries: Vec<String>| format!("{plain} | {}", entries.join(" | "));
        let later = later.map(|(plain, entries)| layer(plain.unwrap_or("-".into()), entries));
        std::iter::once(layer(plain, entries)).chain(later).collect()
    })
}

proptest! {
    /// A country is overdue exactly where live has it, git does not declare it, and an entry that ended gave it; since
    /// when follows from looking back: it was declared until then and never again.
    #[test]
    fn what_is_overdue_was_declared_until_then(
        layers in layers(),
        live in prop_oneof![codes(), Just("*".to_owned()), Just("null".to_owned())],
        day in 1_u8..=31,
    ) {
        let geo = Setting::GeoList;
        let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
        let one = dated(geo, &layers, &format!("2026-12-{day:02}T00:00:00Z"));
        let declared = one.wanted_at(one.at(), geo).unwrap();
        let live = state(geo, &live);
        let cause = one.cause(geo, &declared, &live).map(|cause| *cause).unwrap_or_default();
        let ends: BTreeSet<Timestamp> = one.entries().map(|one| one.entry.end).filter(|end| *end <= one.at()).collect();
        let is_declared = |code: Code, at: Timestamp| is_open(&one.wanted_at(at, geo).unwrap(), code);
        let left = CODES.iter().filter_map(|code| Code::find(code)).filter(|code| is_open(&live, *code));
        let left = left.filter(|code| !is_declared(*code, one.at()));
        // The last end before which it was declared.
        let before = |end: Timestamp| end - SignedDuration::from_nanos(1);
        let since = left.filter_map(|code| ends.iter().rev().find(|end| is_declared(code, before(**end)) && !is_declared(code, **end)));
        prop_assert_eq!(cause.overdue_since, since.min().copied());
        // An overdue field names an entry, and live that is as declared is explained by none.
        prop_assert!(cause.overdue_since.is_none() || cause.because.is_some());
        prop_assert_eq!(one.cause(geo, &declared, &declared), None);
        // A begin explains only what live lacks, an end only what live has too much.
        if let Some(because) = &cause.because {
            let has_more = CODES.iter().filter_map(|code| Code::find(code));
            let (live_is_more, live_is_less) = has_more.fold((false, false), |(more, less), code| {
                let (live, declared) = (is_open(&live, code), is_open(&declared, code));
                (more || (live && !declared), less || (declared && !live))
            });
            let explains = if because.temporary == DatedEvent::Began { live_is_less } else { live_is_more };
            prop_assert!(explains, "{:?}", because);
        }
    }
}
