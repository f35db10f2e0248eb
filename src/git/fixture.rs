//! Repositories for the tests of the rooms that call git.

use std::path::Path;
use std::process::Command;

use crate::git::{GitEnvironment, GitProcess};

/// A folder in memory, where there is memory for files: git flushes every object that it writes.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A repository with one commit, and git in it.
pub(crate) fn repository() -> (tempfile::TempDir, GitProcess) {
    let folder = scratch();
    git_in(folder.path(), &["init", "--quiet", "--initial-branch", "main"]);
    git_in(folder.path(), &["commit", "--quiet", "--allow-empty", "--message", "first"]);
    let git = GitProcess::at(folder.path(), environment());
    (folder, git)
}

/// The variables of the tests, with a person who commits.
pub(crate) fn environment() -> GitEnvironment {
    let person = [("HOME", "/nonexistent"), ("PATH", &std::env::var("PATH").unwrap())];
    GitEnvironment::of(person.map(|(name, value)| (name.into(), value.into())))
}

/// Runs git in a folder.
pub(crate) fn git_in(folder: &Path, words: &[&str]) {
    let mut command = Command::new("git");
    command.env_clear().env("PATH", std::env::var("PATH").unwrap()).env("GIT_CONFIG_GLOBAL", "/dev/null");
    // Repositories without hooks and without upkeep.
    command.env("GIT_TEMPLATE_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/git_template"));
    command.args(["-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-C"]).arg(folder).args(words);
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}
