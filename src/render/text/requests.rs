//! What a run cost: requests, time and quota.
//!
//! Owns these sentences. They differ from run to run, so the caller can leave them out.

use std::io::{self, Write};

use crate::plan::{QuotaUsage, Run};
use crate::render::escape::terminal;
use crate::render::options::TextOptions;
use crate::render::wording::numbers::{count, duration, number};

/// `4 requests (1 repeated), 0.8 s.`; `None` for a run without requests.
pub(super) fn requests(run: &Run, options: &TextOptions) -> Option<String> {
    if !options.requests || run.requests.total == 0 {
        return None;
    }
    let retries = match run.requests.retries {
        0 => String::new(),
        n => format!(" ({} repeated)", number(n)),
    };
    let requests = count(usize::try_from(run.requests.total).unwrap_or(usize::MAX), "request");
    // A shorter time is noise: it differs in every run.
    let time = if run.duration_ms < 100 { String::new() } else { format!(", {}", duration(run.duration_ms)) };
    Some(format!("{requests}{retries}{time}."))
}

/// The quota that is left of each credential, where little is left or all is asked for.
pub(super) fn quotas(run: &Run, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    for quota in run.quota.iter().filter(|quota| options.requests && (options.verbose || is_low(quota))) {
        let of_name =
            quota.credentials.as_deref().map(|name| format!(" of {}", terminal(&name.into()))).unwrap_or_default();
        let of_all = quota.limit.map(|limit| format!(" of {}", number(limit))).unwrap_or_default();
        let reset = quota.resets_in_s.map(|s| format!(", reset in {}", duration(s.saturating_mul(1000))));
        let (lowest, reset) = (number(quota.remaining_lowest), reset.unwrap_or_default());
        writeln!(out, "Quota{of_name}: {lowest}{of_all} left at the lowest{reset}.")?;
    }
    Ok(())
}

/// Whether less than a fifth of the hour's requests was left.
fn is_low(quota: &QuotaUsage) -> bool {
    quota.limit.is_some_and(|limit| quota.remaining_lowest.saturating_mul(5) < limit)
}
