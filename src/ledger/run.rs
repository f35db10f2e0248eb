//! One run of apply and its place in the ledger: it claims the branch before the first PUT and records at the end.
//!
//! Owns the commits of a run. Each is built on the tip that the run read, and built again on the new tip where the
//! branch has moved. It sends nothing to the API.

use std::time::Duration;

use jiff::Timestamp;

use crate::git::{FileChange, GitError, NewCommit};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::claim::{Claim, ClaimedPut};
use crate::ledger::draft::{Draft, RunRecord};
use crate::ledger::errors::{busy, error, unreadable};
use crate::ledger::layout::LedgerPath;
use crate::ledger::message::{CommitAuthor, claim_subject, record_subject};
use crate::ledger::protocol::{LostRace, PushOutcome, after_lost_race};
use crate::ledger::view::{LedgerView, OpenClaim};
use crate::model::{Diagnostic, Untrusted};

/// How often a run claims again after commits of other projects.
const MOST_CLAIMS: u32 = 20;
/// How often a push is tried that fails.
const MOST_TRIES: u32 = 4;

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
    branch: LedgerBranch,
    /// The branch as the run read it last.
    view: LedgerView,
    /// Claims of runs that are gone. The next commit removes them.
    dead: Vec<OpenClaim>,
    /// The claim of this run, once it is in the branch.
    claim: Option<Claim>,
    /// The endpoint, where records of another one count as none.
    only_endpoint: Option<Untrusted>,
}

/// What became of the record of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is in the branch.
    Recorded,
    /// The ledger holds all of it already.
    Nothing,
    /// Another run is under way or recorded another commit meanwhile, and this one sent nothing.
    LeftOut,
}

impl LedgerRun {
    /// A run that may begin.
    pub(super) fn new(
        branch: LedgerBranch,
        view: LedgerView,
        dead: Vec<OpenClaim>,
        only_endpoint: Option<Untrusted>,
    ) -> LedgerRun {
        LedgerRun { branch, view, dead, claim: None, only_endpoint }
    }

    /// What the branch held when the run read it last.
    pub fn view(&self) -> &LedgerView {
        &self.view
    }

    /// The claim of this run in the branch.
    pub fn claim(&self) -> Option<&Claim> {
        self.claim.as_ref()
    }

    /// Claims the ledger for these PUTs. After an error nothing may be sent.
    pub fn claim_for(
        &mut self,
        who: &RunIdentity,
        puts: Vec<ClaimedPut>,
        lease: Duration,
        clock: fn() -> Timestamp,
    ) -> Result<(), Box<Diagnostic>> {
        let mut puts = Some(puts);
        for _ in 0..MOST_CLAIMS {
            let now = clock();
            let claim = Claim {
                run: who.run.clone(),
                actor: who.actor.clone(),
                link: who.link.clone(),
                commit: who.commit.clone(),
                digest: who.digest.clone(),
                started_at: now,
                lease_end: now.saturating_add(jiff::SignedDuration::try_from(lease).unwrap_or_default()).unwrap_or(now),
                puts: puts.take().unwrap_or_default(),
            };
            let mut draft = Draft::new(&self.branch.folder, &self.view, &self.dead).map_err(json)?;
            draft.write(&LedgerPath::Claim(who.run.clone()), claim.write().map_err(json)?);
            let changes = draft.changes().map_err(json)?;
            match self.publish(who, &claim_subject(claim.puts.len()), &changes, now)? {
                (PushOutcome::Succeeded, tip) => {
                    self.view = self.read(Some(&tip)).map_err(|refusal| unreadable(&self.branch, &refusal))?;
                    self.dead.clear();
                    self.claim = Some(claim);
                    return Ok(());
                }
                (PushOutcome::Lost | PushOutcome::Failed, _) => {
                    puts = Some(claim.puts);
                    self.after_lost_claim(clock())?;
                }
            }
        }
        let summary = format!("other projects move the ledger {} all the time", self.branch.shown());
        Err(error(summary, "nothing was sent; run again".to_owned()))
    }

