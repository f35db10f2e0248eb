//! The check of the whole branch, commit by commit.
//!
//! `walk` reads the commits; `replay` holds what the branch says after each of them and judges the next one. All
//! projects of the branch are checked, because one history holds them all. It finds edits, not forgers who compute
//! digests.

mod project;
mod replay;
mod walk;

pub use replay::HistoryCounts;
pub use walk::{VerifiedHistory, verify};
