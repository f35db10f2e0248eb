//! Writing: the half of the API that only apply is given.
//!
//! Owns PUT, one try at a time: whether to send again is decided by the conversation in [`crate::plan::send::Exchange`], which this
//! room feeds with events. It takes only a patch that was cleared; there is no way to send anything else.

use std::sync::Arc;
use std::time::Instant;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};

use crate::api::account::{Account, Bearer};
use crate::api::counts::Purpose;
use crate::api::fault::Delivery;
use crate::api::house::{Answer, House, Throttled, unusable};
use crate::api::reader::NO_OBJECT;
use crate::api::refusal::{Asked, bad_answer, used_up};
use crate::model::{ClientId, Failure, FailureKind, FieldMask, Live};
use crate::plan::ClearedPatch;
use crate::plan::send::{Event, Pause};

/// Writes clients. Cheap to clone; all clones share connections, tokens and limits with the reader.
#[derive(Clone, Debug)]
pub struct Writer {
    pub(super) house: Arc<House>,
}

impl Writer {
    /// Waits until `requests_per_second` lets one more PUT pass: before the age of a reading is looked at, since the wait can be
    /// long. `false` when the run was interrupted.
    pub async fn turn(&self) -> bool {
        match &self.house.pace {
            Some(pace) => pace.turn(&self.house.stop).await,
            None => !self.house.stop.is_stopped(),
        }
    }

    /// Sends one PUT, once, and says what became of it. The answer holds all 28 fields where the API gives them.
    ///
    /// It does not wait for [`Writer::turn`]; who calls has. Nothing is sent where the quota is known to be used up, where no token can be had, or after an interruption.
    pub async fn put(&self, client: ClientId, credentials: Option<&Arc<str>>, go: ClearedPatch) -> Event {
        let house = &*self.house;
        let account = match house.account(credentials) {
            Ok(account) => account,
            Err(failure) => return Event::Refused(failure),
        };
        let now = Instant::now();
        if let Some(left) = account.ledger.empty(now).or_else(|| account.ledger.shut(now)) {
            let wait = house.worth_waiting(left);
            return Event::Throttled { failure: used_up(Some(left)), spent: true, wait };
        }
        let bearer = match account.bearer(house).await {
            Ok(bearer) => bearer,
            Err(failure) => return tokenless(failure),
        };
        let mut request = house.request(Method::PUT, house.paths.client(client), &bearer);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Some(go.patch().body().into());
        match house.ask(&house.http, account, Purpose::Write, request).await {
            Ok(answer) => judge(house, account, &bearer, answer, Asked::Write(client)),
            Err(lost) => match lost.fate {
                Delivery::NotBegun => Event::Stopped("interrupted before it was sent".to_owned()),
                Delivery::NotSent => Event::NotSent(lost.failure),
                Delivery::Closed | Delivery::Unknown => Event::FateUnknown(lost.failure),
            },
        }
    }

    /// Gets a fresh token in place of the one that was refused last, unless somebody already has.
    pub async fn renew(&self, credentials: Option<&Arc<str>>) -> Result<(), Failure> {
        let account = self.house.account(credentials)?;
        account.renew(account.rejected(), &self.house).await?;
        self.house.counts.retry();
        Ok(())
    }

    /// Waits before something is asked again, which then counts as a retry; `false` when the run was interrupted.
    pub async fn pause(&self, pause: Pause) -> bool {
        let wait = match pause {
            Pause::BackOff(tries) => self.house.back_off.after(tries),
            Pause::Quota(wait) => wait,
        };
        let waited = self.house.stop.wait(wait).await;
        if waited {
            self.house.counts.retry();
        }
        waited
    }
}

/// No token, so no PUT. What may pass is worth another try.
fn tokenless(failure: Failure) -> Event {
    match failure.kind {
        FailureKind::Interrupted => Event::Stopped("interrupted before it was sent".to_owned()),
        FailureKind::Quota => Event::Throttled { failure, spent: true, wait: None },
        FailureKind::Connection | FailureKind::Timeout => Event::NotSent(failure),
        _ => Event::Refused(failure),
    }
}

fn judge(house: &House, account: &Account, bearer: &Bearer, answer: Answer, asked: Asked) -> Event {
    let status = answer.status;
    if status == StatusCode::UNAUTHORIZED {
        account.reject(bearer);
        let failure = house.refused(account, &answer, asked);
        // The first token of a run may simply have expired.
        if bearer.generation > 1 {
            account.doubt_token(bearer, &failure);
        }
        return Event::Unauthorized(failure);
    }
    account.let_in(bearer, status);
    if status.is_success() {
        account.ledger.served();
        let body = match answer.body {
            Ok(body) => body,
            Err(flaw) => return Event::FateUnknown(bad_answer(status, unusable(flaw))),
        };
        return match Live::parse(&body, FieldMask::all()) {
            Ok(live) => Event::Answered(live),
            Err(_) => Event::FateUnknown(bad_answer(status, NO_OBJECT)),
        };
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let Throttled { failure, spent, wait } = house.throttled(account, &answer);
        return Event::Throttled { failure, spent, wait };
    }
    let failure = house.refused(account, &answer, asked);
    // A server that fails may have stored first; one that refuses or redirects has not.
    if status.is_server_error() { Event::FateUnknown(failure) } else { Event::Refused(failure) }
}
