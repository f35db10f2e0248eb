//! One file for each command: request, run, draw, exit status. Commands never call each other.
//!
//! Owns what each command shows. `run` does the work, `render` knows the formats and `terminal` the process.

pub(crate) mod adopt;
pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod completions;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod guard;
pub(crate) mod help;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod plan;
pub(crate) mod resolve;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod undo;
pub(crate) mod validate;
