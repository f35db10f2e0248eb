//! The token request and its answers.
//!
//! API: `POST /oauth/token`, `client_credentials`, the form in the body and never in the query; at most 20 requests a
//! second and 6 at a time. When to ask is decided in [`super::state`].

use std::time::Duration;

use serde_json::Value as Json;

use crate::api::context::HttpContext;
use crate::api::credential::ApiCredential;
use crate::api::error::interrupted;
use crate::api::error_body::scalar;
use crate::api::refusal::bad_answer;
use crate::api::retry::{FailedTry, RetryBudget, TryResult, decide};
use crate::api::secret::Secret;
use crate::api::usage::RequestKind;
use crate::model::{Failure, FailureKind};

/// A token, and how long it lives as far as the API says.
#[derive(Debug)]
pub(super) struct TokenResponse {
    pub(super) secret: Secret,
    pub(super) lifetime: Option<Duration>,
}

/// Asks for a token, with further tries where they make sense.
pub(super) async fn request_token(
    app_id: &str,
    app_secret: &Secret,
    credential: &ApiCredential,
    context: &HttpContext,
) -> Result<TokenResponse, Failure> {
    let mut budget = RetryBudget::default();
    loop {
        match request_once(app_id, app_secret, credential, context).await {
            Ok(response) => return Ok(response),
            Err(failed) => context.wait_for_retry(&mut budget, failed).await?,
        }
    }
}

async fn request_once(
    app_id: &str,
    app_secret: &Secret,
    credential: &ApiCredential,
    context: &HttpContext,
) -> Result<TokenResponse, FailedTry> {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", app_id),
        ("client_secret", app_secret.reveal_to_the_api()),
    ];
    let request = context.http.post(context.paths.token.clone()).form(&form).build();
    // This fails only for an address or a form that cannot be encoded; both can.
    let request = request
        .map_err(|_| FailedTry::last(Failure::new(FailureKind::Credentials, "the token request cannot be built")))?;
    // The semaphore never closes, so a permit always comes.
    let _slot = tokio::select! {
        biased;
        () = context.shutdown.stopped() => return Err(FailedTry::last(interrupted())),
        slot = context.token_slots.acquire() => slot.ok(),
    };
    if let Some(limit) = &context.token_rate_limit
        && !limit.turn(&context.shutdown).await
    {
        return Err(FailedTry::last(interrupted()));
    }
    let response = context.send(&context.http, credential, RequestKind::Token, request).await?;
    let status = response.status;
    let body = context.success_body(credential, response, RequestKind::Token)?;
    read(&body).ok_or_else(|| {
        let failure = bad_answer(status, "to the token request contains no access_token");
        FailedTry::new(failure, decide(TryResult::WrongContent))
    })
}

fn read(body: &[u8]) -> Option<TokenResponse> {
    let Ok(Json::Object(map)) = serde_json::from_slice(body) else { return None };
    let Some(Json::String(token)) = map.get("access_token") else { return None };
    if token.trim().is_empty() {
        return None;
    }
    // An answer without `expires_in` was recorded, so absent does not mean expired; zero and nonsense say as little. A
    // year is far beyond any run and keeps the clock from overflowing.
    let lifetime = map.get("expires_in").and_then(scalar).and_then(|text| text.trim().parse::<f64>().ok());
    let lifetime =
        lifetime.filter(|seconds| *seconds > 0.0).map(|seconds| Duration::from_secs_f64(seconds.min(31_536_000.0)));
    Some(TokenResponse { secret: Secret::new(token.clone()), lifetime })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_leniently() {
        let lifetime =
            |text: &str| read(format!(r#"{{"access_token": "t", "expires_in": {text}}}"#).as_bytes()).unwrap().lifetime;
        assert_eq!(lifetime("3600"), Some(Duration::from_secs(3600)));
        assert_eq!(lifetime("\"3600\""), Some(Duration::from_secs(3600)));
        for odd in ["null", "0", "-1", "\"soon\"", "\"NaN\"", "[]"] {
            assert_eq!(lifetime(odd), None, "{odd}");
        }
        assert_eq!(lifetime("1e300"), Some(Duration::from_secs(31_536_000)));
        assert_eq!(read(br#"{"access_token": "t"}"#).unwrap().lifetime, None);
        for bad in ["", "[]", "{}", r#"{"access_token": ""}"#, r#"{"access_token": 5}"#, "<html>"] {
            assert!(read(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
