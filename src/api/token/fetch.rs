//! Getting the token of a credential once, however many requests need it.
//!
//! Owns the single fetch per credential: the first request fetches, the others wait and find its result. What to do
//! with the result is decided in [`super::state`]; the request itself is in [`super::request`].

use reqwest::StatusCode;

use crate::api::context::HttpContext;
use crate::api::credential::ApiCredential;
use crate::api::credential_source::ResolvedCredential;
use crate::api::token::request::{TokenResponse, request_token};
use crate::api::token::resolve::resolve;
use crate::api::token::state::{AccessToken, FetchState};
use crate::model::{Failure, FailureKind};

/// The token for a request; fetched if there is none yet or its time is nearly over.
pub(in crate::api) async fn access_token(
    credential: &ApiCredential,
    context: &HttpContext,
) -> Result<AccessToken, Failure> {
    let usable = credential.token().usable(context.timer.now())?;
    match usable {
        Some(token) => Ok(token),
        None => newer_than(0, credential, context).await,
    }
}

/// A token in place of one that the API refused. A second caller gets the token that the first has fetched.
pub(in crate::api) async fn renew(
    refused: u64,
    credential: &ApiCredential,
    context: &HttpContext,
) -> Result<AccessToken, Failure> {
    newer_than(refused, credential, context).await
}

async fn newer_than(
    generation: u64,
    credential: &ApiCredential,
    context: &HttpContext,
) -> Result<AccessToken, Failure> {
    let mut state = credential.fetch.lock().await;
    let now = context.timer.now();
    if let Some(token) = credential.token().newer_than(generation, now)? {
        return Ok(token);
    }
    // No request is due, so no other client's failure is shared: each client whose request ended in 401 counts.
    if matches!(state.resolved, Some(ResolvedCredential::Token(_))) && credential.token().had_token() {
        return Err(credential.token_mut().refuse_ready(not_renewable(credential)));
    }
    let result = match state.shared_failure(now) {
        Some(failure) => Err(failure),
        None => {
            let result = fetch(&mut state, credential, context).await;
            state.record(&result, context.timer.now());
            result
        }
    };
    result.or_else(|failure| {
        // A renewal ahead of time failed: the old token still works for a while.
        let old = credential.token().instead_of_renewal(generation, &failure, context.timer.now());
        old.ok_or(failure)
    })
}

async fn fetch(
    state: &mut FetchState,
    credential: &ApiCredential,
    context: &HttpContext,
) -> Result<AccessToken, Failure> {
    let keep_if_final = |failure| credential.token_mut().keep_if_final(failure);
    let resolved = match state.resolved.take() {
        Some(resolved) => resolved,
        None => resolve(credential, &context.shutdown).await.map_err(keep_if_final)?,
    };
    let response = match state.resolved.insert(resolved) {
        ResolvedCredential::App { app_id, app_secret } => {
            request_token(app_id, app_secret, credential, context).await.map_err(keep_if_final)?
        }
        ResolvedCredential::Token(secret) => TokenResponse { secret: secret.clone(), lifetime: None },
    };
    let secret = &response.secret;
    credential.remember(secret);
    match secret.bearer().filter(|_| !secret.is_empty()) {
        Some(header) => Ok(credential.token_mut().store(header, response.lifetime, context.timer.now())),
        None => Err(credential.token_mut().refuse(unusable(credential, secret.token_flaw()))),
    }
}

/// The API refused a ready token, and ringform cannot get a fresh one.
fn not_renewable(credential: &ApiCredential) -> Failure {
    let mut failure = Failure::new(
        FailureKind::Credentials,
        format!("the API did not accept the ready token of {} (401)", credential.label()),
    )
    .help("it may have expired: get a new one, or use an App ID and its secret, which renew themselves");
    failure.http_status = Some(StatusCode::UNAUTHORIZED.as_u16());
    failure
}

/// A token that cannot be sent.
fn unusable(credential: &ApiCredential, flaw: Option<&'static str>) -> Failure {
    let flaw = flaw.unwrap_or("cannot be sent");
    Failure::new(FailureKind::Credentials, format!("the token of {} {flaw}", credential.label()))
        .help("check the variable or the file that contains it; the token itself is not shown")
}
