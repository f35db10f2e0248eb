//! The place of an apply in the ledger: it claims before the first PUT and records at the end.
//!
//! Owns what a run says of itself there. `ledger` owns the branch, and what of the report it keeps.

use std::time::Duration;

use crate::config::Project;
use crate::ledger::claim::claimed_puts;
use crate::ledger::draft::RunRecord;
use crate::ledger::run::{LedgerRun, RecordOutcome, RunIdentity};
use crate::ledger::view::OpenClaim;
use crate::model::Diagnostic;
use crate::plan::{ClientPlan, Plan};
use crate::run::Environment;

/// The lease of a project that names none.
const LEASE: Duration = Duration::from_secs(15 * 60);

/// The actor of a run that neither a flag, a CI system, git nor the system names.
const UNKNOWN: &str = "unknown";

/// A run of apply in the ledger.
#[derive(Debug)]
pub(super) struct Recording {
    run: LedgerRun,
    who: RunIdentity,
    lease: Duration,
    /// Whether the run covers the whole project.
    is_whole: bool,
}

impl Recording {
    /// The recording of a run that may begin. `commit` is the code that it applies.
    pub(super) fn new(
        run: LedgerRun,
        project: &Project,
        commit: String,
        is_whole: bool,
        env: &Environment,
    ) -> Recording {
        let who = RunIdentity { run: env.run_id(), commit, ..RunIdentity::default() };
        let lease = project.ledger.as_ref().map_or(LEASE, |config| config.lease);
        Recording { run, who, lease, is_whole }
    }

    /// Claims the ledger for what the plan of this digest sends. After an error nothing may be sent.
    pub(super) fn claim(&mut self, plan: &Plan, digest: &str, env: &Environment) -> Result<(), Box<Diagnostic>> {
        let puts = claimed_puts(&plan.clients);
        if puts.is_empty() {
            return Ok(());
        }
        self.identify(plan);
        digest.clone_into(&mut self.who.digest);
        self.run.claim_for(&self.who, puts, self.lease, env.clock.timestamp)
    }

    /// The claims that the branch held when the run began: all are of runs that are gone.
    pub(super) fn claims(&self) -> &[OpenClaim] {
        &self.run.view().claims
    }

    /// Takes from a report who runs it, why and in which job.
    fn identify(&mut self, report: &Plan) {
        let (run, job) = (&report.run, report.run.ci.clone().unwrap_or_default());
        self.who.actor = run.actor.clone().unwrap_or_else(|| UNKNOWN.into());
        self.who.reason = run.reason.clone();
        (self.who.link, self.who.pull_request) = (job.job, job.pull_request);
    }

    /// Whether a PUT may still begin.
    pub(super) fn lease_end(&self) -> Option<jiff::Timestamp> {
        self.run.claim().map(|claim| claim.lease_end)
    }

    /// Records the results.
    pub(super) fn record(&mut self, report: &Plan, env: &Environment) -> Result<RecordOutcome, Box<Diagnostic>> {
        self.identify(report);
        let record = RunRecord {
            report,
            has_sent: self.run.claim().is_some(),
            is_whole: self.is_whole,
            applied: Some(&self.who.commit),
            was_read: |client: &ClientPlan| client.live.is_some(),
            in_doubt: |client: &ClientPlan| client.details.as_ref().is_some_and(|details| details.in_doubt),
        };
        self.run.record(&self.who, &record, env.clock.timestamp)
    }
}
