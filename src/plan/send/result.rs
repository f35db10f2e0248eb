//! The result of one write.
//!
//! Owns the words and details that a report of an apply shows of a client. It must not know how they come about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{Setting, Untrusted};

/// What apply did with a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplyResult {
    /// ringform sent the change, live holds it, and no other writable field moved.
    Applied,
    /// Nothing to send, or live already equals what would be sent.
    Unchanged,
    /// Live changed since the plan was made; nothing sent, or a write of unknown fate left something else.
    Stale,
    /// An `expect`, a guard or a conflict stopped the client, so ringform sent it nothing.
    Refused,
    /// ringform sent a value, and live holds another one.
    NotConverged,
    /// The write also changed a writable field that ringform did not send.
    Collateral,
    /// ringform could not read or write the client; its error says why.
    Failed,
    /// The run stopped before it began this client.
    Skipped,
}

impl ApplyResult {
    /// Whether nothing is left to do for the client.
    pub fn is_good(self) -> bool {
        matches!(self, ApplyResult::Applied | ApplyResult::Unchanged)
    }

    /// Whether a PUT is known to have been stored, whole or in part.
    pub fn is_stored(self) -> bool {
        matches!(self, ApplyResult::Applied | ApplyResult::NotConverged | ApplyResult::Collateral)
    }
}

/// More about an outcome.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Details {
    /// What happened, in a sentence or two.
    pub message: Option<Untrusted>,
    /// Whether the write was confirmed by its own answer or by reading the client again.
    pub confirmed_by: Option<ConfirmedBy>,
    /// Whether the run ended without learning the fate of a PUT: live may hold what was sent.
    #[serde(default)]
    pub in_doubt: bool,
    /// Fields that hold something else than what was sent.
    pub not_converged: Vec<NotConverged>,
    /// Fields that moved though they were not sent.
    pub collateral: Vec<Collateral>,
}

/// How it is known that a write was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmedBy {
    /// The answer of the PUT held the whole client.
    Answer,
    /// ringform read the client again after the PUT.
    Reading,
}

/// A field that was sent and stored differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotConverged {
    /// The field.
    pub field: Setting,
    /// What was sent.
    pub sent: Json,
    /// What is stored, canonical where it is understood.
    pub stored: Json,
}

/// A field that was not sent and moved all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Collateral {
    /// The field.
    pub field: Setting,
    /// What it held before, canonical where it is understood.
    pub before: Json,
    /// What it holds now; null too where the answer lacks it.
    pub after: Json,
}
