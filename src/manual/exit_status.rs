//! Entries of the exit statuses.
//!
//! Owns their meanings for the program as a whole; the help of ringform shows the same table.

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::manual::sentence::sentence;

/// Each exit status and its meaning.
pub const EXIT_STATUSES: &[(u8, &str)] = &[
    (0, "done, with or without a difference"),
    (1, "an error; a client that failed or was stopped; an answer that was not yes"),
    (2, "a difference: `drift`, and `plan` and `show` with --detailed-exitcode; `audit --fail-on open`"),
    (130, "interrupted by a signal; what was under way is finished and recorded"),
];

/// The entries of all exit statuses.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    EXIT_STATUSES.iter().map(|(status, about)| ManualEntry {
        holds: Some("exit status of a command".to_owned()),
        ..ManualEntry::new(EntryKind::ExitStatus, status.to_string(), sentence(about), "README.md#exit-status")
    })
}
