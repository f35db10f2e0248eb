//! The three quota headers that every answer carries.

/// What the quota headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuotaBalance {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    /// Seconds until the count is reset, at least 1.
    pub(crate) reset_s: u64,
}

/// What the three quota headers say.
#[derive(Debug, Default)]
pub(crate) struct QuotaHeaderText {
    pub(crate) which: QuotaHeaderSet,
    /// Remaining is 0, whatever was counted.
    pub(crate) used_up: bool,
    /// The text of X-RateLimit-Reset in place of the counted one.
    pub(crate) reset: Option<String>,
}

/// Which of the three quota headers answers carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum QuotaHeaderSet {
    #[default]
    All,
    NoReset,
    Absent,
}

impl QuotaHeaderText {
    /// The names and texts of the headers.
    pub(crate) fn headers(self, standing: QuotaBalance) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if self.which != QuotaHeaderSet::Absent {
            let remaining = if self.used_up { 0 } else { standing.remaining };
            headers.push(("x-ratelimit-limit", standing.limit.to_string()));
            headers.push(("x-ratelimit-remaining", remaining.to_string()));
        }
        if self.which == QuotaHeaderSet::All {
            headers.push(("x-ratelimit-reset", self.reset.unwrap_or_else(|| standing.reset_s.to_string())));
        }
        headers
    }
}
