//! Tests of days and instants. The tables of zones come from another implementation of the same rule.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{CalendarTime, DayZone, instant_text};
use crate::model::{Flaw, zone};

fn zone_named(name: &str) -> DayZone {
    DayZone::find(name).unwrap_or_else(|| panic!("{name} is a zone"))
}

fn parsed(text: &str) -> CalendarTime {
    CalendarTime::parse(text).unwrap_or_else(|flaw| panic!("{text}: {flaw:?}"))
}

fn flaw(text: &str) -> Flaw {
    CalendarTime::parse(text).expect_err(text)
}

/// Days and where they begin: zones that move their clocks in both directions, at midnight and elsewhere.
const BEGINS: &[(&str, &str, &str)] = &[
    ("UTC", "2026-12-14", "2026-12-14T00:00:00Z"),
    ("Etc/GMT+3", "2026-12-14", "2026-12-14T03:00:00Z"),
    ("Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z"),
    ("Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z"),
    ("Europe/Moscow", "2026-12-14", "2026-12-13T21:00:00Z"),
    ("Europe/Moscow", "2027-01-01", "2026-12-31T21:00:00Z"),
    ("Europe/Moscow", "2028-02-29", "2028-02-28T21:00:00Z"),
    ("Europe/Moscow", "2010-03-28", "2010-03-27T21:00:00Z"),
    ("Europe/Moscow", "2011-03-28", "2011-03-27T20:00:00Z"),
    ("Europe/Moscow", "2014-10-26", "2014-10-25T20:00:00Z"),
    ("Europe/Moscow", "2014-10-27", "2014-10-26T21:00:00Z"),
    ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"),
    ("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"),
    ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z"),
    ("Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z"),
    // Days that begin at 01:00, because the clocks skip the hour after midnight.
    ("Africa/Cairo", "2010-04-30", "2010-04-29T22:00:00Z"),
    ("Africa/Cairo", "2014-05-16", "2014-05-15T22:00:00Z"),
    ("Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z"),
    ("Africa/Cairo", "2023-10-27", "2023-10-26T22:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"),
    ("America/Sao_Paulo", "2026-11-01", "2026-11-01T03:00:00Z"),
    ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"),
    ("Asia/Beirut", "2026-10-25", "2026-10-24T22:00:00Z"),
    ("America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"),
    // Two midnights: the first one.
    ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"),
    // 23:30 became 00:30: the skip crosses midnight.
    ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z"),
    // At 00:01 the clocks went back to the day before.
    ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"),
    ("America/St_Johns", "2010-11-08", "2010-11-08T03:30:00Z"),
    ("America/St_Johns", "2010-03-14", "2010-03-14T03:30:00Z"),
    // A day that never existed begins where the next one does.
    ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
    ("Pacific/Kwajalein", "1993-08-20", "1993-08-20T12:00:00Z"),
    ("Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z"),
    ("Pacific/Kwajalein", "1993-08-22", "1993-08-21T12:00:00Z"),
];

#[test]
fn days_begin_at_their_first_instant() {
    for (zone, day, begins) in BEGINS {
        let (time, zone) = (parsed(day), zone_named(zone));
        assert!(time.is_day() && time.text() == *day);
        assert_eq!(instant_text(time.begin(&zone)), *begins, "{day} in {}", zone.name());
        let before: Date = day.parse::<Date>().unwrap().yesterday().unwrap();
        assert_eq!(parsed(&before.to_string()).end(&zone), time.begin(&zone), "the day before {day} ends there");
    }
}

