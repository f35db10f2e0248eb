//! What happens while a run is under way.
//!
//! Owns the events. A progress bar, a log and a test listen to them; the run itself draws nothing.

use std::sync::Arc;

use crate::model::{Diagnostic, Untrusted};
use crate::plan::send::Forecast;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// Problems of the files that do not stop the run, of a run that writes no report.
    Warnings(Vec<Diagnostic>),
    /// The cost of a run that reads only clients whose declaration differs from the base.
    Affected(AffectedClients),
    /// So many clients will be read.
    Reading(usize),
    /// One client was read, or its read failed.
    Read {
        /// The client could not be compared.
        failed: bool,
    },
    /// Every client was read.
    ReadingDone,
    /// What the writes will cost one credential.
    Forecast(Forecast),
    /// So many clients will be written.
    Writing(usize),
    /// One client was written, or not.
    Wrote {
        /// The client is neither applied nor unchanged.
        failed: bool,
    },
    /// Every client was written.
    WritingDone,
}

/// How many clients a change affects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedClients {
    /// How many the run reads.
    pub reads: usize,
    /// How many the selection covers.
    pub selected: usize,
    /// How many tokens the reads need at most.
    pub tokens: usize,
    /// The revision that the declarations are compared with.
    pub revision: Untrusted,
}

/// Receives what happens. Several threads call it.
pub type Listener = Arc<dyn Fn(RunEvent) + Send + Sync>;
