//! The step summary of GitHub Actions: the Markdown page, as far as it fits into the file.
//!
//! Owns the answers "no clients" and "no room". The caller appends the text to the file.

use crate::plan::Plan;
use crate::render::markdown::comment::markdown;
use crate::render::markdown::section::SizeLimit;

/// The text to append to the step summary of GitHub Actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepSummary {
    /// This text.
    Page(String),
    /// The plan has no clients and no diagnostics.
    Nothing,
    /// The file has too little room left.
    NoRoom,
}

/// The Markdown page, cut to fit into a step summary that already has `used` bytes.
pub fn step_summary(plan: &Plan, used: u64) -> StepSummary {
    if plan.clients.is_empty() && plan.diagnostics.is_empty() && plan.released_clients.is_empty() {
        return StepSummary::Nothing;
    }
    let Some(page) = SizeLimit::summary(used) else { return StepSummary::NoRoom };
    let mut text = Vec::new();
    match markdown(plan, page, &mut text) {
        Ok(()) => StepSummary::Page(String::from_utf8_lossy(&text).into_owned()),
        // Writing to memory does not fail.
        Err(_) => StepSummary::Nothing,
    }
}
