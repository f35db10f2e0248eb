//! The three quota headers that every answer carries.

/// The quota of an application at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuotaBalance {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    /// Seconds until the counter is reset, at least 1.
    pub(crate) reset_s: u64,
}

/// How an answer states its quota.
#[derive(Debug, Default)]
pub(crate) struct QuotaHeaderText {
    pub(crate) which: QuotaHeaderSet,
    /// X-RateLimit-Remaining is 0, whatever the counter holds.
    pub(crate) used_up: bool,
    /// The text of X-RateLimit-Reset, in place of the real one.
    pub(crate) reset: Option<String>,
}

/// Which of the three quota headers an answer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum QuotaHeaderSet {
    #[default]
    All,
    NoReset,
    Absent,
}

impl QuotaHeaderText {
    /// The names and values of the headers.
    pub(crate) fn headers(self, balance: QuotaBalance) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if self.which != QuotaHeaderSet::Absent {
            let remaining = if self.used_up { 0 } else { balance.remaining };
            headers.push(("x-ratelimit-limit", balance.limit.to_string()));
            headers.push(("x-ratelimit-remaining", remaining.to_string()));
        }
        if self.which == QuotaHeaderSet::All {
            headers.push(("x-ratelimit-reset", self.reset.unwrap_or_else(|| balance.reset_s.to_string())));
        }
        headers
    }
}
