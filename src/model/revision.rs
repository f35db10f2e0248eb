//! A commit of git, as the plan names it, and the folder of the project in that repository.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Untrusted;

/// A commit of git.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Revision {
    /// Its full id.
    pub commit: String,
    /// Whether the project's files differ from it.
    pub dirty: bool,
    /// The project's folder in the work tree, with `/` between and behind its parts; empty at the top. Annotations need
    /// it: they name files from the top of the repository.
    #[serde(default)]
    pub folder: Untrusted,
}

/// The first digits of the id of a commit, as messages and formats show it.
pub fn short_commit(id: &str) -> &str {
    id.char_indices().nth(12).map_or(id, |(end, _)| &id[..end])
}
