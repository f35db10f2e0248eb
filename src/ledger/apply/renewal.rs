//! The renewal of a claim while its run sends.
//!
//! Owns the commit that sets a later lease end, and what a run learns from its push. A renewal that fails leaves the
//! lease as the remote holds it. The caller decides when to try again.

use crate::ledger::apply::draft::Draft;
use crate::ledger::apply::lease::after;
use crate::ledger::apply::ledger_run::{LedgerRun, MOST_RACES, RunIdentity, json};
use crate::ledger::contents::claim::Claim;
use crate::ledger::contents::layout::LedgerPath;
use crate::ledger::contents::message::renewal_subject;
use crate::ledger::errors::error;
use crate::ledger::protocol::PushOutcome;
use crate::model::Diagnostic;

/// What became of a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenewalOutcome {
    /// The remote holds the later lease end.
    Renewed,
    /// The claim is not in the branch any more, so the run sends nothing more.
    ClaimGone,
    /// The lease has ended, or there is none. The run renews nothing.
    Ended,
}

impl LedgerRun {
    /// Moves the lease end of this run's claim. After an error the lease is as before, and the run may try again.
    pub fn renew(&mut self, who: &RunIdentity) -> Result<RenewalOutcome, Box<Diagnostic>> {
        let (Some(claim), Some((lease, length))) = (self.claim.clone(), self.lease.clone()) else {
            return Ok(RenewalOutcome::Ended);
        };
        for _ in 0..MOST_RACES {
            if lease.refusal().is_some() {
                return Ok(RenewalOutcome::Ended);
            }
            let now = lease.now();
            let renewed = Claim { lease_end: after(now, length), ..claim.clone() };
            let mut draft = Draft::new(&self.branch.folder, &self.view, &[]).map_err(json)?;
            draft.write(&LedgerPath::Claim(who.run.clone()), renewed.write().map_err(json)?);
            let changes = draft.changes().map_err(json)?;
            if self.publish(who, &renewal_subject(claim.puts.len()), &changes, now)? == PushOutcome::Succeeded {
                lease.renew(now, renewed.lease_end);
                self.claim = Some(renewed);
                return Ok(RenewalOutcome::Renewed);
            }
            self.read_again()?;
            if !self.is_open(&who.run) {
                lease.end_now();
                return Ok(RenewalOutcome::ClaimGone);
            }
        }
        let summary = format!("other projects move the ledger {} all the time", self.branch.shown());
        Err(error(summary, "the run tries again while its lease lives".to_owned()))
    }
}
