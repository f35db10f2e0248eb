//! Every format over one corpus of plans: a snapshot each, and laws that hold for all.

mod annotations;
mod corpus;
mod drifted;
mod formats;
mod hostile;
mod laws;
mod metrics;
mod pages;
mod support;
mod terraform;
