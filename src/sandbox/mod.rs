//! The simulator: a PBX that answers over real HTTP on a loopback port.
//!
//! Owns everything between a request and its answer: the resource and its 28 fields, tokens, access, the hourly quota, the readings that
//! the API's wiki leaves open ([`Semantics`]) and the faults that networks and proxies add ([`SimulatorFault`]). It is written from the API's
//! documentation and must not know our client, nor the field table of `model`: a mistake that both shared would be invisible. Its input is
//! trusted as far as its data goes (a seed is a file of the project), but every request is judged as a stranger's.
//!
//! One request flows through the files in this order: `wire` (the connection), `serve` (who asks for what), `trigger` (faults that are due),
//! `early` (faults that answer in its place), `resource` over `tokens`, `quota` and `store`, `misshape` (faults that spoil the answer), `answer`
//! (headers, gzip), and `wire` again.

mod account;
mod answer;
mod api;
mod data;
mod fault;
mod lock;
mod random;
mod server;
#[cfg(test)]
mod tests;
mod traffic;

pub use api::semantics::{Normalise, Semantics};
pub use data::persistence::reset;
pub use data::seed::Seed;
pub use fault::kind::SimulatorFault;
pub use fault::text::FAULTS;
pub use server::lifecycle::{SimulatorServer, start};
pub use server::options::SimulatorOptions;
pub use traffic::{RequestCounts, RequestHead};
