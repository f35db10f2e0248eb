//! The audit: how open live clients are, without a declaration.
//!
//! Holds the row of one client, the guards that judge a live state, the comparison of a client with its fleet, and the
//! report. Everything here is a pure function of answers.

mod client;
mod fleet;
mod outlier;
mod report;
mod state_guards;
mod summary;
#[cfg(test)]
mod tests;

pub use client::{AuditTarget, AuditedClient, ClientExposure, GeoExposure, GravityClass};
pub use outlier::{Outlier, OutlierKind};
pub use report::AuditReport;
pub use state_guards::StateGuards;
pub use summary::AuditSummary;
