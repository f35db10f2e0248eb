//! The step summary of GitHub Actions.
//!
//! Owns the file that the runner names. No one asked for that file by name, so a failure here is a warning and ends
//! nothing.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ringform::files::{NOT_REGULAR, PathEnd, follow_links};
use ringform::model::io_cause;
use ringform::plan::Plan;
use ringform::render::{self, Format, StepSummary};

use crate::terminal::files::escaped;
use crate::terminal::output::note;

/// Appends the Markdown page to the step summary, where the command writes `github` and the runner names its file.
pub(super) fn append(plan: &Plan, formats: &[(Format, Option<PathBuf>)]) {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else { return };
    if formats.iter().all(|(format, _)| *format != Format::Github) {
        return;
    }
    let path = Path::new(&file);
    if let Err(error) = append_to(path, plan) {
        let error = render::escape::terminal(&io_cause(&error).into()).to_string();
        note(&format!("warning: the step summary {} was not written: {error}", escaped(path)));
    }
}

/// Appends what fits behind the text that the file already holds.
fn append_to(path: &Path, plan: &Plan) -> io::Result<()> {
    if waits(path) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_REGULAR));
    }
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    let used = file.metadata()?.len();
    // The text of another tool may lack its last line feed.
    let gap = if used > 0 { "\n\n" } else { "" };
    match render::step_summary(plan, used + gap.len() as u64) {
        StepSummary::Page(text) => file.write_all(format!("{gap}{text}").as_bytes()),
        StepSummary::Nothing => Ok(()),
        StepSummary::NoRoom => Err(io::Error::other(format!("the page does not fit: the file holds {used} bytes"))),
    }
}

/// Whether to open the file waits: a FIFO has no reader yet. A pipe that is open already, such as `/dev/stdout`, has one.
#[cfg(unix)]
fn waits(path: &Path) -> bool {
    let is_fifo = |found: fs::Metadata| std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type());
    fs::metadata(path).is_ok_and(is_fifo) && !matches!(follow_links(path), Ok(PathEnd::Descriptor { .. }))
}

#[cfg(not(unix))]
fn waits(_: &Path) -> bool {
    false
}
