//! The data file: the changed clients of a simulator, saved between runs.
//!
//! Owns its format and when it is written. The file is a seed without applications, so it holds no secret. The caller
//! gives the function that replaces a file. Two simulators must not share one file: the last write wins.

use super::regular::read_regular;
use super::seed::{Seed, StoredClients};
use super::store::ClientStore;
use crate::sandbox::lock::lock;
use anyhow::{Context as _, ensure};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a change waits for others to share its write.
const GATHER: Duration = Duration::from_millis(50);

/// The pause after a write, in multiples of the time that the write took. With a large seed a write takes longer than
/// [`GATHER`]; three quarters of the time stay free for answers.
const REST: u32 = 3;

/// When to try again after a write that failed.
const RETRY: Duration = Duration::from_secs(1);

/// Where a simulator saves its clients, and how.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// The path of the file.
    pub path: PathBuf,
    /// Creates the folders of the path, then replaces the file with these bytes as one atomic step.
    pub persist: fn(&Path, &[u8]) -> io::Result<()>,
}

/// Saves a store to its file, soon after a change and not at each change.
///
/// An orderly end loses nothing that was answered. A killed process loses at most the last moments.
pub(crate) struct DataWriter {
    file: DataFile,
    store: Arc<ClientStore>,
    /// The version in the file. It is locked during a write, so that an older state never replaces a newer one.
    saved: Mutex<u64>,
}

impl DataWriter {
    pub(crate) fn new(file: DataFile, store: Arc<ClientStore>) -> DataWriter {
        DataWriter { file, store, saved: Mutex::new(0) }
    }

    /// Writes the file if a client changed since the last write.
    pub(crate) fn flush(&self) -> anyhow::Result<()> {
        let mut saved = lock(&self.saved);
        let (version, clients) = self.store.snapshot();
        if version != *saved {
            let path = &self.file.path;
            (self.file.persist)(path, &encode(&clients)?)
                .with_context(|| format!("cannot save the simulator's data in {}", path.display()))?;
            *saved = version;
        }
        Ok(())
    }

    /// Flushes after every change until it is dropped.
    pub(crate) async fn follow(self: Arc<DataWriter>) {
        loop {
            self.store.changed.notified().await;
            tokio::time::sleep(GATHER).await;
            let (writer, start) = (Arc::clone(&self), Instant::now());
            let flushed = tokio::task::spawn_blocking(move || writer.flush()).await;
            if matches!(flushed, Ok(Ok(()))) {
                tokio::time::sleep(start.elapsed() * REST).await;
            } else {
                // The end of the simulator flushes once more and returns the error.
                tokio::time::sleep(RETRY).await;
                self.store.changed.notify_one();
            }
        }
    }
}

/// Reads the saved clients; none where the file is missing.
pub(crate) fn load(path: &Path) -> anyhow::Result<Option<StoredClients>> {
    if !path.try_exists().with_context(|| format!("cannot look for {}", path.display()))? {
        return Ok(None);
    }
    let saved = read(path).with_context(|| {
        format!("the simulator's data file {} is not valid; remove it to start from the seed again", path.display())
    })?;
    Ok(Some(saved))
}

fn read(path: &Path) -> anyhow::Result<StoredClients> {
    let seed: serde_json::Value = serde_json::from_slice(&read_regular(path)?)?;
    let clients = seed.get("clients").and_then(|clients| clients.as_array());
    ensure!(clients.is_some(), "the list `clients` is missing");
    Seed::from_clients(clients.cloned().unwrap_or_default()).index()
}

/// Removes the data file, so that the next simulator starts from its seed. Returns whether it existed.
///
/// # Errors
///
/// The file exists and cannot be removed.
pub fn reset(data: &Path) -> anyhow::Result<bool> {
    match fs::remove_file(data) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("cannot remove the simulator's data file {}", data.display())),
    }
}

/// The bytes of the file, with one client a line, so that people can read and compare a small one.
fn encode(clients: &StoredClients) -> io::Result<Vec<u8>> {
    let mut bytes = b"{\"clients\": [".to_vec();
    for (at, client) in clients.values().enumerate() {
        bytes.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut bytes, &**client)?;
    }
    bytes.write_all(b"\n]}\n")?;
    Ok(bytes)
}
