//! Documents that are objects of the repository and not files of the work tree.
//!
//! Owns the reading of each as a batch of its own. It must not know which objects are wanted, or why.

use crate::config::batch::DocumentBatch;
use crate::config::git::tree::TreeFile;
use crate::config::sections::project::Project;
use crate::config::text::{MOST_BYTES, decode, too_large};
use crate::git::GitError;
use crate::git::ObjectReader;

/// Reads files of a revision, each on its own. `whereabouts` follows the name of a file in errors.
pub(crate) fn read_objects(
    objects: &mut ObjectReader,
    files: &[TreeFile],
    project: &Project,
    whereabouts: &str,
) -> Result<Vec<DocumentBatch>, GitError> {
    let ids: Vec<&str> = files.iter().map(|file| file.object.as_str()).collect();
    let mut all = Vec::with_capacity(files.len());
    let what = |index: usize| format!("{}{whereabouts}", files[index].name.raw());
    objects.contents(&ids, MOST_BYTES, &what, &mut |index, bytes| {
        let name = &files[index].name;
        let mut gathered = DocumentBatch::default();
        match bytes.map_or_else(|| Err(Box::new(too_large(name))), |bytes| decode(bytes, name)) {
            Ok(text) => gathered.text(name.clone(), &text, &project.inheritance),
            Err(error) => gathered.diagnostics.push(*error),
        }
        all.push(gathered);
    })?;
    Ok(all)
}
