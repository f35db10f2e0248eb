//! A day or an instant as people write it, and what it means in a zone.
//!
//! Owns the meaning as a begin and as an end. It must not know clocks; the spellings are in `spelling`.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Flaw;
use crate::model::calendar::day_zone::{DayZone, at_second};
use crate::model::calendar::spelling::{self, Moment};

/// A day or an instant, as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct CalendarTime {
    text: Arc<str>,
    moment: Moment,
}

impl CalendarTime {
    /// What people may write, for a help.
    pub const SPELLINGS: &'static str = spelling::SPELLINGS;

    /// Reads `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM[:SS]` and `Z`, `±HH:MM` or `±HH`; nothing else.
    pub fn parse(text: &str) -> Result<CalendarTime, Flaw> {
        spelling::read(text).map(|moment| CalendarTime { text: text.into(), moment })
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text in a sentence: `on 2026-12-14`, `at 2026-12-14T10:00Z`.
    pub fn when(&self) -> String {
        format!("{} {}", if self.is_day() { "on" } else { "at" }, self.text)
    }

    /// Whether it is a day: when it begins and ends depends on the zone.
    pub fn is_day(&self) -> bool {
        matches!(self.moment, Moment::Day(_))
    }

    /// As a begin: the first instant of the day, or the instant.
    pub fn begin(&self, zone: &DayZone) -> Timestamp {
        match self.moment {
            Moment::Day(day) => zone.day_begins(day),
            Moment::Second(second) => at_second(second),
        }
    }

    /// As an end, which is exclusive: where the next day begins, or the instant. The last day of the calendar ends
    /// with its last instant.
    pub fn end(&self, zone: &DayZone) -> Timestamp {
        match self.moment {
            Moment::Day(day) => day.tomorrow().map_or(Timestamp::MAX, |next| zone.day_begins(next)),
            Moment::Second(second) => at_second(second),
        }
    }
}

impl fmt::Display for CalendarTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for CalendarTime {
    type Error = String;

    fn try_from(text: String) -> Result<CalendarTime, String> {
        CalendarTime::parse(&text).map_err(|flaw| flaw.message)
    }
}

impl From<CalendarTime> for String {
    fn from(time: CalendarTime) -> String {
        time.text().to_owned()
    }
}

/// An instant in UTC, to the second: `2026-12-14T21:00:00Z`.
pub fn instant_text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
