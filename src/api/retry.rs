//! Whether a request may be made again, and when.
//!
//! Owns the retry table, the number of tries and the back-off. All of it is pure: time and chance come in as values. A
//! PUT whose fate is unknown does not come here; its rule is in [`crate::plan::exchange`].

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::api::body::BodyError;
use crate::api::error::{Delivery, RequestError};
use crate::model::Failure;

/// How often ringform tries a request at most.
pub(super) const TRIES: u32 = 4;

/// The first wait between two tries; each further one doubles. Jitter adds up to as much again, so that a fleet that
/// failed together does not come back together.
pub(super) const BACK_OFF: Duration = Duration::from_millis(200);

/// A longer `Retry-After` of a refusal that passes adds nothing to the back-off.
const SHORT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// The result of one try, as far as the decision needs it.
#[derive(Clone, Copy, Debug)]
pub(super) enum TryResult {
    /// No answer came.
    NoAnswer(Delivery),
    /// A success, but its body cannot be used.
    UnusableBody(BodyError),
    /// A whole answer that is not the JSON that it must be.
    WrongContent,
    /// 401.
    Unauthorized {
        /// ringform fetched this token because of an earlier 401.
        fresh_token: bool,
    },
    /// 429, because the quota is used up.
    QuotaUsedUp {
        /// The time until the reset, where the API says it.
        reset: Option<Duration>,
        /// The longest wait that the run allows.
        allowed: Duration,
    },
    /// Any other error status.
    ErrorStatus {
        /// The status code.
        code: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
}

/// What follows a try that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetryDecision {
    /// No further try: it would give the same.
    GiveUp,
    /// Once more with a fresh token.
    RenewToken,
    /// The first time without a wait, then with the back-off.
    Immediately,
    /// After the back-off, and at least this long.
    BackOff(Duration),
    /// After the reset of the quota.
    WaitForQuota(Duration),
}

/// The retry table.
pub(super) fn decide(result: TryResult) -> RetryDecision {
    match result {
        TryResult::NoAnswer(Delivery::NotBegun) => RetryDecision::GiveUp,
        TryResult::NoAnswer(Delivery::Closed) => RetryDecision::Immediately,
        TryResult::NoAnswer(Delivery::NotSent | Delivery::Unknown) => RetryDecision::BackOff(Duration::ZERO),
        TryResult::UnusableBody(BodyError::Broken) => RetryDecision::BackOff(Duration::ZERO),
        TryResult::UnusableBody(BodyError::TooLarge | BodyError::Encoding | BodyError::Utf16) => RetryDecision::GiveUp,
        TryResult::WrongContent => RetryDecision::GiveUp,
        TryResult::Unauthorized { fresh_token: false } => RetryDecision::RenewToken,
        TryResult::Unauthorized { fresh_token: true } => RetryDecision::GiveUp,
        TryResult::QuotaUsedUp { reset, allowed } => match reset.and_then(|reset| wait_for_reset(reset, allowed)) {
            Some(wait) => RetryDecision::WaitForQuota(wait),
            None => RetryDecision::GiveUp,
        },
        TryResult::ErrorStatus { code, retry_after } if code == 429 || is_unprocessed(code) => {
            RetryDecision::BackOff(retry_after.filter(|after| *after <= SHORT_RETRY_AFTER).unwrap_or_default())
        }
        TryResult::ErrorStatus { .. } => RetryDecision::GiveUp,
    }
}

/// Whether a status says that something on the way gave up and that the same request may succeed later. 408 and 425 are
/// 4xx, but they judge the connection and not the request. Gateways answer 520 to 524 where their server does not.
pub(super) fn is_unprocessed(code: u16) -> bool {
    matches!(code, 408 | 425 | 502 | 503 | 504 | 520..=524)
}

/// How long to wait for a reset; `None` when that is longer than allowed. At least a second, so that a reset which
/// never comes is not a busy loop.
pub(super) fn wait_for_reset(reset: Duration, allowed: Duration) -> Option<Duration> {
    let wait = reset.max(Duration::from_secs(1));
    (wait <= allowed).then_some(wait)
}

/// A try that failed.
#[derive(Debug)]
pub(super) struct FailedTry {
    /// The failure of the request when no further try follows.
    pub(super) failure: Box<Failure>,
    decision: RetryDecision,
}

