//! What a run needs to know to talk to the API.
//!
//! Owns the shape of these options; `commands` fills them in.

use std::path::PathBuf;
use std::time::Duration;

use crate::api::{Endpoint, Route};

/// What a run needs to know to talk to the API.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address of the API.
    pub endpoint: Endpoint,
    /// Which of the two paths of a client.
    pub route: Route,
    /// How long one request may take, with its answer.
    pub timeout: Duration,
    /// Certificates to trust besides the system's (PEM).
    pub ca_file: Option<PathBuf>,
    /// How many requests the caller makes at a time; as many connections are kept open.
    pub concurrency: usize,
    /// How many requests a second at most, tokens included; 0 for no limit.
    pub requests_per_second: u32,
    /// How long to wait at most for the reset of a used-up quota; zero: fail at once.
    pub wait_quota: Duration,
    /// The version in `User-Agent: ringform/VERSION`.
    pub user_agent_version: String,
    /// For the chance in back-offs.
    pub random_seed: u64,
}
