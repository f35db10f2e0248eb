//! What a simulator starts with.

use crate::sandbox::api::semantics::Semantics;
use crate::sandbox::data::seed::Seed;
use crate::sandbox::fault::kind::SimulatorFault;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// How a simulator is to be.
#[derive(Clone, Debug)]
pub struct SimulatorOptions {
    /// Where it listens; only loopback addresses are accepted. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// What it starts from.
    pub seed: Seed,
    /// Where changed state is kept, as a file. Where it exists, its clients are loaded instead of the seed's; nothing is written before the
    /// first change.
    pub data: Option<PathBuf>,
    /// How it reads what the API's wiki leaves open.
    pub semantics: Semantics,
    /// What goes wrong.
    pub faults: Vec<SimulatorFault>,
    /// What faults with a rate, and tokens, are drawn from.
    pub random_seed: u64,
    /// Requests in a window (an hour, unless the seed says otherwise) per app; wins over the seed's.
    pub quota: Option<u64>,
    /// How long an issued token is good for, told as `expires_in` in whole seconds.
    pub token_lifetime: Duration,
}

impl Default for SimulatorOptions {
    /// An empty seed on a free port of 127.0.0.1; tokens live an hour, as the API's do.
    fn default() -> SimulatorOptions {
        SimulatorOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: Seed::default(),
            data: None,
            semantics: Semantics::default(),
            faults: Vec::new(),
            random_seed: 0,
            quota: None,
            token_lifetime: Duration::from_secs(3600),
        }
    }
}
