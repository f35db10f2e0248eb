//! The stored clients: one map by id, changed one client at a time.
//!
//! A client is looked up by its id and copied as one reference; a snapshot of all copies references alone. So no request costs more with a
//! larger seed, and writing the data file holds no request up.

use super::fields;
use super::seed::{StoredClient, StoredClients};
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::lock::lock;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// The state of a simulator.
pub(crate) struct ClientStore {
    inner: Mutex<StoreState>,
    /// Told at each change; holds one notice for whoever was not waiting.
    pub(crate) changed: Notify,
}

struct StoreState {
    clients: StoredClients,
    /// Grows by one at each change.
    version: u64,
    closed: bool,
}

/// Why nothing was stored.
pub(crate) enum StoreError {
    Refused(ApiRefusal),
    /// The simulator ends: what came now would be answered and lost.
    Closed,
}

impl ClientStore {
    pub(crate) fn new(clients: StoredClients) -> ClientStore {
        ClientStore { inner: Mutex::new(StoreState { clients, version: 0, closed: false }), changed: Notify::new() }
    }

    pub(crate) fn get(&self, id: u64) -> Option<Arc<StoredClient>> {
        lock(&self.inner).clients.get(&id).cloned()
    }

    /// The smallest id.
    pub(crate) fn first(&self) -> Option<u64> {
        lock(&self.inner).clients.keys().next().copied()
    }

    /// Changes one client, whole or not at all, and answers what is stored then.
    pub(crate) fn update(
        &self,
        id: u64,
        change: impl FnOnce(&mut StoredClient) -> Result<(), ApiRefusal>,
    ) -> Result<Arc<StoredClient>, StoreError> {
        let mut inner = lock(&self.inner);
        if inner.closed {
            return Err(StoreError::Closed);
        }
        let Some(old) = inner.clients.get(&id) else { return Err(StoreError::Refused(ApiRefusal::ClientNotFound)) };
        let mut client = StoredClient::clone(old);
        change(&mut client).map_err(StoreError::Refused)?;
        let client = Arc::new(client);
        drop(inner.clients.insert(id, Arc::clone(&client)));
        inner.version += 1;
        drop(inner);
        self.changed.notify_one();
        Ok(client)
    }

    /// Sets any field of a client, which is made if there is none.
    pub(crate) fn set(&self, id: u64, field: &str, value: Value) {
        let mut inner = lock(&self.inner);
        let client = inner.clients.entry(id).or_default();
        let client = Arc::make_mut(client);
        fields::complete(id, client);
        drop(client.insert(field.to_owned(), value));
        inner.version += 1;
        drop(inner);
        self.changed.notify_one();
    }

    /// All clients, and the version that they are.
    pub(crate) fn snapshot(&self) -> (u64, StoredClients) {
        let inner = lock(&self.inner);
        (inner.version, inner.clients.clone())
    }

    /// From now on no PUT is stored.
    pub(crate) fn close(&self) {
        lock(&self.inner).closed = true;
    }
}
