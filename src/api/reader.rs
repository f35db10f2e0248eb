//! Reading: the half of the API that plan, drift and import get.
//!
//! Owns GET and its tries. It has no method that writes, so no bug of a caller can write.

use std::sync::Arc;

use reqwest::{Method, StatusCode, Url};

use crate::api::context::HttpContext;
use crate::api::credential::ApiCredential;
use crate::api::error::interrupted;
use crate::api::http_client::api_client;
use crate::api::refusal::{NOT_AN_OBJECT, bad_answer, used_up};
use crate::api::retry::{FailedTry, RetryBudget, RetryDecision, TryResult, decide};
use crate::api::token::{AccessToken, access_token, renew};
use crate::api::usage::RequestKind;
use crate::api::user::User;
use crate::model::{ClientId, Failure, FieldMask, Live};

/// Reads clients. Cheap to clone; all clones share connections, tokens and limits.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) context: Arc<HttpContext>,
    pub(super) http: reqwest::Client,
}

impl Reader {
    /// The same reader with connections of its own, for another thread; `None` if a further HTTP client cannot be
    /// built. A connection belongs to the runtime that opened it, and to move an answer to another thread costs more
    /// than to read it.
    pub fn for_another_thread(&self) -> Option<Reader> {
        let http = api_client(&self.context.options).ok()?;
        Some(Reader { context: self.context.clone(), http })
    }

    /// Reads one client. `keep` are the read-only fields to keep of the answer.
    ///
    /// It makes all tries that make sense, so a failure is for good. The caller checks that the answer is for the right
    /// client and whole enough.
    pub async fn read(
        &self,
        client: ClientId,
        credentials: Option<&Arc<str>>,
        keep: FieldMask,
    ) -> Result<Live, Failure> {
        let credential = self.context.credentials.get(credentials)?;
        let url = self.context.paths.client(client);
        let (status, body) = self.get(credential, url, RequestKind::Read(client)).await?;
        Live::parse(&body, keep).map_err(|_| bad_answer(status, NOT_AN_OBJECT))
    }

    /// Reads who a credential is. API: one request, which counts for the quota.
    pub async fn user(&self, credentials: Option<&Arc<str>>) -> Result<User, Failure> {
        let credential = self.context.credentials.get(credentials)?;
        let (status, body) = self.get(credential, self.context.paths.user.clone(), RequestKind::User).await?;
        User::read(&body).ok_or_else(|| bad_answer(status, NOT_AN_OBJECT))
    }

    async fn get(
        &self,
        credential: &ApiCredential,
        url: Url,
        kind: RequestKind,
    ) -> Result<(StatusCode, Vec<u8>), Failure> {
        let context = &*self.context;
        let mut budget = RetryBudget::default();
        let mut renewed: Option<AccessToken> = None;
        loop {
            self.wait_for_quota(credential).await?;
            let token = match &renewed {
                Some(renewed) => renewed.clone(),
                None => access_token(credential, context).await?,
            };
            let request = context.request(Method::GET, url.clone(), &token);
            let failed: FailedTry = match context.send(&self.http, credential, kind, request).await {
                Err(error) => error.into(),
                Ok(response) if response.status == StatusCode::UNAUTHORIZED => {
                    credential.token_mut().reject(&token);
                    let decision = decide(TryResult::Unauthorized { fresh_token: renewed.is_some() });
                    if decision == RetryDecision::RenewToken {
                        renewed = Some(renew(token.generation, credential, context).await?);
                        context.counters.count_retry();
                        continue;
                    }
                    let failure = context.refused(credential, &response, kind);
                    credential.token_mut().reject_fresh(&token, &failure);
                    FailedTry::new(failure, decision)
                }
                Ok(response) => {
                    let status = response.status;
                    credential.accept_token(&token, status);
                    match context.success_body(credential, response, kind) {
                        Ok(body) => return Ok((status, body)),
                        Err(failed) => failed,
                    }
                }
            };
            context.wait_for_retry(&mut budget, failed).await?;
        }
    }

    /// Makes no request while the quota of the credential is used up: waits if the reset is near, fails otherwise.
    async fn wait_for_quota(&self, credential: &ApiCredential) -> Result<(), Failure> {
        while let Some(left) = credential.quota.blocked_for(self.context.timer.now()) {
            let Some(wait) = self.context.wait_for_reset(left) else { return Err(used_up(Some(left))) };
            if !self.context.wait(wait).await {
                return Err(interrupted());
            }
        }
        Ok(())
    }
}
