//! What a run cost: requests by kind, and what is left of the quotas.
//!
//! Owns the rule of what counts: what reached the API as far as we know. It judges nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::api::house::House;
use crate::plan::{QuotaUsage, Requests};

/// A view of the counters and quotas of a run, while it goes on and afterwards.
#[derive(Clone, Debug)]
pub struct Usage {
    pub(super) house: Arc<House>,
}

impl Usage {
    /// The numbers of requests so far. A request that never reached the API (no connection, or a kept-alive connection that
    /// the server had closed) is no part of `total`; making it again is one of `retries`.
    pub fn requests(&self) -> Requests {
        self.house.counts.so_far()
    }

    /// The quotas that were heard of, by name of the credential, the environment first.
    pub fn quota(&self) -> Vec<QuotaUsage> {
        let now = Instant::now();
        let heard = self.house.accounts().iter().filter_map(|account| {
            Some(QuotaUsage {
                credentials: account.name().map(|name| name.to_string()),
                remaining_lowest: account.ledger.lowest()?,
                resets_in_s: account.ledger.resets_in(now).map(whole_seconds),
            })
        });
        heard.collect()
    }

    /// What a credential has left as last heard, and how long until the counter is reset.
    pub fn remaining(&self, credentials: Option<&Arc<str>>) -> Option<(u64, Option<Duration>)> {
        let ledger = &self.house.account(credentials).ok()?.ledger;
        Some((ledger.remaining()?, ledger.resets_in(Instant::now())))
    }

    /// The credential that came nearest to the end of its quota.
    pub fn lowest(&self) -> Option<QuotaUsage> {
        self.quota().into_iter().min_by_key(|quota| quota.remaining_lowest)
    }
}

/// Seconds, rounded up: what the API said is what is shown a few milliseconds later.
fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}
