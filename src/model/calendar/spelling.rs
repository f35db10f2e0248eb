//! The texts of days and instants.
//!
//! Owns the one spelling of each and the sentences for other spellings. It must not know zones: whoever counts days
//! brings one. No message quotes the text.

use jiff::civil::Date;

use crate::model::Flaw;
use crate::model::text::strange_character;

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// A day of the calendar.
    Day(Date),
    /// An instant, in seconds since 1970 in UTC.
    Second(i64),
}

/// What people may write.
pub(super) const SPELLINGS: &str = "write a day such as 2026-12-01, or an instant such as 2026-12-01T10:00Z or \
                         2026-12-01T10:00+03:00";

/// Reads `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM[:SS]` and `Z`, `±HH:MM` or `±HH`.
pub(super) fn read(text: &str) -> Result<Moment, Flaw> {
    let (day, rest) = match text.split_at_checked(10) {
        Some((day, rest)) if is_like(day, "dddd-dd-dd") && (rest.is_empty() || rest.starts_with('T')) => (day, rest),
        Some(_) | None => return Err(misspelt(text)),
    };
    let date = date(day)?;
    match rest.strip_prefix('T') {
        None => Ok(Moment::Day(date)),
        Some(time) => Ok(Moment::Second(second(date, day, time)?)),
    }
}

/// Whether the text has this pattern, in which `d` is an ASCII digit and every other character itself.
fn is_like(text: &str, pattern: &str) -> bool {
    let matches = |(byte, wanted): (u8, u8)| if wanted == b'd' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(matches)
}

/// The number that a few ASCII digits are.
fn number(digits: &str) -> i64 {
    digits.bytes().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
}

/// The day of a text that has the pattern of one.
fn date(text: &str) -> Result<Date, Flaw> {
    let [year, month, day] = [&text[..4], &text[5..7], &text[8..]].map(number);
    let made = |year, month, day| Date::new(year as i16, month as i8, day as i8);
    if year == 0 {
        return Err(Flaw::new("the year 0000 does not exist").help("the first year is 0001"));
    }
    if !(1..=12).contains(&month) {
        let flaw = Flaw::new(format!("the month {month:02} does not exist"));
        return Err(match made(year, day, month) {
            Ok(swapped) => flaw.help(format!("write YYYY-MM-DD; did you mean {swapped}?")),
            Err(_) => flaw.help("write YYYY-MM-DD, with a month from 01 to 12"),
        });
    }
    made(year, month, day).map_err(|_| {
        let last = made(year, month, 1).map_or(31, |first| first.days_in_month());
        Flaw::new(format!("the day {year:04}-{month:02}-{day:02} does not exist"))
            .help(format!("the last day of that month is {year:04}-{month:02}-{last:02}"))
    })
}

/// The second of a time with its offset, on this day.
fn second(date: Date, day: &str, time: &str) -> Result<i64, Flaw> {
    let (clock, offset) = time.split_at(time.find(['Z', '+', '-']).unwrap_or(time.len()));
    if !is_like(clock, "dd:dd") && !is_like(clock, "dd:dd:dd") {
        return Err(misspelt_clock(day, time, clock));
    }
    let [hour, minute] = [&clock[..2], &clock[3..5]].map(number);
    let seconds = clock.get(6..).map_or(0, number);
    if hour > 23 || minute > 59 || seconds > 59 {
        let flaw = Flaw::new(format!("the time {clock} does not exist"));
        return Err(match (hour, minute, seconds) {
            (24, 0, 0) => flaw.help("a day begins at 00:00: write 00:00 of the next day"),
            (0..24, 0..60, 60) => flaw.help("leap seconds are not counted: write second 59"),
            _ => flaw.help("times run from 00:00:00 to 23:59:59"),
        });
    }
    let days = date.duration_since(Date::constant(1970, 1, 1)).as_secs();
    Ok(days + hour * 3600 + minute * 60 + seconds - offset_seconds(offset, day, clock)?)
}

/// How far an offset is east of UTC.
fn offset_seconds(offset: &str, day: &str, clock: &str) -> Result<i64, Flaw> {
    if offset == "Z" {
        return Ok(0);
    }
    if offset.is_empty() {
        let flaw = Flaw::new("the time has no offset from UTC");
        return Err(flaw.help(format!("write {day}T{clock}Z for UTC, or its offset: {day}T{clock}+03:00")));
    }
    let (sign, digits) = offset.split_at(1);
    if is_like(digits, "dddd") && sign != "Z" {
        let help = format!("write {sign}{}:{}", &digits[..2], &digits[2..]);
        return Err(Flaw::new("the hours and minutes of the offset have no colon between them").help(help));
    }
    if sign == "Z" || !(is_like(digits, "dd") || is_like(digits, "dd:dd")) {
        return Err(Flaw::new("the offset from UTC is not valid").help("write Z, or an offset such as +03:00 or -05"));
    }
    let (hours, minutes) = (number(&digits[..2]), digits.get(3..).map_or(0, number));
    if hours > 23 || minutes > 59 {
        let flaw = Flaw::new(format!("the offset {offset} does not exist"));
        return Err(flaw.help("offsets run from -23:59 to +23:59"));
    }
    let seconds = hours * 3600 + minutes * 60;
    Ok(if sign == "-" { -seconds } else { seconds })
}

