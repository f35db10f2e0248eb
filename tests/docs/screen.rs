//! Compares the output that a page shows with the real one. Only what differs from run to run may differ: names of runs
//! and commits, instants near now, durations, ports, and `[..]` in a line or `...` as a line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

/// A part of a shown line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Literal,
    /// `[..]`: any text.
    Any,
    /// The name of a run.
    Run,
    /// The name of a commit, whole or short, or a digest.
    Hash,
    /// An instant or a day: the same one, or now.
    Time,
    /// The port of an address on loopback.
    Port,
}

const LOOPBACK: &str = "127.0.0.1:";

/// The names of the page and those of this run: the page shows a run or a commit of the day on which it was written.
/// A whole name comes before its short form, which it begins with.
#[derive(Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Adds the names of an output. False, and nothing added, where one name of the page would be two of this run, or
    /// two of the page one of this run.
    fn learn(&mut self, found: Vec<(String, String)>) -> bool {
        let mut all = self.0.clone();
        for (shown, real) in found {
            if all.get(&shown).is_some_and(|other| *other != real) {
                return false;
            }
            all.insert(shown, real);
        }
        let mut seen = BTreeSet::new();
        let is_one_to_one = all.values().all(|real| seen.insert(real.clone()));
        if is_one_to_one {
            self.0 = all;
        }
        is_one_to_one
    }

    /// A command of the page, with the names of this run.
    pub fn real(&self, command: &str) -> String {
        self.0.iter().rev().fold(command.to_owned(), |text, (shown, real)| text.replace(shown, real))
    }

    /// Real output, with the names of the page.
    pub fn shown(&self, output: &str) -> String {
        self.0.iter().rev().fold(output.to_owned(), |text, (shown, real)| text.replace(real, shown))
    }
}

fn digits(text: &str, count: usize) -> bool {
    text.len() >= count && text.as_bytes()[..count].iter().all(u8::is_ascii_digit)
}

/// How many bytes at the begin have this shape: `0` is a digit, all else itself.
fn shape(text: &str, shape: &str) -> Option<usize> {
    let fits = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    (text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(fits)).then_some(shape.len())
}

fn hex(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte)).count()
}

fn run_name(text: &str) -> Option<usize> {
    let stamp = shape(text, "00000000T000000Z-")?;
    let rest = hex(&text[stamp..]);
    (rest >= 4).then_some(stamp + rest)
}

fn time(text: &str) -> Option<usize> {
    let day = shape(text, "0000-00-00")?;
    let rest = &text[day..];
    if let Some(clock) = shape(rest, " 00:00 UTC") {
        return Some(day + clock);
    }
    let Some(clock) = shape(rest, "T00:00:00").or_else(|| shape(rest, " 00:00:00")) else { return Some(day) };
    let fraction =
        rest[clock..].strip_prefix('.').map_or(0, |more| 1 + more.bytes().take_while(u8::is_ascii_digit).count());
    let end = day + clock + fraction;
    let zone = if text[end..].starts_with('Z') { Some(1) } else { shape(&text[end..], "+00:00") };
    zone.map(|zone| end + zone)
}

/// The part that begins here, if it is one that can differ.
fn varying(text: &str) -> Option<(Kind, usize)> {
    if text.starts_with("[..]") {
        return Some((Kind::Any, 4));
    }
    if let Some(length) = run_name(text) {
        return Some((Kind::Run, length));
    }
    if let Some(length) = time(text) {
        return Some((Kind::Time, length));
    }
    let length = hex(text);
    let is_hash =
        (7..=64).contains(&length) && !digits(text, length) && text[..length].bytes().any(|b| b.is_ascii_digit());
    let is_whole = !text[length..].starts_with(|c: char| c.is_alphanumeric() || c == '-');
    (is_hash && is_whole).then_some((Kind::Hash, length))
}

fn parts(line: &str) -> Vec<(Kind, &str)> {
    let (mut found, mut literal, mut at) = (Vec::new(), 0, 0);
    while at < line.len() {
        let rest = &line[at..];
        let before = line[..at].chars().next_back();
        let is_start = !before.is_some_and(|c| c.is_alphanumeric()) || rest.starts_with("[..]");
        let port = line[..at].ends_with(LOOPBACK).then(|| rest.bytes().take_while(u8::is_ascii_digit).count());
        let part = match port {
            Some(length @ 1..) => Some((Kind::Port, length)),
            _ if is_start => varying(rest),
            _ => None,
        };
        let Some((kind, length)) = part else {
            at += rest.chars().next().unwrap().len_utf8();
            continue;
        };
        if literal < at {
            found.push((Kind::Literal, &line[literal..at]));
        }
        found.push((kind, &rest[..length]));
        at += length;
        literal = at;
    }
    if literal < line.len() {
        found.push((Kind::Literal, &line[literal..]));
    }
    found
}

fn is_now(text: &str) -> bool {
    let now = Timestamp::now();
    let near = |instant: Timestamp| instant.duration_since(now).abs() < SignedDuration::from_mins(15);
    if text.len() == 10 {
        return [0, 15].iter().any(|back| (now - SignedDuration::from_mins(*back)).to_string().starts_with(text));
    }
    let text = text.replace(" UTC", ":00Z").replacen(' ', "T", 1);
    text.parse().is_ok_and(near)
}

