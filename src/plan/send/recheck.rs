//! Whether a change may be sent now, judged against a fresh answer.
//!
//! Owns the one function that clears a patch for sending, and the proof of it that the writer takes. A [`ClearedPatch`]
//! has passed guards, expectations and freshness.

use crate::model::{Failure, FailureKind, Live, LiveSettings, Setting};
use crate::plan::client::ClientPlan;
use crate::plan::compare::check_answer::check_answer;
use crate::plan::send::body::PutBody;
use crate::plan::send::patch::Patch;

/// A patch that may be sent, of an ordinary run or of one that can only close. Spent by one PUT; only [`recheck`] makes
/// one.
#[derive(Debug)]
pub struct ClearedPatch<B = Patch> {
    patch: B,
}

impl<B> ClearedPatch<B> {
    /// What is sent.
    pub fn patch(&self) -> &B {
        &self.patch
    }
}

/// What a fresh answer says about a planned change.
#[derive(Debug)]
pub enum Recheck<B = Patch> {
    /// Live is what the plan was made from: send.
    Send(ClearedPatch<B>),
    /// Live already equals every wanted value.
    Unchanged,
    /// Something else: these fields are neither as planned from nor all as wanted.
    Stale(Vec<Setting>),
    /// A guard, a conflict, an expectation or `--only-closing` stops it.
    Refused(Option<Failure>),
    /// The answer cannot be compared.
    Failed(Failure),
}

/// Judges a planned client by an answer: blocked → refused, unusable → failed, already there → unchanged, as planned →
/// send, anything else → stale.
pub fn recheck<B: PutBody>(client: &ClientPlan, live: &Live) -> Recheck<B> {
    let Some(patch) = B::of(client) else { return Recheck::Unchanged };
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
    client.to_send().all(|change| live.state(change.difference.setting).as_ref() == Some(change.sent()))
}
