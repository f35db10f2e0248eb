//! The contents of the branch: where each file is, and what it says.
//!
//! Owns paths, JSON and words. It must not know git, and it decides nothing.

pub mod claim;
pub mod client_file;
pub mod collaterals;
pub mod head_file;
pub mod layout;
pub mod message;
pub(super) mod report_file;
pub mod unfinished;
