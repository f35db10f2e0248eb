//! The branch in this repository and at its remote: its tip, one commit read, and the way of a commit onto it.

mod ledger_branch;
pub mod local_copy;
pub(in crate::ledger) mod other_projects;
pub mod view;

pub use ledger_branch::LedgerBranch;
