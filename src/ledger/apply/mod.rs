//! A run of apply in the ledger, in the order of its steps: `begin`, `ledger_run` (the claim), `renewal`, `run_record`.
//!
//! `after_run` says what a result leaves, and `draft` turns that into the files of a commit.

pub mod after_run;
pub mod begin;
pub mod draft;
pub mod lease;
mod ledger_run;
pub mod renewal;
pub mod run_record;

pub use ledger_run::{LedgerRun, RunIdentity};
