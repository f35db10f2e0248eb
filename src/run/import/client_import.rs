//! One client of an import: read, then written.
//!
//! Owns the step that many workers take at a time. It hands each result on as soon as it is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::UnboundedSender;

use crate::api::{Reader, Shutdown};
use crate::model::{FailureKind, FieldMask, Untrusted};
use crate::run::import::jobs::ImportJob;
use crate::run::import::result::{ImportError, ImportResult, ImportedClient};
use crate::run::import::target::ImportTarget;
use crate::run::{Listener, RunEvent};

/// The position of a job, and what became of it; `None` for a client that was not read because the run ended.
pub(super) type ImportStep = (usize, Option<ImportedClient>);

/// Reads and writes one client at a time.
#[derive(Clone)]
pub(super) struct ClientImport {
    pub(super) reader: Reader,
    pub(super) shutdown: Shutdown,
    /// Whether the caller wants no further client.
    pub(super) is_over: Arc<AtomicBool>,
    pub(super) target: Arc<ImportTarget>,
    /// The file of the list.
    pub(super) list: Option<Untrusted>,
    pub(super) results: UnboundedSender<ImportStep>,
    pub(super) listener: Listener,
}

impl ClientImport {
    /// Imports one client and sends its result.
    pub(super) async fn import(self, index: usize, job: ImportJob) {
        let (client, listed) = (job.client, job.place(self.list.as_ref()));
        let result = self.result(job).await;
        if let Some(result) = &result {
            (self.listener)(RunEvent::Read { failed: result.is_err() });
        }
        let step = result.map(|result| ImportedClient { client, listed, result });
        // Without a receiver the run has ended.
        drop(self.results.send((index, step)));
    }

    async fn result(&self, job: ImportJob) -> Option<ImportResult> {
        if self.shutdown.is_stopped() || self.is_over.load(Ordering::Relaxed) {
            return None;
        }
        let live = match self.reader.read(job.client, job.credentials.as_ref(), FieldMask::all()).await {
            Ok(live) => live,
            Err(failure) if failure.kind == FailureKind::Interrupted => return None,
            Err(failure) => return Some(Err(ImportError::NotRead(failure))),
        };
        // Writing waits for the disk; other clients are read meanwhile.
        let target = Arc::clone(&self.target);
        let written = tokio::task::spawn_blocking(move || target.write(&job, &live)).await;
        match written {
            Ok(result) => Some(result),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => None,
        }
    }
}
