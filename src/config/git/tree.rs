//! The files of a revision, as data: what `git ls-tree` lists, walked by the rules of the work tree.
//!
//! Owns the walk over names that exist only in git. It skips hidden files, other projects and backups, follows links
//! that stay in the tree, and counts a file once. It reads no content: it names objects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::config::find::globs::Globs;
use crate::config::find::names::{PROJECT, is_document, text_of};
use crate::model::Untrusted;

/// How many links may lead to links before it is a circle.
const MOST_LINKS: u32 = 40;

/// A file of the tree, by its object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TreeFile {
    /// Its name below the project's folder.
    pub(crate) name: Untrusted,
    /// Its path from the top of the tree, links followed.
    pub(crate) real: Vec<u8>,
    pub(crate) object: String,
}

/// What was found in a tree, and what could not be opened.
#[derive(Debug, Default)]
pub(crate) struct TreeDocuments {
    pub(crate) files: Vec<TreeFile>,
    /// Links that lead out of the tree or nowhere, and submodules, as far as they may be documents or hold some: names
    /// below the project's folder.
    pub(crate) closed: Vec<Untrusted>,
}

#[derive(Debug)]
enum TreeEntry {
    TreeFile(String),
    /// A link, by the object that holds its target; the target once it was read.
    Link(String, Option<Vec<u8>>),
    Submodule,
    Folder(BTreeMap<Vec<u8>, TreeEntry>),
}

/// All names of a tree, from its top.
#[derive(Debug)]
pub(crate) struct CommitTree {
    top: TreeEntry,
}

