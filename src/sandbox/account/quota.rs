//! The hourly quota of each application.
//!
//! API: every answer states how many requests the window allows, how many remain, and when the counter is reset. Past
//! the quota nothing is served. The wiki counts by client, and optionally by application; the simulator counts by
//! application.

use crate::sandbox::answer::quota_headers::QuotaBalance;
use crate::sandbox::clock::SimulatorClock;
use crate::sandbox::lock::lock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The default quota. The real size is not published; this one is large enough to have no effect.
const DEFAULT_LIMIT: u64 = 1_000_000;

/// The request counters of all applications.
pub(crate) struct AppQuotas {
    limit: u64,
    /// The length of a window in whole seconds, at least one.
    window_s: u64,
    start: Instant,
    clock: SimulatorClock,
    /// By account: the window that was counted last, and the requests in it.
    used: Mutex<HashMap<Arc<str>, (u64, u64)>>,
}

impl AppQuotas {
    pub(crate) fn new(limit: Option<u64>, window_s: Option<u64>, clock: SimulatorClock) -> AppQuotas {
        AppQuotas {
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            window_s: window_s.unwrap_or(3600).max(1),
            start: clock.now(),
            clock,
            used: Mutex::default(),
        }
    }

    /// Counts one request of `account`. An error: the quota is used up.
    pub(crate) fn spend(&self, account: &Arc<str>) -> Result<QuotaBalance, QuotaBalance> {
        let (window, _) = self.window();
        let mut used = lock(&self.used);
        let entry = used.entry(Arc::clone(account)).or_insert((window, 0));
        if entry.0 != window {
            *entry = (window, 0);
        }
        let spent = entry.1;
        if spent >= self.limit {
            return Err(self.balance_of(spent));
        }
        entry.1 += 1;
        Ok(self.balance_of(spent + 1))
    }

    /// The balance of `account`. Counts no request.
    pub(crate) fn balance(&self, account: &str) -> QuotaBalance {
        let (window, _) = self.window();
        let spent = lock(&self.used).get(account).filter(|entry| entry.0 == window).map_or(0, |entry| entry.1);
        self.balance_of(spent)
    }

    fn balance_of(&self, spent: u64) -> QuotaBalance {
        QuotaBalance { limit: self.limit, remaining: self.limit.saturating_sub(spent), reset_s: self.window().1 }
    }

    /// The number of the window, and the seconds left in it, rounded up.
    fn window(&self) -> (u64, u64) {
        let elapsed = self.clock.now().saturating_duration_since(self.start);
        let window = elapsed.as_secs() / self.window_s;
        let end = Duration::from_secs(self.window_s.saturating_mul(window + 1));
        let left = end.saturating_sub(elapsed);
        (window, left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }
}
