//! Adopt: live values into the files that declare them. It reads the API and cannot write to it.

mod adopt_run;
mod file_edit;
mod proposal;
mod verify;

pub use adopt_run::{AdoptOutcome, adopt};
pub use proposal::{AdoptFile, AdoptProposal, UnreadClient};
