//! The walk over the commits of the branch in this repository.
//!
//! Owns the reading and the words of the errors. What fits is decided elsewhere. It makes no call over a network.

use crate::git::{GitError, ListedCommit, ObjectReader, is_cut, list_commits};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::view::MOST_BYTES;
use crate::ledger::errors::{error, unreadable_copy};
use crate::ledger::verify::replay::{BranchReplay, HistoryCounts, ReplayedFile};
use crate::model::{Diagnostic, short_commit};

/// A branch whose every commit fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedHistory {
    /// The branch as messages name it.
    pub shown: String,
    /// What was checked.
    pub counts: HistoryCounts,
}

impl VerifiedHistory {
    /// How many commits, reports and projects were checked.
    pub fn numbers(&self) -> [usize; 3] {
        [self.counts.commits, self.counts.reports, self.counts.projects]
    }
}

/// Checks every commit of the branch as this repository holds it. The error names the first one that does not fit.
pub fn verify(branch: &LedgerBranch) -> Result<VerifiedHistory, Box<Diagnostic>> {
    let failed = |refusal: GitError| unreadable_copy(branch, &refusal);
    let Some(tip) = branch.local_tip().map_err(failed)? else {
        let summary = format!("this repository has no copy of the ledger {}", branch.shown());
        return Err(error(summary, branch.bringing()));
    };
    let commits = list_commits(branch.git(), &tip).map_err(failed)?;
    if let Some(oldest) = commits.first()
        && is_cut(branch.git(), oldest).map_err(failed)?
    {
        let summary = format!("the copy of the ledger {} is shallow, so its history cannot be checked", branch.shown());
        return Err(error(summary, "fetch all of it with `git fetch --unshallow`, then run again".to_owned()));
    }
    let mut replay = BranchReplay::default();
    let mut objects = ObjectReader::start(branch.git()).map_err(failed)?;
    for commit in commits {
        let files = files(&mut objects, &commit).map_err(failed)?;
        let fits = match (files, replay.counts.commits, commit.parents.len()) {
            (Err(why), _, _) => Err(why),
            (Ok(_), 1.., 0) => Err("it begins a second history".to_owned()),
            (Ok(_), _, 2..) => Err("it is a merge, and the history of a ledger has one line".to_owned()),
            (Ok(files), _, _) => replay.step(files),
        };
        fits.map_err(|why| {
            let summary =
                format!("commit {} of the ledger {} does not fit: {why}", short_commit(&commit.id), branch.shown());
            error(summary, format!("look at it with `git show {}`", commit.id))
        })?;
    }
    Ok(VerifiedHistory { shown: branch.shown(), counts: replay.counts })
}

/// The files that a commit changed, with what they hold now. The inner error: one is too large.
fn files(objects: &mut ObjectReader, commit: &ListedCommit) -> Result<Result<Vec<ReplayedFile>, String>, GitError> {
    let held: Vec<&str> =
        commit.changes.iter().filter(|one| one.is_plain).filter_map(|one| one.id.as_deref()).collect();
    let (mut contents, mut is_large) = (Vec::with_capacity(held.len()), false);
    let what = |_: usize| format!("a file of the ledger's commit {}", short_commit(&commit.id));
    objects.contents(&held, MOST_BYTES, &what, &mut |_, bytes| {
        is_large |= bytes.is_none();
        contents.push(bytes.unwrap_or_default());
    })?;
    if is_large {
        return Ok(Err("a file of it is larger than 64 MiB".to_owned()));
    }
    let mut contents = contents.into_iter();
    let file = |one: &crate::git::ListedChange| {
        let bytes = if one.is_plain && one.id.is_some() { contents.next() } else { None };
        ReplayedFile { path: one.path.clone(), is_plain: one.is_plain, bytes }
    };
    Ok(Ok(commit.changes.iter().map(file).collect()))
}
