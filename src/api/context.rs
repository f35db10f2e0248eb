//! What all requests of a run share, and the one place where ringform makes a request.
//!
//! Owns the HTTP client, the credentials, the limits and the counters. One call of [`HttpContext::send`] makes one HTTP
//! request at most. It reads the answer as a success or a failure; the caller decides whether to ask again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use tokio::sync::Semaphore;

use crate::api::body::BodyError;
use crate::api::credential::{ApiCredential, ApiCredentials};
use crate::api::endpoint::ApiPaths;
use crate::api::error::{Delivery, RequestError, broken, interrupted};
use crate::api::options::ConnectOptions;
use crate::api::rate_limit::RateLimit;
use crate::api::refusal::{bad_answer, is_used_up, redirect, refusal, too_many};
use crate::api::response::ApiResponse;
use crate::api::retry::{BackOff, FailedTry, RetryBudget, TryResult, decide, wait_for_reset};
use crate::api::shutdown::Shutdown;
use crate::api::timer::Timer;
use crate::api::token::AccessToken;
use crate::api::usage::{RequestCounters, RequestKind};
use crate::model::Failure;

/// The shared state of a run.
#[derive(Debug)]
pub(super) struct HttpContext {
    /// For tokens and writes; each reader has its own.
    pub(super) http: reqwest::Client,
    pub(super) paths: ApiPaths,
    /// The endpoint in the form that people know, for sentences.
    pub(super) endpoint: String,
    pub(super) credentials: Arc<ApiCredentials>,
    pub(super) counters: Arc<RequestCounters>,
    pub(super) shutdown: Shutdown,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) token_rate_limit: Option<RateLimit>,
    pub(super) token_slots: Semaphore,
    pub(super) back_off: BackOff,
    pub(super) timer: Timer,
    /// What connect built all this from.
    pub(super) options: ConnectOptions,
}

/// A request that the API answered with 429.
#[derive(Debug)]
pub(super) struct ThrottledResponse {
    pub(super) failure: Failure,
    pub(super) used_up: bool,
    /// The time until the reset, where the API says it.
    pub(super) reset: Option<Duration>,
}

impl HttpContext {
    /// A request with everything but its body.
    pub(super) fn request(&self, method: Method, url: Url, token: &AccessToken) -> Request {
        let mut request = Request::new(method, url);
        request.headers_mut().insert(AUTHORIZATION, token.header.clone());
        request
    }

    /// Makes one request when the rate limit allows it, and takes its whole answer. It counts if it left.
    pub(super) async fn send(
        &self,
        http: &reqwest::Client,
        credential: &ApiCredential,
        kind: RequestKind,
        request: Request,
    ) -> Result<ApiResponse, RequestError> {
        let is_write = matches!(kind, RequestKind::Write(_));
        // A write has waited for the rate limit before its read was found fresh enough (see `Writer::turn`).
        if !is_write
            && let Some(limit) = &self.rate_limit
            && !limit.turn(&self.shutdown).await
        {
            return Err(RequestError::interrupted());
        }
        if self.shutdown.is_stopped() {
            return Err(RequestError::interrupted());
        }
        let logged =
            tracing::enabled!(tracing::Level::DEBUG).then(|| (request.method().clone(), request.url().clone()));
        let timeout = self.options.timeout;
        let start = self.timer.now();
        let result = match tokio::time::timeout(timeout, ApiResponse::to(http, request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(RequestError::read(&error, &self.endpoint, timeout)),
            Err(_) => Err(RequestError::timeout(&self.endpoint, timeout)),
        };
        let now = self.timer.now();
        let left = match &result {
            Ok(response) => {
                credential.quota.record(&response.quota, now);
                true
            }
            Err(error) => match error.delivery {
                Delivery::NotBegun | Delivery::NotSent => false,
                // The server did not take a read that it closed the connection on; of a write that is not certain.
                Delivery::Closed => is_write,
                Delivery::Unknown => true,
            },
        };
        if left {
            self.counters.count(kind);
        }
        if let Some((method, url)) = logged {
            let status = result.as_ref().map(|response| response.status.as_u16()).ok();
            let lost = result.as_ref().err().map(|error| &error.failure.message);
            let millis = now.duration_since(start).as_millis();
            tracing::debug!(%method, path = url.path(), status, lost = ?lost, millis, "request");
        }
        result
    }

    /// The body of a success, or what else an answer means for a request that may be made again.
    pub(super) fn success_body(
        &self,
        credential: &ApiCredential,
        response: ApiResponse,
        kind: RequestKind,
    ) -> Result<Vec<u8>, FailedTry> {
        let status = response.status;
        if status.is_success() {
            // A token does not show that the quota has room.
            if kind != RequestKind::Token {
                credential.quota.record_success();
            }
            return response.body.map_err(|error| {
                let failure = match error {
                    BodyError::Broken => broken(&self.endpoint, "the answer ended early"),
                    BodyError::TooLarge | BodyError::Encoding | BodyError::Utf16 => bad_answer(status, error.reason()),
                };
                FailedTry::new(failure, decide(TryResult::UnusableBody(error)))
            });
        }
        let retry_after = response.quota.retry_after;
        let other = TryResult::ErrorStatus { code: status.as_u16(), retry_after };
        if status == StatusCode::TOO_MANY_REQUESTS {
            let ThrottledResponse { failure, used_up, reset } = self.throttled(credential, &response);
            let used_up = used_up.then_some(TryResult::QuotaUsedUp { reset, allowed: self.options.wait_quota });
            return Err(FailedTry::new(failure, decide(used_up.unwrap_or(other))));
        }
        Err(FailedTry::new(self.refused(credential, &response, kind), decide(other)))
    }

    /// The meaning of an answer that is neither a success nor 429.
    pub(super) fn refused(&self, credential: &ApiCredential, response: &ApiResponse, kind: RequestKind) -> Failure {
        let quotable = |text| credential.quotable(text);
        if response.status.is_redirection() {
            return redirect(response.status, response.location.as_ref().map(HeaderValue::as_bytes), quotable);
        }
        refusal(response.status, response.bytes(), kind, quotable)
    }

    /// The meaning of a 429. A used-up quota counts for the credential.
    pub(super) fn throttled(&self, credential: &ApiCredential, response: &ApiResponse) -> ThrottledResponse {
        let used_up = is_used_up(response.bytes(), &response.quota);
        let failure = too_many(used_up, response.bytes(), &response.quota, |text| credential.quotable(text));
        let reset = response.quota.until_reset();
        if used_up {
            credential.quota.record_used_up(reset, self.timer.now());
        }
        ThrottledResponse { failure, used_up, reset }
    }

    /// How long to wait for a reset that is this far off; `None` when the run does not allow that long a wait.
    pub(super) fn wait_for_reset(&self, reset: Duration) -> Option<Duration> {
        wait_for_reset(reset, self.options.wait_quota)
    }

    /// Waits; `false` when the run was stopped before or meanwhile.
    pub(super) async fn wait(&self, time: Duration) -> bool {
        if time.is_zero() {
            return !self.shutdown.is_stopped();
        }
        self.shutdown.unless_stopped(self.timer.sleep(time)).await
    }

    /// Waits as a failed try demands. The error is for good: no further try makes sense or is allowed.
    pub(super) async fn wait_for_retry(&self, budget: &mut RetryBudget, failed: FailedTry) -> Result<(), Failure> {
        let Some(wait) = budget.next_wait(&failed, &self.back_off) else { return Err(*failed.failure) };
        if !self.wait(wait).await {
            return Err(interrupted());
        }
        self.counters.count_retry();
        Ok(())
    }
}
