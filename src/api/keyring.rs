//! Where credentials come from.
//!
//! Owns the names of credentials and their sources, as `commands` hands them over: by then every variable of the environment
//! is a value. It knows no project file and no environment, and asks nobody for a token.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::Secret;

/// The source of every credential, by name; `None` is the environment.
pub type Keyring = BTreeMap<Option<Arc<str>>, Source>;

/// Where one credential comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// An App ID and its secret: tokens are asked for (API: client_credentials).
    App {
        /// The App ID.
        app_id: String,
        /// The App Secret.
        app_secret: Secret,
    },
    /// A ready token. It cannot be renewed.
    Token(Secret),
    /// A program that prints one of the two; see `api::command`.
    Command {
        /// The program and its arguments. No shell reads them.
        argv: Vec<String>,
    },
    /// Variables of the environment are not set: an error only when a request needs the credential.
    Missing {
        /// Their names.
        variables: Vec<String>,
    },
    /// Not to be used, and why: a sentence for people.
    Refused(String),
    /// The embedded simulator, which takes any pair.
    Sandbox,
}
