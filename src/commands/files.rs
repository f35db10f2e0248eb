//! Files that are written: whole or not at all.
//!
//! Owns the replacing of files, who may read them, and how a path is shown.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context;

use ringform::render;

/// Replaces a file whole or not at all; its readers see the old text or the new one.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> anyhow::Result<()> {
    replace_for(Readers::AsUsual, path, write)
}

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whom the umask leaves, as for any other program.
    AsUsual,
    /// Everybody, whatever the umask says.
    Everybody,
}

/// As [`replace`], saying who may read the file.
pub(crate) fn replace_for(
    readers: Readers,
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let name = || format!("cannot write {}", escaped(path));
    // A pipe or a device cannot be replaced; it is written to.
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        let mut file = fs::OpenOptions::new().write(true).open(path).with_context(name)?;
        return write(&mut file).with_context(name);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ringform-");
    #[cfg(unix)]
    // The umask narrows this as for any other program; the default of temporary files would hide reports from other users.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder).map_err(without_path).with_context(name)?;
    let mut out = io::BufWriter::new(file);
    write(&mut out).and_then(|()| out.flush()).with_context(name)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(name)?;
    #[cfg(unix)]
    if readers == Readers::Everybody {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        file.as_file().set_permissions(mode).with_context(name)?;
    }
    file.as_file().sync_all().with_context(name)?;
    file.persist(path).map_err(|error| error.error).with_context(name)?;
    Ok(())
}

/// An error of a temporary file without that file's name, which nobody chose.
fn without_path(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((cause, _)) => io::Error::new(error.kind(), cause),
        None => error,
    }
}

/// A path for a message.
pub(crate) fn escaped(path: &Path) -> String {
    render::escape::terminal(&path.display().to_string().into()).to_string()
}
