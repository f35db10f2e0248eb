//! One run of apply and its place in the ledger: it claims the branch before the first PUT.
//!
//! Owns what all commits of a run share, and its claim; `renewal` and `run_record` add the later ones. Each is built on
//! the tip that the run read, and built again on the new tip where the branch has moved. It sends nothing to the API.

use std::time::Duration;

use jiff::Timestamp;

use crate::git::{FileChange, GitError, NewCommit};
use crate::ledger::apply::draft::Draft;
use crate::ledger::apply::lease::{HeldLease, LeaseClock, after};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::claim::{Claim, ClaimedPut, OpenClaim};
use crate::ledger::contents::layout::LedgerPath;
use crate::ledger::contents::message::{CommitAuthor, claim_subject};
use crate::ledger::errors::{busy, error, gone, not_a_ledger, rewritten, unreadable, unwritable};
use crate::ledger::protocol::{LostRace, PushOutcome, after_lost_race};
use crate::model::{Diagnostic, Untrusted};

/// How often a run writes its commit again after commits of other projects.
pub(super) const MOST_RACES: u32 = 20;

/// Who runs apply, and why.
#[derive(Clone, Debug, Default)]
pub struct RunIdentity {
    /// The run.
    pub run: String,
    /// The person or job.
    pub actor: Untrusted,
    /// Why.
    pub reason: Option<Untrusted>,
    /// A link to the job.
    pub link: Option<Untrusted>,
    /// The pull request.
    pub pull_request: Option<Untrusted>,
    /// The commit of the code that is applied.
    pub commit: String,
    /// The digest of the plan.
    pub digest: String,
}

impl RunIdentity {
    fn author(&self) -> CommitAuthor<'_> {
        CommitAuthor {
            run: &self.run,
            actor: Some(&self.actor),
            reason: self.reason.as_ref(),
            commit: Some(&self.commit),
            digest: &self.digest,
            ci: self.link.as_ref(),
            pull_request: self.pull_request.as_ref(),
        }
    }
}

/// A run of apply and its place in the ledger.
#[derive(Debug)]
pub struct LedgerRun {
    pub(super) branch: LedgerBranch,
    /// The branch as the run read it last.
    pub(super) view: LedgerView,
    /// The tip at the remote, as the run saw it last. `None` while the branch does not exist there.
    expected: Option<String>,
    /// Claims of runs that are gone. The next commit removes them.
    pub(super) dead: Vec<OpenClaim>,
    /// The claim of this run, once it is in the branch.
    pub(super) claim: Option<Claim>,
    /// Its lease, and how long one is.
    pub(super) lease: Option<(HeldLease, Duration)>,
    /// Whether another run wrote files of this project since this one read them first.
    pub(super) is_changed: bool,
    /// Whether the claim was refused: then the run records nothing.
    pub(super) is_refused: bool,
    /// What happened to the branch meanwhile.
    warnings: Vec<Diagnostic>,
}

impl LedgerRun {
    /// A run that may begin.
    pub(super) fn new(branch: LedgerBranch, view: LedgerView, dead: Vec<OpenClaim>) -> LedgerRun {
        let expected = view.tip.clone();
        LedgerRun {
            branch,
            view,
            expected,
            dead,
            claim: None,
            lease: None,
            is_changed: false,
            is_refused: false,
            warnings: Vec::new(),
        }
    }

    /// The same run, with what people should learn of the branch.
    pub(super) fn with_warnings(self, warnings: Vec<Diagnostic>) -> LedgerRun {
        LedgerRun { warnings, ..self }
    }

    /// What the branch held when the run read it last.
    pub fn view(&self) -> &LedgerView {
        &self.view
    }

    /// The claim of this run in the branch.
    pub fn claim(&self) -> Option<&Claim> {
        self.claim.as_ref()
    }

    /// Whether the claim of this run is in the branch, as the run read it last.
    pub fn is_open(&self, run: &str) -> bool {
        self.view.claims.iter().any(|open| open.run == run)
    }

    /// The lease of this run.
    pub fn lease(&self) -> Option<HeldLease> {
        self.lease.as_ref().map(|(lease, _)| lease.clone())
    }

