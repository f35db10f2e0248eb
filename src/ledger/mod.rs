//! The ledger: a branch of the repository that remembers, for each client and field, the value on which git and live
//! agreed last.
//!
//! Owns what the branch holds, how a run claims it and what a run leaves in it. `layout` has the paths; `head_file`,
//! `client_file` and `claim` the files; `view` reads them all; `after_run` says what a result leaves; `protocol` decides
//! what a run may do next. It must not know YAML or HTTP, and it decides nothing about what is sent.

pub mod after_run;
pub mod begin;
pub mod branch;
pub mod claim;
pub mod client_file;
pub mod draft;
mod errors;
#[cfg(test)]
mod fixture;
pub mod head_file;
pub mod history;
pub mod layout;
pub mod lease;
pub mod local;
pub mod local_copy;
pub mod message;
mod other_projects;
pub mod protocol;
pub mod renewal;
mod report_file;
pub mod run;
pub mod run_record;
pub mod unfinished;
pub mod verify;
pub mod view;

#[cfg(test)]
mod tests;
