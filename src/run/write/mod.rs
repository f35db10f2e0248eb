//! A plan to results: every client with something to send is written once, and read again.
//!
//! Owns the order of writes and the reasons to stop them. `plan::send::Exchange` decides each step of one write.

mod canary;
mod options;
mod state;
#[cfg(test)]
mod tests;
mod worker;

pub(super) use canary::write;
pub(super) use options::{WriteOptions, Writes};
pub(super) use state::failed_result;
