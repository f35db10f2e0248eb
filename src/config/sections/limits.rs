//! The section `limits` of a project file.
//!
//! Owns the reading of its keys and their defaults. A floor has none of the keys that are not about what apply may
//! send. It must not know how requests are made or what a plan would change.

use std::time::Duration;

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::keys::SectionKeys;
use crate::config::yaml::Problems;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::model::number::digits;
use crate::model::{ClientShare, LimitBound, LimitKind, LimitSource, SendLimits};

/// The oldest read that a write may rely on, unless the project says otherwise.
const DEFAULT_READ_AGE_MS: u64 = 60_000;

/// Bounds on requests, and on what an apply may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Clients at a time.
    pub concurrency: usize,
    /// Requests a second; 0 for no limit of our own.
    pub requests_per_second: u32,
    /// How long one request may take.
    pub timeout: Duration,
    /// What an apply may send.
    pub sending: SendLimits,
    /// How many journals of runs stay.
    pub journal_runs: usize,
    /// How many days a journal stays.
    pub journal_days: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            concurrency: 32,
            requests_per_second: 0,
            timeout: Duration::from_secs(30),
            sending: SendLimits::default(),
            journal_runs: 200,
            journal_days: 400,
        }
    }
}

impl Limits {
    /// Adds the default age of a read where the section names none. Only a project has defaults.
    pub(crate) fn with_default_age(mut self) -> Limits {
        if self.sending.get(LimitKind::ReadAge).is_none() {
            let (source, place) = (LimitSource::Project, None);
            self.sending.add(LimitKind::ReadAge, LimitBound { amount: DEFAULT_READ_AGE_MS, source, place });
        }
        self
    }
}

/// The value of one key.
enum LimitValue {
    Concurrency(usize),
    RequestsPerSecond(u32),
    Timeout(Duration),
    Sending(LimitKind, u64),
    JournalRuns(usize),
    JournalDays(u32),
}

/// Reads a section of limits with these keys.
pub(crate) fn read(entry: &MappingEntry, keys: &'static SectionKeys, problems: &mut Problems<'_>) -> Limits {
    let mut limits = Limits::default();
    for limit in SectionEntries::read_or_empty(&entry.value, keys, problems).iter() {
        let Some(text) = mapping::text(limit, "a number, a percentage or a duration", problems) else { continue };
        match value(&limit.key, text) {
            Ok(LimitValue::Concurrency(clients)) => limits.concurrency = clients,
            Ok(LimitValue::RequestsPerSecond(requests)) => limits.requests_per_second = requests,
            Ok(LimitValue::Timeout(duration)) => limits.timeout = duration,
            Ok(LimitValue::JournalRuns(runs)) => limits.journal_runs = runs,
            Ok(LimitValue::JournalDays(days)) => limits.journal_days = days,
            Ok(LimitValue::Sending(kind, amount)) => {
                let place = Some(problems.place(limit.at()));
                limits.sending.add(kind, LimitBound { amount, source: LimitSource::Project, place });
            }
            Err(wants) => {
                let message = format!("`{}` is {wants}", limit.key);
                problems.error("bad-limit", limit.value.at, message);
            }
        }
    }
    limits
}

/// Reads the value of one key; the error says what the key takes.
fn value(key: &str, text: &str) -> Result<LimitValue, &'static str> {
    let number = digits(text);
    let sending = |kind: LimitKind, least: u64, wants: &'static str| match number {
        Some(amount) if amount >= least => Ok(LimitValue::Sending(kind, amount)),
        Some(_) | None => Err(wants),
    };
    match key {
        "concurrency" => match number {
            Some(n @ 1..=1024) => Ok(LimitValue::Concurrency(n as usize)),
            Some(_) | None => Err("a whole number from 1 to 1024"),
        },
        "requests_per_second" => match number {
            Some(n @ 0..=1_000_000) => Ok(LimitValue::RequestsPerSecond(n as u32)),
            Some(_) | None => Err("a whole number from 0 to 1000000"),
        },
        "timeout" => match parse_duration(text) {
            Some(duration) if !duration.is_zero() => Ok(LimitValue::Timeout(duration)),
            Some(_) | None => Err("a duration above zero such as 30s"),
        },
        "max_changes" => sending(LimitKind::Changes, 0, "a whole number"),
        "max_opening" => sending(LimitKind::Opening, 0, "a whole number"),
        "max_failures" => sending(LimitKind::Failures, 1, "a whole number from 1"),
        "canary" => sending(LimitKind::Canary, 1, "a whole number from 1"),
        "max_changed_clients" => match text.parse::<ClientShare>().map(ClientShare::limit) {
            Ok((kind, amount)) => Ok(LimitValue::Sending(kind, amount)),
            Err(_) => Err("a whole number, or a percentage from 0% to 100% such as 10%"),
        },
        "journal_runs" => match number {
            Some(n @ 1..=100_000) => Ok(LimitValue::JournalRuns(n as usize)),
            Some(_) | None => Err("a whole number from 1 to 100000"),
        },
        "journal_age" => match text.strip_suffix('d').and_then(digits) {
            Some(days @ 1..=36_500) => Ok(LimitValue::JournalDays(days as u32)),
            Some(_) | None => Err("a number of days from 1d to 36500d such as 400d"),
        },
        _ => match parse_duration(text) {
            Some(age) => Ok(LimitValue::Sending(LimitKind::ReadAge, age.as_millis() as u64)),
            None => Err("a duration such as 60s"),
        },
    }
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
