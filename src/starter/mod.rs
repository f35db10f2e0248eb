//! What `init` writes: a starter project and pipelines.
//!
//! Owns the examples inside the program and where they go. It overwrites nothing; a project that exists gets one line.

mod branch;
mod examples;
mod folder;
mod ledger;
mod next_steps;
mod write;

pub(crate) use branch::{can_be_named, default_branch};
pub(crate) use examples::{StarterFolders, demo, is_plain, pipeline, project};
pub(crate) use folder::{is_project, resolved};
pub(crate) use ledger::turn_on_ledger;
pub(crate) use next_steps::{demo_steps, next_steps};
pub(crate) use write::{existing, write_all};
