//! The section `limits` of a project file.
//!
//! Owns the bounds on requests and their defaults. It must not know how requests are made.

use std::time::Duration;

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::keys::LIMITS;
use crate::config::yaml::Problems;
use crate::config::yaml::mapping::{self, MappingEntry};

/// Bounds on how requests are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Clients at a time.
    pub concurrency: usize,
    /// Requests a second; 0 for no limit of our own.
    pub requests_per_second: u32,
    /// How long one request may take.
    pub timeout: Duration,
    /// The oldest answer that a PUT may be sent by.
    pub max_read_age: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            concurrency: 32,
            requests_per_second: 0,
            timeout: Duration::from_secs(30),
            max_read_age: Duration::from_secs(60),
        }
    }
}

pub(crate) fn read(entry: &MappingEntry, problems: &mut Problems<'_>) -> Limits {
    let mut limits = Limits::default();
    for limit in SectionEntries::read_or_empty(&entry.value, &LIMITS, problems).iter() {
        let Some(text) = mapping::text(limit, "a number or a duration", problems) else { continue };
        let number = crate::model::number::digits(text);
        let duration = parse_duration(text);
        let wants = match (&*limit.key, number, duration) {
            ("concurrency", Some(n @ 1..=1024), _) => {
                limits.concurrency = n as usize;
                continue;
            }
            ("requests_per_second", Some(n @ 0..=1_000_000), _) => {
                limits.requests_per_second = n as u32;
                continue;
            }
            ("timeout", _, Some(duration)) if !duration.is_zero() => {
                limits.timeout = duration;
                continue;
            }
            ("max_read_age", _, Some(duration)) => {
                limits.max_read_age = duration;
                continue;
            }
            ("concurrency", _, _) => "a whole number from 1 to 1024",
            ("requests_per_second", _, _) => "a whole number from 0 to 1000000",
            ("timeout", _, _) => "a duration above zero such as 30s",
            (_, _, _) => "a duration such as 60s",
        };
        let message = format!("`{}` is {wants}", limit.key);
        problems.error("bad-limit", limit.value.at, message);
    }
    limits
}

/// Reads `500ms`, `30s`, `10m` or `2h`: whole numbers, at most a day.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number = crate::model::number::digits(number)?;
    let millis = match unit {
        "ms" => number,
        "s" => number.checked_mul(1000)?,
        "m" => number.checked_mul(60_000)?,
        "h" => number.checked_mul(3_600_000)?,
        _ => return None,
    };
    (millis <= 86_400_000).then(|| Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse_duration("10m"), Some(Duration::from_secs(600)));
        assert_eq!(parse_duration("1h"), Some(Duration::from_secs(3600)));
        assert_eq!(parse_duration("0s"), Some(Duration::ZERO));
        for text in ["", "30", "s", "-1s", "1.5s", "30 s", "01s", "99999h", "1d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