impl FailedTry {
    pub(super) fn new(failure: Failure, decision: RetryDecision) -> FailedTry {
        FailedTry { failure: Box::new(failure), decision }
    }

    /// A failure that no further try mends.
    pub(super) fn last(failure: Failure) -> FailedTry {
        FailedTry::new(failure, RetryDecision::GiveUp)
    }
}

impl From<RequestError> for FailedTry {
    fn from(error: RequestError) -> FailedTry {
        FailedTry::new(error.failure, decide(TryResult::NoAnswer(error.delivery)))
    }
}

/// The tries of one request.
#[derive(Debug, Default)]
pub(super) struct RetryBudget {
    failed: u32,
    retried_immediately: bool,
}

impl RetryBudget {
    /// The wait before the next try; `None`: no further try makes sense or is allowed.
    pub(super) fn next_wait(&mut self, failed: &FailedTry, back_off: &BackOff) -> Option<Duration> {
        self.failed += 1;
        if self.failed >= TRIES {
            return None;
        }
        match failed.decision {
            // The reader gets a fresh token before it comes here.
            RetryDecision::GiveUp | RetryDecision::RenewToken => None,
            RetryDecision::Immediately if !self.retried_immediately => {
                self.retried_immediately = true;
                Some(Duration::ZERO)
            }
            RetryDecision::Immediately => Some(back_off.after(self.failed)),
            RetryDecision::BackOff(least) => Some(back_off.after(self.failed).max(least)),
            RetryDecision::WaitForQuota(wait) => Some(wait),
        }
    }
}

/// The waits between tries, with jitter from a seed.
#[derive(Debug)]
pub(super) struct BackOff {
    base: Duration,
    seed: AtomicU64,
}

impl BackOff {
    pub(super) fn new(base: Duration, seed: u64) -> BackOff {
        BackOff { base, seed: AtomicU64::new(seed) }
    }

    /// How long to wait after this many failed tries, from 1.
    pub(super) fn after(&self, failed: u32) -> Duration {
        let seed = self.seed.fetch_add(SEED_STEP, Ordering::Relaxed);
        delay(self.base, failed, fraction(seed))
    }
}

/// The increment of the SplitMix64 generator.
const SEED_STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Exponential back-off: the base doubles with every failed try; `jitter` from 0 to 1 adds up to as much again.
fn delay(base: Duration, failed: u32, jitter: f64) -> Duration {
    let wait = base * (1 << (failed.clamp(1, TRIES) - 1));
    wait + wait.mul_f64(jitter)
}

