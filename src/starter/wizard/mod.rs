//! The questions of `init` on a terminal, as a pure state machine.
//!
//! Owns the order of the questions, what counts as an answer, and their words. It reads no terminal, sends no request
//! and opens no file: its caller does what a step says.

mod answers;
mod state;
mod texts;

pub(crate) use state::{CredentialVerdict, Wizard, WizardFacts, WizardStep};
