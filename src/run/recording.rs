//! The place of an apply in the ledger: it claims before the first PUT and records at the end.
//!
//! Owns what a run says of itself there. `ledger` owns the branch, and what of the report it keeps.

use std::time::Duration;

use crate::api::Shutdown;
use crate::ledger::apply::draft::RunRecord;
use crate::ledger::apply::lease::{HeldLease, LeaseClock};
use crate::ledger::apply::renewal::RenewalOutcome;
use crate::ledger::apply::run_record::RecordOutcome;
use crate::ledger::apply::{LedgerRun, RunIdentity};
use crate::ledger::contents::claim::{OpenClaim, claimed_puts};
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::model::{Diagnostic, Level, Untrusted, short_commit};
use crate::plan::{Blocked, BlockedKind, ClientPlan, Plan};
use crate::run::Environment;
use crate::run::preflight::{CommitAdvance, LedgerStart};
use crate::run::reread::RereadClients;

/// The actor of a run that neither a flag, a CI system, git nor the system names.
const UNKNOWN: &str = "unknown";

/// A run of apply in the ledger.
#[derive(Debug)]
pub(super) struct Recording {
    run: LedgerRun,
    who: RunIdentity,
    lease: Duration,
    /// Why the last renewal failed, where it did.
    failed_renewal: Option<Box<Diagnostic>>,
    /// Whether `ledger.json` names the commit of this run afterwards.
    advance: CommitAdvance,
    /// Whether the run covers the whole project.
    is_whole: bool,
}

impl Recording {
    /// The recording of a run that may begin.
    pub(super) fn new(start: LedgerStart, is_whole: bool, env: &Environment) -> Recording {
        let LedgerStart { run, lease, commit, advance } = start;
        let who = RunIdentity { run: env.run_id(), commit, ..RunIdentity::default() };
        Recording { run, who, lease, failed_renewal: None, advance, is_whole }
    }

    /// Claims the ledger for what the plan of this digest sends. After an error nothing may be sent.
    pub(super) fn claim(&mut self, plan: &Plan, digest: &str, env: &Environment) -> Result<(), Box<Diagnostic>> {
        let puts = claimed_puts(&plan.clients);
        if puts.is_empty() {
            return Ok(());
        }
        self.identify(plan);
        digest.clone_into(&mut self.who.digest);
        let clock = LeaseClock::start(env.clock.timestamp, env.clock.instant);
        self.run.claim_for(&self.who, puts, self.lease, clock)
    }

    /// The claims that the branch held when the run began: all are of runs that are gone.
    pub(super) fn claims(&self) -> &[OpenClaim] {
        &self.run.view().claims
    }

    /// The runs that the ledger lists with a collateral; `None` before its first record.
    pub(super) fn collaterals(&self) -> Option<&LedgerCollaterals> {
        self.run.view().collaterals()
    }

    /// Takes from a report who runs it, why and in which job.
    fn identify(&mut self, report: &Plan) {
        let (run, job) = (&report.run, report.run.ci.clone().unwrap_or_default());
        self.who.actor = run.actor.clone().unwrap_or_else(|| UNKNOWN.into());
        self.who.reason = run.reason.clone();
        (self.who.link, self.who.pull_request) = (job.job, job.pull_request);
    }

    /// The lease of the claim; `None` before it.
    pub(super) fn lease(&self) -> Option<HeldLease> {
        self.run.lease()
    }

    /// A rule of an earlier commit stopped clients, so the ledger stays at its commit: to loosen a rule takes two
    /// merges.
    pub(super) fn hold(&mut self, rule: &Untrusted) -> Diagnostic {
        self.advance = CommitAdvance::Stays;
        let stays = match self.run.view().applied() {
            Some(commit) => format!("the ledger stays at commit {}", short_commit(commit)),
            None => "the ledger names no commit yet".to_owned(),
        };
        let summary = rule.map(|rule| format!("{rule} stopped this run, so {stays}"));
        let help = "apply the looser rule in a merge of its own, and what needs it in the next";
        Diagnostic::warning("rules-changed", None, summary).help(help.to_owned())
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

    /// Records the results and what the run knows of collaterals, and adds to the report what happened to the ledger.
    /// `reads` are what a run of a saved plan read again: it records these clients only. The error says what the next
    /// run does.
    pub(super) fn record(
        &mut self,
        report: &mut Plan,
        collaterals: &LedgerCollaterals,
        reads: Option<&RereadClients>,
        env: &Environment,
    ) -> anyhow::Result<()> {
        self.identify(report);
        let recorded = self.try_record(report, collaterals, reads, env);
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

    fn try_record(
        &mut self,
        report: &Plan,
        collaterals: &LedgerCollaterals,
        reads: Option<&RereadClients>,
        env: &Environment,
    ) -> Result<RecordOutcome, Box<Diagnostic>> {
        let read_again = reads.map(|reads| reads.of(report));
        let record = RunRecord {
            report: read_again.as_ref().unwrap_or(report),
            has_sent: self.run.claim().is_some(),
            is_whole: self.is_whole,
            applied: Some(self.who.commit.as_str()).filter(|_| self.advance == CommitAdvance::Advances),
            collaterals,
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

/// The first guard of an earlier commit that stopped a client, as messages name it.
pub(super) fn old_guard(clients: &[ClientPlan]) -> Option<Untrusted> {
    let blocked = clients.iter().flat_map(|client| &client.blocked).filter(|one| one.kind == BlockedKind::Guard);
    let named = |one: &Blocked| {
        let revision = one.revision.as_ref()?;
        Some(one.name.map(|name| format!("guard {name} of {}", revision.raw())))
    };
    blocked.filter_map(named).next()
}
