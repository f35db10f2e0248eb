//! What a run needs for a connection to the API.
//!
//! Owns the shape of these options. The caller fills them in; nothing here reads the environment.

use std::path::PathBuf;
use std::time::Duration;

use crate::api::endpoint::Endpoint;
use crate::api::proxy::Proxies;
use crate::model::Route;

/// What a run needs for a connection to the API.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// The address of the API.
    pub endpoint: Endpoint,
    /// Which of the two paths of a client.
    pub route: Route,
    /// How long one request may take, with its answer.
    pub timeout: Duration,
    /// Certificates to trust besides the system's (PEM).
    pub ca_file: Option<PathBuf>,
    /// The proxies that the environment names.
    pub proxies: Proxies,
    /// How many requests the caller makes at a time; as many connections stay open.
    pub concurrency: usize,
    /// How many requests a second at most, tokens included; 0 for no limit.
    pub requests_per_second: u32,
    /// The longest wait for the reset of a used-up quota; zero: fail immediately.
    pub wait_quota: Duration,
    /// The version in `User-Agent: ringform/VERSION`.
    pub user_agent_version: String,
    /// The seed of the jitter in back-offs.
    pub random_seed: u64,
}
