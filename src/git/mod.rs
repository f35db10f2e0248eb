//! The `git` program: the one way ringform calls it.
//!
//! Owns the process, its environment, and the protocols of reading and writing objects. It must not know what a commit
//! is for.

mod environment;
mod objects;
mod process;

pub use environment::GitEnvironment;
pub(crate) use objects::{GitObject, ObjectReader};
pub(crate) use process::{DUBIOUS, EMBEDDED, GitError, GitProcess, LACKING, entries};
