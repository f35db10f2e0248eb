//! The stored clients: one map by id, changed one client at a time.
//!
//! A lookup and a snapshot copy references only. So a larger seed makes no request slower, and writing the data file
//! blocks no request. The store must not depend on requests or connections.

use super::fields;
use super::seed::{StoredClient, StoredClients};
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::lock::lock;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// The clients of a simulator.
pub(crate) struct ClientStore {
    state: Mutex<StoreState>,
    /// Notified at each change. Keeps one notification for a receiver that was not waiting.
    pub(crate) changed: Notify,
}

struct StoreState {
    clients: StoredClients,
    /// Grows by one at each change.
    version: u64,
    closed: bool,
}

/// Why a PUT was not stored.
pub(crate) enum StoreError {
    Refusal(ApiRefusal),
    /// The simulator ends, so the change would be answered and lost.
    Closed,
}

impl ClientStore {
    pub(crate) fn new(clients: StoredClients) -> ClientStore {
        ClientStore { state: Mutex::new(StoreState { clients, version: 0, closed: false }), changed: Notify::new() }
    }

    pub(crate) fn get(&self, id: u64) -> Option<Arc<StoredClient>> {
        lock(&self.state).clients.get(&id).cloned()
    }

    /// The smallest id.
    pub(crate) fn first(&self) -> Option<u64> {
        lock(&self.state).clients.keys().next().copied()
    }

    /// Changes one client completely or not at all. Returns the stored client.
    pub(crate) fn update(
        &self,
        id: u64,
        change: impl FnOnce(&mut StoredClient) -> Result<(), ApiRefusal>,
    ) -> Result<Arc<StoredClient>, StoreError> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(StoreError::Closed);
        }
        let Some(old) = state.clients.get(&id) else { return Err(StoreError::Refusal(ApiRefusal::ClientNotFound)) };
        let mut client = StoredClient::clone(old);
        change(&mut client).map_err(StoreError::Refusal)?;
        let client = Arc::new(client);
        drop(state.clients.insert(id, Arc::clone(&client)));
        state.version += 1;
        drop(state);
        self.changed.notify_one();
        Ok(client)
    }

    /// Sets any field of a client. Creates a missing client.
    pub(crate) fn set(&self, id: u64, field: &str, value: Value) {
        let mut state = lock(&self.state);
        let client = state.clients.entry(id).or_default();
        let client = Arc::make_mut(client);
        fields::complete(id, client);
        drop(client.insert(field.to_owned(), value));
        state.version += 1;
        drop(state);
        self.changed.notify_one();
    }

    /// All clients, and their version.
    pub(crate) fn snapshot(&self) -> (u64, StoredClients) {
        let state = lock(&self.state);
        (state.version, state.clients.clone())
    }

    /// Refuses all later PUTs.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
    }
}