#[test]
fn days_between_two_instants_are_days_of_the_calendar() {
    let table = [
        // Zone, from, until, days
        ("UTC", "2026-12-01T00:00:00Z", "2026-12-31T00:00:00Z", 30),
        ("UTC", "2026-12-01T00:00:00Z", "2026-12-31T00:00:01Z", 31),
        ("UTC", "2026-12-01T18:30:00Z", "2026-12-31T18:30:00Z", 30),
        ("UTC", "2026-12-01T18:30:00Z", "2026-12-31T18:29:00Z", 30),
        ("UTC", "2026-12-01T18:30:00Z", "2026-12-31T18:31:00Z", 31),
        ("UTC", "2026-12-01T00:00:00Z", "2026-12-01T00:00:01Z", 1),
        ("UTC", "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", 0),
        ("UTC", "2026-12-01T00:00:00Z", "2026-11-01T00:00:00Z", 0),
        // Days of 23 and 25 hours.
        ("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 1),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 1),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:01Z", 2),
        ("Europe/Berlin", "2026-02-28T23:00:00Z", "2026-03-30T22:00:00Z", 30),
        // A day that begins at 01:00, at either end.
        ("America/Sao_Paulo", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z", 1),
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", 1),
        // A day that the zone skipped is a day of the calendar all the same.
        ("Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", 2),
    ];
    for (zone, from, until, days) in table {
        let instant = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(zone_named(zone).days_between(instant(from), instant(until)), days, "{zone}: {from} to {until}");
    }
}

#[test]
fn instants_are_the_same_in_every_zone() {
    let table = [
        ("2026-12-24T18:00+03:00", "2026-12-24T15:00:00Z"),
        ("2026-12-24T18:00+03", "2026-12-24T15:00:00Z"),
        ("2026-12-24T18:00:59-05", "2026-12-24T23:00:59Z"),
        ("2026-12-24T00:10+05:45", "2026-12-23T18:25:00Z"),
        ("2026-12-31T23:30-01:00", "2027-01-01T00:30:00Z"),
        ("2028-02-29T00:00Z", "2028-02-29T00:00:00Z"),
        ("2026-12-24T18:00-00:00", "2026-12-24T18:00:00Z"),
        ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        // A local time that Berlin skips is an instant like every other.
        ("2026-03-29T02:30+01:00", "2026-03-29T01:30:00Z"),
    ];
    for (text, expected) in table {
        let time = parsed(text);
        assert!(!time.is_day() && time.text() == text);
        for zone in ["UTC", "Europe/Berlin", "Pacific/Apia"].map(zone_named) {
            assert_eq!((instant_text(time.begin(&zone)), time.end(&zone)), (expected.to_owned(), time.begin(&zone)));
        }
    }
}

#[test]
fn the_ends_of_the_calendar_do_not_panic() {
    for zone in ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "America/Juneau"].map(zone_named) {
        assert_eq!(parsed("9999-12-31").end(&zone), Timestamp::MAX);
        let last = ["9999-12-31", "9999-12-30", "9999-12-31T23:59:59-23:59", "9999-12-31T00:00Z"].map(parsed);
        assert!(last.iter().all(|time| time.begin(&zone) <= time.end(&zone)), "{}", zone.name());
        let first = ["0001-01-01", "0001-01-01T00:00+23:59"].map(parsed);
        assert!(first.iter().all(|time| instant_text(time.begin(&zone)).as_str() < "0001-01-02"));
        for day in [Date::MIN, Date::MAX] {
            let begins = zone.day_begins(day);
            assert!(zone.date_of(begins) <= day || begins == Timestamp::MIN, "{day} in {}", zone.name());
        }
    }
}

#[test]
fn zones_come_from_the_table_by_their_exact_names() {
    assert_eq!(DayZone::default().name(), "UTC");
    assert_eq!(DayZone::find("UTC"), Some(DayZone::default()));
    assert!(zone::names().all(|name| DayZone::find(name).is_some_and(|zone| zone.name() == name)));
    for name in ["", "utc", "MSK", "GMT+3", "Factory", "europe/moscow", "localtime"] {
        assert_eq!(DayZone::find(name), None, "{name}");
    }
}

