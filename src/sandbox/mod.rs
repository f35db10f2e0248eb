//! The simulator: a PBX that answers real HTTP on a loopback port.
//!
//! Owns everything between a request and its answer: clients, tokens, access, quota, the semantics that the wiki of
//! the API leaves open ([`Semantics`]), and faults ([`SimulatorFault`]). It is written from the API's documentation
//! and must not use other rooms, because a mistake that both share would be invisible. Time, chance and the file
//! writer are values in [`SimulatorOptions`].
//!
//! One request flows through `server` (accept, count), `fault` (which faults apply), `api` over `account` and `data`,
//! `fault` (corrupt the answer), `answer` (headers, gzip), and `server` again (bytes on the connection).

mod account;
mod answer;
mod api;
mod clock;
mod data;
mod fault;
mod lock;
mod random;
mod server;
#[cfg(test)]
mod tests;
mod traffic;

pub use api::semantics::{Normalise, Semantics};
pub use clock::SimulatorClock;
pub use data::persistence::{DataFile, reset};
pub use data::seed::Seed;
pub use fault::kind::SimulatorFault;
pub use fault::table::FAULTS;
pub use server::options::SimulatorOptions;
pub use server::running::SimulatorServer;
pub use server::start::start;
pub use traffic::{RequestCounts, RequestHead};
