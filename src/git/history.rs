//! The commits of a branch, oldest first, and the files that each of them changed.
//!
//! Owns the protocol of these two calls of git. It must not know what a file is for.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::process::Stdio;

use crate::git::error::GitError;
use crate::git::process::GitProcess;

/// A commit and what it changed. A merge shows no changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedCommit {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    pub(crate) changes: Vec<ListedChange>,
}

/// One changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedChange {
    pub(crate) path: Vec<u8>,
    /// The id of what it holds now; `None` where the file is gone.
    pub(crate) id: Option<String>,
    /// Whether it is a plain file now, or gone: not a link, not executable, no other repository.
    pub(crate) is_plain: bool,
}

/// Lists the commits of a history, oldest first. A merge comes behind all of its parents.
pub(crate) fn list_commits(git: &GitProcess, tip: &str) -> Result<Vec<ListedCommit>, GitError> {
    let answer = git.ask(&["rev-list", "--parents", "--topo-order", "--reverse", "--end-of-options", tip])?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let ids: String = text.lines().filter_map(|line| line.split(' ').next()).map(|id| format!("{id}\n")).collect();
    let mut changes = changes(git, ids.as_bytes())?;
    let commit = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let id = words.next().unwrap_or_default();
        let changes = changes.remove(&id).unwrap_or_default();
        ListedCommit { id, parents: words.collect(), changes }
    };
    Ok(text.lines().map(commit).collect())
}

/// Whether a commit without listed parents has parents all the same: then the clone is shallow.
pub(crate) fn is_cut(git: &GitProcess, commit: &ListedCommit) -> Result<bool, GitError> {
    if !commit.parents.is_empty() {
        return Ok(false);
    }
    let object = git.ask(&["cat-file", "commit", &commit.id])?;
    let mut lines = object.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    Ok(lines.any(|line| line.starts_with(b"parent ")))
}

fn changes(git: &GitProcess, ids: &[u8]) -> Result<BTreeMap<String, Vec<ListedChange>>, GitError> {
    let words = ["diff-tree", "--stdin", "-r", "-z", "--root", "--no-renames", "--raw", "--no-abbrev"];
    let mut command = git.command(&words)?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, _listed) = git.spawn(&mut command).map_err(|error| GitError::not_started(&error))?;
    let (mut answer, mut why) = (Vec::new(), Vec::new());
    let (to, from, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // Git answers while it still reads, so one side must not wait for the other.
    std::thread::scope(|scope| {
        scope.spawn(|| to.map(|mut to| to.write_all(ids)));
        scope.spawn(|| errors.map(|mut from| from.read_to_end(&mut why)));
        from.map(|mut from| from.read_to_end(&mut answer))
    });
    let status = child.wait().map_err(|error| GitError::not_started(&error))?;
    if !status.success() {
        return Err(GitError::of_stderr(&why));
    }
    parse(&answer).ok_or_else(|| GitError::other("git lists the changes of the commits in another form than expected"))
}

/// Reads `COMMIT NUL`, and for each changed file `:MODE MODE ID ID STATUS NUL PATH NUL`.
fn parse(answer: &[u8]) -> Option<BTreeMap<String, Vec<ListedChange>>> {
    let mut all: BTreeMap<String, Vec<ListedChange>> = BTreeMap::new();
    let mut commit = None;
    let mut parts = answer.split(|byte| *byte == 0).filter(|part| !part.is_empty());
    while let Some(part) = parts.next() {
        let text = std::str::from_utf8(part).ok()?;
        let Some(change) = text.strip_prefix(':') else {
            commit = Some(text.to_owned());
            continue;
        };
        let mut words = change.split(' ').skip(1);
        let (mode, _, id) = (words.next()?, words.next()?, words.next()?);
        let is_gone = mode == "000000";
        let change = ListedChange {
            path: parts.next()?.to_vec(),
            id: (!is_gone).then(|| id.to_owned()),
            is_plain: is_gone || mode == "100644",
        };
        all.entry(commit.clone()?).or_default().push(change);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::repository;
    use crate::git::{NewCommit, write_commit};

    #[test]
    fn commits_are_listed_with_what_each_changed() {
        let (_folder, git) = repository();
        let write = |parent: Option<&str>, changes: &[(Vec<u8>, Option<Vec<u8>>)]| {
            write_commit(&git, &NewCommit { parent, author: "A <a>", time: 0, message: "m\n", changes }).unwrap()
        };
        let odd = "a b/ö\n1.json".as_bytes().to_vec();
        let first = write(None, &[(odd.clone(), Some(b"1".to_vec())), (b"gone".to_vec(), Some(b"2".to_vec()))]);
        let second = write(Some(&first), &[(b"gone".to_vec(), None)]);
        let third = write(Some(&second), &[]);
        let listed = list_commits(&git, &third).unwrap();
        let of = |one: &ListedCommit| -> Vec<(Vec<u8>, bool)> {
            one.changes.iter().map(|one| (one.path.clone(), one.id.is_some())).collect()
        };
        let shown: Vec<_> = listed.iter().map(|one| (one.id.clone(), of(one))).collect();
        assert_eq!(
            shown,
            [
                (first.clone(), vec![(odd, true), (b"gone".to_vec(), true)]),
                (second, vec![(b"gone".to_vec(), false)]),
                (third, vec![]),
            ]
        );
        assert_eq!(listed[1].parents, [first]);
        assert!(listed.iter().all(|one| !is_cut(&git, one).unwrap()));
    }

    #[test]
    fn only_plain_files_are_plain_and_another_form_is_an_error() {
        let id = "0".repeat(40);
        let line = |mode: &str| format!("abc\0:000000 {mode} {id} {id} A\0path\0");
        let is_plain = |mode: &str| parse(line(mode).as_bytes()).unwrap()["abc"][0].is_plain;
        let plain: Vec<bool> = ["100644", "000000", "100755", "120000", "160000"].map(is_plain).into();
        assert_eq!(plain, [true, true, false, false, false]);
        for text in [":000000 100644 a b A\0path\0", "abc\0:000000\0path\0", "abc\0:000000 100644 a b A\0"] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
