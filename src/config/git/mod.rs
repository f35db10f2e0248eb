//! The project at a revision, read with the `git` program.

mod base;
mod children;
mod documents;
mod elsewhere;
mod environment;
mod error;
mod listing;
mod objects;
mod process;
mod repository;
mod resolve;
mod tree;
mod work_files;

pub use base::{Baseline, BranchTip, base};
pub use children::GitChildren;
pub use environment::GitEnvironment;
pub use repository::Repository;
pub use work_files::ChangedFile;
