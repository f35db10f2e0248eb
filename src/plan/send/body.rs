//! What a PUT may hold: the patch of an ordinary run, or the one of a run that can only close.
//!
//! Owns the trait that makes one exchange and one writer serve both, without a way from the one to the other. No other
//! type has it.

use std::fmt::Debug;

use serde::Serialize;

use crate::plan::client::ClientPlan;
use crate::plan::send::closing::ClosingPatch;
use crate::plan::send::patch::Patch;

/// The body of a PUT: a [`Patch`] or a [`ClosingPatch`].
pub trait PutBody: sealed::Sealed + Serialize + Clone + Debug + Send + Sync + 'static {
    /// What the plan of a client sends with such a body; `None` when there is nothing.
    fn of(client: &ClientPlan) -> Option<Self>;

    /// The bytes that are sent.
    fn bytes(&self) -> Vec<u8> {
        // Serialising names and plain values into memory cannot fail; an empty body would be refused by the API.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl PutBody for Patch {
    fn of(client: &ClientPlan) -> Option<Patch> {
        client.patch().filter(|_| !client.only_closing)
    }
}

impl PutBody for ClosingPatch {
    fn of(client: &ClientPlan) -> Option<ClosingPatch> {
        client.closing_patch().filter(|_| client.only_closing)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Patch {}
    impl Sealed for super::ClosingPatch {}
}
