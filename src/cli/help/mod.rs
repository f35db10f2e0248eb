//! What `--help`, `ringform help` and the manual page show beside the flags.
//!
//! Owns the examples and exit statuses of every command, and the first contact. The topics are in `manual`. It must not know what a
//! command does at run time.

mod assemble;
mod pages;
mod welcome;

pub(crate) use assemble::{command, extra};
pub(crate) use welcome::WELCOME;
