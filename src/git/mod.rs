//! The `git` program: the one way ringform calls it.
//!
//! Owns the process, its environment, and the protocols of reading and writing objects. It must not know what a commit
//! is for.

mod children;
mod commit;
mod environment;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod history;
mod objects;
mod process;
mod remote;
mod remote_error;
mod version;

pub use children::GitChildren;
pub(crate) use commit::{FileChange, NewCommit, write_commit};
pub use environment::GitEnvironment;
pub(crate) use error::{DUBIOUS, EMBEDDED, GitError, GitErrorKind};
pub(crate) use history::{ListedChange, ListedCommit, is_cut, list_commits};
pub(crate) use objects::ObjectReader;
pub(crate) use process::{GitProcess, entries};
pub(crate) use remote::RemoteBranch;
pub(crate) use version::too_old;
