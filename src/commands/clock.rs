//! The time and the name of a run: the only place that asks a clock.

use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

use jiff::Timestamp;

use ringform::plan::{QuotaUsage, Requests, Run};

/// A run under way.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    started_at: Timestamp,
    id: String,
}

impl Clock {
    /// Starts the run. Its id holds the time for people and chance for uniqueness.
    pub(crate) fn start() -> Clock {
        let started_at = Timestamp::now();
        let chance = random() & 0xff_ffff;
        let id = format!("{}-{chance:06x}", started_at.strftime("%Y%m%dT%H%M%SZ"));
        Clock { started: Instant::now(), started_at, id }
    }

    /// The run's id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// When it began, RFC 3339 in UTC, to the second.
    pub(crate) fn started_at(&self) -> String {
        self.started_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The day on which it began, `YYYY-MM-DD` in UTC.
    pub(crate) fn today(&self) -> String {
        self.started_at.strftime("%Y-%m-%d").to_string()
    }

    /// The run as the plan document tells it.
    pub(crate) fn run(&self, requests: Requests, quota: Vec<QuotaUsage>) -> Run {
        Run {
            id: self.id.clone(),
            started_at: self.started_at(),
            duration_ms: self.started.elapsed().as_millis() as u64,
            requests,
            quota,
            drift: None,
        }
    }
}

/// Now, RFC 3339 in UTC, to the second.
pub(crate) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Chance for names and jitter: the standard library seeds its hashers from the system. No secret hangs on it.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
