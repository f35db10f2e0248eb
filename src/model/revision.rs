//! A commit of git, as the plan names it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A commit of git.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Revision {
    /// Its full id.
    pub commit: String,
    /// Whether the project's files differ from it.
    pub dirty: bool,
}
