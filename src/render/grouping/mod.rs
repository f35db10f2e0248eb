//! Grouping before all formats: equal changes, failures and findings of many clients are shown once.
//!
//! Owns what counts as the same. It orders and never drops, and it draws nothing.

pub(super) mod blocked;
pub(super) mod clients;
pub(super) mod dated;
pub(super) mod findings;
pub(super) mod places;
pub(super) mod similar;
pub(super) mod unconfirmed;
