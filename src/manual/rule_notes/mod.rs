//! What the table of rules lacks: severities, cures and examples.
//!
//! Owns a note for each rule id of `model::diagnostic`: `files` for the rules that a file alone leads to, `runs` for the
//! rules that need a run. The tests of rule ids run every example.

mod files;
mod find;
mod note;
mod runs;

pub use find::rule_note;
pub use note::{RuleExample, RuleNote};
