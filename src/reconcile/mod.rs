//! The fleet at work: declarations become a plan, a plan becomes results.
//!
//! Owns concurrency and order: how many clients are under way at once, that answers return to the order of the files before
//! anyone sees them, that each client ends in exactly one result. It tells what happens through [`RunEvent`] and draws nothing;
//! what to send and how to judge answers is decided in `plan`.

use std::sync::Arc;

mod fleet;
pub mod read;
pub mod write;

/// What a listener hears: a progress bar, a log, a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEvent {
    /// So many clients will be read.
    Reading(usize),
    /// One was read, or failed.
    Read {
        /// It could not be compared.
        failed: bool,
    },
    /// So many clients will be written.
    Writing(usize),
    /// One was written, or not.
    Wrote {
        /// It is neither applied nor unchanged.
        failed: bool,
    },
}

/// Who hears what happens. Called from several threads.
pub type Listener = Arc<dyn Fn(RunEvent) + Send + Sync>;
