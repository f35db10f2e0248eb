//! Files of the simulator, opened so that none of them can hang it.
//!
//! Owns the rule that only a regular file is read. It must not know what the file holds.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a regular file. A FIFO would wait for its writer without end.
pub(super) fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    regular(&fs::metadata(path)?)?;
    let mut file = File::open(path)?;
    regular(&file.metadata()?)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn regular(found: &Metadata) -> io::Result<()> {
    if found.is_file() { Ok(()) } else { Err(io::Error::other("not a regular file")) }
}
