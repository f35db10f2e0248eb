//! The project at the commit that was applied last, for its rules.
//!
//! Owns how little of that commit a run reads: the project file, and the documents only where a guard judges by labels.
//! It must not know where the name of the commit comes from.

use crate::config::git::base::Baseline;
use crate::config::git::resolve::commits;
use crate::config::sections::project::Project;
use crate::git::{GitError, ObjectReader};
use crate::model::Guard;

/// The project at a commit as far as its rules need it; `None` where this clone does not have the commit.
/// `wants_documents` gets the guards of the commit and says whether labels matter.
pub(crate) fn applied_project(
    now: &Project,
    commit: &str,
    wants_documents: impl FnOnce(&[Guard]) -> bool,
) -> Result<Option<Baseline>, GitError> {
    let Some((_, folder)) = now.repository.path_at_head("") else { return Ok(None) };
    let mut objects = ObjectReader::start(now.repository.git())?;
    let [found] = commits(&mut objects, [&format!("{commit}^{{commit}}")])?;
    let Some(found) = found else { return Ok(None) };
    let mut base = Baseline { whole: true, ..Baseline::default() };
    let project = base.read_rules(&mut objects, &found, &folder, now)?;
    let rules = project.as_ref().or(base.broken_project.as_ref());
    if wants_documents(rules.map_or(&[], |project| &project.guards)) && project.is_some() {
        base.read(&mut objects, &found, &folder, now, &[Vec::new()])?;
    }
    base.project = project;
    Ok(Some(base))
}

/// Whether a clone lacks a part of the history.
pub(crate) fn is_shallow(now: &Project) -> bool {
    now.repository.facts("HEAD").is_ok_and(|facts| facts.shallow)
}
