//! What a run cost: requests by kind, and the quotas that remain.
//!
//! Owns the counters. A request counts if it reached the API as far as ringform knows. It judges nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::api::credential::ApiCredentials;
use crate::api::timer::Timer;
use crate::model::ClientId;
use crate::plan::{QuotaUsage, Requests};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestKind {
    /// To get a token.
    Token,
    /// To learn who the token belongs to.
    User,
    /// To read a client.
    Read(ClientId),
    /// To write a client.
    Write(ClientId),
}

/// The counters of a run.
#[derive(Debug, Default)]
pub(super) struct RequestCounters {
    token: AtomicU64,
    read: AtomicU64,
    write: AtomicU64,
    retries: AtomicU64,
}

impl RequestCounters {
    /// Counts a request that left.
    pub(super) fn count(&self, kind: RequestKind) {
        let counter = match kind {
            RequestKind::Token => &self.token,
            RequestKind::User | RequestKind::Read(_) => &self.read,
            RequestKind::Write(_) => &self.write,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request that ringform is about to make again.
    pub(super) fn count_retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    fn so_far(&self) -> Requests {
        let [token, read, write, retries] =
            [&self.token, &self.read, &self.write, &self.retries].map(|counter| counter.load(Ordering::Relaxed));
        Requests { total: token + read + write, token, read, write, retries }
    }
}

/// A view of the counters and quotas of a run, during the run and after it.
#[derive(Clone, Debug)]
pub struct Usage {
    pub(super) counters: Arc<RequestCounters>,
    pub(super) credentials: Arc<ApiCredentials>,
    pub(super) timer: Timer,
}

impl Usage {
    /// The numbers of requests so far. A request that never reached the API (no connection, or a kept-alive connection
    /// that the server had closed) does not count in `total`; making it again is one of `retries`.
    pub fn requests(&self) -> Requests {
        self.counters.so_far()
    }

    /// The quotas that the API reported, by name of the credential, the environment first.
    pub fn quota(&self) -> Vec<QuotaUsage> {
        let now = self.timer.now();
        let reported = self.credentials.iter().filter_map(|credential| {
            Some(QuotaUsage {
                credentials: credential.name().map(|name| name.to_string()),
                remaining_lowest: credential.quota.lowest()?,
                limit: credential.quota.limit(),
                resets_in_s: credential.quota.resets_in(now).map(whole_seconds),
            })
        });
        reported.collect()
    }

    /// What a credential had left in its last answer, and how long until the counter resets.
    pub fn remaining(&self, credentials: Option<&Arc<str>>) -> Option<(u64, Option<Duration>)> {
        let quota = &self.credentials.get(credentials).ok()?.quota;
        Some((quota.remaining()?, quota.resets_in(self.timer.now())))
    }
}

/// Seconds, rounded up: a few milliseconds after the answer ringform still shows the number that the API sent.
fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}