impl CommitTree {
    /// A tree of entries: mode, object, path from the top.
    pub(crate) fn of<'e>(entries: impl Iterator<Item = (&'e str, &'e str, &'e [u8])>) -> CommitTree {
        let mut top = BTreeMap::new();
        for (mode, object, path) in entries {
            let node = match mode {
                "120000" => TreeEntry::Link(object.to_owned(), None),
                "160000" => TreeEntry::Submodule,
                _ => TreeEntry::TreeFile(object.to_owned()),
            };
            let mut parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
            let Some(name) = parts.pop() else { continue };
            let mut folder = Some(&mut top);
            for part in parts {
                let next = folder.and_then(|folder: &mut BTreeMap<Vec<u8>, TreeEntry>| {
                    match folder.entry(part.to_owned()).or_insert_with(|| TreeEntry::Folder(BTreeMap::new())) {
                        TreeEntry::Folder(next) => Some(next),
                        TreeEntry::TreeFile(_) | TreeEntry::Link(..) | TreeEntry::Submodule => None,
                    }
                });
                folder = next;
            }
            if let Some(folder) = folder {
                folder.insert(name.to_owned(), node);
            }
        }
        CommitTree { top: TreeEntry::Folder(top) }
    }

    /// All links: path and object. [`CommitTree::follow`] wants the contents of the objects in this order.
    pub(crate) fn links(&self) -> Vec<(Vec<u8>, String)> {
        fn collect(path: &[u8], node: &TreeEntry, into: &mut Vec<(Vec<u8>, String)>) {
            match node {
                TreeEntry::Link(object, _) => into.push((path.to_owned(), object.clone())),
                TreeEntry::Folder(folder) => {
                    folder.iter().for_each(|(part, node)| collect(&joined(path, part), node, into));
                }
                TreeEntry::TreeFile(_) | TreeEntry::Submodule => {}
            }
        }
        let mut all = Vec::new();
        collect(b"", &self.top, &mut all);
        all
    }

    /// Sets where the links lead.
    pub(crate) fn follow(&mut self, targets: Vec<Option<Vec<u8>>>) {
        fn set(node: &mut TreeEntry, targets: &mut dyn Iterator<Item = Option<Vec<u8>>>) {
            match node {
                TreeEntry::Link(_, target) => *target = targets.next().flatten(),
                TreeEntry::Folder(folder) => folder.values_mut().for_each(|node| set(node, targets)),
                TreeEntry::TreeFile(_) | TreeEntry::Submodule => {}
            }
        }
        set(&mut self.top, &mut targets.into_iter());
    }

    /// The object of the file at a path from the top, links followed; `None` when it does not exist.
    pub(crate) fn file(&self, path: &[u8]) -> Option<&str> {
        match self.resolve(path)? {
            (TreeEntry::TreeFile(object), _) => Some(object),
            (TreeEntry::Folder(_) | TreeEntry::Link(..) | TreeEntry::Submodule, _) => None,
        }
    }

    /// Where the link at a path leads; `None` where the path is not a link.
    pub(crate) fn link(&self, path: &[u8]) -> Option<&[u8]> {
        match self.entry(path)? {
            TreeEntry::Link(_, target) => target.as_deref(),
            TreeEntry::TreeFile(_) | TreeEntry::Submodule | TreeEntry::Folder(_) => None,
        }
    }

    /// The paths of all entries below a folder that are not folders.
    pub(crate) fn below(&self, folder: &[u8]) -> Vec<Vec<u8>> {
        fn collect(entry: &TreeEntry, path: &[u8], into: &mut Vec<Vec<u8>>) {
            match entry {
                TreeEntry::Folder(folder) => {
                    folder.iter().for_each(|(name, entry)| collect(entry, &joined(path, name), into));
                }
                TreeEntry::TreeFile(_) | TreeEntry::Link(..) | TreeEntry::Submodule => into.push(path.to_vec()),
            }
        }
        let mut all = Vec::new();
        if let Some(entry @ TreeEntry::Folder(_)) = self.entry(folder) {
            collect(entry, folder, &mut all);
        }
        all
    }

    /// The entry at a path; links are not followed.
    fn entry(&self, path: &[u8]) -> Option<&TreeEntry> {
        parts(path).try_fold(&self.top, |entry, part| match entry {
            TreeEntry::Folder(folder) => folder.get(part),
            TreeEntry::TreeFile(_) | TreeEntry::Link(..) | TreeEntry::Submodule => None,
        })
    }

    /// Finds the documents of the project at `root`, a path from the top that is empty or ends with `/`. `also` are
    /// paths below the root that were named and are taken though no rule finds them.
    pub(crate) fn documents(&self, root: &[u8], globs: Option<&Globs>, also: &[Vec<u8>]) -> TreeDocuments {
        let mut walk = TreeWalk { tree: self, globs, found: TreeDocuments::default(), inside: BTreeSet::new() };
        let folder = root.strip_suffix(b"/").unwrap_or(root);
        walk.folder(folder, b"");
        for name in also {
            let path = joined(folder, name);
            match self.resolve(&path) {
                Some((TreeEntry::Folder(_), real)) => walk.folder(&real, name),
                Some((TreeEntry::TreeFile(object), real)) => walk.file(name, real, object),
                Some((TreeEntry::Link(..) | TreeEntry::Submodule, _)) | None => {}
            }
        }
        let mut found = walk.found;
        found.files.sort();
        let mut seen = BTreeSet::new();
        found.files.retain(|file| seen.insert(file.real.clone()));
        found.closed.sort();
        found.closed.dedup();
        found
    }

    /// The entry at a path and its own path, links followed.
    fn resolve(&self, path: &[u8]) -> Option<(&TreeEntry, Vec<u8>)> {
        let mut todo: Vec<Vec<u8>> = parts(path).rev().map(<[u8]>::to_owned).collect();
        let mut at: Vec<(Vec<u8>, &TreeEntry)> = Vec::new();
        let mut links = 0;
        while let Some(part) = todo.pop() {
            if part == b".." {
                // Above the top nothing belongs to this tree.
                at.pop()?;
                continue;
            }
            let here = at.last().map_or(&self.top, |(_, node)| node);
            let TreeEntry::Folder(folder) = here else { return None };
            match folder.get(&part)? {
                TreeEntry::Link(_, target) => {
                    let target = target.as_deref().filter(|target| !target.starts_with(b"/"))?;
                    links += 1;
                    if links > MOST_LINKS {
                        return None;
                    }
                    todo.extend(parts(target).rev().map(<[u8]>::to_owned));
                }
                node => at.push((part, node)),
            }
        }
        let real = at.iter().map(|(part, _)| part.as_slice()).collect::<Vec<_>>().join(&b'/');
        Some((at.last().map_or(&self.top, |(_, node)| node), real))
    }
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".")
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() || name.is_empty() { [folder, name].concat() } else { [folder, b"/", name].concat() }
}

struct TreeWalk<'t> {
    tree: &'t CommitTree,
    globs: Option<&'t Globs>,
    found: TreeDocuments,
    /// The folders that the walk is in, by their own paths: one of them again is a circle.
    inside: BTreeSet<Vec<u8>>,
}

