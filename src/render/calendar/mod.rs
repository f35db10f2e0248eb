//! The calendar of `resolve`: what begins and ends, in three formats.
//!
//! Holds one file for each format, the identity of an event in `ics`, and the words that they share. Owner and reason
//! are texts of strangers, so each format escapes them.

mod format;
mod ics;
mod json;
mod text;
mod uid;
pub(super) mod words;

pub use format::{CalendarFormat, calendar};
