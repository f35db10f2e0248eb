//! The comparison of one declaration with one live client, or with the base.
//!
//! Holds the checks of an answer, the changes, their origins, plans without reading, and clients that two documents
//! declare.

pub(super) mod change;
pub(super) mod check_answer;
mod duplicates;
#[cfg(test)]
mod laws;
mod offline;
pub(super) mod origin;
mod origins;
mod scheduled_changes;

pub use change::{Change, ChangeAction};
pub use duplicates::fail_duplicates;
pub use offline::plan_offline;
pub use origin::{BaseDeclaration, ClientRecord, OriginRule};
pub use origins::{Origins, by_client, is_same};
pub use scheduled_changes::{ScheduledChanges, scheduled_changes};
