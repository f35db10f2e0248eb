//! The project at a revision, read with the `git` program.

mod base;
mod documents;
mod elsewhere;
mod listing;
mod repository;
mod resolve;
mod tree;
mod work_files;

pub use base::{Baseline, BranchTip, base};
pub use repository::Repository;
pub use work_files::ChangedFile;
