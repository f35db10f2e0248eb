//! The folder `.ringform/` and the journals in it.
//!
//! Owns who may make the folder and how: it ignores itself in git, and it is never a link.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::model::io_cause;

/// The folder of everything that ringform keeps beside a project. It ignores itself.
pub const FOLDER: &str = ".ringform";

const JOURNALS: &str = "journal";

/// Makes `.ringform/PART` below a project and returns it. A link in its place is an error: a repository can bring a
/// link, and ringform would then write wherever the link leads.
pub fn state_folder(root: &Path, part: &str) -> io::Result<PathBuf> {
    check(root, part)?;
    let folder = own_folder(root)?.join(part);
    fs::create_dir_all(&folder).map_err(|error| named(&folder, error))?;
    Ok(folder)
}

/// Makes `.ringform` below a project and returns it. It ignores itself.
pub(super) fn own_folder(root: &Path) -> io::Result<PathBuf> {
    let own = root.join(FOLDER);
    check_folder(&own)?;
    fs::create_dir_all(&own).map_err(|error| named(&own, error))?;
    let ignore = own.join(".gitignore");
    match File::create_new(&ignore) {
        Ok(mut file) => file.write_all(b"*\n").map_err(|error| named(&ignore, error))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(named(&ignore, error)),
    }
    Ok(own)
}

/// Checks that each of the two folders is a folder, where it exists.
fn check(root: &Path, part: &str) -> io::Result<()> {
    let own = root.join(FOLDER);
    check_folder(&own)?;
    check_folder(&own.join(part))
}

fn check_folder(path: &Path) -> io::Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    let shown = shown(path);
    match (found.is_symlink(), found.is_dir()) {
        (true, _) => Err(io::Error::other(format!("{shown} is a link; remove it"))),
        (false, false) => Err(io::Error::other(format!("{shown} is not a folder; remove or rename it"))),
        (false, true) => Ok(()),
    }
}

/// A path from `.ringform/` on: where the project is on this machine says nothing.
pub(super) fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.iter().collect();
    let from = parts.iter().rposition(|part| *part == FOLDER).unwrap_or(0);
    parts[from..].iter().collect::<PathBuf>().to_string_lossy().into_owned()
}

/// An error with the path that it is about.
pub(super) fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {}", shown(path), io_cause(&error)))
}

/// Makes the folder of the journals below a project, and returns it.
pub(super) fn make_journals(root: &Path) -> io::Result<PathBuf> {
    state_folder(root, JOURNALS)
}

/// The journals below a project, oldest first: their names begin with the time of their runs.
pub(super) fn journals(root: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = root.join(FOLDER).join(JOURNALS);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            check(root, JOURNALS)?;
            return Err(named(&folder, error));
        }
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| named(&folder, error))?.path();
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

    #[test]
    fn a_file_in_its_place_is_an_error_that_names_it() {
        for file in [".ringform", ".ringform/journal"] {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir_all(root.path().join(file).parent().unwrap()).unwrap();
            fs::write(root.path().join(file), "x").unwrap();
            let expected = format!("{file} is not a folder; remove or rename it");
            assert_eq!(state_folder(root.path(), JOURNALS).unwrap_err().to_string(), expected);
            assert_eq!(journals(root.path()).unwrap_err().to_string(), expected);
        }
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
