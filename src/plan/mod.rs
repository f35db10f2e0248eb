//! Plans: what has to change at the live client so that it matches its declaration.
//!
//! Owns the comparison, origins, severity, guards, the body of a PUT, the judgement of answers, the conversation of one write and the
//! plan document. Everything here is a pure function of its arguments: it knows no YAML, no HTTP, no clock and no terminal,
//! so the same declaration and answer give the same plan, byte for byte.

pub mod change;
pub mod client;
pub mod digest;
pub mod document;
pub mod duplicates;
pub mod examine;
pub mod exchange;
pub mod forecast;
pub mod guards;
pub mod idle;
pub mod limits;
pub mod load;
pub mod merge;
pub mod offline;
pub mod origin;
pub mod patch;
pub mod recheck;
pub mod rolling;
pub mod schema;
pub mod select;
pub mod sending;
pub mod since;
pub mod verify;
pub mod watch;
mod wire;

pub use crate::model::Origin;
pub use change::{Change, ChangeAction};
pub use client::{
    ApplyResult, Blocked, BlockedKind, ClientPlan, Collateral, Details, NotConverged, ReleasedField, Status,
};
pub use document::{DocumentKind, Plan, QuotaUsage, ReleasedClient, Requests, Run, Shard, Summary};
pub use origin::Origins;
pub use patch::Patch;
pub use recheck::ClearedPatch;
pub use sending::Sending;
pub use watch::DriftReport;
