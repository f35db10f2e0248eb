//! The reference that `ringform explain` prints, made from the tables that the program itself reads.
//!
//! Owns what those tables lack: examples, cures of rules, topics, variables and exit statuses. The generated pages of
//! `docs/` and the topic `environment` of the help use it too. It reads no file and knows no terminal. Only `explain`
//! builds the entries, so other commands pay nothing.

mod annotations;
mod entries;
mod entry;
mod environment;
mod exit_status;
mod fields;
mod find;
mod formats;
mod guards;
mod key_examples;
mod keys;
mod rule_notes;
mod rules;
mod sentence;
mod text;
mod topics;
mod words;

pub use entries::entries;
pub use entry::{EntryKind, ManualEntry};
pub use environment::environment;
pub use exit_status::EXIT_STATUSES;
pub use fields::{RiskStep, accepted, field_example, field_severity, judged_steps};
pub use find::{find, nearest_name};
pub use key_examples::{KEY_EXAMPLES, KeyExample, KeyFile};
pub use rule_notes::{RuleExample, RuleNote, rule_note};
pub use sentence::anchor;
pub use text::{entry_text, list_text};
