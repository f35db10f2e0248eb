//! A running simulator: what callers can read, change and end.

use super::phase::ServerPhase;
use super::simulator::Simulator;
use crate::sandbox::api::semantics::Semantics;
use crate::sandbox::data::persistence::DataWriter;
use crate::sandbox::fault::kind::SimulatorFault;
use crate::sandbox::lock::lock;
use crate::sandbox::traffic::{RequestCounts, RequestHead};
use anyhow::bail;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinHandle;

/// At the end: how long requests in progress may take to finish, and then how long connections may take to close.
const GRACE: Duration = Duration::from_millis(500);

/// A running simulator.
///
/// [`SimulatorServer::stop`] ends it in an orderly way and returns errors. A drop ends it immediately, saves the stored
/// changes and hides errors.
#[must_use = "a simulator that is dropped is ended"]
pub struct SimulatorServer {
    pub(super) simulator: Arc<Simulator>,
    pub(super) address: SocketAddr,
    pub(super) writer: Option<Arc<DataWriter>>,
    pub(super) tasks: Option<ServerTasks>,
}

/// The background tasks of a running simulator.
pub(super) struct ServerTasks {
    pub(super) serve: JoinHandle<std::io::Result<()>>,
    pub(super) save: Option<JoinHandle<()>>,
}

impl fmt::Debug for SimulatorServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only the address: the other fields hold the secrets of the seed.
        out.debug_struct("SimulatorServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl SimulatorServer {
    /// The endpoint for a client of the API: `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of requests so far, by kind.
    pub fn counts(&self) -> RequestCounts {
        self.simulator.traffic.counts()
    }

    /// The clients by id, as stored. What semantics change in answers is not applied.
    pub fn clients(&self) -> BTreeMap<u64, Value> {
        let (_, clients) = self.simulator.store.snapshot();
        clients.into_iter().map(|(id, client)| (id, Value::Object((*client).clone()))).collect()
    }

    /// Sets a field to any value without a request, as a change outside the API would. Creates a missing client.
    pub fn set(&self, id: u64, field: &str, value: Value) {
        self.simulator.store.set(id, field, value);
    }

    /// Switches another fault on.
    pub fn fault(&self, fault: SimulatorFault) {
        lock(&self.simulator.faults).add(fault);
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        lock(&self.simulator.faults).clear();
    }

    /// Replaces the semantics for later requests. Unknown field names have no effect here.
    pub fn semantics(&self, semantics: Semantics) {
        *lock(&self.simulator.semantics) = Arc::new(semantics);
    }

    /// The client in the path and the body of the last 50,000 PUTs, in order of arrival, served or not.
    /// A body that is not JSON is a string.
    pub fn puts(&self) -> Vec<(String, Value)> {
        self.simulator.traffic.puts()
    }

    /// The heads of the last 50,000 requests, in order of arrival.
    pub fn requests(&self) -> Vec<RequestHead> {
        self.simulator.traffic.requests()
    }

    /// Whether a handler of the simulator panicked.
    pub fn panicked(&self) -> bool {
        self.simulator.panicked.load(Ordering::Relaxed)
    }

    /// Finishes requests in progress, closes every connection, and saves changes. Takes at most a second, without
    /// saving.
    ///
    /// # Errors
    ///
    /// The data file cannot be written, or a handler panicked.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(tasks) = self.tasks.take() {
            let ServerTasks { mut serve, save } = tasks;
            if let Some(save) = save {
                save.abort();
            }
            let _ = self.simulator.phase.send_replace(ServerPhase::Ending);
            if tokio::time::timeout(GRACE, &mut serve).await.is_err() {
                let _ = self.simulator.phase.send_replace(ServerPhase::Over);
                if tokio::time::timeout(GRACE, &mut serve).await.is_err() {
                    serve.abort();
                }
            }
        }
        self.simulator.store.close();
        if let Some(writer) = self.writer.take() {
            tokio::task::spawn_blocking(move || writer.flush()).await??;
        }
        if self.panicked() {
            bail!("the simulator panicked while it served a request");
        }
        Ok(())
    }
}

impl Drop for SimulatorServer {
    fn drop(&mut self) {
        let _ = self.simulator.phase.send_replace(ServerPhase::Over);
        if let Some(tasks) = self.tasks.take() {
            tasks.serve.abort();
            if let Some(save) = tasks.save {
                save.abort();
            }
        }
        self.simulator.store.close();
        if let Some(writer) = self.writer.take() {
            // A drop cannot return an error; `stop` does.
            drop(writer.flush());
        }
        // A second panic would abort the process and hide the first.
        debug_assert!(std::thread::panicking() || !self.panicked(), "the simulator panicked while it served a request");
    }
}
