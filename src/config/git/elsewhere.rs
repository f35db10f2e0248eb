//! Clients that the project declares in files that a run did not load.
//!
//! Owns the two causes: a PATH that names a part of the project, and a sparse checkout. It must not judge what that
//! means.

use std::collections::BTreeSet;

use crate::config::batch::{DocumentBatch, read_all};
use crate::config::find::project::ProjectLocation;
use crate::config::find::walk;
use crate::config::git::documents::read_objects;
use crate::config::git::tree::CommitTree;
use crate::config::sections::project::Project;
use crate::git::GitError;
use crate::git::ObjectReader;
use crate::git::entries;
use crate::model::{ClientKey, Diagnostic};

/// The clients of documents that were not loaded: outside of the named paths, or outside of a sparse checkout. `None`
/// when some of them cannot be read: then a missing client may still be declared.
pub(crate) fn declared_elsewhere(
    objects: &mut ObjectReader,
    now: &Project,
    named: &[Vec<u8>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<BTreeSet<ClientKey>>, GitError> {
    let mut declared = BTreeSet::new();
    let mut known = true;
    if !named.iter().any(Vec::is_empty) {
        let (root, file) = (now.root.clone(), now.file.to_string());
        let all = ProjectLocation { paths: vec![root.clone()], root, file };
        let found = walk::documents(&now.root, &all, now.documents.as_ref());
        let read = read_all(&now.root, &found.files, &now.inheritance);
        known = !found.errors.iter().chain(&read.diagnostics).any(Diagnostic::is_error);
        declared.extend(read.claims.into_iter().map(|claim| claim.key));
    }
    if now.repository.is_sparse() {
        let unseen = outside(objects, now)?;
        let documents: usize = unseen.iter().map(|file| file.documents).sum();
        for file in unseen {
            known &= !file.diagnostics.iter().any(Diagnostic::is_error);
            declared.extend(file.claims.into_iter().map(|claim| claim.key));
        }
        if documents > 0 {
            let (s, are) = if documents == 1 { ("", "is") } else { ("s", "are") };
            let summary = format!("{documents} document{s} {are} outside of this sparse checkout: not compared");
            diagnostics.push(Diagnostic::warning("sparse-checkout", None, summary));
        }
    }
    Ok(known.then_some(declared))
}

/// The documents that git leaves out of a sparse checkout, in their version of the index.
fn outside(objects: &mut ObjectReader, now: &Project) -> Result<Vec<DocumentBatch>, GitError> {
    let listed = now.repository.git().ask(&["ls-files", "-t", "--stage", "-z"])?;
    let mut left_out = BTreeSet::new();
    let all = entries(&listed).filter_map(|line| {
        // `S MODE OBJECT STAGE<TAB>PATH`, with an `S` for what is skipped in the work tree.
        let (tag, rest) = (line.first()?, line.get(2..)?);
        let tab = rest.iter().position(|byte| *byte == b'\t')?;
        let mut words = std::str::from_utf8(&rest[..tab]).ok()?.split(' ');
        let path = &rest[tab + 1..];
        if *tag == b'S' {
            left_out.insert(path.to_vec());
        }
        Some((words.next()?, words.next()?, path))
    });
    let tree = CommitTree::of(all.collect::<Vec<_>>().into_iter());
    let mut files = tree.documents(b"", now.documents.as_ref(), &[]).files;
    files.retain(|file| left_out.contains(&file.real));
    read_objects(objects, &files, now, " outside of this sparse checkout")
}
