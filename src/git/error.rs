//! Why git gave no answer, in git's own words where it has some.
//!
//! Owns which line of git's output says why, and the words for an object that git does not give. It must not know what
//! a caller wanted to read: the caller names it.

use crate::model::Untrusted;
use crate::model::io_cause;

/// Part of the sentence for a bare repository among the files of a project.
pub(crate) const EMBEDDED: &str = "a bare repository";
/// Part of git's sentence for a repository that belongs to another user.
pub(crate) const DUBIOUS: &str = "dubious ownership";

/// Parts of git's sentences about an object that it has and cannot use.
const DAMAGE: [&str; 4] = ["is corrupt", "is empty", "unable to unpack", "bad object"];
/// Parts of git's sentences about an object that it does not have.
const LACK: [&str; 3] = ["Could not read", "promisor", "not a tree object"];

/// What the remedy of an error depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GitErrorKind {
    /// The `git` program cannot be run.
    NotStarted,
    /// An object is not in the clone: a partial clone left it out, or the repository is damaged.
    Lacking,
    /// An object is damaged.
    Damaged,
    /// Git refuses for another reason.
    Refused,
}

/// Why git gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitError {
    /// Git's own sentence, or the reason why git did not run.
    pub(crate) sentence: Untrusted,
    /// The command that git itself proposes.
    pub(crate) remedy: Option<String>,
    /// What the remedy depends on.
    pub(crate) kind: GitErrorKind,
}

impl GitError {
    /// An error in our own words.
    pub(crate) fn other(sentence: &str) -> GitError {
        GitError { sentence: sentence.into(), remedy: None, kind: GitErrorKind::Refused }
    }

    /// An object that git does not give: its id, which file or commit it is, and what git printed on stderr. Git is
    /// silent about an object that the clone never had, and names the damage of one that it has.
    pub(crate) fn without_object(id: &str, what: &str, stderr: &[u8]) -> GitError {
        let text = String::from_utf8_lossy(stderr);
        let complains = text.lines().any(|line| line.starts_with("error:") || line.starts_with("fatal:"));
        let reason = GitError::of_stderr(stderr);
        if !complains || reason.kind == GitErrorKind::Lacking {
            let sentence = format!("the object {id} of {what} is not in this clone");
            return GitError { kind: GitErrorKind::Lacking, ..GitError::other(&sentence) };
        }
        GitError::damaged(&format!("the object {id} of {what} is damaged; {}", reason.sentence.raw()))
    }

    /// A repository that is damaged.
    pub(crate) fn damaged(sentence: &str) -> GitError {
        GitError { kind: GitErrorKind::Damaged, ..GitError::other(sentence) }
    }

    /// The error in what git printed on stderr.
    pub(crate) fn of_stderr(stderr: &[u8]) -> GitError {
        let text = String::from_utf8_lossy(stderr);
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        // Git prints hints and warnings around the line that says why, and more than one line about damage.
        let has = |line: &str, parts: &[&str]| parts.iter().any(|part| line.contains(part));
        let why = lines().filter(|line| line.starts_with("fatal:") || line.starts_with("error:"));
        let why: Vec<&str> = why.collect();
        let first = |parts: &[&str]| why.iter().find(|line| has(line, parts)).copied();
        let (damaged, lacking) = (first(&DAMAGE), first(&LACK));
        let line = damaged.or(lacking).or(why.first().copied()).or(lines().next()).unwrap_or("it gave no reason");
        let kind = match (damaged, lacking) {
            (Some(_), _) => GitErrorKind::Damaged,
            (None, Some(_)) => GitErrorKind::Lacking,
            (None, None) => GitErrorKind::Refused,
        };
        let remedy = lines().find(|line| line.starts_with("git config --global --add safe.directory"));
        GitError { remedy: remedy.map(str::to_owned), kind, ..GitError::other(&format!("git says: {line}")) }
    }

    /// The error of a program that does not start.
    pub(crate) fn not_started(error: &std::io::Error) -> GitError {
        let sentence = format!("the `git` program cannot be run: {}", io_cause(error));
        GitError { kind: GitErrorKind::NotStarted, ..GitError::other(&sentence) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_says_why_is_the_one_that_is_shown() {
        let stderr = b"warning: something\nfatal: not a git repository\nhint: try this\n";
        assert_eq!(GitError::of_stderr(stderr).sentence.raw(), "git says: fatal: not a git repository");
        let stderr = b"error: inflate: data stream error\nfatal: loose object ab12 is corrupt\n";
        assert_eq!(GitError::of_stderr(stderr).sentence.raw(), "git says: fatal: loose object ab12 is corrupt");
        assert_eq!(GitError::of_stderr(b"").sentence.raw(), "git says: it gave no reason");
        let stderr = b"fatal: detected dubious ownership\n\n\tgit config --global --add safe.directory /x\n";
        let remedy = GitError::of_stderr(stderr).remedy;
        assert_eq!(remedy.as_deref(), Some("git config --global --add safe.directory /x"));
    }

    #[test]
    fn an_object_is_named_and_silence_means_that_the_clone_never_had_it() {
        let error = |stderr: &str| GitError::without_object("ab12", "clients/12.yaml", stderr.as_bytes());
        let rows = [
            ("warning: something\n", GitErrorKind::Lacking, "the object ab12 of clients/12.yaml is not in this clone"),
            (
                "fatal: transport 'file' not allowed\nfatal: could not fetch ab12 from promisor remote\n",
                GitErrorKind::Lacking,
                "the object ab12 of clients/12.yaml is not in this clone",
            ),
            (
                "error: object file .git/objects/ab/12 is empty\n",
                GitErrorKind::Damaged,
                "the object ab12 of clients/12.yaml is damaged; git says: error: object file .git/objects/ab/12 is empty",
            ),
        ];
        for (stderr, kind, sentence) in rows {
            assert_eq!((error(stderr).kind, error(stderr).sentence.raw()), (kind, sentence), "{stderr}");
        }
    }
}
