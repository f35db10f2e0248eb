//! What happens before the first request: files, base, trust, selection, endpoint, credentials.
//!
//! Owns the order of these checks. It works offline, but for the files that it reads and the git program that it calls.

mod applied;
mod baseline;
mod credentials;
mod endpoint;
pub(super) mod floor;
mod helpers;
mod ledger;
mod ledger_section;
mod project;
mod report;
mod rules;
mod scope;
mod selection;
mod sending_flags;
#[cfg(test)]
mod tests;
mod trust;
mod undeclared;
mod unmanaged;

pub(super) use applied::read as applied_rules;
pub use credentials::{CREDENTIAL_FILES, credential_variables};
pub(super) use credentials::{chosen as chosen_credentials, source, used as used_credentials};
pub use endpoint::endpoint_address;
pub(super) use endpoint::{EndpointChoice, Target, wrong_endpoint};
pub use floor::FLOOR_FILE;
pub(super) use ledger::{CommitAdvance, LedgerStart, branch as ledger_branch, read as ledger};
pub(super) use ledger_section::LedgerSection;
pub(super) use project::project;
pub(super) use report::{problems, problems_at_commit};
pub(super) use rules::{BindingRules, RuleBases};
pub(super) use scope::{Scope, scope};
pub(super) use selection::{is_whole, narrow};
