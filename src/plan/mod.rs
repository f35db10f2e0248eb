//! Plans: the changes that bring a live client to its declaration.
//!
//! Holds the comparison, guards, sending, drift and the document. Everything here is a pure function of its arguments.
//! It must not know YAML, HTTP, clocks or terminals, so the same declaration and answer give the same plan, byte for
//! byte.

pub mod adopt;
pub mod audit;
pub mod calendar_events;
mod client;
pub mod compare;
pub mod document;
pub mod drift;
mod guard_condition;
mod guard_list;
mod guard_override;
pub mod guard_test;
pub mod guards;
pub mod history;
pub mod scheduled;
pub mod select;
pub mod send;
pub mod undo;

pub use crate::model::Origin;
pub use client::{Blocked, BlockedKind, ClientPlan, ReleasedField, Status};
pub use compare::{Change, ChangeAction, Origins, ScheduledChanges};
pub use document::{DocumentKind, Plan, QuotaUsage, ReleasedClient, Requests, Run, Shard, Summary, UndoneRun};
pub use drift::DriftReport;
pub use guard_list::{GuardList, LabelledClient, Labels, RevisionGuards};
pub use guard_override::{refused_overrides, unused_overrides};
pub use send::{ApplyResult, ClearedPatch, ClosingPatch, Collateral, Details, NotConverged, Patch, SendScope};

#[cfg(test)]
mod tests;
