//! How far the writes of a run are, for all workers.
//!
//! Owns the reasons to begin no further PUT, and the results of clients that need no request.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::model::{FailureKind, Untrusted};
use crate::plan::Details;
use crate::plan::{ApplyResult, BlockedKind, ClientPlan, Status};

/// What the workers share.
#[derive(Debug, Default)]
pub(super) struct WriteState {
    /// One PUT that had other values to lose was stored and lost none.
    proven: AtomicBool,
    /// Why no further PUT may begin.
    halted: Mutex<Option<String>>,
    /// How many clients count as failures.
    failures: AtomicU64,
}

impl WriteState {
    /// Counts the result of a client.
    pub(super) fn count(&self, client: &ClientPlan, result: ApplyResult) {
        if is_failure(client, result) {
            self.failures.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// How many clients count as failures so far.
    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::SeqCst)
    }

    /// Records that this API merges: a PUT does not change the other fields.
    pub(super) fn prove(&self) {
        self.proven.store(true, Ordering::SeqCst);
    }

    /// Whether a PUT has shown that this API merges.
    pub(super) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::SeqCst)
    }

    /// Begins no further PUT. The first reason counts.
    pub(super) fn halt(&self, why: &str) {
        self.halted.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| why.to_owned());
    }

    /// Why no further PUT begins.
    pub(super) fn halted(&self) -> Option<String> {
        self.halted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether a result counts for `max_failures` and for the canaries. A client that a closing run cannot close does not: its
/// value says nothing of the writes, and must not keep the run from closing the others.
pub(super) fn is_failure(client: &ClientPlan, result: ApplyResult) -> bool {
    let cannot_close = result == ApplyResult::Refused
        && !client.blocked.is_empty()
        && client.blocked.iter().all(|blocked| blocked.kind == BlockedKind::Closing);
    !result.is_good() && !cannot_close
}

/// The result of a client that needs no request: failed, in sync, blocked, or with nothing that the run sends.
pub(super) fn without_request(client: &ClientPlan) -> Option<(ApplyResult, Option<Details>)> {
    let say = |message: &Untrusted| Some(Details { message: Some(message.clone()), ..Details::default() });
    if let Some(error) = &client.error {
        return Some((failed_result(client), say(&error.message)));
    }
    // A guard can stop a client in sync too: because of a dated setting that is still to come.
    if !client.blocked.is_empty() {
        let reasons: Vec<&str> = client.blocked.iter().map(|blocked| blocked.message.raw()).collect();
        return Some((ApplyResult::Refused, say(&reasons.join("; ").into())));
    }
    if client.status() == Status::InSync {
        return Some((ApplyResult::Unchanged, None));
    }
    // The difference stays, and the change itself says that the run does not send it.
    let planned =
        || client.details.as_deref().cloned().or_else(|| say(&"not sent: --only leaves its origin out".into()));
    (!client.is_to_send()).then(|| (ApplyResult::Unchanged, planned()))
}

/// The result of a client that could not be compared.
pub(in crate::run) fn failed_result(client: &ClientPlan) -> ApplyResult {
    match client.error.as_ref().map(|error| error.kind) {
        Some(FailureKind::Expect) => ApplyResult::Refused,
        Some(FailureKind::Interrupted) => ApplyResult::Skipped,
        Some(_) | None => ApplyResult::Failed,
    }
}
