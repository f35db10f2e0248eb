//! Which file a path means.
//!
//! Owns the following of links, which ends at an open descriptor of a process and not at the file behind it, and the
//! comparison of two paths. It opens no file.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// A link that leads through more links than this is a circle.
const MOST_LINKS: u32 = 40;

/// Where a path leads, links followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathEnd {
    /// An open descriptor of a process.
    Descriptor {
        /// The real folder of the descriptors.
        folder: PathBuf,
        /// The number of the descriptor, as the path spells it.
        number: String,
    },
    /// Anything else. It need not exist; its folder does.
    File(PathBuf),
}

/// Follows every link, one at a time: a link to a descriptor must not end at the file behind the descriptor.
///
/// # Errors
///
/// A folder of the path does not exist, the path names no file, or links lead in a circle.
pub fn follow_links(path: &Path) -> io::Result<PathEnd> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Some(name) = path.file_name().map(ToOwned::to_owned) else {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
        };
        let folder = fs::canonicalize(folder(&path))?;
        path = folder.join(&name);
        if is_descriptors(&folder) {
            return Ok(PathEnd::Descriptor { folder, number: name.to_string_lossy().into_owned() });
        }
        match fs::read_link(&path) {
            Ok(target) => path = folder.join(target),
            Err(_) => return Ok(PathEnd::File(path)),
        }
    }
    Err(io::Error::other("too many links lead to links"))
}

/// The path without links, whether it exists or not. `crossed` gets each link on the way and where it leads. `None` for a
/// circle of links. The path is absolute.
pub fn cross_links(path: &Path, crossed: &mut dyn FnMut(&Path, &Path)) -> Option<PathBuf> {
    let parts =
        |path: &Path| -> Vec<PathBuf> { path.components().rev().map(|part| PathBuf::from(part.as_os_str())).collect() };
    let (mut todo, mut real, mut links) = (parts(path), PathBuf::new(), 0);
    while let Some(part) = todo.pop() {
        match part.components().next() {
            Some(Component::ParentDir) => drop(real.pop()),
            Some(Component::CurDir) | None => {}
            // The root, where a link names one, replaces all before it.
            Some(_) => {
                let next = real.join(part);
                let Ok(target) = fs::read_link(&next) else {
                    real = next;
                    continue;
                };
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                crossed(&next, &target);
                todo.extend(parts(&target));
            }
        }
    }
    Some(real)
}

/// The folder of a path.
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a folder holds the descriptors of a process: `/dev/fd`, `/proc/PID/fd`, `/proc/PID/task/TID/fd`.
fn is_descriptors(folder: &Path) -> bool {
    folder == Path::new("/dev/fd") || (folder.starts_with("/proc") && folder.ends_with("fd"))
}

/// A file, for comparison: one file has one identity, whatever names and links lead to it.
#[derive(Clone, Debug)]
pub struct FileIdentity {
    real: PathBuf,
    /// Device and number of a file that exists.
    inode: Option<(u64, u64)>,
    names: u64,
}

impl FileIdentity {
    /// The file that a path means; `None` for a folder, a path whose folder does not exist, and a descriptor of
    /// something else than a regular file.
    pub fn of(path: &Path) -> Option<FileIdentity> {
        let (real, found) = match follow_links(path).ok()? {
            PathEnd::File(real) => (real.clone(), fs::symlink_metadata(&real).ok()),
            PathEnd::Descriptor { folder, number } => {
                let descriptor = folder.join(number);
                let found = fs::metadata(&descriptor).ok().filter(fs::Metadata::is_file)?;
                (fs::canonicalize(&descriptor).unwrap_or(descriptor), Some(found))
            }
        };
        if found.as_ref().is_some_and(|found| found.is_dir()) {
            return None;
        }
        let (inode, names) = found.as_ref().map_or((None, 0), inode);
        Some(FileIdentity { real, inode, names })
    }

    /// Its path without links.
    pub fn real(&self) -> &Path {
        &self.real
    }

    /// Whether both are one file.
    pub fn is(&self, other: &FileIdentity) -> bool {
        self.real == other.real || (self.inode.is_some() && self.inode == other.inode)
    }

    /// Whether a path leads to this file, links followed. It costs one look, for many paths.
    pub fn is_at(&self, path: &Path) -> bool {
        match self.inode {
            Some(_) => fs::metadata(path).is_ok_and(|found| inode(&found).0 == self.inode),
            None => fs::canonicalize(path).is_ok_and(|real| real == self.real),
        }
    }

    /// Whether the file exists.
    pub fn exists(&self) -> bool {
        self.names > 0
    }

    /// Whether the file has several names of its own, none of them a link.
    pub fn has_more_names(&self) -> bool {
        self.names > 1
    }
}

#[cfg(unix)]
fn inode(found: &fs::Metadata) -> (Option<(u64, u64)>, u64) {
    use std::os::unix::fs::MetadataExt;
    (Some((found.dev(), found.ino())), found.nlink())
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> (Option<(u64, u64)>, u64) {
    (None, 1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_descriptor_of_a_regular_file_is_that_file() {
        use std::os::fd::AsRawFd;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let file = fs::File::create(&path).unwrap();
        let descriptor = format!("/dev/fd/{}", file.as_raw_fd());
        let named = FileIdentity::of(Path::new(&descriptor)).unwrap();
        assert!(named.is(&FileIdentity::of(&path).unwrap()) && named.is_at(&path));
        assert_eq!(named.real(), fs::canonicalize(&path).unwrap());
        fs::remove_file(&path).unwrap();
        assert!(FileIdentity::of(Path::new(&descriptor)).is_some_and(|named| !named.is_at(&path)));
        let null = fs::File::open("/dev/null").unwrap();
        assert!(FileIdentity::of(Path::new(&format!("/dev/fd/{}", null.as_raw_fd()))).is_none());
    }

    #[test]
    fn one_file_has_one_identity_by_every_name_and_by_every_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("s")).unwrap();
        fs::write(at("s/a"), "").unwrap();
        fs::write(at("b"), "").unwrap();
        fs::hard_link(at("s/a"), at("hard")).unwrap();
        for (link, target) in [("l", "s/a"), ("ll", "l"), ("up", "s/../s/a"), ("new", "s/none"), ("c", "c"), ("t", "s")]
        {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
        }
        let is = |one: &str, other: &str| match (FileIdentity::of(&at(one)), FileIdentity::of(&at(other))) {
            (Some(one), Some(other)) => one.is(&other) && other.is(&one),
            (_, _) => false,
        };
        for name in ["s/a", "./s/a", "s/../s/a", "l", "ll", "up", "hard", "t/a"] {
            assert!(is("s/a", name), "{name}");
        }
        for (one, other) in [("new", "s/none"), ("none", "./none"), ("t/none", "new")] {
            assert!(is(one, other), "{one} {other}");
        }
        for (one, other) in [("s/a", "b"), ("none", "s/none"), ("s", "s"), ("c", "c"), ("no/a", "no/a")] {
            assert!(!is(one, other), "{one} {other}");
        }
        let file = FileIdentity::of(&at("l")).unwrap();
        let names = ["s/a", "hard", "ll", "t/a", "b", "none", "c"];
        assert_eq!(names.map(|name| file.is_at(&at(name))), [true, true, true, true, false, false, false]);
        assert!(file.exists() && !FileIdentity::of(&at("new")).unwrap().exists());
        assert!(FileIdentity::of(&at("hard")).unwrap().has_more_names());
        assert!(!FileIdentity::of(&at("b")).unwrap().has_more_names());
    }
}
