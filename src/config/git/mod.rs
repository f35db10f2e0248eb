//! The project at a revision, read with the `git` program.

mod base;
mod children;
mod documents;
mod elsewhere;
mod environment;
mod listing;
mod objects;
mod process;
mod repository;
mod resolve;
mod tree;

pub use base::{Baseline, base};
pub use children::GitChildren;
pub use environment::GitEnvironment;
pub use repository::Repository;
