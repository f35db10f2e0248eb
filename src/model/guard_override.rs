//! An override: one run passes one guard of the project, for a reason.
//!
//! Owns the shape that reports and journals hold. Name and reason are text of people, so both are untrusted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Untrusted;

/// One guard that one run passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GuardOverride {
    /// The guard.
    pub guard: Untrusted,
    /// Why this run passes it.
    pub reason: Untrusted,
}
