//! Which commit a revision of the command line names.
//!
//! Owns the words for what git refuses or lacks, each with its remedy: a base that cannot be read is an error and never
//! an empty one. It also says whether the commit is an ancestor of HEAD. It must not read files of the commit.

use crate::config::find::names::text_of;
use crate::config::git::repository::{AMBIGUOUS, Repository, RepositoryFacts};
use crate::git::ObjectReader;
use crate::git::{DUBIOUS, EMBEDDED, GitError, GitErrorKind};
use crate::git::{GitProcess, entries};
use crate::model::Diagnostic;

/// A commit and the tree of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommitObject {
    pub(crate) id: String,
    pub(crate) tree: String,
}

/// What a revision names.
#[derive(Debug)]
pub(crate) struct ResolvedRevision {
    /// The commit to compare with.
    pub(crate) commit: CommitObject,
    /// For `NAME...` the name and its own commit, where that is another one.
    pub(crate) tip: Option<(String, CommitObject)>,
}

const DEEPER: &str = "this clone is shallow; fetch all of the history first: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: \"0\"` in GitLab CI, or `git fetch --unshallow`";

const WITH_ALL_OBJECTS: &str = "a partial clone does not hold all of its history: clone without --filter, or fetch what it lacks (`git fetch --refetch --no-filter`)";
const REPAIR: &str = "the repository is damaged: `git fsck` lists the damage; to repair it, clone the repository again";
const FOREIGN: &str = "these files could choose the base and run programs: find out where they come from, and remove them from the project";

/// The name in a revision: `NAME` and `NAME...` both hold one.
pub(crate) fn name_of(revision: &str) -> Result<&str, Box<Diagnostic>> {
    let name = revision.strip_suffix("...").unwrap_or(revision);
    if name.trim().is_empty() {
        let error = Diagnostic::error("base", None, "--base is empty: it needs a revision");
        return Err(Box::new(error.help("if a variable holds the revision, check that it is set".to_owned())));
    }
    Ok(name)
}

/// The commit that a revision names; `facts` are those of its name. Doubts about it are warnings.
pub(crate) fn resolve(
    repository: &Repository,
    facts: &RepositoryFacts,
    objects: &mut ObjectReader,
    revision: &str,
    warnings: &mut Vec<Diagnostic>,
) -> Result<ResolvedRevision, Box<Diagnostic>> {
    let git = repository.git();
    let name = name_of(revision)?;
    let object = facts.object.as_ref().map_err(|refusal| missing(git, facts, name, refusal))?;
    let failed = |refusal: GitError| missing(git, facts, name, &refusal);
    let [named, head] = commits(objects, [&format!("{object}^{{commit}}"), "HEAD^{commit}"]).map_err(failed)?;
    let named = match named {
        Some(named) => named,
        None => return Err(failed(no_commit(objects, name, object))),
    };
    let head = head.map(|head| head.id);
    repository.keep_head(head.as_deref(), &facts.folder);
    if name != revision {
        return merge_base(git, facts, objects, name, named);
    }
    if head.as_deref() != Some(named.id.as_str()) {
        let fork = fork(git, &named.id).map_err(|refusal| error(git, name, &refusal, None))?;
        if fork.as_ref() != Some(&named.id) {
            warnings.push(not_ancestor(git, revision, &named.id, facts.shallow, fork));
        }
    }
    Ok(ResolvedRevision { commit: named, tip: None })
}

/// The commits of these names; `None` for a name that means none.
pub(super) fn commits<const N: usize>(
    objects: &mut ObjectReader,
    names: [&str; N],
) -> Result<[Option<CommitObject>; N], GitError> {
    let mut found = [const { None }; N];
    objects.read(&names, u64::MAX, &mut |index, object| {
        found[index] = object.and_then(|object| {
            let text = object.bytes.filter(|_| object.kind == "commit")?;
            let line = text.strip_prefix(b"tree ")?.split(|byte| *byte == b'\n').next()?;
            Some(CommitObject { id: object.id, tree: String::from_utf8_lossy(line).into_owned() })
        });
    })?;
    Ok(found)
}

/// Why a name that git resolved to this id gives no commit.
fn no_commit(objects: &mut ObjectReader, name: &str, id: &str) -> GitError {
    let no_single = || GitError::other("this names no single commit");
    // `^HEAD` gives no id but all commits without those of an id.
    if !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return no_single();
    }
    let mut exists = false;
    // A reading that fails names the object as well as one that finds nothing.
    drop(objects.read(&[id], u64::MAX, &mut |_, object| exists = object.is_some()));
    // Git takes every whole id for the name of an object, also one that it never had.
    if exists || name.starts_with(id) {
        return no_single();
    }
    GitError::without_object(id, name, objects.stderr())
}

/// The best commit that a commit and HEAD have in common; `None` where they have none.
fn fork(git: &GitProcess, commit: &str) -> Result<Option<String>, GitError> {
    let output = git.run(&["merge-base", commit, "HEAD"])?;
    match output.status.code() {
        Some(0) => Ok(Some(String::from_utf8_lossy(output.stdout.trim_ascii_end()).into_owned())),
        Some(1) => Ok(None),
        Some(_) | None => Err(GitError { kind: GitErrorKind::Damaged, ..GitError::of_stderr(&output.stderr) }),
    }
}

