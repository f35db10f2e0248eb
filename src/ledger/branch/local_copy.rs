//! The copy of the branch in this repository: its tip, and when it was fetched.
//!
//! Owns which files say when git fetched last. It makes no call over a network and changes nothing.

use std::path::PathBuf;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use crate::git::GitError;
use crate::ledger::branch::LedgerBranch;

/// Separates two answers: `rev-parse` prints a flag that it does not know. No path of git contains `//`.
const SEPARATOR: &str = "--//";

/// A copy of this age is too old to be used without a word.
const OLD: SignedDuration = SignedDuration::from_hours(24);

/// The copy of a branch in this repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ledger) struct LocalCopy {
    /// Its commit; `None` where this repository has no copy.
    pub(in crate::ledger) tip: Option<String>,
    /// When it was fetched last; `None` where it has no remote, or no file says so.
    pub(in crate::ledger) fetched: Option<SystemTime>,
}

impl LocalCopy {
    /// How long ago it was fetched, if that is over a day ago.
    pub(in crate::ledger) fn old_age(&self, now: Timestamp) -> Option<SignedDuration> {
        let fetched = Timestamp::try_from(self.fetched?).ok()?;
        Some(now.duration_since(fetched)).filter(|age| *age > OLD)
    }
}

/// Reads the copy, in one call of git, or in two where git keeps the ref in no file of its own.
pub(in crate::ledger) fn read(branch: &LedgerBranch) -> Result<LocalCopy, GitError> {
    let copy = branch.copy();
    let name = format!("{copy}^{{commit}}");
    // In a linked work tree FETCH_HEAD is its own, and the refs are those of the repository. `reftable` keeps refs of a
    // newer kind.
    let files = [copy.as_str(), "packed-refs", "FETCH_HEAD", "reftable/tables.list"];
    let mut words = vec!["rev-parse"];
    files.iter().for_each(|file| words.extend(["--git-path", file, SEPARATOR]));
    words.extend(["--verify", "--quiet", "--end-of-options", &name]);
    let output = branch.git().run(&words)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let separator = format!("{SEPARATOR}\n");
    let mut answers = text.split(separator.as_str()).map(|answer| answer.strip_suffix('\n').unwrap_or(answer));
    let paths: Vec<PathBuf> = answers.by_ref().take(files.len()).map(|file| branch.git().path(file)).collect();
    let times: Vec<SystemTime> = paths.iter().filter_map(modified).collect();
    let id = answers.next().unwrap_or_default();
    let tip = match (output.status.success(), output.stderr.is_empty()) {
        // The file of the ref is there, so git found that ref and no tag of this name.
        (true, _) if paths.first().is_some_and(|loose| loose.is_file()) => Some(id.to_owned()),
        (true, _) => Some(id.to_owned()).filter(|_| branch.has_copy()),
        // Without a reason git says: there is no such ref.
        (false, true) => None,
        (false, false) => return Err(GitError::of_stderr(&output.stderr)),
    };
    let fetched = times.into_iter().max().filter(|_| tip.is_some() && branch.has_remote());
    Ok(LocalCopy { tip, fetched })
}

