//! Dated settings: the list `temporary` of client documents and profiles.
//!
//! Owns the reading of entries, and what can be judged of one list alone. Which layers an entry acts on is the part of
//! `layers`. No message quotes a project file.

use std::rc::Rc;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::keys::{ADDITION, TEMPORARY};
use crate::config::sections::{settings, terms};
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Position, Problems, YamlContent, YamlNode};
use crate::model::countries::Countries;
use crate::model::{
    CalendarTime, DatedEffect, DatedEntry, DatedValue, DayZone, Diagnostic, FieldKind, Setting, State, Value,
};

const RULE: &str = "bad-temporary";
/// An entry that ended longer ago is a warning.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The help for a read-only field of an entry.
const READ_ONLY: &str = "an entry takes settings that can be written";

/// The instant of the run, and the zone that days are counted in.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunCalendar {
    pub(crate) zone: DayZone,
    pub(crate) at: Timestamp,
}

/// Reads a list of entries.
pub(crate) fn read(entry: &MappingEntry, calendar: &RunCalendar, problems: &mut Problems<'_>) -> Arc<[DatedEntry]> {
    let items = match &entry.value.content {
        YamlContent::Empty | YamlContent::Null | YamlContent::Broken => return Arc::default(),
        YamlContent::List(items) => items,
        _ => {
            let help = "write `- {settings: …, until: 2026-12-31, owner: …, reason: …}`, one a line";
            problems.error_help(RULE, entry.value.at, "`temporary` is a list".to_owned(), help);
            return Arc::default();
        }
    };
    let entries: Vec<DatedEntry> = items.iter().filter_map(|item| one(item, calendar, problems)).collect();
    for setting in Setting::ALL {
        collisions(&entries, setting, problems);
    }
    entries.into()
}

fn one(item: &YamlNode, calendar: &RunCalendar, problems: &mut Problems<'_>) -> Option<DatedEntry> {
    let before = problems.errors();
    let entries = SectionEntries::read(item, &TEMPORARY, problems)?;
    let settings = entries.required("settings", problems).map(|entry| values(entry, problems)).unwrap_or_default();
    let from = entries.get("from").and_then(|entry| terms::time(entry, RULE, problems));
    let until = entries.required("until", problems);
    let until = until.and_then(|entry| Some((terms::time(entry, RULE, problems)?, entry.value.at)));
    let owner = terms::text(&entries, "owner", RULE, problems);
    let reason = terms::text(&entries, "reason", RULE, problems);
    let times = until.map(|(until, at)| times(from, until, at, calendar, problems));
    if problems.errors() > before {
        return None;
    }
    let EntryTimes { from, until, begin, end } = times?;
    let (owner, reason, place) = (owner?.0, reason?.0, problems.place(item.at));
    Some(DatedEntry { settings, from, until, begin, end, owner, reason, place })
}

/// When an entry holds, as written and as instants.
struct EntryTimes {
    from: Option<CalendarTime>,
    until: CalendarTime,
    begin: Option<Timestamp>,
    end: Timestamp,
}

/// Judges the length of an entry, and how long ago it ended.
fn times(
    from: Option<CalendarTime>,
    until: CalendarTime,
    at: Position,
    calendar: &RunCalendar,
    problems: &mut Problems<'_>,
) -> EntryTimes {
    let RunCalendar { zone, at: now } = calendar;
    let (begin, end) = (from.as_ref().map(|from| from.begin(zone)), until.end(zone));
    if begin.is_some_and(|begin| end <= begin) {
        let message = "this entry ends before it begins, or as it begins".to_owned();
        problems.error_help(RULE, at, message, "let `until` be later than `from`; a day ends where the next begins");
    } else if end > a_year_after(begin.unwrap_or(*now), zone) {
        let message = "this entry holds for longer than a year".to_owned();
        problems.warning("long-temporary", at, message, "declare a lasting value under `settings`, or end it earlier");
    } else if now.duration_since(end) > LONG_AGO {
        let message = "this entry ended more than 30 days ago".to_owned();
        problems.warning("old-temporary", at, message, "remove it; git keeps its history");
    }
    EntryTimes { from, until, begin, end }
}

/// The same time of the day one year later; the last instant of the calendar where that is later.
fn a_year_after(at: Timestamp, zone: &DayZone) -> Timestamp {
    let day = zone.date_of(at);
    let Ok(later) = day.checked_add(1.year()) else { return Timestamp::MAX };
    let time = at.duration_since(zone.day_begins(day));
    zone.day_begins(later).checked_add(time).unwrap_or(Timestamp::MAX)
}

