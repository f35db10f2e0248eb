//! The names of a commit, read from its tree objects.
//!
//! Owns the form of a tree object and which trees are read: the project's folder, and the whole commit only where links
//! may lead out of that folder. It must not know which files are documents.

use crate::config::find::names::text_of;
use crate::config::git::tree::CommitTree;
use crate::git::GitError;
use crate::git::ObjectReader;

/// The mode of a folder in a tree object.
const FOLDER: &str = "40000";
/// A link whose target is longer leads nowhere.
const LONGEST_TARGET: u64 = 64 * 1024;

/// One entry of a tree object, or of all trees below a folder.
#[derive(Debug, PartialEq, Eq)]
struct ListedEntry {
    mode: String,
    id: String,
    /// Its name in its folder, or its path.
    path: Vec<u8>,
}

/// The names of a tree, and where in them the project is. `folder` is the project's folder in the repository.
pub(crate) fn read(objects: &mut ObjectReader, tree: &str, folder: &[u8]) -> Result<(CommitTree, Vec<u8>), GitError> {
    let Some(project) = descend(objects, tree, folder)? else {
        return Ok((CommitTree::of([].into_iter()), Vec::new()));
    };
    let names = of_entries(&list(objects, &project, folder)?);
    if names.links().is_empty() {
        return Ok((names, Vec::new()));
    }
    Ok((whole(objects, tree)?, folder.to_owned()))
}

/// The object of a file in a folder of a tree; `None` where the file does not exist, or a link is on the way to it. It
/// reads no other names than those of the folders on that way.
pub(crate) fn plain_file(
    objects: &mut ObjectReader,
    tree: &str,
    folder: &[u8],
    name: &[u8],
) -> Result<Option<String>, GitError> {
    let Some(tree) = descend(objects, tree, folder)? else { return Ok(None) };
    let mut found = None;
    each_tree(objects, &[&tree], &|_| name_of(folder), &mut |_, entry| {
        if entry.path == name && entry.mode.starts_with("100") {
            found = Some(entry.id);
        }
    })?;
    Ok(found)
}

/// The names of a tree from its top, with where its links lead.
pub(crate) fn whole(objects: &mut ObjectReader, tree: &str) -> Result<CommitTree, GitError> {
    let mut names = of_entries(&list(objects, tree, b"")?);
    let links = names.links();
    let ids: Vec<&str> = links.iter().map(|(_, id)| id.as_str()).collect();
    let mut targets = Vec::with_capacity(links.len());
    let what = |index: usize| format!("the link {}", text_of(&links[index].0));
    objects.contents(&ids, LONGEST_TARGET, &what, &mut |_, target| targets.push(target))?;
    names.follow(targets);
    Ok(names)
}

fn of_entries(entries: &[ListedEntry]) -> CommitTree {
    CommitTree::of(entries.iter().map(|entry| (entry.mode.as_str(), entry.id.as_str(), entry.path.as_slice())))
}

/// The tree of a folder; `None` where the commit has no such folder.
fn descend(objects: &mut ObjectReader, tree: &str, folder: &[u8]) -> Result<Option<String>, GitError> {
    let mut tree = tree.to_owned();
    let mut path = Vec::new();
    for part in folder.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
        let mut found = None;
        each_tree(objects, &[&tree], &|_| name_of(&path), &mut |_, entry| {
            if entry.path == part && entry.mode == FOLDER {
                found = Some(entry.id);
            }
        })?;
        let Some(next) = found else { return Ok(None) };
        tree = next;
        path.extend([part, b"/"].concat());
    }
    Ok(Some(tree))
}

/// A folder in words, by its path from the top: empty, or with a `/` at its end.
fn name_of(path: &[u8]) -> String {
    match path.strip_suffix(b"/") {
        Some(path) => format!("the folder {}", text_of(path)),
        None => "the top folder".to_owned(),
    }
}

/// All files, links and submodules below a tree, with their paths. `folder` is the path of the tree, for errors.
fn list(objects: &mut ObjectReader, tree: &str, folder: &[u8]) -> Result<Vec<ListedEntry>, GitError> {
    let mut all = Vec::new();
    let mut level = vec![(tree.to_owned(), Vec::new())];
    while !level.is_empty() {
        let ids: Vec<&str> = level.iter().map(|(id, _)| id.as_str()).collect();
        let mut next = Vec::new();
        let what = |index: usize| name_of(&[folder, level[index].1.as_slice()].concat());
        each_tree(objects, &ids, &what, &mut |index, entry| {
            let path = [level[index].1.as_slice(), &entry.path].concat();
            if entry.mode == FOLDER {
                next.push((entry.id, [&path[..], b"/"].concat()));
            } else {
                all.push(ListedEntry { path, ..entry });
            }
        })?;
        level = next;
    }
    Ok(all)
}

/// Gives every entry of these trees to `take`, with the number of its tree.
fn each_tree(
    objects: &mut ObjectReader,
    trees: &[&str],
    what: &dyn Fn(usize) -> String,
    take: &mut dyn FnMut(usize, ListedEntry),
) -> Result<(), GitError> {
    let mut broken = None;
    let id_length = trees.first().map_or(0, |id| id.len() / 2);
    objects.contents(trees, u64::MAX, what, &mut |index, bytes| {
        let mut rest = bytes.as_deref().unwrap_or_default();
        while !rest.is_empty() {
            let Some((entry, after)) = entry(rest, id_length) else {
                broken = Some(index);
                return;
            };
            take(index, entry);
            rest = after;
        }
    })?;
    match broken {
        Some(index) => {
            let sentence =
                format!("the object {} of {} is damaged: it is not a tree object", trees[index], what(index));
            Err(GitError::damaged(&sentence))
        }
        None => Ok(()),
    }
}

/// The first entry of a tree object, `MODE NAME NUL ID`, and the bytes behind it.
fn entry(tree: &[u8], id_length: usize) -> Option<(ListedEntry, &[u8])> {
    let blank = tree.iter().position(|byte| *byte == b' ')?;
    let end = blank + tree[blank..].iter().position(|byte| *byte == 0)?;
    let id = tree.get(end + 1..end + 1 + id_length)?;
    let mode = std::str::from_utf8(&tree[..blank]).ok()?.to_owned();
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    let id: String = id.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    Some((ListedEntry { mode, id, path: tree[blank + 1..end].to_owned() }, &tree[end + 1 + id_length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_tree_object_are_read_one_by_one() {
        let tree = b"100644 a b.yaml\0\x01\x0240000 sub\0\xff \x00";
        let (first, rest) = entry(tree, 2).unwrap();
        assert_eq!(first, ListedEntry { mode: "100644".into(), id: "0102".into(), path: b"a b.yaml".to_vec() });
        let (second, rest) = entry(rest, 2).unwrap();
        assert_eq!(second, ListedEntry { mode: FOLDER.into(), id: "ff20".into(), path: b"sub".to_vec() });
        assert_eq!(rest, [0]);
        for broken in [&b"100644"[..], b"100644 a", b"100644 a\0\x01", b"\xff a\0\x01\x02", b""] {
            assert_eq!(entry(broken, 2), None);
        }
    }
}
