//! The place of an apply in the ledger: it claims before the first PUT and records at the end.
//!
//! Owns what a run says of itself there, and what of its report the ledger keeps. `ledger` owns the branch.

use std::time::Duration;

use crate::config::Project;
use crate::ledger::claim::claimed_puts;
use crate::ledger::draft::RunRecord;
use crate::ledger::run::{LedgerRun, RecordOutcome, RunIdentity};
use crate::model::{Diagnostic, Untrusted};
use crate::plan::{ApplyResult, Blocked, BlockedKind, ClientPlan, Plan, document};
use crate::run::identity::{of_ci, of_system};
use crate::run::preflight::{CommitAdvance, LedgerStart, short};
use crate::run::reread::RereadClients;
use crate::run::{Environment, LedgerBeginning};

/// A run of apply in the ledger.
#[derive(Debug)]
pub(super) struct Recording {
    run: LedgerRun,
    who: RunIdentity,
    lease: Duration,
    /// Whether `ledger.json` names the commit of this run afterwards.
    advance: CommitAdvance,
    /// Whether the run covers the whole project.
    is_whole: bool,
}

impl Recording {
    /// The recording of a run that may begin.
    pub(super) fn new(
        start: LedgerStart,
        project: &Project,
        beginning: &LedgerBeginning,
        is_whole: bool,
        env: &Environment,
    ) -> Recording {
        let LedgerStart { run, lease, commit, advance } = start;
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
        Recording { run, who, lease, advance, is_whole }
    }

    /// Claims the ledger for what the plan sends. After an error nothing may be sent.
    pub(super) fn claim(&mut self, plan: &Plan, env: &Environment) -> Result<(), Box<Diagnostic>> {
        let puts = claimed_puts(&plan.clients);
        if puts.is_empty() {
            return Ok(());
        }
        self.who.digest = document::digest(plan).unwrap_or_default();
        self.run.claim_for(&self.who, puts, self.lease, env.clock.timestamp)
    }

    /// Whether a PUT may still begin.
    pub(super) fn lease_end(&self) -> Option<jiff::Timestamp> {
        self.run.claim().map(|claim| claim.lease_end)
    }

    /// A rule of an earlier commit stopped clients, so the ledger stays at its commit: to loosen a rule takes two
    /// merges.
    pub(super) fn hold(&mut self, rule: &Untrusted) -> Diagnostic {
        self.advance = CommitAdvance::Stays;
        let stays = match self.run.view().applied() {
            Some(commit) => format!("the ledger stays at commit {}", short(commit)),
            None => "the ledger names no commit yet".to_owned(),
        };
        let summary = rule.map(|rule| format!("{rule} stopped this run, so {stays}"));
        let help = "apply the looser rule in a merge of its own, and what needs it in the next";
        Diagnostic::warning("rules-changed", None, summary).help(help.to_owned())
    }

    /// Records the results. `reads` are what a run of a saved plan read again: it records these clients only.
    pub(super) fn record(
        &mut self,
        report: &Plan,
        reads: Option<&RereadClients>,
        env: &Environment,
    ) -> Result<RecordOutcome, Box<Diagnostic>> {
        let read_again = reads.map(|reads| reads.of(report));
        let bytes = serde_json::to_vec(&kept(report)).map_err(|why| {
            let summary = format!("the report cannot be written as JSON: {why}");
            Box::new(Diagnostic::error("ledger", None, summary))
        })?;
        let record = RunRecord {
            report: read_again.as_ref().unwrap_or(report),
            document: &bytes,
            has_sent: self.run.claim().is_some(),
            is_whole: self.is_whole,
            applied: Some(self.who.commit.as_str()).filter(|_| self.advance == CommitAdvance::Advances),
            was_read: |client: &ClientPlan| client.live.is_some(),
            in_doubt: |client: &ClientPlan| client.details.as_ref().is_some_and(|details| details.in_doubt),
        };
        self.run.record(&self.who, &record, env.clock.timestamp)
    }
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

/// The report as the ledger keeps it: without clients that had nothing to send.
fn kept(report: &Plan) -> Plan {
    let mut kept = report.clone();
    kept.clients.retain(|client| client.is_to_send() || client.result != Some(ApplyResult::Unchanged));
    for client in &mut kept.clients {
        client.live = client.live.as_ref().map(|live| live.only(client.managed));
    }
    kept
}
