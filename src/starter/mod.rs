//! What `init` writes: a starter project and pipelines.
//!
//! Owns the examples inside the program, where they go, and the questions before them. It overwrites nothing; a project
//! that exists gets one line.

mod branch;
mod choices;
mod examples;
mod folder;
mod layout;
mod ledger;
mod next_steps;
mod project_text;
pub(crate) mod wizard;
mod write;

pub(crate) use choices::InitChoices;
pub(crate) use examples::is_plain;
pub(crate) use layout::{ProjectPlace, StarterLayout};
pub(crate) use ledger::turn_on_ledger;
pub(crate) use next_steps::{ProjectKind, demo_steps, next_steps};
pub(crate) use project_text::KNOWN_ENDPOINTS;
pub(crate) use write::write_all;
