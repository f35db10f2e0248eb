//! The commit of the work tree, asked of the `git` program.
//!
//! Owns the one way git is called: the user's settings and the variables that hooks export are kept out, and nothing is written,
//! the index included.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::model::Revision;
use crate::model::Untrusted;

/// The commit that the project's work tree is at, whether its files differ from it, and the project's folder in it; `None` where there is no repository,
/// no commit, no git, or where git refuses.
pub fn revision(root: &Path) -> Option<Revision> {
    let commit = git(root, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    let changed = git(root, &["status", "--porcelain", "-z", "--untracked-files=normal", "--", "."])?;
    let folder = git(root, &["rev-parse", "--show-prefix"])?;
    // One line, but the name of a folder may hold line breaks itself.
    let folder = Untrusted::new(folder.strip_suffix('\n').unwrap_or(&folder));
    Some(Revision { commit: commit.trim().to_owned(), dirty: !changed.is_empty(), folder })
}

fn git(root: &Path, words: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_OPTIONAL_LOCKS", "0");
    let output = command.arg("-C").arg(root).args(words).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
