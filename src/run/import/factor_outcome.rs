//! What `import --factor` did, or why it left the documents as they were.
//!
//! Owns these types only. Commands choose the words.

use std::io;
use std::path::PathBuf;

use crate::config::{EditRefusal, SharedProfile};
use crate::model::ClientId;

/// The profiles that were found, and what became of the documents.
#[derive(Debug, Default)]
pub struct FactorOutcome {
    /// How many documents below the folder are exactly as import writes them. Others are left alone.
    pub documents: usize,
    /// How many of them named profiles before.
    pub factored_before: usize,
    /// The profiles that the documents of this run use.
    pub profiles: Vec<SharedProfile>,
    /// How many documents are shorter now.
    pub shortened: usize,
    /// Documents that changed while the profiles were found. They are left as they are.
    pub changed: Vec<PathBuf>,
    /// Documents that could not be written. They are as they were.
    pub not_written: Vec<(PathBuf, io::Error)>,
    /// Whether a signal ended the run before the last document.
    pub is_interrupted: bool,
}

/// Why no document was changed.
#[derive(Debug)]
pub enum FactorError {
    /// A signal ended the import.
    Interrupted,
    /// More than a quarter of the clients have no document: what the others share says too little.
    Incomplete {
        /// How many have none.
        failed: usize,
        /// How many there are.
        clients: usize,
    },
    /// The folder of the documents is not inside of the project.
    FolderOutside(PathBuf),
    /// The project file can no longer be read, or has errors.
    BrokenProject(PathBuf),
    /// The project file changed while the profiles were found.
    Changed(PathBuf),
    /// The project file may not be edited.
    NotEdited {
        /// The project file.
        file: PathBuf,
        /// Why.
        why: NotEditedReason,
        /// The profiles, as lines of YAML to write by hand.
        lines: String,
    },
    /// The documents declared something else afterwards, so all files were put back. This is a fault of ringform.
    Mismatch {
        /// A client whose settings would have changed.
        client: ClientId,
        /// The files that could not be put back.
        left: Vec<PathBuf>,
    },
}

/// Why the project file may not be edited.
#[derive(Debug)]
pub enum NotEditedReason {
    /// Its mode says that it is read-only.
    ReadOnly,
    /// It is a link to a file outside of the project.
    LinkOutside,
    /// The editor refuses it.
    Refused(EditRefusal),
    /// It could not be written.
    NotWritten(io::Error),
}
