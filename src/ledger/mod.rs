//! The ledger: a branch of the repository that remembers, for each client and field, the value on which git and live
//! agreed last.
//!
//! Owns what the branch holds, how a run claims it and what a run leaves in it. `contents` has its files, `branch` reads
//! and moves it, `apply` has the steps of a run, `protocol` their decisions. It must not know YAML or HTTP, and it
//! decides nothing about what is sent.

pub mod apply;
pub mod branch;
pub mod contents;
mod errors;
#[cfg(test)]
mod fixture;
pub mod history;
pub mod local;
pub mod protocol;
pub mod verify;

#[cfg(test)]
mod tests;
