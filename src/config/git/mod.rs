//! The project at a revision, read with the `git` program.

mod base;
mod commit;
mod process;
mod revision;
mod tree;

pub use base::{Baseline, base};
pub use revision::revision;
