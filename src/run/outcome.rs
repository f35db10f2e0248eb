//! What a run comes to: its report and its exit status.
//!
//! Owns the rules that turn results into an exit status. It knows no process.

use crate::plan::drift::{Finding, FindingState};
use crate::plan::{BlockedKind, DocumentKind, DriftReport, Plan, Status};

/// The result of a run.
#[derive(Debug)]
pub struct RunOutcome {
    /// Its report.
    pub report: Plan,
    /// What failed beside the report, such as a notification or the last line of a journal.
    pub finished: anyhow::Result<()>,
}

/// What makes a difference an exit status of 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExitRules {
    /// For a plan: a difference exits with 2.
    pub detailed: bool,
    /// For drift: only a new finding exits with 2.
    pub only_new: bool,
}

impl RunOutcome {
    /// A run in which nothing failed beside its report.
    pub(super) fn new(report: Plan) -> RunOutcome {
        RunOutcome { report, finished: Ok(()) }
    }

    /// The exit status of the run, as far as its report decides it.
    pub fn exit_status(&self, rules: ExitRules) -> ExitStatus {
        ExitStatus::of_document(&self.report, rules)
    }
}

/// The exit statuses. 130 wins over 1 and 1 over 2: the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[must_use]
pub enum ExitStatus {
    /// Done. Without `--detailed-exitcode` a difference does not change the status.
    Done,
    /// A difference that the command was asked to report; for drift an open finding.
    Difference,
    /// An error, wrong usage included.
    Error,
    /// Interrupted by a signal.
    Interrupted,
}

impl ExitStatus {
    /// The number for the system.
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::Done => 0,
            ExitStatus::Error => 1,
            ExitStatus::Difference => 2,
            ExitStatus::Interrupted => 130,
        }
    }

    /// The status of a document, by its kind.
    pub fn of_document(document: &Plan, rules: ExitRules) -> ExitStatus {
        match (document.kind, &document.run.drift) {
            (DocumentKind::Plan | DocumentKind::Offline | DocumentKind::Validation, _) => {
                ExitStatus::of_plan(document, rules.detailed)
            }
            (DocumentKind::Report, _) => ExitStatus::of_report(document),
            (DocumentKind::Drift, Some(drift)) => ExitStatus::of_drift(drift, rules.only_new),
            (DocumentKind::Drift, None) => ExitStatus::Error,
        }
    }

    /// The status of a plan. A client that failed or that a guard stops is an error; a conflict is not. `show` may pass
    /// a drift report, which counts as drift counts it.
    pub fn of_plan(plan: &Plan, detailed: bool) -> ExitStatus {
        if let Some(drift) = &plan.run.drift {
            let status = ExitStatus::of_drift(drift, false);
            return if status == ExitStatus::Difference && !detailed { ExitStatus::Done } else { status };
        }
        let any = |status: Status| plan.clients.iter().any(|client| client.status() == status);
        let mut blocked = plan.clients.iter().flat_map(|client| &client.blocked);
        if any(Status::Failed) || blocked.any(|blocked| blocked.kind == BlockedKind::Guard) {
            ExitStatus::Error
        } else if detailed && any(Status::Change) {
            ExitStatus::Difference
        } else {
            ExitStatus::Done
        }
    }

    /// The status of a report of apply. A client that is neither applied nor unchanged is an error.
    pub fn of_report(report: &Plan) -> ExitStatus {
        match report.clients.iter().all(|client| client.result.is_some_and(|result| result.is_good())) {
            true => ExitStatus::Done,
            false => ExitStatus::Error,
        }
    }

    /// The status of a drift report. A failed read without a waiver is an error. A finding is a difference unless a
    /// waiver covers it or, with `only_new`, unless it continues. With a budget, a finding of an earlier turn counts
    /// until its client is read.
    pub fn of_drift(drift: &DriftReport, only_new: bool) -> ExitStatus {
        let carried = |finding: &Finding| {
            drift.rolling.is_some() && finding.state == FindingState::Unread && finding.waived.is_none()
        };
        let differs = drift.findings.iter().filter(|finding| finding.field().is_some()).any(|finding| match only_new {
            true => finding.is_news(),
            false => finding.is_open() || carried(finding),
        });
        // A client whose read failed in its turn is an error until a read of it succeeds.
        let failed = |finding: &Finding| finding.is_failure() || (finding.field().is_none() && carried(finding));
        if drift.findings.iter().any(failed) {
            ExitStatus::Error
        } else if differs {
            ExitStatus::Difference
        } else {
            ExitStatus::Done
        }
    }

    /// Interrupted wins over every other status.
    pub fn or_interrupted(self, interrupted: bool) -> ExitStatus {
        if interrupted { ExitStatus::Interrupted } else { self }
    }
}
