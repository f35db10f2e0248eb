//! Where something was written: file, line and column.
//!
//! Owns the position type that declarations, changes and diagnostics carry. It must not know the file system: the file
//! is a name relative to the project, with `/`, and it is untrusted text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Untrusted;

/// A place in a file. Line and column count from 1; columns are characters, as editors show them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The file, relative to the project folder, with `/`.
    pub file: Untrusted,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// How many characters the caret covers; at least 1. Not part of any output format.
    #[serde(skip, default = "one")]
    pub width: u32,
}

fn one() -> u32 {
    1
}

impl Place {
    /// A place one character wide.
    pub fn new(file: Untrusted, line: u32, column: u32) -> Self {
        Place { file, line, column, width: 1 }
    }
}
