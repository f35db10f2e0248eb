//! The sentence about a ledger whose history fits.
//!
//! Owns this sentence.

use crate::model::Untrusted;
use crate::render::escape::terminal;
use crate::render::wording::numbers::count;

/// What was checked: commits, reports and projects of a branch.
pub fn verified_history(branch: &Untrusted, numbers: [usize; 3]) -> String {
    let [commits, reports, projects] = numbers;
    let all = format!("{}, {} in {}", count(commits, "commit"), count(reports, "report"), count(projects, "project"));
    format!("The ledger {} fits: {all}.\n", terminal(branch))
}
