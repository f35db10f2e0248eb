//! The project at a revision, read with the `git` program.

mod applied;
mod base;
mod documents;
mod elsewhere;
mod listing;
mod repository;
mod resolve;
mod tree;
mod uncommitted;
mod work_files;

pub(crate) use applied::{applied_project, is_shallow};
pub use base::{Baseline, BranchTip, base};
pub use repository::Repository;
pub use work_files::ChangedFile;
