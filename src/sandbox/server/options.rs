//! What a simulator starts with. Everything from outside enters here as a value: the time, chance and the file writer.

use crate::sandbox::api::semantics::Semantics;
use crate::sandbox::clock::SimulatorClock;
use crate::sandbox::data::persistence::DataFile;
use crate::sandbox::data::seed::Seed;
use crate::sandbox::fault::kind::SimulatorFault;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The options of a simulator.
#[derive(Clone, Debug)]
pub struct SimulatorOptions {
    /// The address to listen on, which must be loopback. Port 0 takes a free port.
    pub listen: SocketAddr,
    /// The clients and applications to start from.
    pub seed: Seed,
    /// The file for changed clients. If it exists, its clients replace those of the seed.
    /// The simulator writes it only after a change.
    pub data: Option<DataFile>,
    /// The semantics that the API's wiki leaves open.
    pub semantics: Semantics,
    /// The faults to switch on.
    pub faults: Vec<SimulatorFault>,
    /// The random seed of tokens and of faults with a rate.
    pub random_seed: u64,
    /// Requests per application in a window; overrides the seed's. A window is an hour unless the seed sets another.
    pub quota: Option<u64>,
    /// How long an issued token is valid; `expires_in` states it in whole seconds.
    pub token_lifetime: Duration,
    /// The time of quotas, tokens and waits.
    pub clock: SimulatorClock,
}

impl Default for SimulatorOptions {
    /// An empty seed on a free port of 127.0.0.1. Tokens are valid for an hour, as in the API.
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
            clock: SimulatorClock::default(),
        }
    }
}
