//! Settings with an end: entries that change what a client declares for a time.
//!
//! Owns the entries, what they make of a declaration at an instant, and which of them explains a difference. It must
//! not know clocks: the instant comes in as a value.

mod cause;
mod entry;
mod layers;
mod open_spans;
mod timeline;

pub use cause::{Because, DatedCause, DatedEvent};
pub use entry::{DatedEffect, DatedEntry, DatedValue};
pub use layers::{DatedDeclaration, DatedLayer, EntryInLayer};
pub use open_spans::OpenSpans;

#[cfg(test)]
mod timeline_tests;
