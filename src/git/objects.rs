//! The objects of a repository, read through one `git cat-file --batch` process.
//!
//! Owns the protocol of that process. It must not know what an object is for.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::git::children::ListedChild;
use crate::git::error::GitError;
use crate::git::process::GitProcess;

/// How many names are written before their answers are read. That many fit into any pipe, so neither side waits for
/// the other.
const CHUNK: usize = 100;
/// The longest name that is passed on: a whole id with a suffix.
const LONGEST: usize = 100;

/// One object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GitObject {
    pub(crate) id: String,
    /// `commit`, `tree`, `blob` or `tag`.
    pub(crate) kind: String,
    /// Its bytes; `None` when there are more than the caller wants.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// A running `git cat-file --batch`.
#[derive(Debug)]
pub(crate) struct ObjectReader {
    child: Child,
    _listed: ListedChild,
    names: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// What it printed on stderr, read once it ended.
    stderr: Vec<u8>,
}

impl ObjectReader {
    /// Starts the process.
    pub(crate) fn start(git: &GitProcess) -> Result<ObjectReader, GitError> {
        ObjectReader::start_as(git, &["cat-file", "--batch"])
    }

    fn start_as(git: &GitProcess, words: &[&str]) -> Result<ObjectReader, GitError> {
        let mut command = git.command(words)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (mut child, listed) = git.spawn(&mut command).map_err(|error| GitError::not_started(&error))?;
        let (names, Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(GitError::other("git gave no answer"));
        };
        Ok(ObjectReader { child, _listed: listed, names, answers: BufReader::new(answers), stderr: Vec::new() })
    }

    /// Like [`ObjectReader::contents`], by a process of its own that is asked once. Its answers come in large pieces.
    /// That takes git a quarter less time for thousands of small objects.
    pub(crate) fn contents_once(
        git: &GitProcess,
        ids: &[&str],
        most: u64,
        what: &dyn Fn(usize) -> String,
        take: &mut dyn FnMut(usize, Option<Vec<u8>>),
    ) -> Result<(), GitError> {
        let text = lines(ids)?;
        let mut objects = ObjectReader::start_as(git, &["cat-file", "--batch", "--buffer"])?;
        let names = objects.names.take();
        let missing = std::thread::scope(|scope| {
            // Git answers while it is asked. Where it ends before, so does the writing; the reading says why.
            scope.spawn(|| names.map(|mut names| names.write_all(text.as_bytes())));
            let missing = (0..ids.len()).find(|index| match answer(&mut objects.answers, most) {
                Some(Some(object)) => {
                    take(*index, object.bytes);
                    false
                }
                Some(None) | None => true,
            });
            if missing.is_some() {
                // It may wait until the rest of its answers is read. The thread waits for git.
                drop(objects.child.kill());
            }
            missing
        });
        match missing {
            Some(index) => Err(GitError::without_object(ids[index], &what(index), objects.stderr())),
            None => Ok(()),
        }
    }

    /// Gives the objects of these names to `take`, in their order; `None` for one that does not exist. The bytes of an
    /// object that is larger than `most` are passed over.
    pub(crate) fn read(
        &mut self,
        names: &[&str],
        most: u64,
        take: &mut dyn FnMut(usize, Option<GitObject>),
    ) -> Result<(), GitError> {
        for (chunk, names) in names.chunks(CHUNK).enumerate() {
            let text = lines(names)?;
            let written = self.names.as_mut().map(|git| git.write_all(text.as_bytes()));
            if !matches!(written, Some(Ok(()))) {
                return Err(self.broken());
            }
            for index in 0..names.len() {
                let Some(answer) = answer(&mut self.answers, most) else { return Err(self.broken()) };
                take(chunk * CHUNK + index, answer);
            }
        }
        Ok(())
    }

    /// The bytes of these objects; an object that does not exist is an error. `what` says what each of them is.
    pub(crate) fn contents(
        &mut self,
        ids: &[&str],
        most: u64,
        what: &dyn Fn(usize) -> String,
        take: &mut dyn FnMut(usize, Option<Vec<u8>>),
    ) -> Result<(), GitError> {
        // A chunk at a time: the complaints of one chunk fit into the pipe, which is read at the end.
        for (chunk, ids) in ids.chunks(CHUNK).enumerate() {
            let (mut lacking, mut answers, first) = (None, 0, chunk * CHUNK);
            let ended = self.read(ids, most, &mut |index, object| {
                answers = index + 1;
                match object {
                    Some(object) => take(first + index, object.bytes),
                    None => lacking = lacking.or(Some(index)),
                }
            });
            // Where git ended in the middle, it ended at the object that it did not answer.
            let index = match (lacking, ended) {
                (Some(index), _) => index,
                (None, Ok(())) => continue,
                (None, Err(_)) if answers < ids.len() => answers,
                (None, Err(error)) => return Err(error),
            };
            return Err(GitError::without_object(ids[index], &what(first + index), self.stderr()));
        }
        Ok(())
    }

