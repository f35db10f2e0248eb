//! The lease of a run while it sends.
//!
//! Owns until when the run may begin a PUT: the end that the remote holds, by the later of two clocks. The clock on the
//! wall counts the time that a machine sleeps, and the elapsed time cannot be set back. It does no I/O.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::ledger::protocol::{is_renewal_due, may_send};

/// How often a run looks whether its renewal is due.
const LOOK: Duration = Duration::from_secs(1);

/// The time of a run, by two clocks.
#[derive(Clone, Copy, Debug)]
pub struct LeaseClock {
    wall: fn() -> Timestamp,
    elapsed: fn() -> Instant,
    /// Both clocks when the run began.
    began: (Timestamp, Instant),
}

impl LeaseClock {
    /// The time from now on.
    pub fn start(wall: fn() -> Timestamp, elapsed: fn() -> Instant) -> LeaseClock {
        LeaseClock { wall, elapsed, began: (wall(), elapsed()) }
    }

    /// The time. It never goes back by more than the clocks agree on.
    pub fn now(&self) -> Timestamp {
        later(self.began, (self.wall)(), (self.elapsed)())
    }
}

/// The later of the clock on the wall, and the beginning with the time that has elapsed since.
fn later(began: (Timestamp, Instant), wall: Timestamp, elapsed: Instant) -> Timestamp {
    wall.max(after(began.0, elapsed.saturating_duration_since(began.1)))
}

/// So long after a time.
pub(super) fn after(time: Timestamp, duration: Duration) -> Timestamp {
    time.saturating_add(SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)).unwrap_or(time)
}

/// The lease of a run, as the remote holds it. All clones share it.
#[derive(Clone, Debug)]
pub struct HeldLease {
    clock: LeaseClock,
    state: Arc<Mutex<LeaseState>>,
}

#[derive(Clone, Copy, Debug)]
struct LeaseState {
    claimed_at: Timestamp,
    end: Timestamp,
    is_gone: bool,
}

impl HeldLease {
    /// A lease that the remote holds.
    pub(super) fn new(clock: LeaseClock, claimed_at: Timestamp, end: Timestamp) -> HeldLease {
        HeldLease { clock, state: Arc::new(Mutex::new(LeaseState { claimed_at, end, is_gone: false })) }
    }

    fn state(&self) -> LeaseState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why no further PUT may begin; `None` while the lease lives.
    pub fn refusal(&self) -> Option<String> {
        let LeaseState { end, is_gone, .. } = self.state();
        if may_send(end, self.clock.now(), is_gone) {
            return None;
        }
        Some(match is_gone {
            true => "the claim of this run is gone from the ledger: another run took over".to_owned(),
            false => format!("the lease of this run ended at {}", end.strftime("%Y-%m-%dT%H:%M:%SZ")),
        })
    }

    /// Whether the run renews its claim now.
    pub fn is_renewal_due(&self) -> bool {
        let LeaseState { claimed_at, end, is_gone } = self.state();
        let now = self.clock.now();
        may_send(end, now, is_gone) && is_renewal_due(claimed_at, end, now)
    }

    /// How long to wait before the next look, after so many renewals that failed in a row.
    pub fn pause(&self, failed: u32) -> Duration {
        let LeaseState { claimed_at, end, .. } = self.state();
        let lease = Duration::try_from(end.duration_since(claimed_at)).unwrap_or_default();
        // A short lease leaves little time for a renewal, and a remote that refuses is not asked all the time.
        (lease / 16).min(LOOK) * (failed + 1).min(10)
    }

    /// Until when the remote holds it.
    pub fn end(&self) -> Timestamp {
        self.state().end
    }

    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The remote holds a later end.
    pub(super) fn renew(&self, claimed_at: Timestamp, end: Timestamp) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = LeaseState { claimed_at, end, ..*state };
    }

    /// The claim is not in the branch any more.
    pub(super) fn end_now(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).is_gone = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::{at, still};

    #[test]
    fn the_later_of_both_clocks_counts() {
        let (wall, start) = (at(0), Instant::now());
        let minutes = |minutes: u64| start + Duration::from_secs(60 * minutes);
        // The machine slept for an hour: only the clock on the wall saw it.
        assert_eq!(later((wall, start), at(61), minutes(1)), at(61));
        // Somebody set the clock back.
        assert_eq!(later((wall, start), at(-50), minutes(10)), at(10));
        assert_eq!(later((wall, minutes(5)), at(0), start), at(0));
    }

    #[test]
    fn a_put_begins_while_the_lease_lives_and_a_renewal_counts_once_the_remote_holds_it() {
        let clock = |wall: fn() -> Timestamp| LeaseClock::start(wall, still);
        let lease = |wall: fn() -> Timestamp| HeldLease::new(clock(wall), at(0), at(15));
        assert_eq!(lease(|| at(14)).refusal(), None);
        let ended = lease(|| at(15));
        assert_eq!(ended.refusal().unwrap(), "the lease of this run ended at 2026-11-27T09:15:00Z");
        assert!(!ended.is_renewal_due(), "a lease that ended is not renewed");
        let half = lease(|| at(8));
        assert!(half.is_renewal_due() && !lease(|| at(7)).is_renewal_due());
        half.renew(at(8), at(23));
        assert!(!half.is_renewal_due() && half.end() == at(23));
        half.end_now();
        assert!(half.refusal().unwrap().contains("another run took over"));
        assert!(!half.is_renewal_due());
    }

    #[test]
    fn a_short_lease_is_looked_at_more_often_and_failures_make_the_pauses_longer() {
        let lease = |end: i64| {
            HeldLease::new(LeaseClock::start(|| at(0), still), at(0), at(0) + SignedDuration::from_secs(end))
        };
        assert_eq!(lease(900).pause(0), LOOK);
        assert_eq!(lease(900).pause(3), LOOK * 4);
        assert_eq!(lease(900).pause(99), LOOK * 10);
        assert_eq!(lease(2).pause(0), Duration::from_millis(125));
    }
}
