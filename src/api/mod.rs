//! The HTTP side: secrets, tokens, reading, writing, tries and quotas.
//!
//! Owns everything that is said to the API and heard from it. One run has one [`connect`]; it gives a [`Reader`], which cannot
//! write, a [`Writer`], which takes only a patch that was cleared, and a [`Usage`]. What the API says is untrusted: its texts
//! leave this room as [`crate::model::Untrusted`], cut short and with our own secrets blanked. Secrets do not leave it at all.
//! It knows no file of a project, no terminal and no plan beyond the patch it sends; how many requests run at a time is its
//! caller's business.

mod account;
mod body;
mod command;
mod connect;
mod counts;
mod endpoint;
mod fault;
mod house;
mod http;
mod keyring;
mod meter;
mod options;
mod pace;
mod quota;
mod reader;
mod refusal;
mod secret;
mod stop;
#[cfg(test)]
mod tests;
mod token;
mod user;
mod webhook;
mod writer;

pub use connect::connect;
pub use endpoint::Endpoint;
pub use keyring::{Keyring, Source};
pub use meter::Usage;
pub use options::Options;
pub use reader::Reader;
pub use secret::Secret;
pub use stop::Shutdown;
pub use user::User;
pub use webhook::Webhook;
pub use writer::Writer;

pub use crate::model::Route;
