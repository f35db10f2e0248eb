//! The folder `.ringform` beside a project.
//!
//! Owns its making: it holds a `.gitignore` that ignores the whole folder, so git never commits it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::journal::FOLDER;

/// Makes `.ringform/PART` below `root` and returns it. A link in its place is an error: a repository can bring a link, and what
/// ringform writes would go wherever the link leads.
pub fn state_folder(root: &Path, part: &str) -> io::Result<PathBuf> {
    let own = root.join(FOLDER);
    let folder = own.join(part);
    for path in [&own, &folder] {
        if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
            return Err(io::Error::other(format!("{FOLDER} or {FOLDER}/{part} is a link; remove it")));
        }
    }
    fs::create_dir_all(&folder)?;
    match File::create_new(own.join(".gitignore")) {
        Ok(mut file) => file.write_all(b"*\n")?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(folder)
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
