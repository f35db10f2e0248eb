//! Import: client documents out of live clients.
//!
//! Owns which clients are read, what a document of a live client holds, and where it may be written. One client that
//! fails stops no other. Each document is written as soon as its client is read, so an interruption loses nothing.

mod client_import;
mod declared;
mod document;
mod import_run;
mod jobs;
mod result;
mod target;

pub use document::ImportWarning;
pub use import_run::import;
pub use result::{ImportError, ImportOutcome, ImportResult, ImportedClient};
