//! Where a project keeps its ledger, as its file says.
//!
//! Owns the values and their defaults. It must not know git.

use std::sync::Arc;
use std::time::Duration;

use crate::model::Place;

/// The section `ledger` of a project file.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerConfig {
    /// The branch, without `refs/heads/`.
    pub branch: Arc<str>,
    /// The name of the remote; `None` keeps the branch in the local repository.
    pub remote: Option<Arc<str>>,
    /// How long a claim lives without a renewal.
    pub lease: Duration,
    /// Where the section is written.
    pub place: Place,
}

impl LedgerConfig {
    /// The defaults: what `ledger: git` means.
    pub fn git(place: Place) -> LedgerConfig {
        let lease = Duration::from_secs(15 * 60);
        LedgerConfig { branch: "ringform-ledger".into(), remote: Some("origin".into()), lease, place }
    }

    /// Whether both name the same branch at the same remote, with the same lease. Where they are written makes no
    /// difference.
    pub fn is_same(&self, other: &LedgerConfig) -> bool {
        (&self.branch, &self.remote, self.lease) == (&other.branch, &other.remote, other.lease)
    }
}
