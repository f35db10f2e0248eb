//! The instant that a plan judges by, in words.
//!
//! Owns the sentence about `--at`. It must not know formats.

use crate::model::instant_text;
use crate::plan::Plan;

/// The instant of `--at`. A plan without one judges by its start, and says nothing.
pub(crate) fn judged_at(plan: &Plan) -> Option<String> {
    plan.run.at.map(|at| format!("Declared values and waivers are those of {} (--at).", instant_text(at)))
}
