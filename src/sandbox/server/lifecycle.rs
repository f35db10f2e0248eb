//! Starting a simulator, looking into it, and ending it.

use super::accept::ConnectionListener;
use super::connection::ConnectionHandle;
use super::options::SimulatorOptions;
use super::phase::ServerPhase;
use super::request::{Simulator, handle};
use crate::sandbox::account::quota::AppQuotas;
use crate::sandbox::account::tokens::TokenIssuer;
use crate::sandbox::api::semantics::Semantics;
use crate::sandbox::data::persistence::{self, DataWriter};
use crate::sandbox::data::store::ClientStore;
use crate::sandbox::fault::kind::SimulatorFault;
use crate::sandbox::fault::trigger::FaultSet;
use crate::sandbox::lock::lock;
use crate::sandbox::traffic::{RequestCounts, RequestHead, TrafficLog};
use anyhow::{Context as _, bail, ensure};
use axum::Router;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long answers under way may take to finish when a simulator ends, and then how long connections may take to close.
const GRACE: Duration = Duration::from_millis(500);

/// A running simulator. Dropped, it ends at once and still writes what was answered; [`SimulatorServer::stop`] ends it in order and tells errors.
#[must_use = "a simulator that is dropped is ended"]
pub struct SimulatorServer {
    simulator: Arc<Simulator>,
    address: SocketAddr,
    keeper: Option<Arc<DataWriter>>,
    tasks: Option<ServerTasks>,
}

struct ServerTasks {
    serve: JoinHandle<std::io::Result<()>>,
    follow: Option<JoinHandle<()>>,
}

/// Starts a simulator inside the current tokio runtime.
///
/// # Errors
///
/// An address that is not loopback or not free, a seed with a client without an id, semantics that name no field, or kept data that cannot
/// be read.
pub async fn start(options: SimulatorOptions) -> anyhow::Result<SimulatorServer> {
    let SimulatorOptions { listen, seed, data, semantics, faults, random_seed, quota, token_lifetime } = options;
    ensure!(listen.ip().is_loopback(), "the simulator listens on loopback addresses alone, not on {}", listen.ip());
    semantics.check()?;
    let mut clients = seed.checked().context("the seed cannot be used")?;
    if let Some(kept) = data.as_deref().map(persistence::load).transpose()?.flatten() {
        clients = kept;
    }
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr()?;

    let store = Arc::new(ClientStore::new(clients));
    let keeper = data.map(|path| Arc::new(DataWriter::new(path, Arc::clone(&store))));
    let mut armed = FaultSet::new(random_seed);
    faults.into_iter().for_each(|fault| armed.add(fault));
    let (phase, watched) = watch::channel(ServerPhase::Serving);
    let simulator = Arc::new(Simulator {
        store,
        tokens: TokenIssuer::new(seed.apps, seed.token_rate, token_lifetime, random_seed),
        quota: AppQuotas::new(quota.or(seed.quota), seed.quota_window_s),
        ledger: TrafficLog::default(),
        faults: Mutex::new(armed),
        semantics: Mutex::new(Arc::new(semantics)),
        panicked: AtomicBool::new(false),
        phase,
    });
    let app = Router::new().fallback(handle).with_state(Arc::clone(&simulator));
    let app = app.into_make_service_with_connect_info::<ConnectionHandle>();
    let mut ending = watched.clone();
    let ending = async move { drop(ending.wait_for(|phase| *phase >= ServerPhase::Ending).await.map(|phase| *phase)) };
    let serve = axum::serve(ConnectionListener { listener, phase: watched }, app).with_graceful_shutdown(ending);
    let tasks = ServerTasks {
        serve: tokio::spawn(async move { serve.await }),
        follow: keeper.as_ref().map(|keeper| tokio::spawn(Arc::clone(keeper).follow())),
    };
    Ok(SimulatorServer { simulator, address, keeper, tasks: Some(tasks) })
}

impl fmt::Debug for SimulatorServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No more than this: the seed's secrets are inside.
        out.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl SimulatorServer {
    /// The endpoint for a client of the API: `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often what was asked so far.
    pub fn counts(&self) -> RequestCounts {
        self.simulator.ledger.counts()
    }

    /// The stored clients by id, as they are stored: without what semantics change in answers.
    pub fn clients(&self) -> BTreeMap<u64, Value> {
        let (_, clients) = self.simulator.store.snapshot();
        clients.into_iter().map(|(id, client)| (id, Value::Object((*client).clone()))).collect()
    }

    /// Changes a field behind everyone's back, to any value. A client that is not there is made.
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

    /// Replaces the semantics, for requests that come from now on. Names that are no field do nothing here.
    pub fn semantics(&self, semantics: Semantics) {
        *lock(&self.simulator.semantics) = Arc::new(semantics);
    }

    /// The body of every PUT received, served or not, in the order of arrival and with the client of the path. A body that was no JSON
    /// stands as a string. The last 50,000 are kept.
    pub fn puts(&self) -> Vec<(String, Value)> {
        self.simulator.ledger.puts()
    }

    /// The heads of the requests received, in the order of arrival. The last 50,000 are kept.
    pub fn requests(&self) -> Vec<RequestHead> {
        self.simulator.ledger.requests()
    }

    /// Whether the simulator itself failed while it served a request.
    pub fn panicked(&self) -> bool {
        self.simulator.panicked.load(Ordering::Relaxed)
    }

    /// Ends every connection, answers under way first, and writes what has changed. Takes a second at most, apart from the writing.
    ///
    /// # Errors
    ///
    /// Data that cannot be written, or a request whose serving panicked.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(tasks) = self.tasks.take() {
            let ServerTasks { mut serve, follow } = tasks;
            if let Some(follow) = follow {
                follow.abort();
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
        if let Some(keeper) = self.keeper.take() {
            tokio::task::spawn_blocking(move || keeper.flush()).await??;
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
            if let Some(follow) = tasks.follow {
                follow.abort();
            }
        }
        self.simulator.store.close();
        if let Some(keeper) = self.keeper.take() {
            // There is nobody to tell; who wants to know calls `stop`.
            drop(keeper.flush());
        }
        // A second panic would abort the process and hide the first.
        debug_assert!(std::thread::panicking() || !self.panicked(), "the simulator panicked while it served a request");
    }
}
