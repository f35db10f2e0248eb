//! Grouping before all formats: what is the same at many clients is shown once.
//!
//! Owns what counts as the same. It orders and never drops, and it draws nothing.

pub(super) mod clients;
pub(super) mod findings;
pub(super) mod similar;
