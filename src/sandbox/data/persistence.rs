//! The data file: what a simulator's clients have become, kept between runs.
//!
//! Owns its writing and reading. The file is a seed without apps, so no secret ever stands in it. It is replaced whole (a temporary file in
//! the same folder, flushed to the disk, renamed), soon after a change and not at each: an orderly end loses nothing that was answered, a
//! killed process loses at most the last moments. Two simulators over one file are not kept apart; the last to write wins.

use super::seed::{Seed, StoredClients};
use super::store::ClientStore;
use crate::sandbox::lock::lock;
use anyhow::{Context as _, ensure};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a change may wait for others to share its write.
const GATHER: Duration = Duration::from_millis(50);

/// How long to leave the disk alone after a write, in times of what the write took: with a seed so large that a write takes longer than
/// [`GATHER`], three quarters of the time stay free for answers.
const REST: u32 = 3;

/// When to try again after a write that failed.
const AGAIN: Duration = Duration::from_secs(1);

/// Writes a store to its file.
pub(crate) struct DataWriter {
    path: PathBuf,
    store: Arc<ClientStore>,
    /// The version that the file holds; locked during a write, so that an older state never replaces a newer one.
    kept: Mutex<u64>,
}

impl DataWriter {
    pub(crate) fn new(path: PathBuf, store: Arc<ClientStore>) -> DataWriter {
        DataWriter { path, store, kept: Mutex::new(0) }
    }

    /// Writes what has changed since the last write; nothing has, nothing is written.
    pub(crate) fn flush(&self) -> anyhow::Result<()> {
        let mut kept = lock(&self.kept);
        let (version, clients) = self.store.snapshot();
        if version != *kept {
            write(&self.path, &clients)
                .with_context(|| format!("the simulator's data cannot be kept in {}", self.path.display()))?;
            *kept = version;
        }
        Ok(())
    }

    /// Flushes after every change until it is dropped.
    pub(crate) async fn follow(self: Arc<DataWriter>) {
        loop {
            self.store.changed.notified().await;
            tokio::time::sleep(GATHER).await;
            let (keeper, start) = (Arc::clone(&self), Instant::now());
            let flushed = tokio::task::spawn_blocking(move || keeper.flush()).await;
            if matches!(flushed, Ok(Ok(()))) {
                tokio::time::sleep(start.elapsed() * REST).await;
            } else {
                // The end of the simulator tries once more, and it is there that an error is told.
                tokio::time::sleep(AGAIN).await;
                self.store.changed.notify_one();
            }
        }
    }
}

/// Reads the kept clients; none where there is no file.
pub(crate) fn load(path: &Path) -> anyhow::Result<Option<StoredClients>> {
    if !path.try_exists().with_context(|| format!("cannot look for {}", path.display()))? {
        return Ok(None);
    }
    let kept = read(path).with_context(|| {
        format!("the simulator's data {} cannot be used; remove it to start from the seed again", path.display())
    })?;
    Ok(Some(kept))
}

fn read(path: &Path) -> anyhow::Result<StoredClients> {
    let seed: serde_json::Value = serde_json::from_slice(&fs::read(path)?)?;
    let clients = seed.get("clients").and_then(|clients| clients.as_array());
    ensure!(clients.is_some(), "it holds no list of clients");
    Seed::from_clients(clients.cloned().unwrap_or_default()).index()
}

/// Removes the state that a simulator kept in `data`, so that the next one starts from its seed. Answers whether there was any.
///
/// # Errors
///
/// The file is there and cannot be removed.
pub fn reset(data: &Path) -> anyhow::Result<bool> {
    match fs::remove_file(data) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("the simulator's data {} cannot be removed", data.display())),
    }
}

fn write(path: &Path, clients: &StoredClients) -> anyhow::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    make_folder(folder)?;
    let mut file = BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
    file.write_all(b"{\"clients\": [")?;
    // One client a line: the file of a small seed can be read, and compared line by line.
    for (at, client) in clients.values().enumerate() {
        file.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut file, &**client)?;
    }
    file.write_all(b"\n]}\n")?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    drop(file.persist(path)?);
    sync_folder(folder);
    Ok(())
}

/// The rename is on the disk only when its folder is. Not every file system can flush a folder; then the rename stands all the same.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
}

/// Makes the folder. A `.ringform` on the way ignores itself, so that the state of a trial is never committed.
fn make_folder(folder: &Path) -> io::Result<()> {
    // A repository can bring a link, and what is kept here would go wherever it leads.
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
