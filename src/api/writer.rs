//! Writing: the half of the API that only apply gets.
//!
//! Owns PUT, one try at a time. Each try becomes an event for [`crate::plan::exchange`], which decides whether to send
//! again. It takes only a cleared patch; no method sends anything else.

use std::marker::PhantomData;
use std::sync::Arc;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};

use crate::api::context::{HttpContext, ThrottledResponse};
use crate::api::credential::ApiCredential;
use crate::api::error::Delivery;
use crate::api::refusal::{NOT_AN_OBJECT, bad_answer, used_up};
use crate::api::response::ApiResponse;
use crate::api::retry::is_unprocessed;
use crate::api::token::{AccessToken, access_token, renew};
use crate::api::usage::RequestKind;
use crate::model::{ClientId, Failure, FailureKind, FieldMask, Live};
use crate::plan::send::{Event, Pause, PutBody};
use crate::plan::{ClearedPatch, ClosingPatch, Patch};

/// Writes clients, with the bodies of one kind. Cheap to clone; all clones share connections, tokens and limits with
/// the reader.
#[derive(Clone, Debug)]
pub struct Writer<B = Patch> {
    context: Arc<HttpContext>,
    body: PhantomData<fn(B)>,
}

impl Writer {
    pub(super) fn new(context: Arc<HttpContext>) -> Writer {
        Writer { context, body: PhantomData }
    }

    /// The writer of a run that can only close. It takes no other body, and no way leads back.
    pub fn only_closing(&self) -> Writer<ClosingPatch> {
        Writer { context: Arc::clone(&self.context), body: PhantomData }
    }
}

impl<B: PutBody> Writer<B> {
    /// Waits until `requests_per_second` allows one more PUT; `false` when the run was interrupted. The caller checks
    /// the age of its read afterwards, since the wait can be long.
    pub async fn turn(&self) -> bool {
        match &self.context.rate_limit {
            Some(limit) => limit.turn(&self.context.shutdown).await,
            None => !self.context.shutdown.is_stopped(),
        }
    }

    /// Gets the token that a PUT needs. The event says why there is none.
    pub async fn prepare(&self, credentials: Option<&Arc<str>>) -> Result<(), Event> {
        let credential = self.context.credentials.get(credentials).map_err(Event::Refused)?;
        access_token(credential, &self.context).await.map(drop).map_err(without_token)
    }

    /// Sends one PUT, once, and returns its result. The answer contains all 28 fields where the API gives them.
    ///
    /// The caller has waited for [`Writer::turn`]. ringform sends nothing if the quota is used up, if it has no token,
    /// or after an interruption.
    pub async fn put(&self, client: ClientId, credentials: Option<&Arc<str>>, cleared: ClearedPatch<B>) -> Event {
        let context = &*self.context;
        let credential = match context.credentials.get(credentials) {
            Ok(credential) => credential,
            Err(failure) => return Event::Refused(failure),
        };
        let now = context.timer.now();
        if let Some(left) = credential.quota.empty_for(now).or_else(|| credential.quota.blocked_for(now)) {
            let wait = context.wait_for_reset(left);
            return Event::Throttled { failure: used_up(Some(left)), spent: true, wait };
        }
        let token = match access_token(credential, context).await {
            Ok(token) => token,
            Err(failure) => return without_token(failure),
        };
        let mut request = context.request(Method::PUT, context.paths.client(client), &token);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Some(cleared.patch().bytes().into());
        let kind = RequestKind::Write(client);
        match context.send(&context.http, credential, kind, request).await {
            Ok(response) => event_of(context, credential, &token, response, kind),
            Err(error) => match error.delivery {
                Delivery::NotBegun => Event::Stopped("interrupted before it was sent".to_owned()),
                Delivery::NotSent => Event::NotSent(error.failure),
                Delivery::Closed | Delivery::Unknown => Event::FateUnknown(error.failure),
            },
        }
    }

    /// Gets a fresh token in place of the one that the API refused last, unless another task already has.
    pub async fn renew(&self, credentials: Option<&Arc<str>>) -> Result<(), Failure> {
        let credential = self.context.credentials.get(credentials)?;
        let rejected = credential.token().rejected();
        renew(rejected, credential, &self.context).await?;
        self.context.counters.count_retry();
        Ok(())
    }

    /// Waits before a further request, which then counts as a retry; `false` when the run was interrupted.
    pub async fn pause(&self, pause: Pause) -> bool {
        let wait = match pause {
            Pause::BackOff(tries) => self.context.back_off.after(tries),
            Pause::Quota(wait) => wait,
        };
        let waited = self.context.wait(wait).await;
        if waited {
            self.context.counters.count_retry();
        }
        waited
    }
}

/// No token, so no PUT. A failure that may pass is worth another try.
fn without_token(failure: Failure) -> Event {
    match failure.kind {
        FailureKind::Interrupted => Event::Stopped("interrupted before it was sent".to_owned()),
        FailureKind::Quota => Event::Throttled { failure, spent: true, wait: None },
        FailureKind::Connection | FailureKind::Timeout => Event::NotSent(failure),
        _ => Event::Refused(failure),
    }
}

/// An answer to a PUT as an event.
fn event_of(
    context: &HttpContext,
    credential: &ApiCredential,
    token: &AccessToken,
    response: ApiResponse,
    kind: RequestKind,
) -> Event {
    let status = response.status;
    if status == StatusCode::UNAUTHORIZED {
        let failure = context.refused(credential, &response, kind);
        let mut state = credential.token_mut();
        state.reject(token);
        // The first token of a run may simply have expired.
        if token.generation > 1 {
            state.reject_fresh(token, &failure);
        }
        return Event::Unauthorized(failure);
    }
    credential.accept_token(token, status);
    if status.is_success() {
        credential.quota.record_success();
        let body = match response.body {
            Ok(body) => body,
            Err(error) => return Event::FateUnknown(bad_answer(status, error.reason())),
        };
        return match Live::parse(&body, FieldMask::all()) {
            Ok(live) => Event::Answered(live),
            Err(_) => Event::FateUnknown(bad_answer(status, NOT_AN_OBJECT)),
        };
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let ThrottledResponse { failure, used_up, reset } = context.throttled(credential, &response);
        let wait = reset.filter(|_| used_up).and_then(|reset| context.wait_for_reset(reset));
        return Event::Throttled { failure, spent: used_up, wait };
    }
    let failure = context.refused(credential, &response, kind);
    // A server that fails may have stored first, and so may one behind a gateway that gave up. One that refuses or
    // redirects has not.
    if status.is_server_error() || is_unprocessed(status.as_u16()) {
        Event::FateUnknown(failure)
    } else {
        Event::Refused(failure)
    }
}