    /// Why the process gave no valid answer.
    fn broken(&mut self) -> GitError {
        GitError::of_stderr(self.stderr())
    }

    /// What git printed on stderr until it ended. It gives no more answers after that.
    pub(crate) fn stderr(&mut self) -> &[u8] {
        drop(self.names.take());
        if let Some(mut from) = self.child.stderr.take() {
            // What cannot be read is not shown: the error says less then.
            drop(from.read_to_end(&mut self.stderr));
        }
        &self.stderr
    }
}

impl Drop for ObjectReader {
    fn drop(&mut self) {
        drop(self.names.take());
        // Git may be in the middle of an answer that this process does not read any more.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The names as git reads them: one a line. A longer name, or one of two lines, cannot be an id, and git would take it
/// for something else.
fn lines(names: &[&str]) -> Result<String, GitError> {
    match names.iter().any(|name| name.len() > LONGEST || name.contains('\n')) {
        true => Err(GitError::other("this is not the id of an object")),
        false => Ok(names.iter().map(|name| format!("{name}\n")).collect()),
    }
}

/// One answer: `ID KIND SIZE`, so many bytes and a line feed; or `NAME missing`. The outer `None`: it is something
/// else.
fn answer(from: &mut impl BufRead, most: u64) -> Option<Option<GitObject>> {
    let mut head = String::new();
    from.read_line(&mut head).ok()?;
    let head = head.strip_suffix('\n')?;
    if head.ends_with(" missing") {
        return Some(None);
    }
    let mut words = head.split(' ');
    let (id, kind, size) = (words.next()?, words.next()?, words.next()?.parse::<u64>().ok()?);
    let mut bytes = Vec::new();
    let is_wanted = size <= most;
    let mut body = from.by_ref().take(size);
    let read = match is_wanted {
        true => body.read_to_end(&mut bytes).ok()? as u64,
        false => std::io::copy(&mut body, &mut std::io::sink()).ok()?,
    };
    let mut end = [0];
    from.read_exact(&mut end).ok()?;
    let object = GitObject { id: id.to_owned(), kind: kind.to_owned(), bytes: is_wanted.then_some(bytes) };
    (read == size && end == *b"\n" && words.next().is_none()).then_some(Some(object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::repository;

    /// More objects than any pipe holds names of, or answers about.
    #[test]
    fn many_objects_are_read_in_their_order_and_a_missing_one_ends_the_reading() {
        let (_folder, git) = repository();
        let head = git.line(&["rev-parse", "HEAD"]).unwrap();
        let gone = "1".repeat(40);
        let read = |ids: &[&str]| {
            let mut taken = Vec::new();
            let what = |index: usize| format!("object {index}");
            let ended = ObjectReader::contents_once(&git, ids, 1000, &what, &mut |index, bytes| {
                assert!(bytes.is_some_and(|bytes| bytes.starts_with(b"tree ")));
                taken.push(index);
            });
            (taken.len(), taken.is_sorted(), ended.map_err(|error| error.sentence.raw().to_owned()))
        };
        let mut ids = vec![head.as_str(); 5_000];
        assert_eq!(read(&ids), (5_000, true, Ok(())));
        assert_eq!(read(&[]), (0, true, Ok(())));
        ids[3_000] = &gone;
        let (count, _, ended) = read(&ids);
        assert_eq!(count, 3_000);
        assert!(ended.unwrap_err().contains("object 3000"));
        assert!(read(&["HEAD\nHEAD"]).2.is_err());
    }

    #[test]
    fn answers_are_objects_or_missing_and_anything_else_is_none() {
        let object = |bytes: Option<&str>| {
            Some(Some(GitObject { id: "ab12".into(), kind: "blob".into(), bytes: bytes.map(|text| text.into()) }))
        };
        let rows = [
            ("ab12 blob 3\nx\ny\n", object(Some("x\ny"))),
            ("ab12 blob 5\nabcde\n", object(None)),
            ("ab12^{commit} missing\n", Some(None)),
            ("ab12 ambiguous\n", None),
            ("ab12 blob 3\nx\n", None),
            ("ab12 blob 1\nxy", None),
            ("ab12 blob 1 more\nx\n", None),
            ("ab12 blob", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(answer(&mut text.as_bytes(), 4), expected, "{text:?}");
        }
    }
}
