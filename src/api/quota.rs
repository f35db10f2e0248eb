//! The hourly quota: what an answer reports, and what ringform knows for each credential.
//!
//! Owns the reading of the quota headers and the counter of one credential. API: every answer reports the requests left,
//! the seconds until the reset, and the size of the quota. Other programs use it too. Headers
//! are untrusted: odd, negative and huge values count as absent, so none becomes a long sleep or a busy loop.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// A reset further away than this cannot be that of an hourly counter: it may be a point in time, or nonsense.
const FARTHEST: Duration = Duration::from_secs(24 * 60 * 60);

/// When a used-up quota resets if the API does not say it. API: the counter is hourly.
const DEFAULT_RESET: Duration = Duration::from_secs(60 * 60);

/// After this many answers "used up" in a row, the other clients of a credential fail without a request. One such
/// answer is not enough: the API counts per client, and one credential may reach several.
const REFUSALS: u32 = 3;

/// What one answer reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ReportedQuota {
    /// Requests left.
    pub(super) remaining: Option<u64>,
    /// Requests in an hour.
    pub(super) limit: Option<u64>,
    /// The time until the reset.
    pub(super) reset: Option<Duration>,
    /// `Retry-After`; ringform reads it only from answers that are not a success.
    pub(super) retry_after: Option<Duration>,
}

impl ReportedQuota {
    /// Reads the headers of an answer. It calls `now` only to compare a date in an answer without a `Date` of its own.
    pub(super) fn read(headers: &HeaderMap, success: bool, now: impl FnOnce() -> SystemTime) -> ReportedQuota {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        ReportedQuota {
            remaining: text(&REMAINING).and_then(|text| text.parse().ok()),
            limit: text(&LIMIT).and_then(|text| text.parse().ok()),
            reset: text(&RESET).and_then(seconds),
            retry_after: match success {
                true => None,
                false => text(&RETRY_AFTER).and_then(|after| {
                    seconds(after).or_else(|| {
                        let after = httpdate::parse_http_date(after).ok()?;
                        // The server's own clock where the answer has a date: ours may be wrong.
                        let date = text(&DATE).and_then(|date| httpdate::parse_http_date(date).ok());
                        after.duration_since(date.unwrap_or_else(|| whole_second(now()))).ok().filter(is_near)
                    })
                }),
            },
        }
    }

    /// The time until the reset, from its own header, else from `Retry-After`.
    pub(super) fn until_reset(&self) -> Option<Duration> {
        self.reset.or(self.retry_after)
    }
}

/// Whole or decimal seconds, rounded up.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = !whole.is_empty() && [whole, fraction].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let whole: u64 = plain.then(|| whole.parse().ok()).flatten()?;
    Some(Duration::from_secs(whole.saturating_add(u64::from(fraction.bytes().any(|b| b != b'0'))))).filter(is_near)
}

fn is_near(time: &Duration) -> bool {
    *time <= FARTHEST
}

/// A time without its fraction, as dates in headers are.
fn whole_second(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    UNIX_EPOCH + Duration::from_secs(since)
}

/// The quota of one credential. Only atomics: every answer of a fleet writes here.
///
/// Two values may for a moment come from two answers. Each is a hint, and none depends on another.
#[derive(Debug)]
pub(super) struct QuotaCounter {
    epoch: Instant,
    lowest: AtomicU64,
    remaining: AtomicU64,
    limit: AtomicU64,
    reset_at: AtomicU64,
    empty_until: AtomicU64,
    refusals: AtomicU32,
    blocked_until: AtomicU64,
}

/// No answer has reported it yet.
const UNKNOWN: u64 = u64::MAX;

