//! Writing the starter files: all of them or none.
//!
//! Owns the rule that `init` overwrites nothing.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use crate::starter::examples::StarterFile;
use crate::terminal::files;

/// The paths that exist already where a file or one of its folders has to be. A broken link is one of them.
pub(crate) fn existing(files: &[StarterFile]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for file in files {
        let taken = fs::symlink_metadata(&file.path).is_ok().then_some(file.path.as_path());
        let no_folder = file.path.ancestors().skip(1).find(|above| fs::symlink_metadata(above).is_ok());
        for path in taken.into_iter().chain(no_folder.filter(|above| !above.is_dir())) {
            if !found.iter().any(|known| known == path) {
                found.push(path.to_owned());
            }
        }
    }
    found
}

/// Writes all of the files, or none.
pub(crate) fn write_all(all: &[StarterFile]) -> anyhow::Result<()> {
    for (at, file) in all.iter().enumerate() {
        let written = files::create(&file.path, file.text.as_bytes(), file.executable);
        if written.is_err() {
            for before in all.iter().take(at) {
                // A file that cannot be removed stays: the run has no other remedy.
                drop(fs::remove_file(&before.path));
            }
        }
        written.with_context(|| format!("cannot write {}; nothing was written", files::shown(&file.path)))?;
    }
    Ok(())
}
