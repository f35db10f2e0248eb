//! Drift detection over two runs.
//!
//! Holds the report of drift, its comparison with the report before, and the rotation of a fleet that is too large for
//! one run.

mod compare;
mod future;
mod join;
mod previous;
pub(super) mod report;
mod rotation;
mod unused_waivers;

#[cfg(test)]
mod tests;

pub use compare::{RunContext, compare};
pub use future::CLOCK_TOLERANCE;
pub use previous::PreviousReport;
pub use report::{DriftReport, Finding, FindingCause, FindingState, LastRead, Rolling};
pub use rotation::take_turn;
pub use unused_waivers::unused_waivers;