/// The sentence for a clock that is not `HH:MM` or `HH:MM:SS`.
fn misspelt_clock(day: &str, time: &str, clock: &str) -> Flaw {
    if let Some((whole, fraction)) = clock.split_once(['.', ','])
        && is_like(whole, "dd:dd:dd")
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        let help = format!("write {day}T{whole}{}", &time[clock.len()..]);
        return Flaw::new("the time has a fraction of a second").help(if time.len() > LONGEST {
            SPELLINGS
        } else {
            &help
        });
    }
    if let Some(strange) = strange_character(time) {
        return Flaw::new(format!("the time holds {strange}")).help(SPELLINGS);
    }
    if let Some(whole) = time.strip_suffix('z')
        && (is_like(whole, "dd:dd") || is_like(whole, "dd:dd:dd"))
    {
        return Flaw::new("the `z` for UTC is a small letter").help(format!("write {day}T{whole}Z"));
    }
    if clock.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Flaw::new("a blank separates the parts of the time")
            .help(format!("write {day}T10:00+03:00, without blanks"));
    }
    let help = format!("write HH:MM or HH:MM:SS and an offset, such as {day}T10:00+03:00");
    Flaw::new("the time of day is not valid").help(help)
}

/// Longer texts are not repeated in a help, not even in part.
const LONGEST: usize = 40;

/// The sentence for a text that begins with no day, or goes on with no time.
fn misspelt(text: &str) -> Flaw {
    if text.trim_ascii().is_empty() {
        let what = if text.is_empty() { "the text is empty" } else { "the text holds only blanks" };
        return Flaw::new(what).help(SPELLINGS);
    }
    if let Some(strange) = strange_character(text) {
        return Flaw::new(format!("the text holds {strange}")).help(SPELLINGS);
    }
    if text.trim_ascii() != text {
        return Flaw::new("the text begins or ends with a blank").help("remove the blank");
    }
    if let Some((day, rest)) = text.split_at_checked(10).filter(|(day, _)| is_like(day, "dddd-dd-dd")) {
        return match rest.trim_start_matches([' ', '_']).trim_start_matches('t') {
            time if time.len() < rest.len() && time.starts_with(|c: char| c.is_ascii_digit()) => {
                let full = read(&format!("{day}T{time}")).is_ok();
                let example = if full { format!("{day}T{time}") } else { format!("{day}T10:00+03:00") };
                Flaw::new("a capital T separates day and time").help(format!("write {example}"))
            }
            _ => Flaw::new("more text follows the day").help(SPELLINGS),
        };
    }
    if text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ') {
        let message = "a word is not a day: its meaning changes with the day on which it is read";
        return Flaw::new(message).help(SPELLINGS);
    }
    misspelt_day(text)
}

/// The sentence for a day in another order or with other separators.
fn misspelt_day(text: &str) -> Flaw {
    let parts: Vec<&str> = text.splitn(4, ['.', '/', '-']).collect();
    let is_number =
        |part: &str, longest| (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let written = |year: &str, month: &str, day: &str| {
        let text = format!("{year}-{month:0>2}-{day:0>2}");
        match read(&text) {
            Ok(_) => format!("write {text}"),
            Err(_) => "write YYYY-MM-DD, such as 2026-12-01".to_owned(),
        }
    };
    match parts[..] {
        [year, month, day] if year.len() == 4 && is_number(year, 4) && is_number(month, 2) && is_number(day, 2) => {
            let message = if text.contains(['.', '/']) {
                "hyphens separate year, month and day"
            } else {
                "month and day have two digits each"
            };
            Flaw::new(message).help(written(year, month, day))
        }
        [day, month, year] if year.len() == 4 && is_number(year, 4) && is_number(month, 2) && is_number(day, 2) => {
            // With dots the day comes first. With other separators some people mean the month.
            let help = if text.contains('.') { written(year, month, day) } else { SPELLINGS.to_owned() };
            Flaw::new("the year comes first in a day").help(help)
        }
        [year, month] if year.len() == 4 && is_number(year, 4) && is_number(month, 2) => {
            Flaw::new("the text names a month and no day").help(SPELLINGS)
        }
        [digits] if is_like(digits, "dddddddd") => {
            let help = written(&digits[..4], &digits[4..6], &digits[6..]);
            Flaw::new("hyphens separate year, month and day").help(help)
        }
        _ => Flaw::new("the text is not a day or an instant").help(SPELLINGS),
    }
}
