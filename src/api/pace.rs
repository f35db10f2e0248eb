//! How fast requests may follow each other, and how long to wait before one is made again.
//!
//! Owns the limits of requests a second and the back-off between tries. It knows no request. Randomness comes in as a seed.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, RateLimiter};

use crate::api::Shutdown;

/// How often a request is tried at most.
pub(super) const TRIES: u32 = 4;

/// The first wait between two tries; the following ones double. Up to as much again is added by chance, so that a fleet that
/// was thrown out together does not come back together.
pub(super) const BACK_OFF: Duration = Duration::from_millis(200);

/// API: `/oauth` allows 20 requests a second; two fewer are made, since not every request is equally long on its way…
pub(super) const A_SECOND: u32 = 18;
/// … and 6 connections at a time.
pub(super) const AT_A_TIME: usize = 6;

/// A limit of requests a second.
#[derive(Debug)]
pub(super) struct Pace(DefaultDirectRateLimiter);

impl Pace {
    /// At most so many in any one second, a few of them at once; `None` for 0, which means no limit.
    pub(super) fn per_second(limit: u32) -> Option<Pace> {
        let limit = NonZeroU32::new(limit)?;
        // What may come at once is taken off what comes afterwards, so that no second ever sees more than the limit.
        let burst = NonZeroU32::new(limit.get() / 10).unwrap_or(NonZeroU32::MIN);
        let steady = limit.get() - burst.get() + 1;
        // Rounded up: a nanosecond less would let one more into the second.
        let period = Duration::from_nanos(1_000_000_000_u64.div_ceil(u64::from(steady)));
        let quota = governor::Quota::with_period(period)?.allow_burst(burst);
        Some(Pace(RateLimiter::direct(quota)))
    }

    /// Waits for the next turn; `false` when the brake was pulled.
    pub(super) async fn turn(&self, stop: &Shutdown) -> bool {
        loop {
            let Err(not_yet) = self.0.check() else { return !stop.is_stopped() };
            if !stop.wait(not_yet.wait_time_from(DefaultClock::default().now())).await {
                return false;
            }
        }
    }
}

/// The waits between tries.
#[derive(Debug)]
pub(super) struct BackOff {
    base: Duration,
    seed: AtomicU64,
}

impl BackOff {
    pub(super) fn new(base: Duration, seed: u64) -> BackOff {
        BackOff { base, seed: AtomicU64::new(seed) }
    }

    /// How long to wait after so many tries, from 1.
    pub(super) fn after(&self, tries: u32) -> Duration {
        let seed = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        let tries = tries.clamp(1, TRIES) as usize;
        ExponentialBuilder::new()
            .with_min_delay(self.base)
            .with_max_times(tries)
            .with_jitter()
            .with_jitter_seed(seed)
            .build()
            .last()
            .unwrap_or(self.base)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn waits_double_and_differ_by_chance() {
        let waits = BackOff::new(Duration::from_millis(100), 1);
        for (tries, least) in [(1, 100), (2, 200), (3, 400)] {
            let all: Vec<Duration> = (0..20).map(|_| waits.after(tries)).collect();
            assert!(all.iter().all(|w| (least..=2 * least).contains(&(w.as_millis() as u64))), "{all:?}");
            assert!(all.windows(2).any(|pair| pair[0] != pair[1]));
        }
        assert!(waits.after(u32::MAX) <= Duration::from_millis(1600));
        let again = BackOff::new(Duration::from_millis(100), 1);
        assert_eq!(again.after(1), BackOff::new(Duration::from_millis(100), 1).after(1));
    }

    #[tokio::test]
    async fn a_limit_holds_in_every_second() {
        let pace = Pace::per_second(100).unwrap();
        let start = Instant::now();
        for _ in 0..50 {
            assert!(pace.turn(&Shutdown::new()).await);
        }
        // Ten at once, then 91 a second.
        assert!(start.elapsed() >= Duration::from_millis(400), "{:?}", start.elapsed());
        assert!(Pace::per_second(0).is_none());
    }

    #[tokio::test]
    async fn a_pulled_brake_ends_the_wait_for_a_turn() {
        let pace = Pace::per_second(1).unwrap();
        let stop = Shutdown::new();
        assert!(pace.turn(&stop).await);
        stop.stop();
        assert!(!pace.turn(&stop).await);
    }
}
