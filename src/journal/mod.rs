//! What a run of apply sent, written before it is sent.
//!
//! Owns the files under `.ringform/journal/`: one a run, JSON lines, mode 0600, no secrets. Each PUT stands there, flushed to the
//! disk, before its first byte leaves, and is completed after it. So a killed run can say what it had sent and what it was
//! sending. A running apply holds a lock of the file system on its file: the lock dies with the process, however it dies.
//! The journal knows no HTTP and decides nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{ClientId, Setting, Untrusted};
use crate::plan::{ApplyResult, ClientPlan, Patch};

mod read;
mod sent;

pub use read::{Doubt, in_doubt, settle};
pub use sent::{Stored, stored};

/// The folder of everything that ringform keeps beside a project. It ignores itself.
pub const FOLDER: &str = ".ringform";

/// One line of a journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Record {
    /// The first line.
    Begin { run: String, started_at: String, ringform_version: String, endpoint: Untrusted, project: Untrusted },
    /// A PUT is about to be sent.
    Sending { client_id: ClientId, credentials: Option<Arc<str>>, changes: Vec<Sent>, put: Json },
    /// What became of it.
    Done { client_id: ClientId, credentials: Option<Arc<str>>, result: ApplyResult, message: Option<Untrusted> },
    /// A later run found out what became of a PUT that this run left in doubt.
    Settled { client_id: ClientId, credentials: Option<Arc<str>>, by: String },
    /// The last line of a run that was not killed.
    End { ended_at: String },
}

/// One field of a PUT.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    field: Setting,
    before: Json,
    after: Json,
}

/// The journal of the run under way.
#[derive(Debug)]
pub struct Journal {
    pen: Mutex<Pen>,
    path: PathBuf,
}

#[derive(Debug)]
struct Pen {
    file: File,
    /// The last line could not be written whole; the next must not be glued to it.
    torn: bool,
}

/// What the first line says.
#[derive(Debug)]
pub struct Header<'a> {
    /// The run's id; also the name of the file.
    pub run: &'a str,
    /// When it began, RFC 3339.
    pub started_at: &'a str,
    /// The version of the program.
    pub version: &'a str,
    /// Where it sends to.
    pub endpoint: &'a Untrusted,
    /// The project file.
    pub project: &'a Untrusted,
}

impl Journal {
    /// Opens the journal of a run below the project folder. Errors stop apply before its first PUT.
    pub fn create(root: &Path, header: &Header<'_>) -> io::Result<Journal> {
        let folder = folder(root)?.join("journal");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{}.jsonl", header.run));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        // Another run that looks for doubts may hold the new file for a moment.
        file.lock()?;
        let journal = Journal { pen: Mutex::new(Pen { file, torn: false }), path };
        let begin = Record::Begin {
            run: header.run.to_owned(),
            started_at: header.started_at.to_owned(),
            ringform_version: header.version.to_owned(),
            endpoint: header.endpoint.clone(),
            project: header.project.clone(),
        };
        journal.write(&Line::of(&begin, true)?)?;
        Ok(journal)
    }

    /// Writes a line, and returns once it is on the disk. It blocks: call it where a thread may wait.
    pub fn write(&self, line: &Line) -> io::Result<()> {
        let mut pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut pen.torn, true) {
            pen.file.write_all(b"\n")?;
        }
        pen.file.write_all(&line.text)?;
        pen.torn = false;
        if line.ahead { pen.file.sync_data() } else { Ok(()) }
    }

    /// Where the journal is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// One line, ready to be written.
#[derive(Clone, Debug)]
pub struct Line {
    text: Vec<u8>,
    /// It stands before what it tells of, so it must be on the disk first. What stands behind survives the end of the
    /// process without that.
    ahead: bool,
}

impl Line {
    /// A PUT is about to be sent.
    pub fn sending(client: &ClientPlan, patch: &Patch) -> io::Result<Line> {
        let changes = client.to_send();
        let record = Record::Sending {
            client_id: client.client_id,
            credentials: client.credentials.clone(),
            changes: changes
                .map(|change| Sent {
                    field: change.difference.setting,
                    before: change.difference.live.to_json(),
                    after: change.difference.declared.to_json(),
                })
                .collect(),
            put: serde_json::to_value(patch)?,
        };
        Line::of(&record, true)
    }

    /// What became of a PUT.
    pub fn done(client: &ClientPlan, result: ApplyResult, message: Option<Untrusted>) -> io::Result<Line> {
        let record =
            Record::Done { client_id: client.client_id, credentials: client.credentials.clone(), result, message };
        Line::of(&record, false)
    }

    /// The run is at its end.
    pub fn end(ended_at: String) -> io::Result<Line> {
        Line::of(&Record::End { ended_at }, true)
    }

    fn of(record: &Record, ahead: bool) -> io::Result<Line> {
        let mut text = serde_json::to_vec(record)?;
        text.push(b'\n');
        Ok(Line { text, ahead })
    }
}

/// Makes `.ringform/`, which ignores itself, and returns it.
pub fn folder(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(FOLDER);
    // A repository can bring a link, and what is written here would go wherever it leads.
    for part in [folder.clone(), folder.join("journal")] {
        if fs::symlink_metadata(&part).is_ok_and(|part| part.is_symlink()) {
            return Err(io::Error::other(format!("{FOLDER} or its journal is a link; remove it")));
        }
    }
    fs::create_dir_all(&folder)?;
    match File::create_new(folder.join(".gitignore")) {
        Ok(mut file) => file.write_all(b"*\n")?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(folder)
}
