//! The HTTP side: secrets, tokens, reading, writing, retries and quotas.
//!
//! Owns everything that ringform sends to the API and receives from it. One run calls [`connect`] once and gets a
//! [`Reader`], which cannot write, a [`Writer`], which takes only a cleared patch, and a [`Usage`]. The texts of the
//! API are untrusted: they leave this room as [`crate::model::Untrusted`], cut short and without our secrets. Secrets
//! never leave it. It depends on no project file and no terminal, and on nothing of a plan but the patch that it sends.

mod body;
mod connect;
mod context;
mod credential;
mod credential_source;
mod endpoint;
mod error;
mod error_body;
mod http_client;
mod options;
mod proxy;
mod quota;
mod rate_limit;
mod reader;
mod refusal;
mod response;
mod retry;
mod secret;
mod secret_forms;
mod shutdown;
#[cfg(test)]
mod tests;
mod timer;
mod token;
mod usage;
mod user;
mod webhook;
mod writer;

pub use connect::connect;
pub use credential_source::{CredentialSource, CredentialSources};
pub use endpoint::Endpoint;
pub use options::ConnectOptions;
pub use proxy::Proxies;
pub use reader::Reader;
pub use secret::Secret;
pub use shutdown::Shutdown;
pub use usage::Usage;
pub use user::User;
pub use webhook::Webhook;
pub use writer::Writer;

pub use crate::model::Route;
