//! Other projects in the branch.
//!
//! Owns the search for their folders. A project whose file HEAD does not have was moved or removed.

use std::collections::BTreeSet;
use std::ffi::OsString;

use crate::git::{GitError, entries};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::view::path_argument;

/// How deep in a repository a project is looked for.
const DEEPEST: usize = 64;

/// The paths of project files that have a ledger in the branch and that the commit does not have.
pub(in crate::ledger) fn gone(branch: &LedgerBranch, tip: &str, commit: &str) -> Result<Vec<String>, GitError> {
    let mut projects: Vec<Vec<u8>> = Vec::new();
    let mut level = folders(branch, tip, &[])?;
    for _ in 0..DEEPEST {
        let (found, others): (Vec<_>, Vec<_>) = level.into_iter().partition(|folder| is_project(folder));
        projects.extend(found);
        if others.is_empty() {
            break;
        }
        level = folders(branch, tip, &others)?;
    }
    projects.retain(|project| *project != branch.folder.path());
    if projects.is_empty() {
        return Ok(Vec::new());
    }
    let words = ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", "--name-only", commit, "--"];
    let mut words: Vec<OsString> = words.map(OsString::from).into();
    words.extend(projects.iter().map(|project| path_argument(project)));
    let answer = branch.git().ask(&words)?;
    let known: BTreeSet<&[u8]> = entries(&answer).collect();
    let gone = projects.iter().filter(|project| !known.contains(project.as_slice()));
    Ok(gone.map(|project| String::from_utf8_lossy(project).into_owned()).collect())
}

/// The folders directly in these folders; in the root, if there are none.
fn folders(branch: &LedgerBranch, tip: &str, within: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, GitError> {
    let words = ["--literal-pathspecs", "ls-tree", "-d", "-z", "--full-tree", "--name-only", tip, "--"];
    let mut words: Vec<OsString> = words.map(OsString::from).into();
    words.extend(within.iter().map(|folder| path_argument(&[folder, b"/".as_slice()].concat())));
    let answer = branch.git().ask(&words)?;
    Ok(entries(&answer).map(<[u8]>::to_vec).collect())
}

/// Whether a folder is named after a project file.
fn is_project(folder: &[u8]) -> bool {
    let name = folder.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    name == b"ringform.yaml" || name.ends_with(b".ringform.yaml")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{FileChange, NewCommit};
    use crate::ledger::fixture::clones;

    #[test]
    fn a_project_that_the_commit_does_not_have_is_found_at_every_depth() {
        let (_folder, [one, _]) = clones();
        let write = |paths: &[&str]| {
            let changes: Vec<FileChange> =
                paths.iter().map(|path| (path.as_bytes().to_vec(), Some(b"x".to_vec()))).collect();
            let commit = NewCommit { parent: None, author: "A <a>", time: 0, message: "m\n", changes: &changes };
            crate::git::write_commit(one.git(), &commit).unwrap()
        };
        let tip = write(&[
            "README.md",
            "ringform.yaml/ledger.json",
            "a b/ö/east.ringform.yaml/clients/default/12.json",
            "bäse/ringform.yaml/ledger.json",
            "kept/ringform.yaml/ledger.json",
            "kept/deep/er/ringform.yaml/runs/2026/11/x.json",
        ]);
        let code = write(&["kept/ringform.yaml", "bäse/other.yaml", "kept/deep/ringform.yaml"]);
        // The project of the branch itself is `bäse/ringform.yaml`.
        let expected = ["ringform.yaml", "a b/ö/east.ringform.yaml", "kept/deep/er/ringform.yaml"];
        assert_eq!(gone(&one, &tip, &code).unwrap(), expected);
        let all =
            write(&["ringform.yaml", "a b/ö/east.ringform.yaml", "kept/ringform.yaml", "kept/deep/er/ringform.yaml"]);
        assert_eq!(gone(&one, &tip, &all).unwrap(), Vec::<String>::new());
    }
}
