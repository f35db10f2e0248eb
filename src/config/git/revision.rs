//! The commit of the work tree, asked of the `git` program.
//!
//! Owns which commit a plan names as its own. Here git's refusal is no error: a project need not be in a repository.

use std::path::Path;

use crate::config::git::process::GitProcess;
use crate::model::Revision;

/// The commit that the project's work tree is at, whether its files differ from it, and the project's folder in it; `None` where there is no repository,
/// no commit, no git, or where git refuses.
pub fn revision(root: &Path) -> Option<Revision> {
    let git = GitProcess::at(root);
    let commit = git.line(&["rev-parse", "--verify", "--quiet", "HEAD"]).ok()?;
    let changed = git.ask(&["status", "--porcelain", "-z", "--untracked-files=normal", "--", "."]).ok()?;
    let folder = git.line(&["rev-parse", "--show-prefix"]).ok()?;
    Some(Revision {
        commit: String::from_utf8_lossy(&commit).into_owned(),
        dirty: !changed.is_empty(),
        folder: String::from_utf8_lossy(&folder).into_owned().into(),
    })
}