fn modified(file: &PathBuf) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// An age in words: `3 days`, `30 hours`.
pub(in crate::ledger) fn in_words(age: SignedDuration) -> String {
    match age.as_hours() {
        hours if hours < 48 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::git_in;
    use crate::ledger::fixture::{branch, clones};
    use std::fs::File;
    use std::path::Path;

    fn age(file: &Path, hours: u64) {
        let then = SystemTime::now() - std::time::Duration::from_secs(hours * 3600);
        File::options().write(true).open(file).unwrap().set_modified(then).unwrap();
    }

    #[test]
    fn the_newest_of_three_files_says_when_the_copy_was_fetched() {
        let (folder, [one, two]) = clones();
        let root = folder.path().join("two");
        assert_eq!(read(&two).unwrap(), LocalCopy::default());
        git_in(&folder.path().join("one"), &["push", "--quiet", "origin", "HEAD:refs/heads/ringform-ledger"]);
        assert!(read(&one).unwrap().tip.is_some(), "git keeps what it pushed");
        git_in(&root, &["fetch", "--quiet", "origin"]);
        let old = || read(&two).unwrap().old_age(Timestamp::now()).map(in_words);
        assert_eq!(old(), None);
        let loose = root.join(".git/refs/remotes/origin/ringform-ledger");
        let fetched = root.join(".git/FETCH_HEAD");
        age(&loose, 25);
        assert_eq!(old(), None, "a fetch that brought nothing is a fetch");
        age(&fetched, 60);
        assert_eq!(old().as_deref(), Some("25 hours"));
        age(&loose, 75);
        assert_eq!(old().as_deref(), Some("2 days"));
        git_in(&root, &["pack-refs", "--all"]);
        assert_eq!(old(), None);
        age(&root.join(".git/packed-refs"), 23);
        assert_eq!(old(), None);
        age(&root.join(".git/packed-refs"), 240);
        std::fs::remove_file(&fetched).unwrap();
        assert_eq!(old().as_deref(), Some("10 days"));
        // A copy from the future is not old.
        let copy = read(&two).unwrap();
        assert_eq!(copy.old_age("2001-01-01T00:00:00Z".parse().unwrap()), None);
    }

    #[test]
    fn a_tag_or_a_branch_of_the_same_name_is_no_copy() {
        let (folder, [_, two]) = clones();
        let root = folder.path().join("two");
        for start in ["refs/tags", "refs/heads"] {
            git_in(&root, &["update-ref", &format!("{start}/refs/remotes/origin/ringform-ledger"), "HEAD"]);
            assert_eq!((read(&two).unwrap().tip, two.local_tip()), (None, Ok(None)), "{start}");
        }
        git_in(&root, &["pack-refs", "--all"]);
        assert_eq!((read(&two).unwrap().tip, two.local_tip()), (None, Ok(None)));
        git_in(&root, &["update-ref", "refs/remotes/origin/ringform-ledger", "HEAD"]);
        assert!(read(&two).unwrap().tip.is_some());
        git_in(&root, &["pack-refs", "--all"]);
        assert!(read(&two).unwrap().tip.is_some() && two.local_tip().unwrap().is_some());
    }

    #[test]
    fn a_linked_work_tree_has_the_refs_of_the_repository() {
        let (folder, [_, two]) = clones();
        let root = folder.path().join("two");
        git_in(&folder.path().join("one"), &["push", "--quiet", "origin", "HEAD:refs/heads/ringform-ledger"]);
        git_in(&root, &["fetch", "--quiet", "origin"]);
        git_in(&root, &["worktree", "add", "--quiet", "../linked"]);
        let linked = branch(&folder.path().join("linked"), Some("origin"));
        assert_eq!(read(&linked).unwrap().tip, read(&two).unwrap().tip);
        for file in [".git/refs/remotes/origin/ringform-ledger", ".git/FETCH_HEAD"] {
            age(&root.join(file), 50);
        }
        assert_eq!(read(&linked).unwrap().old_age(Timestamp::now()).map(in_words).as_deref(), Some("2 days"));
        git_in(&folder.path().join("linked"), &["fetch", "--quiet", "origin"]);
        assert_eq!(read(&linked).unwrap().old_age(Timestamp::now()), None);
    }

    #[test]
    fn a_branch_without_a_remote_is_never_old() {
        let folder = tempfile::tempdir().unwrap();
        git_in(folder.path(), &["init", "--quiet", "--initial-branch", "ringform-ledger"]);
        git_in(folder.path(), &["commit", "--quiet", "--allow-empty", "--message", "first"]);
        age(&folder.path().join(".git/refs/heads/ringform-ledger"), 500);
        let copy = read(&branch(folder.path(), None)).unwrap();
        assert!(copy.tip.is_some() && copy.fetched.is_none(), "{copy:?}");
    }
}
