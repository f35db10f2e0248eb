//! The time of a run: what time it is, and how to wait.
//!
//! Owns the only clock that quotas, tokens, rate limits and back-offs ask. A test gives a timer that skips every wait,
//! so no test sleeps. Time limits of single requests do not go through it.

use std::time::{Duration, Instant};

use governor::clock::Clock;

/// The clock of a run. All clones show the same time.
#[derive(Clone, Debug, Default)]
pub(super) struct Timer {
    #[cfg(test)]
    virtual_time: Option<tests::VirtualTime>,
}

impl Timer {
    /// The time now.
    pub(super) fn now(&self) -> Instant {
        #[cfg(test)]
        if let Some(time) = &self.virtual_time {
            return time.now();
        }
        Instant::now()
    }

    /// Waits.
    pub(super) async fn sleep(&self, wait: Duration) {
        #[cfg(test)]
        if self.virtual_time.is_some() {
            self.advance(wait);
            return tokio::task::yield_now().await;
        }
        tokio::time::sleep(wait).await;
    }
}

impl Clock for Timer {
    type Instant = Instant;

    fn now(&self) -> Instant {
        Timer::now(self)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A time that moves only when a wait or a test moves it.
    #[derive(Clone, Debug)]
    pub(super) struct VirtualTime {
        start: Instant,
        passed: Arc<Mutex<Duration>>,
    }

    impl VirtualTime {
        pub(super) fn now(&self) -> Instant {
            self.start + *self.passed.lock().unwrap()
        }
    }

    impl Timer {
        /// A timer that adds each wait to its time instead of waiting.
        pub(in crate::api) fn skipping() -> Timer {
            Timer { virtual_time: Some(VirtualTime { start: Instant::now(), passed: Arc::default() }) }
        }

        /// Adds to the time.
        pub(in crate::api) fn advance(&self, time: Duration) {
            *self.virtual_time.as_ref().unwrap().passed.lock().unwrap() += time;
        }

        /// The sum of all waits so far.
        pub(in crate::api) fn waited(&self) -> Duration {
            *self.virtual_time.as_ref().unwrap().passed.lock().unwrap()
        }
    }

    #[tokio::test]
    async fn a_skipped_wait_moves_the_time_and_a_real_one_lasts() {
        let timer = Timer::skipping();
        let start = timer.now();
        timer.sleep(Duration::from_secs(3600)).await;
        assert_eq!(timer.clone().now() - start, Duration::from_secs(3600));
        let start = Instant::now();
        Timer::default().sleep(Duration::from_millis(2)).await;
        assert!(start.elapsed() >= Duration::from_millis(2));
    }
}