impl QuotaCounter {
    /// Nothing is known. `epoch` is any time before the first answer.
    pub(super) fn new(epoch: Instant) -> QuotaCounter {
        QuotaCounter {
            epoch,
            lowest: AtomicU64::new(UNKNOWN),
            remaining: AtomicU64::new(UNKNOWN),
            limit: AtomicU64::new(UNKNOWN),
            reset_at: AtomicU64::new(UNKNOWN),
            empty_until: AtomicU64::new(0),
            refusals: AtomicU32::new(0),
            blocked_until: AtomicU64::new(0),
        }
    }

    /// Records what an answer reports.
    pub(super) fn record(&self, headers: &ReportedQuota, now: Instant) {
        if let Some(reset) = headers.reset {
            self.reset_at.store(self.at(now, reset), Ordering::Relaxed);
        }
        if let Some(limit) = headers.limit {
            self.limit.store(limit, Ordering::Relaxed);
        }
        let Some(remaining) = headers.remaining else { return };
        self.lowest.fetch_min(remaining, Ordering::Relaxed);
        self.remaining.store(remaining, Ordering::Relaxed);
        let empty_until = if remaining == 0 { self.at(now, headers.until_reset().unwrap_or(DEFAULT_RESET)) } else { 0 };
        self.empty_until.store(empty_until, Ordering::Relaxed);
    }

    /// Records a success.
    pub(super) fn record_success(&self) {
        if self.refusals.load(Ordering::Relaxed) != 0 {
            self.refusals.store(0, Ordering::Relaxed);
        }
    }

    /// Records an answer "used up".
    pub(super) fn record_used_up(&self, reset: Option<Duration>, now: Instant) {
        self.blocked_until.fetch_max(self.at(now, reset.unwrap_or(DEFAULT_RESET)), Ordering::Relaxed);
        self.refusals.fetch_add(1, Ordering::Relaxed);
    }

    /// How long to make no request.
    pub(super) fn blocked_for(&self, now: Instant) -> Option<Duration> {
        if self.refusals.load(Ordering::Relaxed) < REFUSALS {
            return None;
        }
        self.until(now, self.blocked_until.load(Ordering::Relaxed))
    }

    /// How long the last answer's "none left" holds.
    pub(super) fn empty_for(&self, now: Instant) -> Option<Duration> {
        self.until(now, self.empty_until.load(Ordering::Relaxed))
    }

    /// The lowest number of requests left in any answer.
    pub(super) fn lowest(&self) -> Option<u64> {
        Some(self.lowest.load(Ordering::Relaxed)).filter(|lowest| *lowest != UNKNOWN)
    }

    /// The number of requests left in the last answer.
    pub(super) fn remaining(&self) -> Option<u64> {
        Some(self.remaining.load(Ordering::Relaxed)).filter(|remaining| *remaining != UNKNOWN)
    }

    /// How many requests an hour has, as last answered.
    pub(super) fn limit(&self) -> Option<u64> {
        Some(self.limit.load(Ordering::Relaxed)).filter(|limit| *limit != UNKNOWN)
    }

