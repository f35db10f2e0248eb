//! What adopt would do, as the question shows it.
//!
//! Owns the facts only. It must not know how they are found or drawn.

use std::path::PathBuf;

use crate::model::{ClientId, Diagnostic, Failure, Untrusted};
use crate::plan::adopt::{AdoptRefusal, AdoptedValue};

/// What adopt would do.
#[derive(Debug, Default)]
pub struct AdoptProposal {
    /// The files that would change, by name.
    pub files: Vec<AdoptFile>,
    /// The values that stay out of the files.
    pub refusals: Vec<AdoptRefusal>,
    /// The clients that could not be compared.
    pub failed: Vec<UnreadClient>,
    /// What the files would warn of with these values, and do not yet.
    pub warnings: Vec<Diagnostic>,
    /// How many clients were selected.
    pub selected: usize,
}

impl AdoptProposal {
    /// The values that the files would get.
    pub fn values(&self) -> impl Iterator<Item = &AdoptedValue> {
        self.files.iter().flat_map(|file| &file.values)
    }

    /// How many clients get a value.
    pub fn clients(&self) -> usize {
        let documents = self.files.iter().map(|file| {
            let mut documents: Vec<usize> = file.values.iter().map(|value| value.document).collect();
            documents.sort_unstable();
            documents.dedup();
            documents.len()
        });
        documents.sum()
    }
}

/// A file that would change.
#[derive(Debug)]
pub struct AdoptFile {
    /// Its name below the project's folder.
    pub name: Untrusted,
    /// Its path, links followed.
    pub(super) real: PathBuf,
    /// Its text.
    pub before: String,
    /// The text with the live values.
    pub after: String,
    /// The values that it gets.
    pub values: Vec<AdoptedValue>,
}

/// A client that could not be compared.
#[derive(Debug)]
pub struct UnreadClient {
    /// The client.
    pub client: ClientId,
    /// Why.
    pub failure: Failure,
}
