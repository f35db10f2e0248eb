//! The branch as its commits build it up, for all projects in it.
//!
//! Owns which files a branch may hold and that one commit is of one project. It is pure.

use std::collections::BTreeMap;

use crate::ledger::contents::layout::{LedgerPath, ProjectFolder, README, shown_path};
use crate::ledger::contents::message::README_LINE;
use crate::ledger::verify::project::ProjectReplay;

/// A file that a commit changed.
#[derive(Clone, Debug)]
pub(super) struct ReplayedFile {
    pub(super) path: Vec<u8>,
    /// Whether it is a plain file now, or gone.
    pub(super) is_plain: bool,
    /// What it holds; `None` where it is gone.
    pub(super) bytes: Option<Vec<u8>>,
}

/// What was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryCounts {
    /// Commits.
    pub commits: usize,
    /// Reports of runs.
    pub reports: usize,
    /// Projects.
    pub projects: usize,
}

/// What the branch holds after the commits so far.
#[derive(Debug, Default)]
pub(super) struct BranchReplay {
    pub(super) counts: HistoryCounts,
    projects: BTreeMap<Vec<u8>, ProjectReplay>,
}

impl BranchReplay {
    /// Takes the next commit; the error says what of it does not fit.
    pub(super) fn step(&mut self, files: Vec<ReplayedFile>) -> Result<(), String> {
        let mut of_project: Option<Vec<u8>> = None;
        let mut changed = Vec::with_capacity(files.len());
        for file in files {
            let shown = shown_path(&file.path);
            if !file.is_plain {
                return Err(format!("{shown} is not a plain file"));
            }
            if file.path == README.as_bytes() {
                self.readme(file.bytes.as_deref())?;
                continue;
            }
            let (folder, path) = locate(&file.path).ok_or_else(|| format!("{shown} is not a file of a ledger"))?;
            if of_project.get_or_insert_with(|| folder.path().to_vec()) != folder.path() {
                return Err(format!("it changes two projects; {shown} is of the second"));
            }
            changed.push((path, file.path, file.bytes));
        }
        if let Some(folder) = of_project {
            let project = self.projects.entry(folder.clone()).or_insert_with(|| ProjectReplay::new(&folder));
            self.counts.reports += project.step(changed)?;
        }
        self.counts.commits += 1;
        self.counts.projects = self.projects.len();
        Ok(())
    }

    /// The README comes with the first commit, and none changes it.
    fn readme(&self, bytes: Option<&[u8]>) -> Result<(), String> {
        match bytes {
            Some(bytes) if self.counts.commits == 0 && bytes.starts_with(README_LINE.as_bytes()) => Ok(()),
            Some(_) if self.counts.commits == 0 => Err("its README.md does not begin with ringform's line".to_owned()),
            Some(_) => Err("README.md was changed".to_owned()),
            None => Err("README.md was removed".to_owned()),
        }
    }
}

/// The project of a path and what the path means there; `None` for a file of something else.
fn locate(path: &[u8]) -> Option<(ProjectFolder, LedgerPath)> {
    let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    let from_end = |number: usize| parts.len().checked_sub(number).map(|at| parts[at]);
    let depth = match () {
        () if from_end(1) == Some(b"ledger.json") => 1,
        () if from_end(2) == Some(b"open") => 2,
        () if from_end(3) == Some(b"clients") => 3,
        () if from_end(4) == Some(b"runs") => 4,
        () => return None,
    };
    let folder = ProjectFolder::new(&parts[..parts.len() - depth].join(&b'/'));
    let found = folder.read(path).filter(|_| !folder.path().is_empty())?;
    // A report in the folder of another month is a second file of one run.
    let is_in_place = !matches!(found, LedgerPath::Report(_)) || folder.file(&found, None) == path;
    is_in_place.then_some((folder, found))
}

#[cfg(test)]
mod tests {
    use super::locate;

    #[test]
    fn every_file_of_a_ledger_has_one_project_and_a_foreign_file_has_none() {
        let table = [
            ("ringform.yaml/ledger.json", Some("ringform.yaml")),
            ("shop/a.ringform.yaml/clients/default/12.json", Some("shop/a.ringform.yaml")),
            ("clients/x/ringform.yaml/open/r-1.json", Some("clients/x/ringform.yaml")),
            ("ringform.yaml/runs/2026/11/20261127T090000Z-1.json", Some("ringform.yaml")),
            ("ringform.yaml/runs/2026/10/20261127T090000Z-1.json", None),
            ("ringform.yaml/clients/default/12.txt", None),
            ("ringform.yaml/clients/12.json", None),
            ("ringform.yaml/notes.txt", None),
            ("ledger.json", None),
            ("notes.txt", None),
            ("", None),
        ];
        for (path, folder) in table {
            let found = locate(path.as_bytes()).map(|(folder, _)| String::from_utf8(folder.path().to_vec()).unwrap());
            assert_eq!(found.as_deref(), folder, "{path}");
        }
    }
}