#[test]
fn instants_are_written_to_the_second() {
    let at: Timestamp = "2026-12-14T21:00:00.999999999Z".parse().unwrap();
    assert_eq!(instant_text(at), "2026-12-14T21:00:00Z");
    assert_eq!(instant_text(Timestamp::MAX), "9999-12-30T22:00:00Z");
    assert_eq!(CalendarTime::parse(&instant_text(at)).unwrap().begin(&DayZone::default()).as_second(), at.as_second());
}

/// What people write instead: the sentence, and a part of the help.
const FLAWS: &[(&str, &str, &str)] = &[
    ("01.12.2026", "the year comes first in a day", "write 2026-12-01"),
    ("1.12.2026", "the year comes first in a day", "write 2026-12-01"),
    ("31.02.2026", "the year comes first in a day", "write YYYY-MM-DD"),
    ("12/01/2026", "the year comes first in a day", "write a day such as"),
    ("2026/12/01", "hyphens separate year, month and day", "write 2026-12-01"),
    ("2026.12.1", "hyphens separate year, month and day", "write 2026-12-01"),
    ("20261201", "hyphens separate year, month and day", "write 2026-12-01"),
    ("2026-13-01", "the month 13 does not exist", "did you mean 2026-01-13?"),
    ("2026-13-31", "the month 13 does not exist", "a month from 01 to 12"),
    ("2026-00-10", "the month 00 does not exist", "a month from 01 to 12"),
    ("2026-02-30", "the day 2026-02-30 does not exist", "2026-02-28"),
    ("2027-02-29", "the day 2027-02-29 does not exist", "2027-02-28"),
    ("1900-02-29T00:00Z", "the day 1900-02-29 does not exist", "1900-02-28"),
    ("2026-11-31", "the day 2026-11-31 does not exist", "2026-11-30"),
    ("2026-12-00", "the day 2026-12-00 does not exist", "2026-12-31"),
    ("0000-12-31", "the year 0000 does not exist", "0001"),
    ("tomorrow", "a word is not a day: its meaning changes with the day on which it is read", "2026-12-01"),
    ("next friday", "a word is not a day: its meaning changes with the day on which it is read", "2026-12-01"),
    ("2026-12-1", "month and day have two digits each", "write 2026-12-01"),
    ("2026-2-30", "month and day have two digits each", "write YYYY-MM-DD"),
    ("2026-12", "the text names a month and no day", "2026-12-01"),
    ("2026-12-01T10:00", "the time has no offset from UTC", "2026-12-01T10:00+03:00"),
    ("2026-12-01T10:00:30", "the time has no offset from UTC", "2026-12-01T10:00:30Z"),
    ("2026-12-01 10:00", "a capital T separates day and time", "write 2026-12-01T10:00+03:00"),
    ("2026-12-01 10:00Z", "a capital T separates day and time", "write 2026-12-01T10:00Z"),
    ("2026-12-01t10:00Z", "a capital T separates day and time", "write 2026-12-01T10:00Z"),
    ("2026-12-01T10:00z", "the `z` for UTC is a small letter", "write 2026-12-01T10:00Z"),
    ("2026-12-01T10:00 +03:00", "a blank separates the parts of the time", "without blanks"),
    ("2026-12-01T24:00Z", "the time 24:00 does not exist", "00:00 of the next day"),
    ("2026-12-01T23:59:60Z", "the time 23:59:60 does not exist", "leap seconds"),
    ("2026-12-01T25:00Z", "the time 25:00 does not exist", "23:59:59"),
    ("2026-12-01T10:60Z", "the time 10:60 does not exist", "23:59:59"),
    ("2026-12-01T10:00:00.5Z", "the time has a fraction of a second", "write 2026-12-01T10:00:00Z"),
    ("2026-12-01T10:00+0300", "the hours and minutes of the offset have no colon between them", "write +03:00"),
    ("2026-12-01T10:00+3", "the offset from UTC is not valid", "+03:00"),
    ("2026-12-01T10:00Zulu", "the offset from UTC is not valid", "write Z"),
    ("2026-12-01T10:00Z0300", "the offset from UTC is not valid", "write Z"),
    ("2026-12-01T10:00+03:00[Europe/Moscow]", "the offset from UTC is not valid", "write Z"),
    ("2026-12-01T10:00+24:00", "the offset +24:00 does not exist", "+23:59"),
    ("2026-12-01T10:00+03:60", "the offset +03:60 does not exist", "+23:59"),
    ("2026-12-01T10Z", "the time of day is not valid", "HH:MM"),
    ("2026-12-01T1:00Z", "the time of day is not valid", "HH:MM"),
    ("2026-12-01T", "the time of day is not valid", "HH:MM"),
    ("2026-12-01Z", "more text follows the day", "2026-12-01"),
    ("2026-12-01 to 2026-12-14", "more text follows the day", "2026-12-01"),
    ("", "the text is empty", "2026-12-01"),
    ("  ", "the text holds only blanks", "2026-12-01"),
    (" 2026-12-01", "the text begins or ends with a blank", "remove the blank"),
    ("2026-12-01 ", "the text begins or ends with a blank", "remove the blank"),
    ("２０２６-12-01", "the text holds U+FF12 (`２`, not an ASCII character)", "2026-12-01"),
    ("2026‑12‑01", "the text holds U+2011 (no-break hyphen)", "2026-12-01"),
    ("2026-12-01T10:00\u{2212}03:00", "the time holds U+2212", "2026-12-01"),
    ("1764547200", "the text is not a day or an instant", "2026-12-01"),
    ("-0001-01-01", "the text is not a day or an instant", "2026-12-01"),
    ("12026-12-01", "the text is not a day or an instant", "2026-12-01"),
];