/// A number from 0 to below 1 (SplitMix64).
fn fraction(seed: u64) -> f64 {
    let mut bits = seed.wrapping_add(SEED_STEP);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FailureKind;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_retry_table() {
        use RetryDecision::{BackOff, GiveUp, Immediately, RenewToken, WaitForQuota};
        let status = |code| TryResult::ErrorStatus { code, retry_after: None };
        let after = |code, seconds| TryResult::ErrorStatus { code, retry_after: Some(secs(seconds)) };
        let quota =
            |reset: Option<u64>, allowed| TryResult::QuotaUsedUp { reset: reset.map(secs), allowed: secs(allowed) };
        let rows = [
            // connection error, timeout
            (TryResult::NoAnswer(Delivery::NotSent), BackOff(secs(0))),
            (TryResult::NoAnswer(Delivery::Unknown), BackOff(secs(0))),
            (TryResult::NoAnswer(Delivery::Closed), Immediately),
            (TryResult::NoAnswer(Delivery::NotBegun), GiveUp),
            // 502, 503, 504
            (status(502), BackOff(secs(0))),
            (status(503), BackOff(secs(0))),
            (status(504), BackOff(secs(0))),
            // 408, 425, 520 to 524
            (status(408), BackOff(secs(0))),
            (after(408, 1), BackOff(secs(1))),
            (status(425), BackOff(secs(0))),
            (status(520), BackOff(secs(0))),
            (status(524), BackOff(secs(0))),
            (status(519), GiveUp),
            (status(525), GiveUp),
            (status(407), GiveUp),
            (after(503, 2), BackOff(secs(2))),
            (after(503, 5), BackOff(secs(5))),
            (after(503, 6), BackOff(secs(0))),
            (after(503, 86_400), BackOff(secs(0))),
            // a body that ends early or does not decode
            (TryResult::UnusableBody(BodyError::Broken), BackOff(secs(0))),
            (TryResult::UnusableBody(BodyError::TooLarge), GiveUp),
            (TryResult::UnusableBody(BodyError::Encoding), GiveUp),
            (TryResult::UnusableBody(BodyError::Utf16), GiveUp),
            // a whole answer that is not a JSON object
            (TryResult::WrongContent, GiveUp),
            // 401
            (TryResult::Unauthorized { fresh_token: false }, RenewToken),
            (TryResult::Unauthorized { fresh_token: true }, GiveUp),
            // 400, 403, 404 and the rest
            (status(400), GiveUp),
            (status(403), GiveUp),
            (status(404), GiveUp),
            (status(409), GiveUp),
            (status(500), GiveUp),
            (status(501), GiveUp),
            (status(302), GiveUp),
            (after(500, 1), GiveUp),
            // 429, quota used up, reset within --wait-quota
            (quota(Some(30), 60), WaitForQuota(secs(30))),
            (quota(Some(60), 60), WaitForQuota(secs(60))),
            (quota(Some(0), 60), WaitForQuota(secs(1))),
            // 429, quota used up, otherwise
            (quota(Some(61), 60), GiveUp),
            (quota(Some(30), 0), GiveUp),
            (quota(Some(0), 0), GiveUp),
            (quota(None, 3600), GiveUp),
            // any other 429
            (status(429), BackOff(secs(0))),
            (after(429, 3), BackOff(secs(3))),
            (after(429, 3600), BackOff(secs(0))),
        ];
        for (result, decision) in rows {
            assert_eq!(decide(result), decision, "{result:?}");
        }
    }

    #[test]
    fn at_most_four_tries_and_one_of_them_immediate() {
        let back_off = BackOff::new(secs(1), 1);
        let waits = |decision| {
            let mut budget = RetryBudget::default();
            let failed = FailedTry::new(Failure::new(FailureKind::Api, "x"), decision);
            let waits: Vec<Option<u64>> =
                (0..4).map(|_| budget.next_wait(&failed, &back_off).map(|wait| wait.as_secs())).collect();
            waits
        };
        let between = |wait: Option<u64>, least, most| wait.is_some_and(|wait| (least..=most).contains(&wait));
        assert_eq!(waits(RetryDecision::GiveUp)[0], None);
        assert_eq!(waits(RetryDecision::WaitForQuota(secs(9))), [Some(9), Some(9), Some(9), None]);
        let normal = waits(RetryDecision::BackOff(Duration::ZERO));
        assert!(between(normal[0], 1, 2) && between(normal[1], 2, 4) && between(normal[2], 4, 8), "{normal:?}");
        assert_eq!(normal[3], None);
        assert_eq!(waits(RetryDecision::BackOff(secs(30)))[..3], [Some(30), Some(30), Some(30)]);
        let closed = waits(RetryDecision::Immediately);
        assert!(closed[0] == Some(0) && between(closed[1], 2, 4) && closed[3].is_none(), "{closed:?}");
    }

    #[test]
    fn delays_double_and_jitter_adds_up_to_as_much() {
        for (failed, jitter, millis) in [
            (0, 0.0, 200),
            (1, 0.0, 200),
            (1, 0.5, 300),
            (1, 1.0, 400),
            (2, 0.0, 400),
            (2, 0.25, 500),
            (3, 0.0, 800),
            (3, 1.0, 1600),
            (4, 0.0, 1600),
            (u32::MAX, 1.0, 3200),
        ] {
            assert_eq!(delay(BACK_OFF, failed, jitter).as_millis(), millis, "{failed} {jitter}");
        }
    }

    #[test]
    fn jitter_differs_from_wait_to_wait_and_repeats_with_its_seed() {
        let waits = |seed| {
            let back_off = BackOff::new(Duration::from_millis(100), seed);
            (0..20).map(|_| back_off.after(1)).collect::<Vec<Duration>>()
        };
        let first = waits(1);
        assert!(first.iter().all(|wait| (100..=200).contains(&wait.as_millis())), "{first:?}");
        assert!(first.windows(2).all(|pair| pair[0] != pair[1]), "{first:?}");
        assert_eq!(first, waits(1));
        assert_ne!(first, waits(2));
    }
}