/// The merge base of a commit and HEAD.
fn merge_base(
    git: &GitProcess,
    facts: &RepositoryFacts,
    objects: &mut ObjectReader,
    name: &str,
    named: CommitObject,
) -> Result<ResolvedRevision, Box<Diagnostic>> {
    if facts.shallow {
        let summary = format!("a shallow clone does not show the merge base of {name} and HEAD");
        return Err(Box::new(Diagnostic::error("base", None, summary).help(DEEPER.to_owned())));
    }
    let failed = |refusal: GitError| error(git, name, &refusal, None);
    let Some(base) = fork(git, &named.id).map_err(failed)? else {
        let summary = format!("{name} and HEAD have no commit in common");
        let help = "name a revision without `...` to compare with it as it is".to_owned();
        return Err(Box::new(Diagnostic::error("base", None, summary).help(help)));
    };
    if base == named.id {
        return Ok(ResolvedRevision { commit: named, tip: None });
    }
    let [commit] = commits(objects, [&base]).map_err(failed)?;
    let what = format!("the merge base of {name} and HEAD");
    let commit = commit.ok_or_else(|| failed(GitError::without_object(&base, &what, objects.stderr())))?;
    Ok(ResolvedRevision { commit, tip: Some((name.to_owned(), named)) })
}

/// A name that git does not take, with what may be wrong.
fn missing(git: &GitProcess, facts: &RepositoryFacts, name: &str, refusal: &GitError) -> Box<Diagnostic> {
    let is_shallow = facts.shallow && refusal.kind != GitErrorKind::Damaged;
    let help = match is_shallow {
        _ if refusal.sentence.raw() == AMBIGUOUS => full_names(git, name),
        true => DEEPER.to_owned(),
        false => "no branch, tag or commit has this name here: check the spelling, or fetch it (`git fetch --tags`, `git fetch origin main`); in a pipeline the branches of the remote are called origin/NAME".to_owned(),
    };
    // A shallow clone lacks commits, and nothing else makes a commit missing as often.
    let refusal = match is_shallow {
        true => &GitError { kind: GitErrorKind::Refused, ..refusal.clone() },
        false => refusal,
    };
    error(git, name, refusal, Some(help))
}

fn not_ancestor(git: &GitProcess, revision: &str, commit: &str, shallow: bool, fork: Option<String>) -> Diagnostic {
    if shallow {
        let summary = format!("a shallow clone does not show whether {revision} is an ancestor of HEAD");
        let help =
            "if it is not, a pending change may undo what the base has brought; fetch all of the history to know";
        return Diagnostic::warning("base-not-ancestor", None, summary).help(help.to_owned());
    }
    let options = ["diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative", "-z"];
    let moved = fork.and_then(|fork| git.ask(&[&options[..], &[&fork, commit, "--", "."]].concat()).ok());
    let moved: Vec<String> = moved.iter().flat_map(|moved| entries(moved)).map(text_of).collect();
    let which = match moved.len() {
        0 => String::new(),
        1..=5 => format!("; since they parted the base has changed {}", moved.join(", ")),
        more => format!("; since they parted the base has changed {} and {} more", moved[..5].join(", "), more - 5),
    };
    let summary =
        format!("{revision} is not an ancestor of HEAD: a pending change may undo what the base has brought{which}");
    let help = format!("merge or rebase, or compare with the merge base: --base {revision}...");
    Diagnostic::warning("base-not-ancestor", None, summary).help(help)
}

/// Asks for a name that means one thing. Anyone who may push a branch or a tag can name it like the base, and ringform
/// must not choose between the two.
fn full_names(git: &GitProcess, name: &str) -> String {
    let whole = ["remotes", "heads", "tags"].map(|kind| format!("refs/{kind}/{name}"));
    let existing = whole.iter().filter(|name| git.is(&["show-ref", "--verify", "--quiet", name]));
    let existing: Vec<&str> = existing.map(String::as_str).collect();
    match existing.is_empty() {
        true => {
            "write the full name: refs/remotes/origin/NAME, refs/heads/NAME, refs/tags/NAME or a whole id".to_owned()
        }
        false => format!("write the full name of the one you mean: {}", existing.join(" or ")),
    }
}

/// What git refused, in its own words, and what to do.
pub(crate) fn error(git: &GitProcess, revision: &str, refusal: &GitError, help: Option<String>) -> Box<Diagnostic> {
    let sentence = refusal.sentence.raw();
    let known = match refusal.kind {
        GitErrorKind::NotStarted => {
            Some("--base reads the revision with git: install it, or leave out --base".to_owned())
        }
        GitErrorKind::Lacking if is_partial(git) => Some(WITH_ALL_OBJECTS.to_owned()),
        GitErrorKind::Lacking | GitErrorKind::Damaged => Some(REPAIR.to_owned()),
        GitErrorKind::Refused if sentence.contains(DUBIOUS) => {
            let remedy = refusal.remedy.as_deref().unwrap_or("git config --global --add safe.directory FOLDER");
            Some(format!("run as the owner of the checkout, or declare that you trust it: `{remedy}`"))
        }
        GitErrorKind::Refused if sentence.contains(EMBEDDED) => Some(FOREIGN.to_owned()),
        GitErrorKind::Refused if sentence.contains("not a git repository") => {
            Some("--base needs the project in a git repository, its .git folder included".to_owned())
        }
        GitErrorKind::Refused => help,
    };
    let summary = format!("the base {revision} cannot be read: {sentence}");
    Box::new(Diagnostic::error("base", None, summary).help(known))
}

/// Whether the clone left objects out when it was made.
fn is_partial(git: &GitProcess) -> bool {
    git.is(&["config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$"])
}
