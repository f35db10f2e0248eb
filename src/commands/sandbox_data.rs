//! The file writer that commands give to the simulator.
//!
//! Owns the folders of the data file. The file itself is replaced by `files`.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ringform::sandbox::DataFile;

use crate::commands::files;

/// The data file of a simulator at `path`.
pub(crate) fn data_file(path: PathBuf) -> DataFile {
    DataFile { path, persist }
}

fn persist(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder)?;
    files::replace(path, |out| out.write_all(bytes)).map_err(|error| io::Error::other(format!("{error:#}")))?;
    // The rename is on the disk only when its folder is. Not every file system can flush a folder; the rename still
    // holds.
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
    Ok(())
}

/// Creates the folder. A `.ringform` in its path gets a `.gitignore`, so that nobody commits the state of a simulator.
fn make_folder(folder: &Path) -> io::Result<()> {
    // A repository can bring a link, and the data would go to its target.
    let own =
        |part: &&Path| part.ends_with(".ringform") || part.parent().is_some_and(|part| part.ends_with(".ringform"));
    if folder.ancestors().filter(own).any(Path::is_symlink) {
        return Err(io::Error::other(".ringform is a link; remove it"));
    }
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    if let Some(own) = folder.ancestors().find(|part| part.ends_with(".ringform")) {
        match File::create_new(own.join(".gitignore")) {
            Ok(mut file) => file.write_all(b"*\n")?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_replaced_and_its_folder_ignores_itself() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(".ringform/sandbox/state.json");
        persist(&path, b"one").unwrap();
        persist(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_to_string(root.path().join(".ringform/.gitignore")).unwrap(), "*\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "a temporary file is left");
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_folder_is_refused() {
        let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(other.path(), root.path().join(".ringform")).unwrap();
        let error = persist(&root.path().join(".ringform/sandbox/state.json"), b"x").unwrap_err();
        assert!(error.to_string().contains("is a link"), "{error}");
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
    }
}
