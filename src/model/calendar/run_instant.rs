//! The one instant that a run judges by.
//!
//! Owns what a named day means as an instant. It must not know clocks: the start of the run comes in as a value.

use jiff::Timestamp;

use crate::model::calendar::calendar_time::CalendarTime;
use crate::model::calendar::day_zone::DayZone;

/// The instant of a run, before the project's zone is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunInstant {
    /// When the run began.
    Started(Timestamp),
    /// A day or an instant that the request names.
    Named(CalendarTime),
}

impl RunInstant {
    /// The instant, with days of this zone: a day means its first instant.
    pub fn resolve(&self, zone: &DayZone) -> Timestamp {
        match self {
            RunInstant::Started(at) => *at,
            RunInstant::Named(time) => time.begin(zone),
        }
    }
}

impl Default for RunInstant {
    /// 1970: for requests to which the instant does not matter.
    fn default() -> RunInstant {
        RunInstant::Started(Timestamp::UNIX_EPOCH)
    }
}
