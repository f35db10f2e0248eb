//! The journal of the run under way.
//!
//! Owns the writing: a line is whole and, where it must be, on the disk before the call returns. A running apply holds
//! a lock of the file system on its file; the lock ends with the process, however the process ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::journal::folder::{make_journals, named};
use crate::journal::record::{JournalLine, JournalRecord};
use crate::model::Untrusted;
use crate::plan::Run;

/// The journal of the run under way.
#[derive(Debug)]
pub struct Journal {
    file: Mutex<JournalFile>,
}

#[derive(Debug)]
struct JournalFile {
    file: File,
    path: PathBuf,
    /// The last line could not be written whole; the next one must begin on a line of its own.
    torn: bool,
}

/// What the first line of a journal says.
#[derive(Debug)]
pub struct JournalHeader<'a> {
    /// The run; its id is also the name of the file.
    pub run: &'a Run,
    /// The version of the program.
    pub version: &'a str,
    /// Where it sends to.
    pub endpoint: &'a Untrusted,
    /// The project file.
    pub project: &'a Untrusted,
    /// The commit of the code; `None` outside of a repository.
    pub commit: Option<&'a str>,
    /// The digest of the saved plan, else of the clients that get a PUT.
    pub digest: &'a str,
    /// The run that it takes back, where it is an undo.
    pub undo: Option<&'a Untrusted>,
}

impl Journal {
    /// Opens the journal of a run below the project folder. Errors stop apply before its first PUT.
    pub fn create(root: &Path, header: &JournalHeader<'_>) -> io::Result<Journal> {
        let path = make_journals(root)?.join(format!("{}.jsonl", header.run.id));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| named(&path, error))?;
        // Another run that looks for unresolved PUTs may hold the new file for a moment.
        file.lock().map_err(|error| named(&path, error))?;
        let journal = Journal { file: Mutex::new(JournalFile { file, path, torn: false }) };
        let begin = JournalRecord::Begin {
            run: header.run.id.clone(),
            started_at: header.run.started_at.clone(),
            ringform_version: header.version.to_owned(),
            endpoint: header.endpoint.clone(),
            project: header.project.clone(),
            overrides: header.run.overrides.clone(),
            actor: header.run.actor.clone(),
            reason: header.run.reason.clone(),
            ci: header.run.ci.clone(),
            commit: header.commit.map(str::to_owned),
            digest: Some(header.digest.to_owned()),
            undo: header.undo.cloned(),
        };
        journal.write(&JournalLine::synced(&begin)?)?;
        Ok(journal)
    }

    /// Removes the journal of a run that sends nothing in the end.
    pub fn discard(&self) -> io::Result<()> {
        let journal = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        std::fs::remove_file(&journal.path).map_err(|error| named(&journal.path, error))
    }

    /// Writes a line, and returns once it is on the disk. It blocks: call it where a thread may wait.
    pub fn write(&self, line: &JournalLine) -> io::Result<()> {
        let mut journal = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        journal.write(line).map_err(|error| named(&journal.path, error))
    }
}

impl JournalFile {
    fn write(&mut self, line: &JournalLine) -> io::Result<()> {
        if std::mem::replace(&mut self.torn, true) {
            self.file.write_all(b"\n")?;
        }
        self.file.write_all(line.bytes())?;
        self.torn = false;
        if line.needs_sync() { self.file.sync_data() } else { Ok(()) }
    }
}
