//! The report of an audit, in the formats of `audit`.
//!
//! Holds the words that the formats share, and the formats that no other report has helpers for. Names, guards and
//! credentials are texts of strangers, so each format escapes them.

mod csv;
mod failures;
mod format;
mod json;
mod markdown;
pub(super) mod words;

pub(super) use failures::AuditFailure;
pub use format::{AuditFormat, audit};
