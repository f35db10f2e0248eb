//! Files of the work tree beside those of the base: which of the named ones differ.
//!
//! Owns the comparison by content. It follows links, and it compares all files below a folder. A file that git does not
//! track differs. It must not know why a file matters.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::config::find::names::text_of;
use crate::config::git::base::Baseline;
use crate::config::git::listing;
use crate::config::git::resolve::error;
use crate::config::git::tree::CommitTree;
use crate::config::sections::project::Project;
use crate::files::cross_links;
use crate::git::GitError;
use crate::git::ObjectReader;
use crate::model::{Diagnostic, Untrusted};

/// A larger file counts as one that differs.
const MOST_BYTES: u64 = 64 << 20;
/// Folders that no change of the repository can write.
const NOT_OF_A_CHANGE: [&str; 2] = [".git", ".ringform"];

/// A file that is not as at a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path in the repository.
    pub file: Untrusted,
    /// The revision, as the run names it.
    pub revision: String,
}

impl Baseline {
    /// For each absolute path the first file of the repository, at it or below it, that is not as at the base. Git runs
    /// only if a path leads into the repository.
    pub fn changed_files(
        &self,
        project: &Project,
        paths: &[PathBuf],
    ) -> Result<Vec<Option<ChangedFile>>, Vec<Diagnostic>> {
        let Some(top) = top(project, &self.folder) else { return Ok(vec![None; paths.len()]) };
        let named: Vec<NamedFiles> = paths.iter().map(|path| NamedFiles::at(&top, path)).collect();
        let mut changed = vec![None; paths.len()];
        if named.iter().all(NamedFiles::is_empty) {
            return Ok(changed);
        }
        let revision = self.commits.first().map_or("", |(revision, _)| revision.as_str());
        let git = project.repository.git();
        let failed = |refusal: GitError| vec![*error(git, revision, &refusal, None)];
        let mut objects = ObjectReader::start(git).map_err(failed)?;
        for (revision, commit) in &self.commits {
            let tree = listing::whole(&mut objects, &commit.tree).map_err(failed)?;
            for (named, changed) in named.iter().zip(&mut changed).filter(|(_, changed)| changed.is_none()) {
                let file = named.changed(&top, &tree, &mut objects).map_err(failed)?;
                *changed = file.map(|file| ChangedFile { file: text_of(&file).into(), revision: revision.clone() });
            }
        }
        Ok(changed)
    }
}

/// The top folder of the work tree.
fn top(project: &Project, folder: &[u8]) -> Option<PathBuf> {
    let depth = folder.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).count();
    project.root.canonicalize().ok()?.ancestors().nth(depth).map(Path::to_owned)
}

/// What one path reaches in the work tree: paths from the top of the repository.
#[derive(Debug, Default)]
struct NamedFiles {
    /// Links and where they lead.
    links: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Everything that is neither a link nor a folder. It need not exist.
    files: BTreeSet<Vec<u8>>,
    folders: BTreeSet<Vec<u8>>,
}

impl NamedFiles {
    fn at(top: &Path, path: &Path) -> NamedFiles {
        let mut named = NamedFiles::default();
        named.add(top, path);
        named
    }

    fn is_empty(&self) -> bool {
        self.links.is_empty() && self.files.is_empty() && self.folders.is_empty()
    }

    fn add(&mut self, top: &Path, path: &Path) {
        let Some(real) = self.follow(top, path) else { return };
        let Some(name) = name(top, &real) else { return };
        if !real.is_dir() {
            self.files.insert(name);
        } else if self.folders.insert(name) {
            for entry in fs::read_dir(&real).into_iter().flatten().flatten() {
                if !NOT_OF_A_CHANGE.iter().any(|name| entry.file_name() == OsStr::new(name)) {
                    self.add(top, &entry.path());
                }
            }
        }
    }

    /// The path without links, whether it exists or not. Every link of the repository on the way is kept. `None` for a
    /// circle of links.
    fn follow(&mut self, top: &Path, path: &Path) -> Option<PathBuf> {
        cross_links(path, &mut |link, target| {
            if let Some(name) = name(top, link) {
                self.links.insert(name, target.as_os_str().as_encoded_bytes().to_vec());
            }
        })
    }

    /// The first path that is not as in this tree.
    fn changed(&self, top: &Path, tree: &CommitTree, objects: &mut ObjectReader) -> Result<Option<Vec<u8>>, GitError> {
        let link = self.links.iter().find(|(name, target)| tree.link(name) != Some(target)).map(|(name, _)| name);
        let is_here = |name: &Vec<u8>| self.files.contains(name) || self.links.contains_key(name);
        let gone = || self.folders.iter().flat_map(|folder| tree.below(folder)).find(|name| !is_here(name));
        if let Some(name) = link.cloned().or_else(gone) {
            return Ok(Some(name));
        }
        let mut both = Vec::new();
        for name in &self.files {
            let path = top.join(path_of(name));
            match (tree.file(name), fs::symlink_metadata(&path)) {
                (None, Err(_)) => {}
                (Some(object), Ok(now)) if now.is_file() && now.len() <= MOST_BYTES => both.push((name, path, object)),
                (_, _) => return Ok(Some(name.clone())),
            }
        }
        let ids: Vec<&str> = both.iter().map(|(_, _, object)| *object).collect();
        let what = |index: usize| text_of(both[index].0);
        let mut changed = None;
        objects.contents(&ids, MOST_BYTES, &what, &mut |index, then| {
            let (name, path, _) = &both[index];
            if changed.is_none() && (then.is_none() || fs::read(path).ok() != then) {
                changed = Some((*name).clone());
            }
        })?;
        Ok(changed)
    }
}

/// The path from the top of the repository; `None` outside of it, and for what git itself keeps there.
fn name(top: &Path, path: &Path) -> Option<Vec<u8>> {
    let below = path.strip_prefix(top).ok()?;
    let parts: Vec<&[u8]> = below.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
    (parts.first() != Some(&&b".git"[..])).then(|| parts.join(&b'/'))
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(text_of(name))
}
