//! The repository around a project, as one run sees it.
//!
//! Owns what a run asks git more than once: each answer is kept. A project need not be in a repository, so here a
//! refusal of git is not an error. It must not know what a project declares.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::git::GitEnvironment;
use crate::git::GitError;
use crate::git::GitProcess;
use crate::model::Revision;

/// Separates two answers: `rev-parse` prints a flag that it does not know. No path of git contains `//`.
const SEPARATOR: &str = "--//";
/// The words for a name that means more than one thing.
pub(crate) const AMBIGUOUS: &str = "the name is ambiguous";

/// The repository around a project. Clones share what git answered.
#[derive(Clone, Debug)]
pub struct Repository {
    shared: Arc<Answers>,
}

#[derive(Debug)]
struct Answers {
    git: Arc<GitProcess>,
    head: OnceLock<Option<HeadCommit>>,
    revision: OnceLock<Option<Revision>>,
}

/// The commit that is checked out.
#[derive(Clone, Debug)]
struct HeadCommit {
    id: String,
    /// The project's folder in the repository: empty, or with a `/` at its end.
    folder: Vec<u8>,
}

/// What git says about a repository and a name in it.
#[derive(Debug)]
pub(crate) struct RepositoryFacts {
    /// Whether the clone lacks a part of the history.
    pub(crate) shallow: bool,
    /// Whether the repository is a submodule of another one.
    pub(crate) submodule: bool,
    /// The project's folder in the repository: empty, or with a `/` at its end.
    pub(crate) folder: Vec<u8>,
    /// The id of the object that the name means.
    pub(crate) object: Result<String, GitError>,
}

impl Repository {
    /// The repository around this folder. Git does not run yet.
    pub fn around(folder: &Path, environment: GitEnvironment) -> Repository {
        let git = Arc::new(GitProcess::at(folder, environment));
        Repository { shared: Arc::new(Answers { git, head: OnceLock::new(), revision: OnceLock::new() }) }
    }

    /// The commit of the work tree, whether files of the project differ from it, and the project's folder in it. `None`
    /// where the repository, a commit or git is missing, or where git refuses.
    pub fn revision(&self) -> Option<Revision> {
        self.shared.revision.get_or_init(|| self.read_revision()).clone()
    }

    fn head(&self) -> Option<&HeadCommit> {
        let head = self.shared.head.get_or_init(|| {
            let facts = self.facts("HEAD").ok()?;
            Some(HeadCommit { id: facts.object.ok()?, folder: facts.folder })
        });
        head.as_ref()
    }

    /// The commit of the work tree, and the path of a file of the project's folder in the repository. `None` as for
    /// [`Repository::revision`].
    pub fn path_at_head(&self, file: &str) -> Option<(String, Vec<u8>)> {
        let head = self.head()?;
        Some((head.id.clone(), [&head.folder, file.as_bytes()].concat()))
    }

    /// Whether the work tree holds a part of the commit only.
    pub fn is_sparse(&self) -> bool {
        let answer = self.git().line(&["config", "--type=bool", "--get", "core.sparseCheckout"]);
        answer.is_ok_and(|answer| answer == "true")
    }

    /// The person whom the user's settings of git name, `NAME <MAIL>`. One call of git.
    pub fn person(&self) -> Option<String> {
        let all = self.git().settings(r"^user\.(name|email)$");
        let get = |wanted: &str| all.iter().rfind(|(name, value)| name == wanted && !value.is_empty());
        match (get("user.name"), get("user.email")) {
            (Some((_, name)), Some((_, mail))) => Some(format!("{name} <{mail}>")),
            (name, mail) => name.or(mail).map(|(_, value)| value.clone()),
        }
    }

    fn read_revision(&self) -> Option<Revision> {
        let head = self.head()?;
        Some(Revision {
            commit: head.id.clone(),
            dirty: self.git().is_dirty().ok()?,
            folder: String::from_utf8_lossy(&head.folder).into_owned().into(),
        })
    }

    /// Git in the project's folder.
    pub(crate) fn git(&self) -> &GitProcess {
        &self.shared.git
    }

    /// Git in the project's folder, for calls on another thread.
    pub(crate) fn shared_git(&self) -> Arc<GitProcess> {
        Arc::clone(&self.shared.git)
    }

