//! The clients: their 28 fields, the seed, generated clients, the store and the data file. Must not depend on
//! requests, connections or faults.

pub(crate) mod fields;
pub(crate) mod generate;
pub(crate) mod persistence;
mod regular;
pub(crate) mod seed;
pub(crate) mod store;
