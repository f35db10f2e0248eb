//! The text of one file.
//!
//! Owns the size limit, the check for UTF-8 and the words for a file that cannot be read. It must not know YAML.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::files::open_regular;
use crate::model::{Diagnostic, Place, Untrusted, io_cause};

/// A file larger than this is refused without being read: a client document is a few hundred bytes.
pub(crate) const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// The text of a file. Too large, unreadable and not UTF-8 are problems of the file.
pub(crate) fn read_text(path: &Path, name: &Untrusted) -> Result<String, Box<Diagnostic>> {
    read_opened(open_regular(path), name)
}

/// The text of a file that was opened, or not.
pub(crate) fn read_opened(file: io::Result<File>, name: &Untrusted) -> Result<String, Box<Diagnostic>> {
    let place = Place::new(name.clone(), 1, 1);
    let unreadable = |error: io::Error| {
        let summary = format!("{} cannot be read: {}", name.raw(), io_cause(&error));
        Box::new(Diagnostic::error("unreadable", place.clone(), summary))
    };
    let file = file.map_err(unreadable)?;
    // This does not ask for the size: most files fit into the first read, a file can grow, and a pipe has no size.
    let mut bytes = Vec::with_capacity(4096);
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    decode(bytes, name)
}

/// The text of the bytes of a file.
pub(crate) fn decode(bytes: Vec<u8>, name: &Untrusted) -> Result<String, Box<Diagnostic>> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Box::new(too_large(name)));
    }
    if let Some(encoding) = wide_encoding(&bytes) {
        let summary = format!("this is {encoding} and not UTF-8");
        let error = Diagnostic::error("bad-text", Place::new(name.clone(), 1, 1), summary);
        return Err(Box::new(error.help("save the file as UTF-8".to_owned())));
    }
    String::from_utf8(bytes).map_err(|error| Box::new(no_text(&error, name)))
}

/// The encoding of a text whose characters have more than one byte each: by its byte-order mark, or by the zeros between its
/// first letters.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [1..=255, 0, 0, 0, ..] | [0, 0, 0, 1..=255, ..] => Some("UTF-32"),
        [1..=255, 0, 1..=255, 0, ..] | [0, 1..=255, 0, 1..=255, ..] => Some("UTF-16"),
        _ => None,
    }
}

pub(crate) fn too_large(name: &Untrusted) -> Diagnostic {
    let summary = format!("{} is larger than 16 MiB", name.raw());
    let error = Diagnostic::error("too-large", Place::new(name.clone(), 1, 1), summary);
    error.help("split it into several files".to_owned())
}

/// A file that is not UTF-8, with its line as far as it can be shown. For a project file the caller removes the line.
fn no_text(error: &std::string::FromUtf8Error, name: &Untrusted) -> Diagnostic {
    let (good, rest) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
    let good = std::str::from_utf8(good).unwrap_or_default();
    let before = good.rsplit('\n').next().unwrap_or_default();
    let number = good.matches('\n').count() as u32 + 1;
    let column = before.chars().count() as u32 + 1;
    let rest: Vec<u8> = rest.iter().take_while(|byte| **byte != b'\n').take(200).copied().collect();
    let mut error = Diagnostic::error("bad-text", Place::new(name.clone(), number, column), "this is not UTF-8")
        .help("save the file as UTF-8".to_owned());
    if before.len() <= 4_000 {
        error.line = Some(format!("{before}{}", String::from_utf8_lossy(&rest)).into());
    }
    error
}
