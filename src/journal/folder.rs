//! The folder `.ringform/` and the journals in it.
//!
//! Owns who may make the folder and how: it ignores itself in git, and it is never a link.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder of everything that ringform keeps beside a project. It ignores itself.
pub const FOLDER: &str = ".ringform";

const JOURNALS: &str = "journal";

/// Makes the folder of the journals below a project, and returns it.
pub(super) fn make_journals(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(FOLDER);
    let journals = folder.join(JOURNALS);
    // A repository can bring a link, and ringform would then write wherever the link leads.
    for part in [&folder, &journals] {
        if fs::symlink_metadata(part).is_ok_and(|part| part.is_symlink()) {
            return Err(io::Error::other(format!("{FOLDER} or its journal is a link; remove it")));
        }
    }
    fs::create_dir_all(&folder)?;
    match File::create_new(folder.join(".gitignore")) {
        Ok(mut file) => file.write_all(b"*\n")?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    fs::create_dir_all(&journals)?;
    Ok(journals)
}

/// The journals below a project, oldest first: their names begin with the time of their runs.
pub(super) fn journals(root: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(root.join(FOLDER).join(JOURNALS)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The run of a journal: the name of its file.
pub(super) fn run_of(journal: &Path) -> String {
    journal.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
