//! A line for the journal of a run that has ended.
//!
//! Owns the writing at its end: the line is on the disk before the call returns.

use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::journal::folder::named;
use crate::journal::record::{JournalLine, JournalRecord};

/// Adds a record to a journal.
pub(super) fn append(journal: &Path, record: &JournalRecord) -> io::Result<()> {
    write(journal, record).map_err(|error| named(journal, error))
}

fn write(journal: &Path, record: &JournalRecord) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).open(journal)?;
    let mut text = Vec::new();
    // A killed run may have left half a line; the new record must begin on a line of its own.
    if file.seek(SeekFrom::End(-1)).is_ok() {
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.push(b'\n');
        }
    }
    text.extend_from_slice(JournalLine::synced(record)?.bytes());
    file.write_all(&text)?;
    file.sync_data()
}
