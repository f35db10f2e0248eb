//! The job of a CI system that a run belongs to.
//!
//! Owns the shape that reports, journals and the ledger hold. Links are text of strangers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Untrusted;

/// The job of a CI system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CiJob {
    /// `github` or `gitlab`.
    pub provider: String,
    /// A link to the job; `null` where the system names none.
    #[serde(default)]
    pub job: Option<Untrusted>,
    /// A link to the pull request or merge request; `null` where the job is of none.
    #[serde(default)]
    pub pull_request: Option<Untrusted>,
}
