//! What import did with each client, and with all of them.
//!
//! Owns these types only. Commands choose the words.

use std::path::PathBuf;

use crate::model::{ClientId, Failure, Place};
use crate::run::import::document::ImportWarning;

/// A client and what import did with it.
#[derive(Debug)]
pub struct ImportedClient {
    /// The client.
    pub client: ClientId,
    /// The row of the list that names it; `None` without a list.
    pub listed: Option<Place>,
    /// The path of its document, or why there is none.
    pub result: ImportResult,
}

/// The path of a document with its warnings, or why there is none.
pub type ImportResult = Result<(PathBuf, Vec<ImportWarning>), ImportError>;

/// Why a client has no new document.
#[derive(Debug)]
pub enum ImportError {
    /// The client could not be read.
    NotRead(Failure),
    /// The answer holds no valid `id`.
    NoId,
    /// The answer is another client.
    OtherClient(u64),
    /// The client of a token has this number, and this import names that number too.
    NamedTwice(u64),
    /// A document declares the client already; `--force` would replace it.
    Declared(PathBuf),
    /// A document that `--force` does not replace declares the client: of another file, or one of several in its file.
    DeclaredElsewhere(PathBuf),
    /// The document has dated settings, which `--force` does not replace.
    Dated(PathBuf),
    /// The file exists and declares another client, which `--force` does not replace.
    OtherDocument(PathBuf),
    /// The file exists.
    Exists(PathBuf),
    /// The file cannot be written.
    NotWritten(PathBuf, std::io::Error),
}

/// The result of an import.
#[derive(Debug)]
pub struct ImportOutcome {
    /// How many documents were written.
    pub written: usize,
    /// How many clients of the list have a document already, so that they were not read.
    pub declared: usize,
    /// How many rows of the list are not valid, and how many clients have no document because of an error.
    pub failed: usize,
    /// How many clients were not read because a signal ended the import.
    pub interrupted: usize,
    /// The untouched example of `init`, which was removed because documents took its place.
    pub removed_example: Option<PathBuf>,
    /// What failed at the end of the connection.
    pub finished: anyhow::Result<()>,
}

impl ImportOutcome {
    /// Before the first client.
    pub(super) fn new(failed: usize) -> ImportOutcome {
        ImportOutcome { written: 0, declared: 0, failed, interrupted: 0, removed_example: None, finished: Ok(()) }
    }

    /// Whether every client has a document.
    pub fn is_complete(&self) -> bool {
        self.failed == 0 && self.interrupted == 0
    }
}
