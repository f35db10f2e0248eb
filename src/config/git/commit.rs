//! Which commit a revision of the command line names.
//!
//! Owns the words for what git refuses or lacks, each with its remedy: a base that cannot be read is an error and never an empty
//! one. Whether the commit is an ancestor of HEAD is asked here too.

use crate::config::find::names::text_of;
use crate::config::git::process::{EMBEDDED, GitError, GitProcess, LACKING, entries};
use crate::model::Diagnostic;

/// What a revision names.
#[derive(Debug)]
pub(crate) struct ResolvedRevision {
    /// The commit to compare with.
    pub(crate) commit: String,
    /// For `NAME...` the name and its own commit, where that is another one.
    pub(crate) tip: Option<(String, String)>,
}

/// The commit that a revision names. What is odd about it is a warning.
pub(crate) fn named(
    git: &GitProcess,
    revision: &str,
    warnings: &mut Vec<Diagnostic>,
) -> Result<ResolvedRevision, Box<Diagnostic>> {
    let tip = revision.strip_suffix("...").unwrap_or(revision);
    if tip.trim().is_empty() {
        let error = Diagnostic::error("base", None, "--base names no revision");
        return Err(Box::new(error.help("is the variable empty that should hold it?".to_owned())));
    }
    let shallow = git.line(&["rev-parse", "--is-shallow-repository"]);
    let shallow = shallow.map_err(|refusal| error(revision, &refusal, None))? == b"true";
    const DEEPER: &str = "this clone is shallow; fetch all of the history first: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: \"0\"` in GitLab CI, or `git fetch --unshallow`";
    let missing = |name: &str, refusal: &GitError| {
        let help = match shallow {
            _ if refusal.sentence.raw() == AMBIGUOUS => full_names(git, name),
            true => DEEPER.to_owned(),
            false => "there is no branch, tag or commit of this name here: look for a misspelling, or fetch it (`git fetch --tags`, `git fetch origin main`); a pipeline knows the branches of its remote as origin/NAME".to_owned(),
        };
        error(name, refusal, Some(help))
    };
    let named = full_id(git, tip).map_err(|refusal| missing(tip, &refusal))?;
    let head = full_id(git, "HEAD").ok();
    if tip != revision {
        if shallow {
            let summary = format!("the merge base of {tip} and HEAD cannot be told in a shallow clone");
            return Err(Box::new(Diagnostic::error("base", None, summary).help(DEEPER.to_owned())));
        }
        let base = git.line(&["merge-base", &named, "HEAD"]);
        let base = base.map(|base| String::from_utf8_lossy(&base).into_owned()).map_err(|_| {
            let summary = format!("{tip} and HEAD have no commit in common");
            let help = "name a revision without `...` to compare with it as it is".to_owned();
            Box::new(Diagnostic::error("base", None, summary).help(help))
        })?;
        let tip = (base != named).then(|| (tip.to_owned(), named));
        return Ok(ResolvedRevision { commit: base, tip });
    }
    if head.as_deref() != Some(named.as_str()) && !git.is(&["merge-base", "--is-ancestor", &named, "HEAD"]) {
        warnings.push(not_ancestor(git, revision, &named, shallow));
    }
    Ok(ResolvedRevision { commit: named, tip: None })
}

fn not_ancestor(git: &GitProcess, revision: &str, commit: &str, shallow: bool) -> Diagnostic {
    if shallow {
        let summary = format!("whether {revision} is an ancestor of HEAD cannot be told in a shallow clone");
        let help =
            "if it is not, a pending change may undo what the base has brought; fetch all of the history to know";
        return Diagnostic::warning("base-not-ancestor", None, summary).help(help.to_owned());
    }
    let fork = git.line(&["merge-base", commit, "HEAD"]).map(|fork| String::from_utf8_lossy(&fork).into_owned());
    let moved = fork.and_then(|fork| {
        git.ask(&[
            "diff",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--relative",
            "-z",
            &fork,
            commit,
            "--",
            ".",
        ])
    });
    let moved: Vec<String> = moved.iter().flat_map(|moved| entries(moved)).map(text_of).collect();
    let which = match moved.len() {
        0 => String::new(),
        1..=5 => format!("; since they parted the base has changed {}", moved.join(", ")),
        more => format!("; since they parted the base has changed {} and {} more", moved[..5].join(", "), more - 5),
    };
    let summary =
        format!("{revision} is no ancestor of HEAD: a pending change may undo what the base has brought{which}");
    let help = format!("merge or rebase, or compare with the merge base: --base {revision}...");
    Diagnostic::warning("base-not-ancestor", None, summary).help(help)
}

