//! Files of metrics, as node_exporter's textfile collector reads them.
//!
//! Owns the value that each file takes over from the one before, and who may read the file: the collector runs as
//! another user, and one file that it cannot read spoils the metrics of the whole host.

use std::io::Read;
use std::path::Path;

use ringform::files::open_regular;
use ringform::plan::Plan;
use ringform::render::prometheus;

use crate::terminal::files::{self, Readers};

/// How much of an earlier file the program reads. Its own files have a few KiB.
const MOST: u64 = 1024 * 1024;

/// Replaces a file of metrics, readable for every user. A run that failed takes the time of the last success over from
/// the file before.
pub(crate) fn write(plan: &Plan, path: &Path) -> anyhow::Result<()> {
    let before = earlier(path).and_then(|text| prometheus::last_success(&text));
    files::replace_for(Readers::Everybody, path, |out| prometheus::prometheus(plan, before, out))
}

/// The text of an earlier file; a pipe has none.
fn earlier(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    open_regular(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
