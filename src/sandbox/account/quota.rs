//! The hourly quota of each application.
//!
//! API: every answer says how many requests the window allows, how many remain, and in how many seconds the count is reset; past it nothing
//! is served. The wiki counts by client and optionally by application too; the simulator counts by application.

use crate::sandbox::answer::quota_headers::QuotaBalance;
use crate::sandbox::lock::lock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The quota where nobody sets one: the real size is published nowhere, this one is out of the way.
const DEFAULT_LIMIT: u64 = 1_000_000;

/// The counts of all applications.
pub(crate) struct AppQuotas {
    limit: u64,
    /// The length of a window in whole seconds, at least one.
    window_s: u64,
    start: Instant,
    /// By account: the window that was counted last, and the requests in it.
    used: Mutex<HashMap<Arc<str>, (u64, u64)>>,
}

impl AppQuotas {
    pub(crate) fn new(limit: Option<u64>, window_s: Option<u64>) -> AppQuotas {
        AppQuotas {
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            window_s: window_s.unwrap_or(3600).max(1),
            start: Instant::now(),
            used: Mutex::default(),
        }
    }

    /// Counts one request of `account`, or says that none is left.
    pub(crate) fn spend(&self, account: &Arc<str>) -> Result<QuotaBalance, QuotaBalance> {
        let (window, _) = self.now();
        let mut used = lock(&self.used);
        let entry = used.entry(Arc::clone(account)).or_insert((window, 0));
        if entry.0 != window {
            *entry = (window, 0);
        }
        let spent = entry.1;
        if spent >= self.limit {
            return Err(self.standing(spent));
        }
        entry.1 += 1;
        Ok(self.standing(spent + 1))
    }

    /// How `account` stands, without counting anything.
    pub(crate) fn look(&self, account: &str) -> QuotaBalance {
        let (window, _) = self.now();
        let spent = lock(&self.used).get(account).filter(|entry| entry.0 == window).map_or(0, |entry| entry.1);
        self.standing(spent)
    }

    fn standing(&self, spent: u64) -> QuotaBalance {
        QuotaBalance { limit: self.limit, remaining: self.limit.saturating_sub(spent), reset_s: self.now().1 }
    }

    /// The number of the window, and the seconds that are left of it, rounded up.
    fn now(&self) -> (u64, u64) {
        let elapsed = self.start.elapsed();
        let window = elapsed.as_secs() / self.window_s;
        let end = Duration::from_secs(self.window_s.saturating_mul(window + 1));
        let left = end.saturating_sub(elapsed);
        (window, left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }
}
