//! The report of the run before, read back.
//!
//! Owns the checks between a file given with `--since` and a report that this run may continue.

use std::collections::BTreeSet;

use crate::model::{ClientKey, DeclaredClient, Untrusted, instant_text};
use crate::plan::document::load::load;
use crate::plan::document::plan::Plan;
use crate::plan::drift::report::{DriftReport, LastRead};

/// The report of the run before.
#[derive(Clone, Debug)]
pub struct PreviousReport {
    /// When that run began.
    pub started_at: String,
    /// Its findings.
    pub drift: DriftReport,
    pub(super) endpoint: String,
    pub(super) project: String,
}

impl PreviousReport {
    /// Reads a report that `drift` wrote as JSON. The error is one sentence, with the remedy.
    pub fn read(bytes: &[u8]) -> Result<PreviousReport, String> {
        // The remedy of the error is for saved plans.
        let plan = load(bytes)
            .map_err(|error| format!("{}; remove it to start again, then every finding is new once", error.what))?;
        let Some(drift) = plan.run.drift else {
            return Err("it is not a report of drift: give the file that `drift --format json=FILE` wrote".to_owned());
        };
        if let Some(at) = plan.run.at {
            let at = instant_text(at);
            let why = format!("it shows what drift would find at {at} (--at): remove it to start again");
            return Err(why);
        }
        let times = drift.findings.iter().map(|finding| finding.first_seen.as_str());
        let times =
            times.chain(drift.last_read.iter().filter_map(|seen| seen.at.as_deref())).chain([&*plan.run.started_at]);
        if times.into_iter().any(|time| !is_time(time)) {
            return Err("a time in it is not valid: it was edited or damaged; remove it to start again".to_owned());
        }
        let (endpoint, project) = (plan.endpoint.raw().to_owned(), plan.project.raw().to_owned());
        Ok(PreviousReport { started_at: plan.run.started_at, drift, endpoint, project })
    }

    /// Whether it is of the same project and endpoint as this report; the error says what differs. Most project files
    /// have one name, so a report that names no client of this project is refused too.
    pub fn check(&self, now: &Plan, declared: &[DeclaredClient], whole: bool) -> Result<(), Untrusted> {
        let declared: BTreeSet<ClientKey> = declared.iter().map(|known| known.key()).collect();
        let is_declared = |seen: &LastRead| declared.contains(&seen.key());
        if whole
            && !self.drift.last_read.is_empty()
            && !declared.is_empty()
            && !self.drift.last_read.iter().any(is_declared)
        {
            return Err(
                "it names no client of this project, so it is of another project: keep one file for each, or remove it to start \
                 again"
                    .into(),
            );
        }
        for (what, then, now) in
            [("endpoint", &self.endpoint, now.endpoint.raw()), ("project file", &self.project, now.project.raw())]
        {
            if then != now {
                let why = format!(
                    "it is of another {what}, {then} and not {now}: keep one file for each, or remove it to start again"
                );
                return Err(why.into());
            }
        }
        Ok(())
    }
}

/// A time as this program writes it: in UTC, to the second, so that the order of the texts is their order.
fn is_time(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}
