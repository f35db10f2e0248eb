//! How many requests a second may start.
//!
//! Owns the limit of a project (`requests_per_second`) and those of the token endpoint. It knows no request.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use governor::RateLimiter;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};

use crate::api::shutdown::Shutdown;
use crate::api::timer::Timer;

/// API: `/oauth` allows 20 requests a second; ringform makes two fewer, since requests differ in how long they travel…
pub(super) const TOKENS_PER_SECOND: u32 = 18;
/// … and 6 connections at a time.
pub(super) const TOKENS_AT_A_TIME: usize = 6;

/// A limit of requests a second.
#[derive(Debug)]
pub(super) struct RateLimit {
    limiter: RateLimiter<NotKeyed, InMemoryState, Timer, NoOpMiddleware<Instant>>,
    timer: Timer,
}

impl RateLimit {
    /// At most this many in any one second, a few of them together; `None` for 0, which means no limit.
    pub(super) fn per_second(limit: u32, timer: &Timer) -> Option<RateLimit> {
        let limit = NonZeroU32::new(limit)?;
        // The burst counts against the requests after it, so no second ever sees more than the limit.
        let burst = NonZeroU32::new(limit.get() / 10).unwrap_or(NonZeroU32::MIN);
        let steady = limit.get() - burst.get() + 1;
        // Rounded up: a nanosecond less would let one more into the second.
        let period = Duration::from_nanos(1_000_000_000_u64.div_ceil(u64::from(steady)));
        let quota = governor::Quota::with_period(period)?.allow_burst(burst);
        Some(RateLimit { limiter: RateLimiter::direct_with_clock(quota, timer.clone()), timer: timer.clone() })
    }

    /// Waits until one more request may start; `false` when the run was stopped.
    pub(super) async fn turn(&self, shutdown: &Shutdown) -> bool {
        loop {
            let Err(not_yet) = self.limiter.check() else { return !shutdown.is_stopped() };
            let wait = not_yet.wait_time_from(Clock::now(&self.timer));
            if !shutdown.unless_stopped(self.timer.sleep(wait)).await {
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_limit_holds_in_every_second() {
        let timer = Timer::skipping();
        let limit = RateLimit::per_second(100, &timer).unwrap();
        let start = timer.now();
        let mut starts = Vec::new();
        for _ in 0..250 {
            assert!(limit.turn(&Shutdown::new()).await);
            starts.push(timer.now() - start);
        }
        for window in starts.windows(101) {
            assert!(window[100] - window[0] >= Duration::from_secs(1), "{window:?}");
        }
        // Ten together, then 91 a second.
        assert!(starts[49] >= Duration::from_millis(400) && starts[249] < Duration::from_secs(3), "{starts:?}");
        assert!(RateLimit::per_second(0, &timer).is_none());
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_for_a_turn() {
        let limit = RateLimit::per_second(1, &Timer::default()).unwrap();
        let shutdown = Shutdown::new();
        assert!(limit.turn(&shutdown).await);
        shutdown.stop();
        assert!(!limit.turn(&shutdown).await);
    }
}