impl TreeWalk<'_> {
    /// Walks a folder that is called `shown` below the project.
    fn folder(&mut self, real: &[u8], shown: &[u8]) {
        let tree = self.tree;
        let Some((TreeEntry::Folder(folder), real)) = tree.resolve(real) else { return };
        if !self.inside.insert(real.clone()) {
            return;
        }
        for (part, node) in folder.iter().filter(|(part, _)| !part.starts_with(b".")) {
            let name = joined(shown, part);
            let reached = match node {
                TreeEntry::Link(..) => tree.resolve(&joined(&real, part)),
                node => Some((node, joined(&real, part))),
            };
            match reached {
                Some((TreeEntry::Folder(_), real)) if tree.file(&joined(&real, PROJECT.as_bytes())).is_none() => {
                    self.folder(&real, &name);
                }
                Some((TreeEntry::Folder(_), _)) => {}
                Some((TreeEntry::TreeFile(object), real)) if is_document_name(part) && self.is_wanted(&name) => {
                    self.file(&name, real, object);
                }
                Some((TreeEntry::TreeFile(_), _)) => {}
                Some((TreeEntry::Link(..) | TreeEntry::Submodule, _)) | None if self.may_be_wanted(part, &name) => {
                    self.found.closed.push(text(&name));
                }
                Some((TreeEntry::Link(..) | TreeEntry::Submodule, _)) | None => {}
            }
        }
        self.inside.remove(&real);
    }

    fn file(&mut self, name: &[u8], real: Vec<u8>, object: &str) {
        self.found.files.push(TreeFile { name: text(name), real, object: object.to_owned() });
    }

    fn is_wanted(&self, name: &[u8]) -> bool {
        self.globs.is_none_or(|globs| globs.find(Path::new(&*String::from_utf8_lossy(name))))
    }

    /// Whether an entry that cannot be opened might be a document, or a folder with documents.
    fn may_be_wanted(&self, part: &[u8], name: &[u8]) -> bool {
        if is_document_name(part) {
            return self.is_wanted(name);
        }
        self.globs.is_none_or(|globs| globs.may_find_below(Path::new(&*String::from_utf8_lossy(name))))
    }
}

fn is_document_name(name: &[u8]) -> bool {
    is_document(&String::from_utf8_lossy(name))
}

fn text(name: &[u8]) -> Untrusted {
    text_of(name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(entries: &[(&str, &str)], links: &[Option<&str>], root: &str) -> (Vec<String>, Vec<String>) {
        let mut tree = CommitTree::of(entries.iter().map(|(mode, path)| (*mode, *path, path.as_bytes())));
        tree.follow(links.iter().map(|target| target.map(|target| target.as_bytes().to_vec())).collect());
        let found = tree.documents(root.as_bytes(), None, &[]);
        let files = found.files.iter().map(|file| format!("{}={}", file.name.raw(), file.object)).collect();
        (files, found.closed.iter().map(|name| name.raw().to_owned()).collect())
    }

    #[test]
    fn the_walk_follows_the_rules_of_the_work_tree() {
        let file = "100644";
        let (found, closed) = names(
            &[
                (file, "ringform.yaml"),
                (file, "staging.ringform.yaml"),
                (file, "a.yaml"),
                (file, "a.yaml~"),
                (file, ".b.yaml"),
                (file, ".hidden/c.yaml"),
                (file, "clients/d.yml"),
                (file, "clients/e.txt"),
                (file, "other/ringform.yaml"),
                (file, "other/f.yaml"),
            ],
            &[],
            "",
        );
        assert_eq!(found, ["a.yaml=a.yaml", "clients/d.yml=clients/d.yml"]);
        assert_eq!(closed, Vec::<String>::new());
    }

    #[test]
    fn links_are_followed_where_they_stay_in_the_tree_and_reported_where_not() {
        let (file, link) = ("100644", "120000");
        // The links are in the order of their paths.
        let (found, closed) = names(
            &[
                (file, "common/x.yaml"),
                (file, "common/deep/y.yaml"),
                (link, "p/a.yaml"),
                (link, "p/circle"),
                (link, "p/dir"),
                (link, "p/etc"),
                (link, "p/gone.yaml"),
                (link, "p/up"),
                (file, "p/ringform.yaml"),
                ("160000", "p/module"),
            ],
            &[Some("../common/x.yaml"), Some("."), Some("../common"), Some("/etc"), Some("nowhere"), Some("../../up")],
            "p/",
        );
        // The file that is reached twice counts once, by the first of its names.
        assert_eq!(found, ["a.yaml=common/x.yaml", "dir/deep/y.yaml=common/deep/y.yaml"]);
        assert_eq!(closed, ["etc", "gone.yaml", "module", "up"]);
    }
}
