//! The folder of the project that `init` makes, and its place in the repository.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::terminal::files;

/// The folder without links, though it may not exist yet: a pipeline names its place in the repository.
pub(crate) fn resolved(folder: &Path) -> anyhow::Result<PathBuf> {
    let absolute = std::path::absolute(folder).context("cannot find the working folder")?;
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        match fs::canonicalize(existing) {
            Ok(real) => {
                if !real.is_dir() {
                    bail!("{} is not a folder", files::escaped(existing));
                }
                return Ok(missing.iter().rev().fold(real, |path: PathBuf, name| path.join(name)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => match (existing.parent(), existing.file_name()) {
                (Some(parent), Some(name)) => {
                    missing.push(name.to_owned());
                    existing = parent;
                }
                (_, _) => bail!("{} has no folder that exists above it", files::escaped(folder)),
            },
            Err(error) => {
                return Err(anyhow::Error::new(error).context(format!("cannot read {}", files::escaped(existing))));
            }
        }
    }
}

/// Whether the folder holds a project file.
pub(crate) fn is_project(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        name.to_str().is_some_and(|name| name == "ringform.yaml" || name.ends_with(".ringform.yaml"))
    })
}
