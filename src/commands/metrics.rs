//! Files of metrics, as node_exporter's textfile collector reads them.
//!
//! Owns what has to survive from one file to the next, and that others may read it: the collector runs as another user, and one
//! file that it cannot read spoils the metrics of the whole host.

use std::fs;
use std::io::Read;
use std::path::Path;

use ringform::plan::Plan;
use ringform::render::prometheus;

use crate::commands::files::{self, Readers};

/// How much of an earlier file is looked at. Ours have a few KiB.
const MOST: u64 = 1024 * 1024;

/// Replaces a file of metrics, readable for all. The time of the last success is taken over from the file before where this run
/// was none.
pub(crate) fn write(plan: &Plan, path: &Path) -> anyhow::Result<()> {
    let before = earlier(path).and_then(|text| prometheus::last_success(&text));
    files::replace_for(Readers::Everybody, path, |out| prometheus::prometheus(plan, before, out))
}

/// The text of an earlier file; a pipe has none.
fn earlier(path: &Path) -> Option<String> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
