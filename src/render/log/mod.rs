//! Past runs, in the four formats of `log`.
//!
//! Holds one file for each format and the words that they share. Names, reasons and links are texts of strangers, so
//! each format escapes them.

mod csv;
mod format;
mod json;
mod markdown;
mod text;
mod verified;
mod words;

pub use format::{RunListFormat, run_list};
pub use verified::verified_history;