    /// Keeps the commit that is checked out, so that git need not be asked again.
    pub(crate) fn keep_head(&self, id: Option<&str>, folder: &[u8]) {
        let head = id.map(|id| HeadCommit { id: id.to_owned(), folder: folder.to_owned() });
        self.shared.head.get_or_init(|| head);
    }

    /// Asks git about the repository and about a name, in one call.
    pub(crate) fn facts(&self, name: &str) -> Result<RepositoryFacts, GitError> {
        let output = self.git().run(&[
            "rev-parse",
            "--is-shallow-repository",
            SEPARATOR,
            "--show-superproject-working-tree",
            SEPARATOR,
            "--absolute-git-dir",
            SEPARATOR,
            "--show-prefix",
            SEPARATOR,
            "--verify",
            "--end-of-options",
            name,
        ])?;
        let Some([shallow, around, own, folder, object]) = answers(&output.stdout) else {
            return Err(GitError::of_stderr(&output.stderr));
        };
        let ambiguous = String::from_utf8_lossy(&output.stderr).lines().any(is_ambiguous);
        let object = match output.status.success() {
            true if ambiguous => Err(GitError::other(AMBIGUOUS)),
            true => Ok(String::from_utf8_lossy(object).into_owned()),
            false => Err(GitError::of_stderr(&output.stderr)),
        };
        let submodule = !around.is_empty() || is_kept_for_a_submodule(&String::from_utf8_lossy(own));
        Ok(RepositoryFacts { shallow: shallow == b"true", submodule, folder: folder.to_owned(), object })
    }
}

/// The answers of one `rev-parse`, each without the end of its line.
fn answers<const N: usize>(stdout: &[u8]) -> Option<[&[u8]; N]> {
    let separator = [SEPARATOR.as_bytes(), b"\n"].concat();
    let mut answers = Vec::with_capacity(N);
    let mut rest = stdout;
    while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
        answers.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    answers.push(rest);
    let answers = answers.into_iter().map(|answer| answer.strip_suffix(b"\n").unwrap_or(answer));
    answers.collect::<Vec<_>>().try_into().ok()
}

/// Whether git keeps this folder for a submodule. Git itself looks for the outer repository in the next folder above
/// only.
fn is_kept_for_a_submodule(git_folder: &str) -> bool {
    let inside = git_folder.split_once("/.git/").map(|(_, inside)| inside.split('/').collect::<Vec<_>>());
    inside.is_some_and(|parts| matches!(&parts[..], ["modules", ..] | ["worktrees", _, "modules", ..]))
}

/// Whether git warns of a name that means more than one thing. HEAD and whole ids always mean themselves.
fn is_ambiguous(warning: &str) -> bool {
    let name = warning.strip_prefix("warning: refname '").and_then(|rest| rest.strip_suffix("' is ambiguous."));
    name.is_some_and(|name| {
        let is_id = matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        name != "HEAD" && !is_id
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_gives_all_answers_whatever_lines_a_path_holds() {
        let stdout = b"false\n--//\n--//\n/a\n--/\n/.git\n--//\nsub--/\n--//\nab12\n";
        let expected: [&[u8]; 5] = [b"false", b"", b"/a\n--/\n/.git", b"sub--/", b"ab12"];
        assert_eq!(answers::<5>(stdout), Some(expected));
        assert_eq!(answers::<5>(b"false\n--//\n"), None);
    }

    #[test]
    fn the_folder_of_a_submodule_is_known_by_its_place() {
        for (folder, expected) in [
            ("/a/.git", false),
            ("/a/.git/worktrees/b", false),
            ("/a/.git/modules/b", true),
            ("/a/.git/worktrees/b/modules/c", true),
            ("/modules/.git", false),
        ] {
            assert_eq!(is_kept_for_a_submodule(folder), expected, "{folder}");
        }
    }

    #[test]
    fn ambiguous_is_a_name_and_neither_head_nor_a_whole_id() {
        let id = "a".repeat(40);
        let warns = |name: &str| is_ambiguous(&format!("warning: refname '{name}' is ambiguous."));
        assert_eq!(["main", "abc1234", "HEAD", &id].map(warns), [true, true, false, false]);
        assert!(!is_ambiguous("fatal: Needed a single revision"));
    }

    #[test]
    fn without_a_repository_there_is_no_revision() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Repository::around(folder.path(), GitEnvironment::default()).revision(), None);
    }
}
