//! Every format over one corpus of plans: a snapshot each, and properties of all.

mod annotations;
mod corpus;
mod dated;
mod drifted;
mod fleets;
mod formats;
mod hostile;
mod metrics;
mod pages;
mod properties;
mod recorded;
mod support;
mod terraform;
mod totals;
mod widths;
