//! The kinds of fault, and the conditions under which a fault applies.
//!
//! A fault is a value without behaviour. `text` parses it, `trigger` decides when it applies, and `short_circuit`,
//! `corrupt` and the connection carry it out.

use crate::sandbox::answer::quota_headers::QuotaHeaderSet;
use crate::sandbox::answer::refusal::{ApiRefusal, StatusFormat};
use crate::sandbox::api::route::ApiOperation;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// A named fault and its conditions:
/// `NAME[=VALUE][,on=get|put|token|user][,client=ID][,times=N][,after=N][,rate=0.1][,per=client]`.
///
/// [`FAULTS`](crate::sandbox::FAULTS) lists the names, what each does, and its default value. Without conditions a
/// fault applies to every request.
///
/// - `on`: the operation. It may be given several times.
/// - `client`: the client in the path.
/// - `after`: this many matching requests pass first.
/// - `times`: the fault ends after this many requests.
/// - `per=client`: counts `after` and `times` for each client separately.
/// - `rate`: the share of matching requests. The draws come from the simulator's random seed, and the order of other
///   clients' requests does not change them.
#[derive(Clone, Debug)]
pub struct SimulatorFault {
    /// The text it was parsed from.
    pub(crate) text: String,
    pub(crate) kind: FaultKind,
    /// Empty: every operation.
    pub(crate) operations: Vec<ApiOperation>,
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

/// What a fault does. Kinds above the line act before the request is served, those below it afterwards.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FaultKind {
    Latency(Duration),
    /// A change outside the API: sets a field of the client just before.
    Meddle(String, Value),
    Reset(Disconnect),
    ServerError(u16),
    Redirect(u16),
    Refuse(ApiRefusal),
    /// A PUT that holds this field is refused.
    RefuseField(String),
    /// A passing 429, with this Retry-After.
    Passing(Option<String>),
    QuotaUsed(QuotaResetHint),
    // ---
    LateAnswer(Duration),
    ResetAfter(Disconnect),
    ServerErrorAfter(u16),
    /// The percentage of the body that arrives.
    Truncated(u8),
    Slow(Duration),
    /// The number of answers on a connection.
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

/// How a 429 for a used-up quota states when the quota is reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QuotaResetHint {
    /// In X-RateLimit-Reset, this text.
    Reset(String),
    /// In Retry-After, this text.
    RetryAfter(String),
    /// In Retry-After, as the HTTP date this many seconds ahead.
    Date(u64),
    Absent,
}

/// The id of an answer in place of the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WrongId {
    Next,
    Number(u64),
    Null,
    Absent,
    /// The right number, as a string.
    Text,
}
