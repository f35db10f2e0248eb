//! The ledger: a branch of the repository that remembers, for each client and field, the value on which git and live
//! agreed last.
//!
//! Owns what the branch holds, how a run claims it and what a run leaves in it. It must not know YAML or HTTP, and it
//! decides nothing about what is sent.

pub mod after_run;
pub mod claim;
pub mod client_file;
#[cfg(test)]
mod fixture;
pub mod head_file;
pub mod layout;