const AMBIGUOUS: &str = "the name is ambiguous";

/// The full id of a commit that any name of `git rev-parse` means. Whoever may push a branch or a tag may give it a name like
/// that of the base: between two of them nothing is chosen, where git takes one and warns.
fn full_id(git: &GitProcess, name: &str) -> Result<String, GitError> {
    let verify = |name: &str| git.output(&["rev-parse", "--verify", "--end-of-options", name]);
    // In two steps: `:/text` takes everything behind it for the text.
    let found = verify(name)?;
    if String::from_utf8_lossy(&found.stderr).lines().any(is_ambiguous) {
        return Err(GitError::other(AMBIGUOUS));
    }
    let object = String::from_utf8_lossy(&found.stdout).trim_end().to_owned();
    let commit = verify(&format!("{object}^{{commit}}"))?.stdout;
    let commit = String::from_utf8_lossy(&commit).trim_end().to_owned();
    match commit.bytes().all(|byte| byte.is_ascii_hexdigit()) && !commit.is_empty() {
        true => Ok(commit),
        false => Err(GitError::other("this names no single commit")),
    }
}

/// Whether git warns of a name that means more than one thing. HEAD and whole ids mean themselves first, whatever else is called so.
fn is_ambiguous(warning: &str) -> bool {
    let name = warning.strip_prefix("warning: refname '").and_then(|rest| rest.strip_suffix("' is ambiguous."));
    name.is_some_and(|name| {
        let is_id = matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        name != "HEAD" && !is_id
    })
}

/// Asks for a name that means one thing, with those that there are.
fn full_names(git: &GitProcess, name: &str) -> String {
    let whole = ["remotes", "heads", "tags"].map(|kind| format!("refs/{kind}/{name}"));
    let there = whole.iter().filter(|name| git.is(&["show-ref", "--verify", "--quiet", name]));
    let there: Vec<&str> = there.map(String::as_str).collect();
    match there.is_empty() {
        true => "name it in full: refs/remotes/origin/NAME, refs/heads/NAME, refs/tags/NAME or a whole id".to_owned(),
        false => format!("name the one that is meant in full: {}", there.join(" or ")),
    }
}

/// What git refused, in its own words, and what to do.
pub(crate) fn error(revision: &str, refusal: &GitError, help: Option<String>) -> Box<Diagnostic> {
    let sentence = refusal.sentence.raw();
    let known = if refusal.missing {
        Some("--base reads the revision with git: install it, or leave out --base".to_owned())
    } else if sentence.contains("dubious ownership") {
        let remedy = refusal.remedy.as_deref().unwrap_or("git config --global --add safe.directory FOLDER");
        Some(format!("run as the owner of the checkout, or say that it is to be trusted: `{remedy}`"))
    } else if sentence.contains(EMBEDDED) {
        Some("whoever wrote those files would choose the base and run programs: look where they come from, and take them out of the project".to_owned())
    } else if [LACKING, "promisor", "not a tree object", "Could not read"].iter().any(|part| sentence.contains(part)) {
        let help = "a partial clone holds not all of its history: clone without --filter, or fetch what it lacks (`git fetch --refetch --no-filter`)";
        Some(help.to_owned())
    } else if sentence.contains("not a git repository") {
        Some("--base needs the project in a git repository, its .git folder included".to_owned())
    } else {
        help
    };
    let summary = format!("the base {revision} cannot be read: {sentence}");
    Box::new(Diagnostic::error("base", None, summary).help(known))
}
