//! Rendering: plans, reports and diagnostics as people and other programs read them.
//!
//! Owns every output format, the escapes and the progress bar. A format is a function from a plan to bytes: it decides
//! no exit status and reads no environment. Names, messages and values are untrusted text. They leave this room only
//! through [`escape`], because their type cannot be printed.
//!
//! A new format is a file, a variant of [`Format`] and an arm of [`render()`].

mod annotations;
mod calendar;
mod dispatch;
pub mod escape;
mod format;
mod gitlab;
mod grouping;
mod guard_test;
mod html;
pub mod json;
mod log;
mod markdown;
mod options;
pub mod progress;
pub mod prometheus;
mod resolved;
mod slack;
mod terraform;
#[cfg(test)]
mod tests;
mod text;
mod totals;
mod wording;

pub use calendar::{CalendarFormat, calendar};
pub use dispatch::render;
pub use format::Format;
pub use guard_test::{guard_test_json, guard_test_junit, guard_test_text};
pub use log::{RunListFormat, run_list, verified_history};
pub use markdown::step_summary::{StepSummary, step_summary};
pub use options::TextOptions;
pub use progress::ProgressDisplay;
pub use resolved::{resolved_json, resolved_text};
pub use slack::slack;
pub use text::diagnostics::diagnostics;
pub use text::diff::{SettingStates, diff};
pub use text::wrap::wrap;
pub use wording::numbers::{count, number};
