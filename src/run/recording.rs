//! The place of an apply in the ledger: it claims before the first PUT and records at the end.
//!
//! Owns what a run says of itself there, and what of its report the ledger keeps. `ledger` owns the branch.

use std::time::Duration;

use crate::api::Shutdown;
use crate::config::Project;
use crate::ledger::claim::claimed_puts;
use crate::ledger::draft::RunRecord;
use crate::ledger::lease::{HeldLease, LeaseClock};
use crate::ledger::renewal::RenewalOutcome;
use crate::ledger::run::{LedgerRun, RunIdentity};
use crate::ledger::run_record::RecordOutcome;
use crate::model::{Diagnostic, Level, Untrusted};
use crate::plan::{ApplyResult, ClientPlan, Plan, document};
use crate::run::identity::{of_ci, of_system};
use crate::run::{Environment, LedgerBeginning};

/// The lease of a project that names none.
const LEASE: Duration = Duration::from_secs(15 * 60);

/// A run of apply in the ledger.
#[derive(Debug)]
pub(super) struct Recording {
    run: LedgerRun,
    who: RunIdentity,
    lease: Duration,
    /// Why the last renewal failed, where it did.
    failed_renewal: Option<Box<Diagnostic>>,
    /// Whether the run covers the whole project.
    is_whole: bool,
}

impl Recording {
    /// The recording of a run that may begin. `commit` is the code that it applies.
    pub(super) fn new(
        run: LedgerRun,
        project: &Project,
        beginning: &LedgerBeginning,
        commit: String,
        is_whole: bool,
        env: &Environment,
    ) -> Recording {
        let (person, job) = of_ci(&env.variables).unwrap_or_default();
        let named = beginning.actor.as_deref().map(Untrusted::from).or(person);
        let actor = named.or_else(|| project.repository.person().map(Untrusted::from));
        let who = RunIdentity {
            run: env.run_id(),
            actor: actor.unwrap_or_else(|| of_system(&env.variables)),
            reason: beginning.reason.as_deref().map(Untrusted::from),
            link: job.link,
            pull_request: job.pull_request,
            commit,
            digest: String::new(),
        };
        let lease = project.ledger.as_ref().map_or(LEASE, |config| config.lease);
        Recording { run, who, lease, failed_renewal: None, is_whole }
    }

    /// Claims the ledger for what the plan sends. After an error nothing may be sent.
    pub(super) fn claim(&mut self, plan: &Plan, env: &Environment) -> Result<(), Box<Diagnostic>> {
        let puts = claimed_puts(&plan.clients);
        if puts.is_empty() {
            return Ok(());
        }
        self.who.digest = document::digest(plan).unwrap_or_default();
        let clock = LeaseClock::start(env.clock.timestamp, env.clock.instant);
        self.run.claim_for(&self.who, puts, self.lease, clock)
    }

    /// The lease of the claim; `None` before it.
    pub(super) fn lease(&self) -> Option<HeldLease> {
        self.run.lease()
    }

    /// Renews the claim. Whether the remote holds a later lease end now.
    pub(super) fn renew(&mut self) -> bool {
        match self.run.renew(&self.who) {
            Ok(outcome) => {
                self.failed_renewal = None;
                outcome == RenewalOutcome::Renewed
            }
            Err(problem) => {
                self.failed_renewal = Some(problem);
                false
            }
        }
    }

    /// Records the results, and adds to the report what happened to the ledger. The error says what the next run does.
    pub(super) fn record(&mut self, report: &mut Plan, env: &Environment) -> anyhow::Result<()> {
        let recorded = self.try_record(report, env);
        report.diagnostics.extend(self.run.take_warnings());
        report.diagnostics.extend(self.failed_renewal.take().map(|problem| unrenewed(*problem)));
        let run = &self.who.run;
        let lease = self.run.lease().filter(|_| self.run.is_open(run));
        match (recorded, lease) {
            (Ok(outcome), _) => {
                report.diagnostics.extend(warning(outcome));
                Ok(())
            }
            (Err(problem), Some(lease)) => {
                report.diagnostics.push(*problem);
                let end = lease.end().strftime("%Y-%m-%dT%H:%M:%SZ");
                anyhow::bail!(
                    "the ledger has no record of this run: its claim stays, and the next run reads what was in doubt; \
                     before {end} that run needs --take-over {run}"
                )
            }
            (Err(problem), None) if self.run.claim().is_some() => {
                report.diagnostics.push(*problem);
                anyhow::bail!("the ledger has no record of this run, whose claim is gone; keep this report")
            }
            (Err(problem), None) => {
                report.diagnostics.push(*problem);
                anyhow::bail!(
                    "the ledger has no record of this run, which sent nothing; the next run records what it reads"
                )
            }
        }
    }

    fn try_record(&mut self, report: &Plan, env: &Environment) -> Result<RecordOutcome, Box<Diagnostic>> {
        let bytes = serde_json::to_vec(&kept(report)).map_err(|why| {
            let summary = format!("the report cannot be written as JSON: {why}");
            Box::new(Diagnostic::error("ledger", None, summary))
        })?;
        let record = RunRecord {
            report,
            document: &bytes,
            has_sent: self.run.claim().is_some(),
            is_whole: self.is_whole,
            applied: Some(&self.who.commit),
            was_read: |client: &ClientPlan| client.live.is_some(),
            in_doubt: |client: &ClientPlan| client.details.as_ref().is_some_and(|details| details.in_doubt),
        };
        let shutdown = &env.shutdown;
        self.run.record(&self.who, &record, (env.clock.timestamp)(), &|wait| pause(shutdown, wait))
    }
}

/// Waits before another try; `false` when the run is to leave: then it has had its one try.
fn pause(shutdown: &Shutdown, wait: Duration) -> bool {
    let parts = 20;
    (0..parts).all(|_| {
        let goes_on = !shutdown.is_stopped();
        if goes_on {
            std::thread::sleep(wait / parts);
        }
        goes_on
    })
}

/// The warning about a renewal that failed. The results say whether that kept the run from sending.
fn unrenewed(problem: Diagnostic) -> Diagnostic {
    let summary = format!("the claim of this run was not renewed: {}", problem.summary.raw());
    Diagnostic { severity: Level::Warning, summary: summary.into(), ..problem }
}

/// What people should read about a record that is not an ordinary one.
fn warning(outcome: RecordOutcome) -> Option<Diagnostic> {
    let (summary, help) = match outcome {
        RecordOutcome::Recorded | RecordOutcome::Nothing | RecordOutcome::Refused => return None,
        RecordOutcome::TakenOver => (
            "another run took over the claim of this run, so the ledger holds what it sent as in doubt",
            "the next run reads these clients and settles it",
        ),
        RecordOutcome::LeftOut => (
            "another run began or ended meanwhile, so this run, which sent nothing, records nothing",
            "the next run records what is in sync",
        ),
    };
    Some(Diagnostic::warning("ledger", None, summary).help(help.to_owned()))
}

/// The report as the ledger keeps it: without clients that had nothing to send.
fn kept(report: &Plan) -> Plan {
    let mut kept = report.clone();
    kept.clients.retain(|client| client.is_to_send() || client.result != Some(ApplyResult::Unchanged));
    for client in &mut kept.clients {
        client.live = client.live.as_ref().map(|live| live.only(client.managed));
    }
    kept
}
