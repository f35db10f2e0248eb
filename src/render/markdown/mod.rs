//! Markdown: the comment on a pull request, and the step summary of GitHub Actions.

pub(super) mod comment;
mod difference;
mod drift;
mod names;
mod scheduled;
pub(super) mod section;
pub(super) mod step_summary;
mod table;
mod unconfirmed;
