//! `ringform init`: writes a starter project and pipelines.
//!
//! Owns the way from flags or answers to files, and from there to the first plan.

mod before_writing;
mod command;
mod first_plan;
mod questions;

pub(crate) use command::run;
