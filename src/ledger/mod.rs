//! The ledger: a branch of the repository that remembers, for each client and field, the value on which git and live
//! agreed last.
//!
//! Owns what the branch holds, how a run claims it and what a run leaves in it. `layout` has the paths; `head_file`,
//! `client_file` and `claim` the files; `view` reads them all; `after_run` says what a result leaves; `protocol` decides
//! what a run may do next. It must not know YAML or HTTP, and it decides nothing about what is sent.

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
