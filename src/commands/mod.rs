//! One file a command: load, call, render, status. Commands are thin and never call each other.
//!
//! Beside the commands stand the pieces of the edge that they share: `setup` (from a project to open hands), `output` (where
//! results go), `metrics`, `signals`, `clock`, `logging` and `starter` (what `init` writes). The environment, the clock and the terminal are looked at in this folder alone.

pub(crate) mod apply;
pub(crate) mod auth;
pub(crate) mod based;
pub(crate) mod clock;
pub(crate) mod completions;
pub(crate) mod drift;
pub(crate) mod files;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod logging;
pub(crate) mod man;
pub(crate) mod metrics;
pub(crate) mod output;
pub(crate) mod plan;
pub(crate) mod prepare;
pub(crate) mod progress;
pub(crate) mod resolve;
pub(crate) mod sandbox;
pub(crate) mod sandbox_data;
pub(crate) mod schema;
pub(crate) mod setup;
pub(crate) mod show;
pub(crate) mod signals;
pub(crate) mod starter;
pub(crate) mod validate;

use std::process::ExitCode;

use ringform::plan::drift::{Finding, FindingState};
use ringform::plan::{BlockedKind, DriftReport, Plan, Status};

/// The exit statuses. 130 wins over 1, 1 over 2: the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[must_use]
pub enum Exit {
    /// Done; for plan and apply whether or not there was a difference.
    Done,
    /// There is a difference, and the question was asked for; of drift: an open finding.
    Difference,
    /// An error, wrong usage included.
    Error,
    /// Interrupted by a signal.
    Interrupted,
}

impl Exit {
    /// The status that a plan stands for: a client that failed or that a guard stops is an error, a conflict is not.
    /// A report of drift that is shown again is judged as drift judges it.
    pub fn of_plan(plan: &Plan, detailed: bool) -> Exit {
        if let Some(watch) = &plan.run.drift {
            let exit = Exit::of_drift(watch, false);
            return if exit == Exit::Difference && !detailed { Exit::Done } else { exit };
        }
        let any = |status: Status| plan.clients.iter().any(|client| client.status() == status);
        let mut blocked = plan.clients.iter().flat_map(|client| &client.blocked);
        if any(Status::Failed) || blocked.any(|blocked| blocked.kind == BlockedKind::Guard) {
            Exit::Error
        } else if detailed && any(Status::Change) {
            Exit::Difference
        } else {
            Exit::Done
        }
    }

    /// The status of a report of apply: anything that is neither applied nor unchanged is an error.
    pub fn of_report(report: &Plan) -> Exit {
        match report.clients.iter().all(|client| client.result.is_some_and(|outcome| outcome.is_good())) {
            true => Exit::Done,
            false => Exit::Error,
        }
    }

    /// The status of a drift report: a failed read that nobody waived is an error; a finding is a difference unless it is waived
    /// or, where only news count, goes on. In a fleet that is looked at in turns, what was found in an earlier turn still stands.
    pub fn of_drift(watch: &DriftReport, only_new: bool) -> Exit {
        let carried = |finding: &Finding| {
            watch.rolling.is_some() && finding.state == FindingState::Unread && finding.waived.is_none()
        };
        let differs = watch.findings.iter().filter(|finding| finding.field().is_some()).any(|finding| match only_new {
            true => finding.is_news(),
            false => finding.is_open() || carried(finding),
        });
        // A client that could not be read in its turn is an error until it can be.
        let failed = |finding: &Finding| finding.is_failure() || (finding.field().is_none() && carried(finding));
        if watch.findings.iter().any(failed) {
            Exit::Error
        } else if differs {
            Exit::Difference
        } else {
            Exit::Done
        }
    }

    /// Interrupted wins over everything.
    pub fn or_interrupted(self, interrupted: bool) -> Exit {
        if interrupted { Exit::Interrupted } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Difference => 2,
            Exit::Interrupted => 130,
        })
    }
}
