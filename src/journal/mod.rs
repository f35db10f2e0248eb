//! What a run of apply sent, written before it is sent.
//!
//! Owns the files under `.ringform/journal/`: one a run, JSON lines, mode 0600, no secrets. Each PUT is in the file and
//! on the disk before its first byte leaves; its result follows. So the file of a killed run shows which PUTs it had
//! sent and which one it was sending. It also owns the lock of apply. It depends on no HTTP and decides nothing.

mod append;
mod append_line;
mod apply_lock;
mod collateral;
#[cfg(test)]
mod fixture;
mod folder;
mod history;
mod open_puts;
mod record;
mod retention;
mod stored;
mod unresolved;

pub use append::{Journal, JournalHeader};
pub use apply_lock::{ApplyLock, LockError, LockHolder};
pub use collateral::{CollateralRun, MovedFields, mark_acknowledged};
pub use folder::{FOLDER, state_folder};
pub use history::past_runs;
pub use record::JournalLine;
pub use retention::{JournalRetention, prune};
pub use stored::{StoredValues, StoringRun, stored_values};
pub use unresolved::{DamagedLine, OpenEnds, PutTrace, UnresolvedPut, mark_resolved, open_ends};
