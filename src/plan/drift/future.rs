//! Times of an earlier run that lie in the future.
//!
//! Owns the tolerance, and what counts in place of such a time. The time of this run comes in as a value.

use jiff::{SignedDuration, Timestamp};

use crate::model::Diagnostic;
use crate::plan::drift::previous::PreviousReport;

/// How far the clocks of two machines may differ before a stored time counts as wrong.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

impl PreviousReport {
    /// Takes the times out that lie in the future of `now`: a client with such a time counts as never read, because
    /// `--budget` would not read it again before then. The warning says how many there were.
    pub fn distrust_future(&mut self, now: &str) -> Option<Diagnostic> {
        let latest = now.parse::<Timestamp>().ok()?.checked_add(CLOCK_TOLERANCE).ok()?;
        let is_future = |time: &str| time.parse::<Timestamp>().is_ok_and(|time| time > latest);
        let mut worst = is_future(&self.started_at).then(|| self.started_at.clone());
        let mut clients = 0;
        for read in &mut self.drift.last_read {
            if let Some(at) = read.at.take_if(|at| is_future(at)) {
                clients += 1;
                worst = worst.max(Some(at));
            }
        }
        for finding in self.drift.findings.iter_mut().filter(|finding| is_future(&finding.first_seen)) {
            let first_seen = std::mem::replace(&mut finding.first_seen, now.to_owned());
            worst = worst.max(Some(first_seen));
        }
        let counted = match clients {
            0 => String::new(),
            1 => "; 1 client with such a time counts as never read".to_owned(),
            n => format!("; {n} clients with such a time count as never read"),
        };
        let summary = format!("the report of --since holds a time in the future, {}{counted}", worst?);
        let warning = Diagnostic::warning("future-time", None, summary);
        Some(warning.help("check the clocks of this machine and of the one that wrote the report".to_owned()))
    }
}