/// Whether the real text has the shown parts. Collects the names of runs and commits on the way.
fn fits(parts: &[(Kind, &str)], real: &str, names: &mut Vec<(String, String)>) -> bool {
    let Some(((kind, text), rest)) = parts.split_first() else { return real.is_empty() };
    let length = match kind {
        Kind::Literal => real.starts_with(text).then_some(text.len()),
        Kind::Any => {
            let ends = real.char_indices().map(|(at, _)| at).chain([real.len()]);
            let count = names.len();
            for end in ends {
                names.truncate(count);
                if fits(rest, &real[end..], names) {
                    return true;
                }
            }
            return false;
        }
        Kind::Run => run_name(real),
        Kind::Hash => (hex(real) == text.len()).then_some(text.len()),
        Kind::Time => time(real).filter(|length| *text == &real[..*length] || is_now(&real[..*length])),
        Kind::Port => Some(real.bytes().take_while(u8::is_ascii_digit).count()).filter(|count| *count > 0),
    };
    let Some(length) = length else { return false };
    if matches!(kind, Kind::Run | Kind::Hash) {
        names.push(((*text).to_owned(), real[..length].to_owned()));
    }
    fits(rest, &real[length..], names)
}

fn line_fits(shown: &str, real: &str, names: &mut Vec<(String, String)>) -> bool {
    fits(&parts(shown), real, names)
}

/// Whether the shown lines fit the real ones. `...` as a line is any number of lines, but never the exit status.
fn lines_fit(shown: &[&str], real: &[&str], names: &mut Vec<(String, String)>) -> bool {
    let Some((first, rest)) = shown.split_first() else { return real.is_empty() };
    if *first == "..." {
        let output = real.iter().position(|line| line.starts_with("[exit status ")).unwrap_or(real.len());
        return (0..=output).any(|skip| {
            let count = names.len();
            let fit = lines_fit(rest, &real[skip..], names);
            if !fit {
                names.truncate(count);
            }
            fit
        });
    }
    real.split_first().is_some_and(|(line, more)| line_fits(first, line, names) && lines_fit(rest, more, names))
}

/// Compares, and learns the names. Without a fit the answer is what the page should show.
pub fn compare(shown: &[String], real: &str, names: &mut Names) -> Result<(), Vec<String>> {
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let real_lines: Vec<&str> = real.lines().collect();
    let mut found = Vec::new();
    if lines_fit(&shown, &real_lines, &mut found) && names.learn(found) {
        return Ok(());
    }
    // A line that the page shows with its own names stays as it is.
    let mut unused: Vec<&str> = shown.into_iter().filter(|line| *line != "[..]").collect();
    let stays = |shown: &str, line: &str, names: &mut Names| {
        let mut found = Vec::new();
        line_fits(shown, line, &mut found) && names.learn(found)
    };
    let kept = |line: &&str| match unused.iter().position(|shown| stays(shown, line, names)) {
        Some(at) => unused.remove(at).to_owned(),
        None => names.shown(line),
    };
    Err(real_lines.iter().map(kept).collect())
}

#[test]
fn only_what_differs_from_run_to_run_may_differ() {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let table = [
        ("a  b", "a  b", true),
        ("a  b", "a b", false),
        ("run 20261127T090000Z-12a4f09c: 2", "run 20270101T000000Z-00000000: 2", true),
        ("run 20261127T090000Z-12a4f09c: 2", "run 20270101T000000Z-00000000: 3", false),
        ("at 0123456789ab.", "at 123456789012.", true),
        ("at 0123456789ab.", "at 0123456789abc.", false),
        ("until 2026-12-14", "until 2026-12-15", false),
        ("at 2026-12-14T21:00:00Z", "at 2026-12-14T21:00:01Z", false),
        ("at 2020-12-14T21:00:00Z", &format!("at {now}"), true),
        ("2020-12-14 21:00:00Z", &now.replace('T', " "), true),
        ("since 2020-12-14 21:00 UTC", &format!("since {} UTC", &now.replace('T', " ")[..16]), true),
        ("since 2020-12-14 21:00 UTC", "since 2020-12-14 21:01 UTC", false),
        ("http://127.0.0.1:1234/", "http://127.0.0.1:56789/", true),
        ("4711 clients", "4712 clients", false),
        ("a [..] c", "a b b c", true),
        ("a [..] c", "a b b d", false),
        ("facade café −KZ", "facade café −KZ", true),
    ];
    for (shown, real, expected) in table {
        assert_eq!(line_fits(shown, real, &mut Vec::new()), expected, "{shown} / {real}");
    }
    let mut names = Names::default();
    let page = ["a".to_owned(), "...".to_owned(), "run 20261127T090000Z-12a4f09c".to_owned()];
    assert!(compare(&page, "a\nx\ny\nrun 20270101T000000Z-00000000\n", &mut names).is_ok());
    assert_eq!(names.real("undo 20261127T090000Z-12a4f09c"), "undo 20270101T000000Z-00000000");
    assert!(compare(&["...".to_owned()], "a\n[exit status 1]", &mut names).is_err());
    // A name is one run on the whole page, and a run has one name.
    for (shown, real) in [
        ("20261127T090000Z-12a4f09c", "20270101T000000Z-00000001"),
        ("20261128T090000Z-12a4f09c", "20270101T000000Z-00000000"),
    ] {
        let mended = compare(&[shown.to_owned()], real, &mut names).unwrap_err();
        assert_ne!(mended, [shown], "{real}");
    }
    assert_eq!(compare(&page, "b\nrun 20270101T000000Z-00000000\n", &mut names).unwrap_err()[1], page[2]);
}
