//! The words that all formats share: numbers, changes and findings as text.
//!
//! Owns no layout and no escape. Text that quotes an API answer or a file is `Untrusted` until a format escapes it.

pub(super) mod attribution;
pub(super) mod change;
pub(super) mod dated;
pub(super) mod dated_totals;
pub(super) mod difference;
pub(super) mod drift;
pub(super) mod instant;
pub(super) mod numbers;
pub(super) mod place;
pub(super) mod undone;
