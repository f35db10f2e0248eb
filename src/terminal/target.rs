//! Where an output file leads: a regular file to replace, or a device, pipe or descriptor to write in place.
//!
//! Owns that decision and the check of a target before a run. It must not know what is written.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use ringform::files::{PathEnd, folder, follow_links};

/// Where an output goes, links followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OutputTarget {
    /// The file at this path is replaced whole. It need not exist.
    Replaced(PathBuf),
    /// A device, FIFO or socket, or an open descriptor of a process: the text goes into it.
    InPlace(PathBuf),
    /// The stdout of this process.
    Stdout,
    /// The stderr of this process.
    Stderr,
}

impl OutputTarget {
    /// The target that a path leads to.
    pub(crate) fn of(path: &Path) -> io::Result<OutputTarget> {
        match follow_links(path)? {
            PathEnd::Descriptor { folder, number } => Ok(descriptor(&folder, &number)),
            PathEnd::File(path) => OutputTarget::end(path),
        }
    }

    /// The target at a path that is not a link.
    fn end(path: PathBuf) -> io::Result<OutputTarget> {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => Err(is_folder()),
            Ok(found) if !found.is_file() => Ok(OutputTarget::InPlace(path)),
            Ok(_) => Ok(OutputTarget::Replaced(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(OutputTarget::Replaced(path)),
            Err(error) => Err(error),
        }
    }

    /// Checks that the target can be written, without a change to it.
    pub(crate) fn check(&self) -> io::Result<()> {
        match self {
            // Only a new file shows whether the folder takes files, for root and for mounted folders too.
            OutputTarget::Replaced(path) => {
                tempfile::Builder::new().prefix(".ringform-").tempfile_in(folder(path)).map(drop).map_err(without_path)
            }
            // To open a pipe waits for its reader, and to open a device may do something.
            OutputTarget::InPlace(path) => may_write(path),
            OutputTarget::Stdout | OutputTarget::Stderr => Ok(()),
        }
    }
}

#[cfg(unix)]
fn may_write(path: &Path) -> io::Result<()> {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).map_err(io::Error::from)
}

#[cfg(not(unix))]
fn may_write(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

/// Opens what is written in place. A file behind a descriptor grows at its end, as for every program that shares it.
pub(super) fn open_in_place(path: &Path) -> io::Result<Box<dyn io::Write>> {
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_socket(&fs::metadata(path)?.file_type()) {
        return Ok(Box::new(std::os::unix::net::UnixStream::connect(path)?));
    }
    Ok(Box::new(OpenOptions::new().append(true).open(path)?))
}

/// An error of a temporary file without the name of that file, which means nothing to people.
pub(super) fn without_path(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((cause, _)) => io::Error::new(error.kind(), cause),
        None => error,
    }
}

fn descriptor(folder: &Path, number: &str) -> OutputTarget {
    let process = std::process::id().to_string();
    let is_own = folder == Path::new("/dev/fd")
        || folder.strip_prefix("/proc").is_ok_and(|rest| rest.iter().next().is_some_and(|id| *id == *process));
    match number {
        "1" if is_own => OutputTarget::Stdout,
        "2" if is_own => OutputTarget::Stderr,
        _ => OutputTarget::InPlace(folder.join(number)),
    }
}

fn is_folder() -> io::Error {
    io::Error::new(io::ErrorKind::IsADirectory, "is a folder")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_as_far_as_the_descriptor_and_not_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("s")).unwrap();
        for (link, target) in [
            ("l", "s/r.json"),
            ("ll", "l"),
            ("out", "/proc/self/fd/1"),
            ("err", "/proc/self/fd/2"),
            ("null", "/dev/null"),
            ("nine", "/dev/fd/9"),
            ("circle", "circle"),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        let file = OutputTarget::Replaced(root.join("s/r.json"));
        let rows = [
            ("s/r.json", Some(file.clone())),
            ("l", Some(file.clone())),
            ("ll", Some(file)),
            ("out", Some(OutputTarget::Stdout)),
            ("err", Some(OutputTarget::Stderr)),
            ("null", Some(OutputTarget::InPlace("/dev/null".into()))),
            ("nine", Some(OutputTarget::InPlace(format!("/proc/{}/fd/9", std::process::id()).into()))),
            ("circle", None),
            ("s", None),
            ("no/r.json", None),
        ];
        for (name, expected) in rows {
            assert_eq!(OutputTarget::of(&root.join(name)).ok(), expected, "{name}");
        }
        assert!(OutputTarget::of(&root.join("nine")).unwrap().check().is_err(), "no such descriptor is open");
    }
}
