//! Files that ringform reads.
//!
//! Owns which kinds of file each reader takes. A FIFO would wait for its writer without end, and to open a device may do
//! something.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::files::path::{PathEnd, follow_links};

/// The sentence for a folder, a device, a FIFO or a socket in place of a file.
pub const NOT_REGULAR: &str = "not a regular file";

/// Opens a regular file, links followed.
///
/// # Errors
///
/// The path cannot be opened, or leads to something else than a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    // To open a device may do something, so the look comes first.
    regular(&fs::metadata(path)?)?;
    open_found(path)
}

/// As [`open_regular`], for a file that a walk of this run found to be regular: that was the look before the opening.
///
/// # Errors
///
/// The path cannot be opened, or leads to something else than a regular file.
pub fn open_found(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    // Another program may put a FIFO in the place of the file meanwhile.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY).bits().cast_signed(),
    );
    let file = options.open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

/// Opens a regular file, or an open descriptor of this process such as `/dev/fd/63`: `<(…)` of a shell.
///
/// # Errors
///
/// The path leads to something else, or cannot be opened.
pub fn open_input(path: &Path) -> io::Result<File> {
    if is_descriptor(path) { File::open(path) } else { open_regular(path) }
}

/// The bytes of what [`open_input`] opens.
///
/// # Errors
///
/// The path leads to something else, or cannot be read.
pub fn read_input(path: &Path) -> io::Result<Vec<u8>> {
    bytes_of(open_input(path)?)
}

/// The bytes of a regular file by its path without links. A link that took the place of the file or of a folder above it
/// is an error: who writes to the path next would write elsewhere.
///
/// # Errors
///
/// The path leads elsewhere or to something else than a regular file, or cannot be read.
pub fn read_in_place(real: &Path) -> io::Result<Vec<u8>> {
    if fs::canonicalize(real)? != real {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a link is in its place"));
    }
    bytes_of(open_regular(real)?)
}

/// As [`read_input`], and a FIFO too. It waits for a writer, so only a signal may end the read.
///
/// # Errors
///
/// The path leads to something else, or cannot be read.
pub fn read_stream(path: &Path) -> io::Result<Vec<u8>> {
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&fs::metadata(path)?.file_type()) {
        return fs::read(path);
    }
    read_input(path)
}

fn regular(found: &Metadata) -> io::Result<()> {
    if found.is_file() { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_REGULAR)) }
}

fn bytes_of(mut file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a path leads to an open descriptor that is not a file.
fn is_descriptor(path: &Path) -> bool {
    let is_other = fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    is_other && matches!(follow_links(path), Ok(PathEnd::Descriptor { .. }))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_is_not_a_regular_file_is_named_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "text").unwrap();
        fs::create_dir(at("folder")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
        for name in ["file", "folder", "socket", "fifo"] {
            std::os::unix::fs::symlink(name, at(&format!("to-{name}"))).unwrap();
        }
        for name in ["file", "to-file"] {
            assert_eq!(io::read_to_string(open_regular(&at(name)).unwrap()).unwrap(), "text");
            assert_eq!(
                (read_input(&at(name)).unwrap(), read_stream(&at(name)).unwrap()),
                (b"text".into(), b"text".into())
            );
        }
        for name in ["folder", "socket", "fifo", "to-folder", "to-socket", "to-fifo", "/dev/null", "/dev/zero"] {
            assert_eq!(open_regular(&at(name)).unwrap_err().to_string(), NOT_REGULAR, "{name}");
            // Another program may have put it in the place of the file that the walk found. A socket cannot be opened.
            let found = open_found(&at(name)).unwrap_err().to_string();
            assert!(found == NOT_REGULAR || name.contains("socket"), "{name}: {found}");
            assert_eq!(read_input(&at(name)).unwrap_err().to_string(), NOT_REGULAR, "{name}");
        }
        for name in ["folder", "socket", "to-folder", "/dev/zero"] {
            assert_eq!(read_stream(&at(name)).unwrap_err().to_string(), NOT_REGULAR, "{name}");
        }
        for name in ["none", "none/none"] {
            assert_eq!(open_regular(&at(name)).unwrap_err().kind(), io::ErrorKind::NotFound, "{name}");
        }
    }
}
