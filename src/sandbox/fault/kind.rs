//! What can go wrong on demand: the kinds of fault, and when one is due.
//!
//! A fault is a value without behaviour. `fault_text` reads it, `trigger` decides when it strikes, and the stages of an answer (`early`,
//! `misshape`, `wire`) play it.

use crate::sandbox::answer::quota_headers::QuotaHeaderSet;
use crate::sandbox::answer::refusal::{ApiRefusal, StatusFormat};
use crate::sandbox::api::route::ApiOperation;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// A named fault and when it strikes: `NAME[=VALUE][,on=get|put|token|user][,client=ID][,times=N][,after=N][,rate=0.1][,per=client]`.
///
/// The names, with what each does and its value where none is given, stand in [`super::FAULTS`]. Without conditions a fault strikes every
/// request. `on` may be given several times; `client` is compared with the client in the path; `after` lets that many matching requests pass,
/// `times` ends the fault after that many strikes, and `per=client` counts both for each client by itself. `rate` strikes that share of the
/// matching requests, drawn from the simulator's random seed in a way that does not depend on the order of other clients' requests.
#[derive(Clone, Debug)]
pub struct SimulatorFault {
    /// As it was written.
    pub(crate) text: String,
    pub(crate) kind: FaultKind,
    /// None given: every request.
    pub(crate) on: Vec<ApiOperation>,
    pub(crate) client: Option<String>,
    pub(crate) times: Option<u64>,
    pub(crate) after: u64,
    pub(crate) rate: Option<f64>,
    pub(crate) per_client: bool,
}

impl fmt::Display for SimulatorFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// What a fault does. Those above the line come before the request is looked at, those below after it has been served.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FaultKind {
    Latency(Duration),
    /// Someone else changes a field of the client just before.
    Meddle(String, Value),
    Reset(Disconnect),
    ServerError(u16),
    Redirect(u16),
    Refuse(ApiRefusal),
    /// A PUT that holds this field is refused.
    RefuseField(String),
    /// A 429 that passes, with a Retry-After where there is one.
    Passing(Option<String>),
    QuotaUsed(QuotaResetHint),
    // ---
    LateAnswer(Duration),
    ResetAfter(Disconnect),
    ServerErrorAfter(u16),
    /// Percentage of the body that arrives.
    Truncated(u8),
    Slow(Duration),
    /// Number of answers on a connection.
    CloseAfter(u64),
    /// None: no Content-Type at all.
    ContentType(Option<String>),
    NotJson,
    Array,
    EmptyObject,
    EmptyBody,
    WrongId(WrongId),
    /// Bytes of the body before compression.
    Oversize(usize),
    BadGzip,
    QuotaHeaders(QuotaHeaderSet),
    StatusAs(StatusFormat),
    NoExpiry,
}

/// How a connection ends without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disconnect {
    /// A TCP reset.
    Rst,
    /// An orderly close.
    Fin,
}

/// How a 429 for a used-up quota says when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QuotaResetHint {
    /// In X-RateLimit-Reset, this text.
    Reset(String),
    /// In Retry-After, this text.
    RetryAfter(String),
    /// In Retry-After, as the HTTP date that lies this many seconds ahead.
    Date(u64),
    Nowhere,
}

/// Which id an answer holds in place of the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WrongId {
    Next,
    Number(u64),
    Null,
    Absent,
    /// The right number, as a string.
    Text,
}
