//! Why one client failed, as data.
//!
//! Owns the kinds of failure and the shape in which the plan carries them. The sentences are where the failures arise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Untrusted;

/// The kind of a failure: stable words of the plan document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The API answered with an error status.
    Api,
    /// ringform could not connect to the API, or the connection broke.
    Connection,
    /// The API did not answer within `limits.timeout`.
    Timeout,
    /// The answer was not a JSON object, or too large.
    BadAnswer,
    /// The answer was a redirect, which is never followed.
    Redirect,
    /// The hour's quota of requests is used up.
    Quota,
    /// The token is missing: a variable is not set, or the API refused the credentials.
    Credentials,
    /// The API answered with another client than the one that ringform asked for.
    WrongClient,
    /// The answer lacked a usable id or a managed field.
    IncompleteAnswer,
    /// Two documents turned out to be one client.
    DuplicateClient,
    /// A field under `expect` does not hold the expected value in live.
    Expect,
    /// The journal could not be written, so nothing was sent.
    Journal,
    /// The run was interrupted before this client was read.
    Interrupted,
}

/// Why a client failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// The status of the HTTP answer, if there was one.
    pub http_status: Option<u16>,
    /// The word that the API put into `status`, if any.
    pub status: Option<Untrusted>,
    /// What happened, in one sentence; it may quote the API.
    pub message: Untrusted,
    /// What to do about it.
    pub help: Option<String>,
}

impl Failure {
    /// A failure without an HTTP answer behind it.
    pub fn new(kind: FailureKind, message: impl Into<Untrusted>) -> Failure {
        Failure { kind, http_status: None, status: None, message: message.into(), help: None }
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }
}
