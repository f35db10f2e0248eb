//! Where credentials come from.
//!
//! Owns the names of credentials and their sources. The caller has already replaced every environment variable by its
//! value. It depends on no project file and no environment, and makes no request.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::secret::Secret;

/// The source of every credential, by name; `None` is the environment.
pub type CredentialSources = BTreeMap<Option<Arc<str>>, CredentialSource>;

/// Where one credential comes from.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// An App ID and its secret, which get tokens from the API (API: client_credentials).
    App {
        /// The App ID.
        app_id: String,
        /// The App Secret.
        app_secret: Secret,
    },
    /// A ready token. ringform cannot renew it.
    Token(Secret),
    /// A program that prints one of the two; see `api::token::command`.
    Command {
        /// The program and its arguments. No shell reads them.
        argv: Vec<String>,
    },
    /// Environment variables that are not set: an error only when a request needs the credential.
    Missing {
        /// Their names.
        variables: Vec<String>,
    },
    /// A credential that must not be used, and the reason: a sentence for people.
    Refused(String),
    /// The embedded simulator, which accepts any pair.
    Sandbox,
}

/// What a source resolves to.
#[derive(Debug)]
pub(super) enum ResolvedCredential {
    /// A pair that gets tokens from the API.
    App {
        /// The App ID.
        app_id: String,
        /// The App Secret.
        app_secret: Secret,
    },
    /// A ready token.
    Token(Secret),
}
