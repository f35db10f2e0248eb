//! What happens before the first request: files, base, trust, selection, endpoint, credentials.
//!
//! Owns the order of these checks. It works offline, but for the files that it reads and the git program that it calls.

mod baseline;
mod credentials;
mod endpoint;
pub(super) mod floor;
mod helpers;
mod ledger;
mod project;
mod report;
mod rules;
mod scope;
mod selection;
mod sending_flags;
#[cfg(test)]
mod tests;
mod trust;
mod unmanaged;

pub use credentials::CREDENTIAL_FILES;
pub(super) use credentials::source;
pub(super) use endpoint::{EndpointChoice, Target, wrong_endpoint};
pub use floor::FLOOR_FILE;
pub(super) use project::project;
pub(super) use report::{problems, problems_at_commit};
pub(super) use rules::BindingRules;
pub(super) use scope::{Scope, scope};
pub(super) use selection::{is_whole, narrow};
