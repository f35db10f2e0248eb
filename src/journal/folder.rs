//! The folder `.ringform/` and the journals in it.
//!
//! Owns who may make the folder and how: it ignores itself in git, and it is never a link.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder of everything that ringform keeps beside a project. It ignores itself.
pub const FOLDER: &str = ".ringform";

const JOURNALS: &str = "journal";

/// Makes `.ringform/PART` below a project and returns it. A link in its place is an error: a repository can bring a
/// link, and ringform would then write wherever the link leads.
pub fn state_folder(root: &Path, part: &str) -> io::Result<PathBuf> {
    let folder = own_folder(root)?.join(part);
    refuse_link(&folder, &format!("{FOLDER}/{part}"))?;
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Makes `.ringform` below a project and returns it. It ignores itself.
pub(super) fn own_folder(root: &Path) -> io::Result<PathBuf> {
    let own = root.join(FOLDER);
    refuse_link(&own, FOLDER)?;
    fs::create_dir_all(&own)?;
    match File::create_new(own.join(".gitignore")) {
        Ok(mut file) => file.write_all(b"*\n")?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(own)
}

fn refuse_link(path: &Path, name: &str) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(io::Error::other(format!("{name} is a link; remove it"))),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Makes the folder of the journals below a project, and returns it.
pub(super) fn make_journals(root: &Path) -> io::Result<PathBuf> {
    state_folder(root, JOURNALS)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_ignores_itself_and_keeps_what_it_holds() {
        let root = tempfile::tempdir().unwrap();
        let folder = state_folder(root.path(), "journal").unwrap();
        assert_eq!(folder, root.path().join(".ringform/journal"));
        fs::write(root.path().join(".ringform/.gitignore"), "mine").unwrap();
        state_folder(root.path(), "sandbox").unwrap();
        assert_eq!(fs::read_to_string(root.path().join(".ringform/.gitignore")).unwrap(), "mine");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_its_place_is_an_error() {
        for link in [".ringform", ".ringform/journal"] {
            let root = tempfile::tempdir().unwrap();
            let elsewhere = tempfile::tempdir().unwrap();
            fs::create_dir_all(root.path().join(link).parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(elsewhere.path(), root.path().join(link)).unwrap();
            let error = state_folder(root.path(), "journal").unwrap_err().to_string();
            assert!(error.contains("is a link; remove it"), "{error}");
            assert!(fs::read_dir(elsewhere.path()).unwrap().next().is_none());
        }
    }
}