    /// What people should learn of the branch: no record yet, a rewritten history, a branch that was pushed back. Once.
    pub fn take_warnings(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.warnings)
    }

    /// Claims the ledger for these PUTs. After an error nothing may be sent, and the run records nothing.
    pub fn claim_for(
        &mut self,
        who: &RunIdentity,
        puts: Vec<ClaimedPut>,
        lease: Duration,
        clock: LeaseClock,
    ) -> Result<(), Box<Diagnostic>> {
        let claimed = self.try_claim(who, puts, lease, clock);
        self.is_refused = claimed.is_err();
        claimed
    }

    fn try_claim(
        &mut self,
        who: &RunIdentity,
        puts: Vec<ClaimedPut>,
        lease: Duration,
        clock: LeaseClock,
    ) -> Result<(), Box<Diagnostic>> {
        let mut puts = Some(puts);
        for _ in 0..MOST_RACES {
            let now = clock.now();
            let claim = Claim {
                run: who.run.clone(),
                actor: who.actor.clone(),
                link: who.link.clone(),
                commit: who.commit.clone(),
                digest: who.digest.clone(),
                started_at: now,
                lease_end: after(now, lease),
                puts: puts.take().unwrap_or_default(),
            };
            let mut draft = Draft::new(&self.branch.folder, &self.view, &self.dead).map_err(json)?;
            draft.write(&LedgerPath::Claim(who.run.clone()), claim.write().map_err(json)?);
            let changes = draft.changes().map_err(json)?;
            if self.publish(who, &claim_subject(claim.puts.len()), &changes, now)? == PushOutcome::Succeeded {
                self.lease = Some((HeldLease::new(clock, now, claim.lease_end), lease));
                self.claim = Some(claim);
                self.dead.clear();
                let read = self.branch.read(self.expected.as_deref());
                self.view = read.map_err(|refusal| unreadable(&self.branch, &refusal))?;
                return Ok(());
            }
            puts = Some(claim.puts);
            let is_unchanged = self.read_again()?;
            let now = clock.now();
            match after_lost_race(is_unchanged, &self.view.claims, now, None) {
                LostRace::ClaimAgain => {}
                LostRace::Busy(claim) => return Err(busy(&claim, now)),
                LostRace::FinishedMeanwhile => {
                    let summary = "another run of apply finished meanwhile, so what this run read may be old";
                    return Err(error(summary.to_owned(), "nothing was sent; run again".to_owned()));
                }
            }
        }
        let summary = format!("other projects move the ledger {} all the time", self.branch.shown());
        Err(error(summary, "nothing was sent; run again".to_owned()))
    }

    /// Reads the branch after a lost race. Whether the files of this project are as they were. A branch that is gone is
    /// pushed back whole by the next commit.
    pub(super) fn read_again(&mut self) -> Result<bool, Box<Diagnostic>> {
        let branch = &self.branch;
        let failed = |refusal: GitError| unreadable(branch, &refusal);
        let tip = branch.refresh().map_err(failed)?;
        let before = self.view.tip.clone();
        let Some(now) = &tip else {
            if self.expected.take().is_some() {
                self.warnings.push(gone(branch));
            }
            return Ok(true);
        };
        let view = branch.read(Some(now)).map_err(failed)?;
        if !view.is_ours {
            return Err(not_a_ledger(branch));
        }
        let is_unchanged = match &before {
            Some(then) => {
                if branch.is_ancestor(then, now) == Ok(false) {
                    self.warnings.push(rewritten(branch, then, now));
                }
                branch.folder_id(now).map_err(failed)? == branch.folder_id(then).map_err(failed)?
            }
            None => view.is_empty(),
        };
        (self.view, self.expected) = (view, tip);
        self.is_changed |= !is_unchanged;
        Ok(is_unchanged)
    }

    /// Writes a commit and moves the branch to it. The time of a commit that is tried again stays the same: then its id
    /// does, and a push that landed late counts as ours.
    pub(super) fn publish(
        &mut self,
        who: &RunIdentity,
        subject: &str,
        changes: &[FileChange],
        time: Timestamp,
    ) -> Result<PushOutcome, Box<Diagnostic>> {
        let author = who.author();
        let (name, message) = (author.author(), author.message(subject));
        let parent = self.view.tip.as_deref();
        let commit = NewCommit { parent, author: &name, time: time.as_second(), message: &message, changes };
        let published = self.branch.publish(&commit, self.expected.as_deref());
        let (outcome, id) = published.map_err(|refusal| unwritable(&self.branch, &refusal))?;
        if outcome == PushOutcome::Succeeded {
            self.view.tip = Some(id.clone());
            self.expected = Some(id);
        }
        Ok(outcome)
    }
}

pub(super) fn json(why: serde_json::Error) -> Box<Diagnostic> {
    error(format!("the record cannot be written as JSON: {why}"), "report this as a bug of ringform".to_owned())
}
