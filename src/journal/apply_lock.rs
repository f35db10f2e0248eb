//! The lock that makes apply the only one in its folder.
//!
//! Owns `.ringform/apply.lock`: a lock of the file system, which ends with its process however that ends. The text of
//! the file only names the run for people, so an old text never blocks. It must not know what the run does.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::journal::folder::{FOLDER, own_folder};

/// The name of the file.
const FILE: &str = "apply.lock";

/// More bytes than the text of a lock file has. Another program may have written the file.
const MOST_BYTES: u64 = 4096;

/// A run that holds the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockHolder {
    /// Its id.
    pub run: String,
    /// When it began, RFC 3339 in UTC.
    pub started_at: String,
}

/// Why a run has no lock.
#[derive(Debug)]
pub enum LockError {
    /// Another run holds it; `None` where the file does not say which.
    Held(Option<LockHolder>),
    /// The file cannot be made, opened or locked.
    Unusable(io::Error),
}

/// The lock of this run. It ends when this value is dropped, and at the latest with the process.
#[derive(Debug)]
pub struct ApplyLock {
    file: File,
}

impl ApplyLock {
    /// Takes the lock of a project folder, or says which run has it. It never waits.
    pub fn take(root: &Path, holder: &LockHolder) -> Result<ApplyLock, LockError> {
        let mut file = open(root).map_err(LockError::Unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held(read(&mut file))),
            Err(TryLockError::Error(error)) => return Err(LockError::Unusable(error)),
        }
        write(&mut file, holder).map_err(LockError::Unusable)?;
        Ok(ApplyLock { file })
    }

    /// The path of the file below a project folder, for messages.
    pub fn path() -> String {
        format!("{FOLDER}/{FILE}")
    }
}

impl Drop for ApplyLock {
    fn drop(&mut self) {
        // A text that stays behind does not block, but a later run that is refused could read it as the holder.
        self.file.set_len(0).ok();
        // Closing the file would leave the lock to a child of this process that is just being started.
        self.file.unlock().ok();
    }
}

/// Opens the file. A repository can bring a link or a pipe in its place, so only a regular file is opened.
fn open(root: &Path) -> io::Result<File> {
    let path = own_folder(root)?.join(FILE);
    if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other("it is not a regular file; remove it"));
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path)
}

fn read(file: &mut File) -> Option<LockHolder> {
    let mut text = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn write(file: &mut File, holder: &LockHolder) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    let mut text = serde_json::to_vec(holder)?;
    text.push(b'\n');
    file.write_all(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(run: &str) -> LockHolder {
        LockHolder { run: run.to_owned(), started_at: "2026-01-01T00:00:00Z".to_owned() }
    }

    fn text(root: &Path) -> String {
        fs::read_to_string(root.join(ApplyLock::path())).unwrap()
    }

    #[test]
    fn one_run_holds_the_lock_and_an_old_text_does_not_block() {
        let root = tempfile::tempdir().unwrap();
        let first = ApplyLock::take(root.path(), &holder("one")).unwrap();
        match ApplyLock::take(root.path(), &holder("two")) {
            Err(LockError::Held(found)) => assert_eq!(found, Some(holder("one"))),
            other => panic!("{other:?}"),
        }
        drop(first);
        assert_eq!(text(root.path()), "");
        for left_behind in [serde_json::to_string(&holder("killed")).unwrap(), "\0".repeat(9000)] {
            fs::write(root.path().join(ApplyLock::path()), left_behind).unwrap();
            let next = ApplyLock::take(root.path(), &holder("next")).unwrap();
            assert_eq!(text(root.path()), "{\"run\":\"next\",\"started_at\":\"2026-01-01T00:00:00Z\"}\n");
            drop(next);
        }
        assert_eq!(fs::read_to_string(root.path().join(".ringform/.gitignore")).unwrap(), "*\n");
    }

    #[test]
    fn a_lock_ends_with_its_run_although_a_child_still_has_the_file_open() {
        let root = tempfile::tempdir().unwrap();
        let first = ApplyLock::take(root.path(), &holder("one")).unwrap();
        let of_child = first.file.try_clone().unwrap();
        drop(first);
        ApplyLock::take(root.path(), &holder("two")).unwrap();
        drop(of_child);
    }

    #[test]
    fn a_holder_whose_text_cannot_be_read_still_holds() {
        let root = tempfile::tempdir().unwrap();
        let _first = ApplyLock::take(root.path(), &holder("one")).unwrap();
        fs::write(root.path().join(ApplyLock::path()), "not JSON").unwrap();
        assert!(matches!(ApplyLock::take(root.path(), &holder("two")), Err(LockError::Held(None))));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let precious = root.path().join("precious");
        fs::write(&precious, "mine").unwrap();
        fs::create_dir(root.path().join(".ringform")).unwrap();
        std::os::unix::fs::symlink(&precious, root.path().join(ApplyLock::path())).unwrap();
        match ApplyLock::take(root.path(), &holder("one")) {
            Err(LockError::Unusable(error)) => assert!(error.to_string().contains("not a regular file"), "{error}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read_to_string(&precious).unwrap(), "mine");
    }
}
