//! Starts a simulator.

use super::accept::ConnectionListener;
use super::connection::ConnectionHandle;
use super::options::SimulatorOptions;
use super::phase::ServerPhase;
use super::request::handle;
use super::running::{ServerTasks, SimulatorServer};
use super::simulator::Simulator;
use crate::sandbox::account::quota::AppQuotas;
use crate::sandbox::account::tokens::TokenIssuer;
use crate::sandbox::data::persistence::{self, DataWriter};
use crate::sandbox::data::store::ClientStore;
use crate::sandbox::fault::trigger::FaultSet;
use crate::sandbox::traffic::TrafficLog;
use anyhow::{Context as _, ensure};
use axum::Router;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Starts a simulator inside the current tokio runtime.
///
/// # Errors
///
/// - The address is not loopback, or is in use.
/// - The seed holds a client without an id, or the semantics name an unknown field.
/// - The data file cannot be read.
pub async fn start(options: SimulatorOptions) -> anyhow::Result<SimulatorServer> {
    let SimulatorOptions { listen, seed, data, semantics, faults, random_seed, quota, token_lifetime, clock } = options;
    ensure!(
        listen.ip().is_loopback(),
        "the simulator cannot listen on {}: use a loopback address such as 127.0.0.1",
        listen.ip()
    );
    semantics.check()?;
    let mut clients = seed.checked().context("the seed is not valid")?;
    if let Some(saved) = data.as_ref().map(|data| persistence::load(&data.path)).transpose()?.flatten() {
        clients = saved;
    }
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr()?;

    let store = Arc::new(ClientStore::new(clients));
    let writer = data.map(|file| Arc::new(DataWriter::new(file, Arc::clone(&store))));
    let mut fault_set = FaultSet::new(random_seed);
    faults.into_iter().for_each(|fault| fault_set.add(fault));
    let (phase, watched) = watch::channel(ServerPhase::Serving);
    let simulator = Arc::new(Simulator {
        store,
        tokens: TokenIssuer::new(seed.apps, seed.token_rate, token_lifetime, random_seed, clock.clone()),
        quota: AppQuotas::new(quota.or(seed.quota), seed.quota_window_s, clock.clone()),
        traffic: TrafficLog::default(),
        faults: Mutex::new(fault_set),
        semantics: Mutex::new(Arc::new(semantics)),
        panicked: AtomicBool::new(false),
        phase,
        clock: clock.clone(),
    });
    let app = Router::new().fallback(handle).with_state(Arc::clone(&simulator));
    let app = app.into_make_service_with_connect_info::<ConnectionHandle>();
    let mut ending = watched.clone();
    let ending = async move { drop(ending.wait_for(|phase| *phase >= ServerPhase::Ending).await.map(|phase| *phase)) };
    let listener = ConnectionListener { listener, phase: watched, clock };
    let serve = axum::serve(listener, app).with_graceful_shutdown(ending);
    let tasks = ServerTasks {
        serve: tokio::spawn(async move { serve.await }),
        save: writer.as_ref().map(|writer| tokio::spawn(Arc::clone(writer).follow())),
    };
    Ok(SimulatorServer { simulator, address, writer, tasks: Some(tasks) })
}
