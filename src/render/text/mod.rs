//! The formats for a terminal or a log: the plan, diagnostics, and the diff of YAML.

pub(super) mod audit;
mod block;
mod cause;
pub(super) mod diagnostics;
pub(super) mod diff;
mod drift;
mod names;
mod paint;
mod place_group;
pub(super) mod plan;
mod requests;
mod row;
mod scheduled;
mod unconfirmed;
pub(super) mod wrap;
