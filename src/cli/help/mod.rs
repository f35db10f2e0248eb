//! What `--help`, `ringform help` and the manual page show beside the flags.
//!
//! Owns the examples and exit statuses of every command, the topics, and the first contact. It must not know what a
//! command does at run time.

mod assemble;
mod environment;
mod pages;
mod welcome;

pub(crate) use assemble::{command, extra};
pub(crate) use environment::environment;
pub(crate) use welcome::WELCOME;