    /// Reads the branch after a lost race. Without an error the run claims again.
    fn after_lost_claim(&mut self, now: Timestamp) -> Result<(), Box<Diagnostic>> {
        let (then, view) = (self.view.tip.clone(), self.read_again()?);
        let unreadable = |refusal: GitError| unreadable(&self.branch, &refusal);
        let id = |tip: Option<&String>| tip.map_or(Ok(None), |tip| self.branch.folder_id(tip)).map_err(unreadable);
        let is_unchanged = id(then.as_ref())? == id(view.tip.as_ref())?;
        match after_lost_race(is_unchanged, &view.claims, now, None) {
            LostRace::ClaimAgain => {
                self.view = view;
                Ok(())
            }
            LostRace::Busy(claim) => Err(busy(&claim, now)),
            LostRace::FinishedMeanwhile => {
                let summary = "another run of apply finished meanwhile, so what this run read may be old".to_owned();
                Err(error(summary, "nothing was sent; run again".to_owned()))
            }
        }
    }

    /// Records the results of the run and removes its claim.
    pub fn record(
        &mut self,
        who: &RunIdentity,
        record: &RunRecord<'_>,
        clock: fn() -> Timestamp,
    ) -> Result<RecordOutcome, Box<Diagnostic>> {
        let mut pause = Duration::from_millis(200);
        let mut last = None;
        for _ in 0..MOST_TRIES {
            let changes = self.changes(who, record)?;
            if changes.is_empty() {
                return Ok(RecordOutcome::Nothing);
            }
            match self.publish(who, &record_subject(record.report), &changes, clock()) {
                Ok((PushOutcome::Succeeded, tip)) => {
                    self.view.tip = Some(tip);
                    return Ok(RecordOutcome::Recorded);
                }
                Ok((PushOutcome::Lost | PushOutcome::Failed, _)) => {
                    let before = self.view.head.take();
                    self.view = self.read_again()?;
                    // A run that finished meanwhile may have applied a newer commit, which must not go back.
                    let has_moved = self.view.head != before;
                    let is_beside = self.view.claims.iter().any(|open| open.run != who.run);
                    if !record.has_sent && (is_beside || has_moved) {
                        return Ok(RecordOutcome::LeftOut);
                    }
                }
                Err(refused) => {
                    last = Some(refused);
                    std::thread::sleep(pause);
                    pause *= 2;
                }
            }
        }
        let moved = || error("the ledger moves all the time".to_owned(), "run again".to_owned());
        Err(last.unwrap_or_else(moved))
    }

    /// The files that the record of a run changes, on the branch as it was read last.
    fn changes(&self, who: &RunIdentity, record: &RunRecord<'_>) -> Result<Vec<FileChange>, Box<Diagnostic>> {
        let is_open = self.view.claims.iter().any(|open| open.run == who.run);
        let mut draft = Draft::new(&self.branch.folder, &self.view, &self.dead).map_err(json)?;
        if record.has_sent {
            draft.write(&LedgerPath::Report(who.run.clone()), record.document.to_vec());
        }
        match &self.claim {
            Some(claim) if !is_open => draft.doubt(claim),
            Some(_) | None => draft.take(record).map_err(json)?,
        }
        if is_open {
            draft.remove(&LedgerPath::Claim(who.run.clone()));
        }
        draft.changes().map_err(json)
    }

    fn read_again(&self) -> Result<LedgerView, Box<Diagnostic>> {
        let failed = |refusal: GitError| unreadable(&self.branch, &refusal);
        let tip = self.branch.refresh().map_err(failed)?;
        self.read(tip.as_deref()).map_err(failed)
    }

    /// What the branch holds at a commit, by the same rule for records of another endpoint as at the beginning.
    fn read(&self, tip: Option<&str>) -> Result<LedgerView, GitError> {
        let view = self.branch.read(tip)?;
        Ok(match &self.only_endpoint {
            Some(endpoint) => view.of_endpoint(endpoint),
            None => view,
        })
    }

    fn publish(
        &self,
        who: &RunIdentity,
        subject: &str,
        changes: &[FileChange],
        now: Timestamp,
    ) -> Result<(PushOutcome, String), Box<Diagnostic>> {
        let author = who.author();
        let (name, message) = (author.author(), author.message(subject));
        let parent = self.view.tip.as_deref();
        let commit = NewCommit { parent, author: &name, time: now.as_second(), message: &message, changes };
        self.branch.publish(&commit).map_err(|refusal| {
            let summary = format!("the ledger {} cannot be written: {}", self.branch.shown(), refusal.sentence.raw());
            error(summary, "check who may push to it; docs/ledger.md names the permissions".to_owned())
        })
    }
}

fn json(why: serde_json::Error) -> Box<Diagnostic> {
    error(format!("the record cannot be written as JSON: {why}"), "report this as a bug of ringform".to_owned())
}
