//! One credential of a run: its source, its token, its quota and the secrets that it sent.
//!
//! Owns the locks around them and the look-up by name. It makes no request; [`super::token`] gets the tokens.

use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use reqwest::StatusCode;

use crate::api::credential_source::{CredentialSource, CredentialSources};
use crate::api::quota::QuotaCounter;
use crate::api::secret::Secret;
use crate::api::secret_forms::TextForms;
use crate::api::token::{AccessToken, FetchState, TokenState};
use crate::model::{Failure, FailureKind};

/// One credential.
#[derive(Debug)]
pub(super) struct ApiCredential {
    name: Option<Arc<str>>,
    pub(super) source: CredentialSource,
    token: RwLock<TokenState>,
    /// Locked while one request gets a token; the others wait for it and find the result.
    pub(super) fetch: tokio::sync::Mutex<FetchState>,
    /// Every secret that ringform sent, to find it where the API repeats it.
    secrets: Mutex<Vec<Secret>>,
    pub(super) quota: QuotaCounter,
}

impl ApiCredential {
    fn new(name: Option<Arc<str>>, source: CredentialSource, now: Instant) -> ApiCredential {
        ApiCredential {
            name,
            source,
            token: RwLock::default(),
            fetch: tokio::sync::Mutex::default(),
            secrets: Mutex::default(),
            quota: QuotaCounter::new(now),
        }
    }

    /// Its name; `None` for the environment.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its name in a sentence.
    pub(super) fn label(&self) -> String {
        match self.name() {
            Some(name) => format!("the credentials `{name}`"),
            None => "the credentials of the environment".to_owned(),
        }
    }

    /// The token, to read.
    pub(super) fn token(&self) -> RwLockReadGuard<'_, TokenState> {
        self.token.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token, to change.
    pub(super) fn token_mut(&self) -> RwLockWriteGuard<'_, TokenState> {
        self.token.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an answer other than 401 to a token. Most answers change nothing and need no write lock.
    pub(super) fn accept_token(&self, token: &AccessToken, status: StatusCode) {
        if !self.token().is_accepted(token, status) {
            self.token_mut().accept(token, status);
        }
    }

    /// Keeps a secret for [`ApiCredential::quotable`].
    pub(super) fn remember(&self, secret: &Secret) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.push(secret.clone());
    }

    /// A text that the API wrote, if it holds none of our secrets in any form.
    pub(super) fn quotable(&self, text: String) -> Option<String> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if secrets.is_empty() {
            return Some(text);
        }
        let forms = TextForms::of(&text);
        (!secrets.iter().any(|secret| secret.is_in(&forms))).then_some(text)
    }
}

/// All credentials of a run.
#[derive(Debug)]
pub(super) struct ApiCredentials(Vec<ApiCredential>);

impl ApiCredentials {
    pub(super) fn new(sources: CredentialSources, now: Instant) -> ApiCredentials {
        // A BTreeMap is sorted by name, with the environment first: `get` depends on that order.
        ApiCredentials(sources.into_iter().map(|(name, source)| ApiCredential::new(name, source, now)).collect())
    }

    /// All of them, by name, the environment first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &ApiCredential> {
        self.0.iter()
    }

    /// One credential. A name that is not declared is a failure like any other.
    pub(super) fn get(&self, name: Option<&Arc<str>>) -> Result<&ApiCredential, Failure> {
        let wanted = name.map(|name| &**name);
        match self.0.binary_search_by(|credential| credential.name().cmp(&wanted)) {
            Ok(at) => Ok(&self.0[at]),
            Err(_) => Err(Failure::new(
                FailureKind::Credentials,
                match wanted {
                    Some(name) => format!("no credentials have the name `{name}`"),
                    None => "no credentials are declared, and the environment holds none".to_owned(),
                },
            )
            .help("declare them under `credentials` in ringform.yaml, or set RINGFORM_APP_ID and RINGFORM_APP_SECRET")),
        }
    }
}