/// The settings of an entry, in the order of [`Setting::ALL`].
fn values(entry: &MappingEntry, problems: &mut Problems<'_>) -> Vec<DatedValue> {
    let entries = match &entry.value.content {
        YamlContent::Empty | YamlContent::Null => Vec::new(),
        _ => match mapping::entries(&entry.value, "`settings` of an entry", problems) {
            Some(entries) => entries,
            None => return Vec::new(),
        },
    };
    if entries.is_empty() {
        let help = "name a field, such as `geo_list: {add: [TR]}`, or remove the entry";
        problems.error_help(RULE, place_of(entry), "this entry sets nothing".to_owned(), help);
    }
    let mut values = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(setting) = settings::setting(&entry, READ_ONLY, problems) else { continue };
        let effect = match setting.kind() {
            FieldKind::Countries => addition(&entry, setting, problems).map(DatedEffect::Add),
            _ => value(&entry, setting, problems).map(DatedEffect::Set),
        };
        if let Some(effect) = effect {
            values.push(DatedValue { setting, effect, place: problems.place(entry.at()) });
        }
    }
    values.sort_by_key(|value| value.setting);
    values
}

/// The place of an entry in messages: its key where it has no value.
fn place_of(entry: &MappingEntry) -> Position {
    match entry.value.content {
        YamlContent::Empty => entry.key_at,
        _ => entry.at(),
    }
}

/// A value for the time.
fn value(entry: &MappingEntry, setting: Setting, problems: &mut Problems<'_>) -> Option<State> {
    if let YamlContent::Map(_) = entry.value.content {
        let message = format!("`{setting}` takes a value: only a list of countries can be added to");
        problems.error_help(RULE, entry.value.at, message, "write the value that holds for the time");
        return None;
    }
    settings::of_node(&entry.value, entry.key_at, setting.row(), "bad-setting", problems)
}

/// `{add: [CODE, …]}`: countries that join the declared ones.
fn addition(entry: &MappingEntry, setting: Setting, problems: &mut Problems<'_>) -> Option<Countries> {
    const HELP: &str = "write {add: [TR, GE]}: the countries that join the declared ones";
    if !matches!(entry.value.content, YamlContent::Map(_) | YamlContent::Broken) {
        let message = format!("`{setting}` of an entry adds to what is declared, and never replaces it");
        problems.error_help(RULE, place_of(entry), message, HELP);
        return None;
    }
    let entries = SectionEntries::read(&entry.value, &ADDITION, problems)?;
    let add = entries.required("add", problems)?;
    let mut every = |at: Position| {
        let message = "`*` means every country, and an entry never adds it".to_owned();
        problems.error_help(RULE, at, message, HELP);
    };
    let codes: Vec<YamlNode> = match &add.value.content {
        YamlContent::List(items) => {
            items.iter().filter(|item| item.text() == Some("*")).for_each(|item| every(item.at));
            items.iter().filter(|item| item.text() != Some("*")).cloned().collect()
        }
        YamlContent::Broken => return None,
        _ if add.value.text() == Some("*") => {
            every(add.at());
            return None;
        }
        _ => {
            let message = format!("`add` takes a list of country codes, found {}", add.value.what());
            problems.error_help(RULE, place_of(add), message, HELP);
            return None;
        }
    };
    if codes.is_empty() {
        let has_items = matches!(&add.value.content, YamlContent::List(items) if !items.is_empty());
        if !has_items {
            problems.error_help(RULE, add.at(), "`add` names no country".to_owned(), HELP);
        }
        return None;
    }
    let codes = YamlNode { content: YamlContent::List(Rc::new(codes)), ..add.value.clone() };
    match settings::of_node(&codes, add.key_at, setting.row(), RULE, problems)? {
        State::Is(Value::Countries(countries)) => Some(countries),
        State::NotSet | State::Is(_) | State::Odd(_) => None,
    }
}

/// Reports entries that give a field two values at one time. Among the entries that begin earlier, the two of different
/// values that end last decide, so a list of any length is read once.
fn collisions(entries: &[DatedEntry], setting: Setting, problems: &mut Problems<'_>) {
    let of =
        |entry: &'_ &DatedEntry| matches!(entry.value(setting), Some(DatedValue { effect: DatedEffect::Set(_), .. }));
    let mut sorted: Vec<&DatedEntry> = entries.iter().filter(of).collect();
    sorted.sort_by_key(|entry| entry.begin);
    let mut last: Option<&DatedEntry> = None;
    let mut last_other: Option<&DatedEntry> = None;
    let effect = |entry: &DatedEntry| entry.value(setting).map(|value| value.effect.clone());
    for entry in sorted {
        let is_other = |one: &&DatedEntry| effect(one) != effect(entry) && one.overlaps(entry);
        if let Some(first) = last.filter(is_other).or(last_other.filter(is_other)) {
            let place = entry.value(setting).map_or(&entry.place, |value| &value.place).clone();
            let other = first.value(setting).map_or(&first.place, |value| &value.place).clone();
            let line = other.line;
            let message = format!("two entries give `{setting}` two values at one time; the other is in line {line}");
            let error = Diagnostic::error("temporary-collision", place, message).other(other);
            problems.push(error.help("let one end before the other begins, or give both the same value".to_owned()));
        }
        match last {
            Some(known) if known.end >= entry.end && effect(known) != effect(entry) => {
                if last_other.is_none_or(|other| other.end < entry.end) {
                    last_other = Some(entry);
                }
            }
            Some(known) if known.end >= entry.end => {}
            Some(known) => {
                if effect(known) != effect(entry) {
                    last_other = Some(known);
                }
                last = Some(entry);
            }
            None => last = Some(entry),
        }
    }
}
