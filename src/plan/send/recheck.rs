//! Whether a change may be sent now, judged against a fresh answer.
//!
//! Owns the one function that clears a patch for sending, and the proof of it that the writer takes. A [`ClearedPatch`]
//! has passed guards, expectations and freshness.

use crate::model::{Failure, FailureKind, Live, LiveSettings, Setting};
use crate::plan::client::ClientPlan;
use crate::plan::compare::check_answer::check_answer;
use crate::plan::send::patch::Patch;

/// A patch that may be sent. Spent by one PUT; only [`recheck`] makes one.
#[derive(Debug)]
pub struct ClearedPatch {
    patch: Patch,
}

impl ClearedPatch {
    /// What is sent.
    pub fn patch(&self) -> &Patch {
        &self.patch
    }
}

/// What a fresh answer says about a planned change.
#[derive(Debug)]
pub enum Recheck {
    /// Live is what the plan was made from: send.
    Send(ClearedPatch),
    /// Live already equals every wanted value.
    Unchanged,
    /// Something else: these fields are neither as planned from nor all as wanted.
    Stale(Vec<Setting>),
    /// A guard, a conflict or an expectation stops it.
    Refused(Option<Failure>),
    /// The answer cannot be compared.
    Failed(Failure),
}

/// Judges a planned client by an answer: blocked → refused, unusable → failed, already there → unchanged, as planned →
/// send, anything else → stale.
pub fn recheck(client: &ClientPlan, live: &Live) -> Recheck {
    let Some(patch) = client.patch() else { return Recheck::Unchanged };
    if let Err(failure) = check_answer(client.client_id, client.managed, &client.expect, live) {
        return match failure.kind {
            FailureKind::Expect => Recheck::Refused(Some(failure)),
            _ => Recheck::Failed(failure),
        };
    }
    // `@me` may be another client since the plan was made.
    if client.id.is_some() && client.id != live.id {
        return Recheck::Failed(Failure::new(
            FailureKind::WrongClient,
            "the answer is for another client than the plan was made from",
        ));
    }
    if !client.blocked.is_empty() {
        return Recheck::Refused(None);
    }
    if holds_everything(client, &live.settings) {
        return Recheck::Unchanged;
    }
    let moved: Vec<Setting> = client
        .to_send()
        .map(|change| &change.difference)
        .filter(|one| live.settings.state(one.setting).as_ref() != Some(&one.live))
        .map(|one| one.setting)
        .collect();
    if moved.is_empty() { Recheck::Send(ClearedPatch { patch }) } else { Recheck::Stale(moved) }
}

/// Whether live holds every value that the changes want, without the withheld ones.
pub(super) fn holds_everything(client: &ClientPlan, live: &LiveSettings) -> bool {
    let mut wanted = client.to_send().map(|change| &change.difference);
    wanted.all(|one| live.state(one.setting).as_ref() == Some(&one.declared))
}
