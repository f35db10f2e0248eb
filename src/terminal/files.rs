//! Files that are written whole or not at all.
//!
//! Owns the only way in which the program replaces files, who may read them, and how a path is shown.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context;
use tempfile::NamedTempFile;

use ringform::files::folder;
use ringform::{render, run};

use crate::terminal::target::{OutputTarget, open_in_place, without_path};

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// The users that the umask allows, as for any other program.
    AsUsual,
    /// Every user, whatever the umask says, unless the file exists: a replaced file keeps its mode.
    Everybody,
}

/// Replaces a file whole or not at all; its readers see the old text or the new one.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> anyhow::Result<()> {
    replace_for(Readers::AsUsual, path, write)
}

/// As [`replace`], with the choice of who may read the file.
pub(crate) fn replace_for(
    readers: Readers,
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let written = OutputTarget::of(path).and_then(|target| match target {
        OutputTarget::Replaced(file) => replace_file(readers, &file, write),
        OutputTarget::InPlace(file) => flushed(open_in_place(&file)?, write),
        OutputTarget::Stdout => flushed(io::stdout().lock(), write),
        OutputTarget::Stderr => flushed(io::stderr().lock(), write),
    });
    written.with_context(|| format!("cannot write {}", escaped(path)))
}

/// Replaces a regular file. The new file has the mode of the old one.
fn replace_file(
    readers: Readers,
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    let file = temporary(path, 0o666, write)?;
    set_mode(&file, path, readers)?;
    put(file, path)
}

/// Gives a new file the mode of the file that it replaces.
#[cfg(unix)]
fn set_mode(file: &NamedTempFile, path: &Path, readers: Readers) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let before = fs::metadata(path).ok().map(|found| found.permissions().mode() & 0o777);
    match before.or((readers == Readers::Everybody).then_some(0o644)) {
        Some(mode) => file.as_file().set_permissions(fs::Permissions::from_mode(mode)),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn set_mode(_: &NamedTempFile, _: &Path, _: Readers) -> io::Result<()> {
    Ok(())
}

/// Writes into something that stays, such as a pipe.
fn flushed(out: impl io::Write, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    write(&mut out).and_then(|()| out.flush())
}

/// Replaces a file whole or not at all, and makes the folders above it. A `.ringform` among them ignores itself.
pub(crate) fn persist(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder(path);
    match (folder.parent(), folder.file_name().and_then(|part| part.to_str())) {
        (Some(own), Some(part)) if own.ends_with(".ringform") => {
            run::state_folder(own.parent().unwrap_or(Path::new(".")), part)?;
        }
        (_, _) => fs::create_dir_all(folder)?,
    }
    let file = temporary(path, 0o666, |out| out.write_all(bytes))?;
    set_mode(&file, path, Readers::AsUsual)?;
    put(file, path)?;
    // The rename is on the disk only when its folder is. Some file systems cannot flush a folder; there the rename
    // still holds.
    if let Ok(folder) = fs::File::open(folder) {
        drop(folder.sync_all());
    }
    Ok(())
}

/// Writes a file whole, and only where none exists: a file that another program makes meanwhile stays as it is.
pub(crate) fn create(path: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
    fs::create_dir_all(folder(path))?;
    let file = temporary(path, if executable { 0o777 } else { 0o666 }, |out| out.write_all(bytes))?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file beside `path` with the text. The umask narrows `mode`, as for any other program.
fn temporary(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ringform-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    let mut out = io::BufWriter::new(builder.tempfile_in(folder(path)).map_err(without_path)?);
    write(&mut out).and_then(|()| out.flush())?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Flushes the file to the disk and moves it to its place.
fn put(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A path for a message.
pub(crate) fn escaped(path: &Path) -> String {
    render::escape::terminal(&path.display().to_string().into()).to_string()
}

/// A path for people: relative to the working folder where it is below that.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    escaped(here.ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        replace(&path, |out| out.write_all(b"old")).unwrap();
        let failed = replace(&path, |out| out.write_all(b"ne").and(Err(io::Error::other("full"))));
        assert!(format!("{:#}", failed.unwrap_err()).contains("cannot write"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        persist(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn a_file_that_exists_is_not_created_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.yaml");
        create(&path, b"one", false).unwrap();
        assert_eq!(create(&path, b"two", false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn state_below_ringform_ignores_itself() {
        let folder = tempfile::tempdir().unwrap();
        persist(&folder.path().join(".ringform/sandbox/seed.json"), b"{}").unwrap();
        assert_eq!(fs::read(folder.path().join(".ringform/.gitignore")).unwrap(), b"*\n");
    }
}