    /// The time until the reset; zero when it has passed.
    pub(super) fn resets_in(&self, now: Instant) -> Option<Duration> {
        let at = Some(self.reset_at.load(Ordering::Relaxed)).filter(|at| *at != UNKNOWN)?;
        Some(self.until(now, at).unwrap_or_default())
    }

    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.epoch).as_millis()).unwrap_or(UNKNOWN - 1)
    }

    fn at(&self, now: Instant, later: Duration) -> u64 {
        self.millis(now).saturating_add(u64::try_from(later.as_millis()).unwrap_or(UNKNOWN)).min(UNKNOWN - 1)
    }

    fn until(&self, now: Instant, at: u64) -> Option<Duration> {
        at.checked_sub(self.millis(now)).filter(|left| *left > 0).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0.9 s after 2026-11-24T10:00:00Z.
    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(1_795_514_400_900)
    }

    fn read(headers: &[(&'static str, &str)]) -> ReportedQuota {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        ReportedQuota::read(&map, false, now)
    }

    fn secs(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn sound_headers_are_read() {
        let headers = read(&[
            ("x-ratelimit-remaining", "4711"),
            ("x-ratelimit-limit", "10000"),
            ("x-ratelimit-reset", "1800"),
            ("retry-after", "5"),
        ]);
        let (remaining, limit) = (Some(4711), Some(10_000));
        assert_eq!(headers, ReportedQuota { remaining, limit, reset: secs(1800), retry_after: secs(5) });
        assert_eq!(headers.until_reset(), secs(1800));
    }

    #[test]
    fn odd_times_count_as_absent() {
        for odd in
            ["", "-5", "soon", "1e9", "0x10", "1700000000", "99999999999999999999", "NaN", "inf", "+3", "1.2.3", "."]
        {
            let headers = read(&[("x-ratelimit-reset", odd), ("retry-after", odd), ("x-ratelimit-remaining", "-1")]);
            assert_eq!(headers, ReportedQuota::default(), "{odd:?}");
        }
        assert_eq!(seconds("2.4"), secs(3));
        assert_eq!(seconds("2.0"), secs(2));
        assert_eq!(seconds("0"), secs(0));
    }

    #[test]
    fn retry_after_may_be_a_date() {
        let after = |text: &str| read(&[("retry-after", text)]).retry_after;
        assert_eq!(after("Tue, 24 Nov 2026 10:00:03 GMT"), secs(3));
        assert_eq!(after("Tue, 24 Nov 2026 09:59:00 GMT"), None);
        assert_eq!(after("Tue, 24 Nov 2099 10:00:00 GMT"), None);
        assert_eq!(after("Tue, 99 Nov 2026 10:00:00 GMT"), None);
        let by_its_own_clock =
            read(&[("retry-after", "Tue, 24 Nov 2026 10:00:03 GMT"), ("date", "Tue, 24 Nov 2026 09:59:53 GMT")]);
        assert_eq!(by_its_own_clock.retry_after, secs(10));
    }

    #[test]
    fn the_counter_keeps_the_lowest_and_the_last() {
        let start = Instant::now();
        let counter = QuotaCounter::new(start);
        assert_eq!((counter.lowest(), counter.remaining(), counter.resets_in(start)), (None, None, None));
        for remaining in [10, 7, 9] {
            counter.record(
                &ReportedQuota { remaining: Some(remaining), reset: secs(60), ..ReportedQuota::default() },
                start,
            );
        }
        assert_eq!((counter.lowest(), counter.remaining(), counter.resets_in(start)), (Some(7), Some(9), secs(60)));
        assert_eq!(counter.resets_in(start + Duration::from_secs(61)), secs(0));
    }

    #[test]
    fn none_left_holds_until_the_reset_or_the_next_higher_number() {
        let start = Instant::now();
        let counter = QuotaCounter::new(start);
        counter.record(&ReportedQuota { remaining: Some(0), reset: secs(60), ..ReportedQuota::default() }, start);
        assert_eq!(counter.empty_for(start), secs(60));
        assert_eq!(counter.empty_for(start + Duration::from_secs(60)), None);
        counter.record(&ReportedQuota { remaining: Some(5), ..ReportedQuota::default() }, start);
        assert_eq!(counter.empty_for(start), None);
        counter.record(&ReportedQuota { remaining: Some(0), ..ReportedQuota::default() }, start);
        assert_eq!(counter.empty_for(start), Some(DEFAULT_RESET));
    }

    #[test]
    fn three_refusals_without_a_success_between_block_a_credential() {
        let start = Instant::now();
        let counter = QuotaCounter::new(start);
        counter.record_used_up(secs(60), start);
        counter.record_used_up(secs(60), start);
        counter.record_success();
        counter.record_used_up(secs(60), start);
        counter.record_used_up(secs(60), start);
        assert_eq!(counter.blocked_for(start), None);
        counter.record_used_up(secs(60), start);
        assert_eq!(counter.blocked_for(start), secs(60));
        assert_eq!(counter.blocked_for(start + Duration::from_secs(60)), None);
    }
}
