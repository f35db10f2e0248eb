//! New commits, written with one `git fast-import` process.
//!
//! Owns the protocol of that process. A commit is written from changes to the tree of its parent. The work tree, the
//! index and all refs stay as they are. It must not know what a commit is for.

use std::io::{self, BufWriter, Read, Write};
use std::process::Stdio;

use crate::git::error::GitError;
use crate::git::process::GitProcess;

/// A ref that exists only inside the process: the stream takes it back before git would write it.
const SCRATCH: &str = "refs/ringform/import";

/// A commit to write.
#[derive(Clone, Debug)]
pub(crate) struct NewCommit<'c> {
    /// The commit before it; `None` for the first of a branch.
    pub(crate) parent: Option<&'c str>,
    /// Its author, `NAME <MAIL>`: one line, and no other `<` or `>`.
    pub(crate) author: &'c str,
    /// Its time, in seconds since 1970.
    pub(crate) time: i64,
    /// Its message.
    pub(crate) message: &'c str,
    /// Paths, and the bytes that each holds now; `None` where the file goes.
    pub(crate) changes: &'c [FileChange],
}

/// A path in a tree and what it holds after a commit; `None` where the file goes.
pub(crate) type FileChange = (Vec<u8>, Option<Vec<u8>>);

/// Writes a commit and returns its id. No ref names it.
pub(crate) fn write_commit(git: &GitProcess, commit: &NewCommit<'_>) -> Result<String, GitError> {
    let mut command = git.command(&["fast-import", "--quiet", "--done"])?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, _listed) = git.spawn(&mut command).map_err(|error| GitError::not_started(&error))?;
    let written = child.stdin.take().map(|stdin| write_stream(&mut BufWriter::new(stdin), commit));
    let (mut id, mut why) = (String::new(), Vec::new());
    // A refusal of git closes its stdin, so the reason is on stderr.
    let read = child.stdout.take().map(|mut from| from.read_to_string(&mut id));
    let reason = child.stderr.take().map(|mut from| from.read_to_end(&mut why));
    let status = child.wait().map_err(|error| GitError::not_started(&error))?;
    if !status.success() || !matches!((written, read, reason), (Some(Ok(())), Some(Ok(_)), Some(Ok(_)))) {
        return Err(GitError::of_stderr(&why));
    }
    Ok(id.trim_end().to_owned())
}

fn write_stream(to: &mut impl Write, commit: &NewCommit<'_>) -> io::Result<()> {
    writeln!(to, "commit {SCRATCH}\nmark :1")?;
    writeln!(to, "author {} {} +0000", commit.author, commit.time)?;
    writeln!(to, "committer ringform <ringform> {} +0000", commit.time)?;
    writeln!(to, "data {}\n{}", commit.message.len(), commit.message)?;
    if let Some(parent) = commit.parent {
        writeln!(to, "from {parent}")?;
    }
    for (path, bytes) in commit.changes {
        match bytes {
            Some(bytes) => {
                writeln!(to, "M 100644 inline {}\ndata {}", quoted(path), bytes.len())?;
                to.write_all(bytes)?;
                to.write_all(b"\n")?;
            }
            None => writeln!(to, "D {}", quoted(path))?,
        }
    }
    let nothing = "0".repeat(commit.parent.map_or(40, str::len));
    writeln!(to, "get-mark :1\nreset {SCRATCH}\nfrom {nothing}\n\ndone")?;
    to.flush()
}

/// A path as a quoted text of the protocol.
fn quoted(path: &[u8]) -> String {
    let mut text = String::from("\"");
    for byte in path {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            0x20..0x7f => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::repository;

    #[test]
    fn paths_are_quoted_byte_by_byte() {
        assert_eq!(quoted("a b/ö\n\"\\".as_bytes()), r#""a b/\303\266\012\"\\""#);
    }

    #[test]
    fn commits_follow_each_other_and_leave_no_ref() {
        let (_folder, git) = repository();
        let odd = "a b/ö\n\"x\"/1.json".as_bytes().to_vec();
        let refs = || git.ask(&["for-each-ref"]).unwrap();
        let before = refs();
        let write = |parent: Option<&str>, changes: &[FileChange]| {
            let author = "Anna <anna@example.com>";
            let message = "apply: 1 client\n\nRun: one\n";
            write_commit(&git, &NewCommit { parent, author, time: 1_795_770_000, message, changes }).unwrap()
        };
        let first = write(None, &[(odd.clone(), Some(b"one\n".to_vec())), (b"README.md".to_vec(), Some(Vec::new()))]);
        let second = write(Some(&first), &[(odd.clone(), Some(b"two\n".to_vec())), (b"README.md".to_vec(), None)]);
        assert_eq!(git.ask(&["ls-tree", "-r", "-z", "--name-only", &second]).unwrap(), [&odd[..], b"\0"].concat());
        assert_eq!(
            git.line(&["log", "--format=%an %ae %cn %s %P", "-1", &second]).unwrap().trim_end(),
            format!("Anna anna@example.com ringform apply: 1 client {first}")
        );
        assert_eq!(refs(), before);
    }

    #[test]
    fn a_parent_that_does_not_exist_is_an_error_in_gits_words() {
        let (_folder, git) = repository();
        let parent = "1".repeat(40);
        let commit = NewCommit { parent: Some(&parent), author: "A <a>", time: 0, message: "x", changes: &[] };
        let error = write_commit(&git, &commit).unwrap_err();
        assert!(error.sentence.raw().contains("git says"), "{:?}", error.sentence);
    }
}
