//! The time of a simulator: the machine's clock, or a clock that a test moves.
//!
//! Quota windows, token lifetimes and the waits of faults read it. It must not serve work of the machine itself, such
//! as writing the data file.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// A wait, to be polled until it ends.
pub(crate) type ClockSleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The clock of a simulator. The default is the machine's clock.
#[derive(Clone, Default)]
pub struct SimulatorClock(Option<Arc<ManualTime>>);

/// A time that changes only on request.
struct ManualTime {
    start: Instant,
    passed: watch::Sender<Duration>,
}

impl fmt::Debug for SimulatorClock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_some() { "SimulatorClock(manual)" } else { "SimulatorClock(machine)" })
    }
}

impl SimulatorClock {
    /// A clock that moves only by [`SimulatorClock::advance`]. Its date starts at 1970-01-01.
    pub fn manual() -> SimulatorClock {
        let (passed, _) = watch::channel(Duration::ZERO);
        SimulatorClock(Some(Arc::new(ManualTime { start: Instant::now(), passed })))
    }

    /// Moves a manual clock forward and ends the waits that are then over. The machine's clock ignores it.
    pub fn advance(&self, by: Duration) {
        if let Some(manual) = &self.0 {
            manual.passed.send_modify(|passed| *passed = passed.saturating_add(by));
        }
    }

    /// The number of waits on a manual clock that have not ended; 0 for the machine's clock.
    pub fn waits(&self) -> usize {
        self.0.as_ref().map_or(0, |manual| manual.passed.receiver_count())
    }

    pub(crate) fn now(&self) -> Instant {
        match &self.0 {
            None => Instant::now(),
            Some(manual) => manual.start + *manual.passed.borrow(),
        }
    }

    /// The date and time of day.
    pub(crate) fn date(&self) -> SystemTime {
        match &self.0 {
            None => SystemTime::now(),
            Some(manual) => UNIX_EPOCH + *manual.passed.borrow(),
        }
    }

    pub(crate) fn sleep(&self, duration: Duration) -> ClockSleep {
        let Some(manual) = &self.0 else { return Box::pin(tokio::time::sleep(duration)) };
        let end = manual.passed.borrow().saturating_add(duration);
        let mut passed = manual.passed.subscribe();
        Box::pin(async move {
            // The wait also ends with the clock.
            drop(passed.wait_for(|passed| *passed >= end).await.map(|passed| *passed));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_moves_only_on_request() {
        let clock = SimulatorClock::manual();
        let (start, minute) = (clock.now(), Duration::from_secs(60));
        clock.sleep(Duration::ZERO).await;
        let wait = tokio::spawn(clock.sleep(minute));
        assert_eq!((clock.now(), clock.date(), clock.waits()), (start, UNIX_EPOCH, 1));
        clock.advance(minute - Duration::from_millis(1));
        tokio::task::yield_now().await;
        assert!(!wait.is_finished());
        clock.advance(Duration::from_millis(1));
        wait.await.unwrap();
        assert_eq!((clock.now(), clock.date(), clock.waits()), (start + minute, UNIX_EPOCH + minute, 0));
    }
}
