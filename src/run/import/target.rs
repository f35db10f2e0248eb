//! Where import writes.
//!
//! Owns which file a new document may take: it replaces no file without `force`, and declares no client twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::config;
use crate::model::{ClientId, Live};
use crate::run::Persist;
use crate::run::import::declared::DeclaredDocuments;
use crate::run::import::document::{self, DocumentDefaults};
use crate::run::import::jobs::ImportJob;
use crate::run::import::result::{ImportError, ImportResult};

/// Where import writes, and what it must leave there.
#[derive(Debug)]
pub(super) struct ImportTarget {
    pub(super) folder: PathBuf,
    pub(super) documents: DeclaredDocuments,
    pub(super) force: bool,
    pub(super) persist: Persist,
    pub(super) defaults: DocumentDefaults,
    /// The numbers that this import names, and those of its `@me` so far; empty for an import without an `@me`.
    pub(super) numbers: Mutex<BTreeSet<u64>>,
}

impl ImportTarget {
    /// Writes the document of a client.
    pub(super) fn write(&self, job: &ImportJob, live: &Live) -> ImportResult {
        let id = live.id.ok_or(ImportError::NoId)?;
        if job.client.number().is_some_and(|asked| asked != id) {
            return Err(ImportError::OtherClient(id));
        }
        // The id begins the name and ends at its first other character, so files of two clients never share a name,
        // in a folder without upper case either.
        let path = self.folder.join(document::file_name(id, live));
        self.check(job, id, &path)?;
        if job.client == ClientId::Me && !self.numbers.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            return Err(ImportError::NamedTwice(id));
        }
        let (draft, warnings) = document::draft(job, live, &self.defaults);
        // A link stays a link: the file behind it is replaced.
        let file = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        let written = (self.persist)(&file, config::write_document(&draft).as_bytes());
        match written {
            Ok(()) => Ok((path, warnings)),
            Err(error) => Err(ImportError::NotWritten(path, error)),
        }
    }

    /// Whether the document may be written to the path.
    fn check(&self, job: &ImportJob, id: u64, path: &Path) -> Result<(), ImportError> {
        let exists = fs::symlink_metadata(path).is_ok();
        let found = if exists { self.documents.file(path) } else { Default::default() };
        // A live value is the one of today: a document made of it would forget that it ends.
        if found.is_dated {
            return Err(ImportError::Dated(path.to_owned()));
        }
        let me = (job.client == ClientId::Me).then_some(&job.credentials);
        let mut is_declared = false;
        for declared in self.documents.of_client(id, me) {
            if !(found.documents == 1 && is_same_file(declared, path)) {
                return Err(ImportError::DeclaredElsewhere(declared.clone()));
            }
            if !self.force {
                return Err(ImportError::Declared(declared.clone()));
            }
            is_declared = true;
        }
        if exists && !self.force {
            return Err(ImportError::Exists(path.to_owned()));
        }
        if found.documents > 0 && !is_declared {
            return Err(ImportError::OtherDocument(path.to_owned()));
        }
        Ok(())
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        (_, _) => false,
    }
}
