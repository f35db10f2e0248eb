//! The project at a revision, read with the `git` program.

mod base;
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

pub use base::{Baseline, base};
pub use environment::GitEnvironment;
pub use repository::Repository;