#[test]
fn every_other_spelling_gets_its_own_sentence() {
    for (text, message, help) in FLAWS {
        let flaw = flaw(text);
        assert_eq!(flaw.message, *message, "{text}");
        assert!(flaw.help.as_ref().is_some_and(|found| found.contains(help)), "{text}: {:?}", flaw.help);
    }
}

/// The first second whose local date is the day or later, found by looking at minutes, then at seconds.
fn brute_force(zone: &DayZone, day: Date) -> Timestamp {
    let midnight = day.duration_since(Date::constant(1970, 1, 1)).as_secs();
    let at = |second| Timestamp::from_second(second).unwrap();
    let reached = |second: &i64| zone.date_of(at(*second)) >= day;
    let minute = (midnight - 26 * 3600..=midnight + 26 * 3600).step_by(60).find(reached).unwrap();
    at((minute - 59..=minute).find(reached).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn day_begins_agrees_with_its_definition(
        at in any::<prop::sample::Index>(),
        second in -2_208_988_800_i64..4_102_444_800,
        near in -1..=1_i64,
    ) {
        let names: Vec<&str> = zone::names().collect();
        let zone = zone_named(names[at.index(names.len())]);
        let day = zone.date_of(Timestamp::from_second(second).unwrap());
        prop_assert_eq!(zone.day_begins(day), brute_force(&zone, day), "{} in {}", day, zone.name());
        // The same near the next change of the clocks, where days are short, long or absent.
        if let Some(change) = zone.zone.following(Timestamp::from_second(second).unwrap()).next() {
            let day = zone.date_of(change.timestamp() + SignedDuration::from_hours(24 * near));
            prop_assert_eq!(zone.day_begins(day), brute_force(&zone, day), "{} in {}", day, zone.name());
        }
    }

    #[test]
    fn reading_never_panics(text in "[0-9TZtz:.+ -]{0,32}|\\PC{0,16}|2026-12-01T\\PC{0,16}") {
        if let Ok(time) = CalendarTime::parse(&text) {
            prop_assert!(time.begin(&DayZone::default()) <= time.end(&DayZone::default()));
        }
    }
}
