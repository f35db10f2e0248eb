//! What all requests of a run share, and the one place where a request is made.
//!
//! Owns the HTTP client, the accounts, the limits and the counters. One call of [`House::ask`] is one HTTP request at most;
//! what an answer means and whether to ask again is for its callers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderValue, LOCATION};
use reqwest::{Method, Request, StatusCode, Url};
use tokio::sync::Semaphore;

use crate::api::account::{Account, Bearer};
use crate::api::body::{self, Flaw};
use crate::api::counts::{Counts, Purpose};
use crate::api::endpoint::Paths;
use crate::api::fault::{Delivery, Fault, Lost, Next, broken, interrupted};
use crate::api::pace::{BackOff, Pace, TRIES};
use crate::api::quota::Said;
use crate::api::refusal::{Asked, bad_answer, is_spent, redirect, refusal, too_many};
use crate::api::{Options, Shutdown, fault};
use crate::model::{Failure, FailureKind};

/// The shared state of a run.
#[derive(Debug)]
pub(super) struct House {
    /// For tokens and writes; each reader has its own.
    pub(super) http: reqwest::Client,
    pub(super) paths: Paths,
    /// The endpoint as people know it, for sentences.
    pub(super) endpoint: String,
    /// Sorted by name.
    pub(super) accounts: Vec<Account>,
    pub(super) counts: Counts,
    pub(super) stop: Shutdown,
    pub(super) pace: Option<Pace>,
    pub(super) token_pace: Option<Pace>,
    pub(super) token_slots: Semaphore,
    pub(super) back_off: BackOff,
    /// What all this was built from.
    pub(super) options: Options,
}

/// One answer, whatever it says.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) said: Said,
    pub(super) location: Option<HeaderValue>,
    pub(super) body: Result<Vec<u8>, Flaw>,
}

impl Answer {
    fn bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }
}

impl House {
    pub(super) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account of a credential. A name that nobody declared is a failure like any other.
    pub(super) fn account(&self, credentials: Option<&Arc<str>>) -> Result<&Account, Failure> {
        let wanted = credentials.map(|name| &**name);
        match self.accounts.binary_search_by(|account| account.name().cmp(&wanted)) {
            Ok(at) => Ok(&self.accounts[at]),
            Err(_) => Err(Failure::new(
                FailureKind::Credentials,
                match wanted {
                    Some(name) => format!("no credentials are called `{name}`"),
                    None => "no credentials are declared, and none were taken from the environment".to_owned(),
                },
            )
            .help("declare them under `credentials` in ringform.yaml, or set RINGFORM_APP_ID and RINGFORM_APP_SECRET")),
        }
    }

    /// A request with everything but its body.
    pub(super) fn request(&self, method: Method, url: Url, bearer: &Bearer) -> Request {
        let mut request = Request::new(method, url);
        request.headers_mut().insert(AUTHORIZATION, bearer.header.clone());
        request
    }

    /// Makes one request, when its turn comes, and takes its whole answer. It is counted when it left.
    pub(super) async fn ask(
        &self,
        http: &reqwest::Client,
        account: &Account,
        purpose: Purpose,
        request: Request,
    ) -> Result<Answer, Lost> {
        let not_begun = || Lost { failure: interrupted(), fate: Delivery::NotBegun };
        // A write has waited for its turn before its reading was found fresh enough (see `Writer::turn`).
        if purpose != Purpose::Write
            && let Some(pace) = &self.pace
            && !pace.turn(&self.stop).await
        {
            return Err(not_begun());
        }
        if self.stop.is_stopped() {
            return Err(not_begun());
        }
        let told = tracing::enabled!(tracing::Level::DEBUG).then(|| (request.method().clone(), request.url().clone()));
        let timeout = self.options.timeout;
        let start = Instant::now();
        let result = match tokio::time::timeout(timeout, exchange(http, request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Lost::read(&error, &self.endpoint, timeout)),
            Err(_) => Err(Lost::timeout(&self.endpoint, timeout)),
        };
        let now = Instant::now();
        let left = match &result {
            Ok(answer) => {
                account.ledger.hear(&answer.said, now);
                true
            }
            Err(lost) => match lost.fate {
                Delivery::NotBegun | Delivery::NotSent => false,
                // The server did not take a read that it closed the connection on; of a write that is not certain.
                Delivery::Closed => purpose == Purpose::Write,
                Delivery::Unknown => true,
            },
        };
        if left {
            self.counts.request(purpose);
        }
        if let Some((method, url)) = told {
            let status = result.as_ref().map(|answer| answer.status.as_u16()).ok();
            let lost = result.as_ref().err().map(|lost| &lost.failure.message);
            let millis = now.duration_since(start).as_millis();
            tracing::debug!(%method, path = url.path(), status, lost = ?lost, millis, "request");
        }
        result
    }

    /// The body of a success, or what else an answer means for a request that may be made again.
    pub(super) fn served(&self, account: &Account, answer: Answer, asked: Asked) -> Result<Vec<u8>, Fault> {
        let status = answer.status;
        if status.is_success() {
            // A token does not show that the quota has room.
            if asked != Asked::Token {
                account.ledger.served();
            }
            return match answer.body {
                Ok(body) => Ok(body),
                Err(Flaw::Broken) => Err(Fault::passing(broken(&self.endpoint, "the answer ended early"))),
                Err(flaw) => Err(Fault::last(bad_answer(status, unusable(flaw)))),
            };
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            let throttled = self.throttled(account, &answer);
            let next = match throttled {
                Throttled { spent: false, .. } => Next::BackOff(passing(&answer.said)),
                Throttled { wait: Some(wait), .. } => Next::Quota(wait),
                Throttled { wait: None, .. } => Next::GiveUp,
            };
            return Err(Fault::new(throttled.failure, next));
        }
        let failure = self.refused(account, &answer, asked);
        Err(match status {
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                Fault::new(failure, Next::BackOff(passing(&answer.said)))
            }
            _ => Fault::last(failure),
        })
    }

    /// What an answer means that is neither a success nor 429.
    pub(super) fn refused(&self, account: &Account, answer: &Answer, asked: Asked) -> Failure {
        let blank = |text| account.blank(text);
        if answer.status.is_redirection() {
            return redirect(answer.status, answer.location.as_ref().map(HeaderValue::as_bytes), blank);
        }
        refusal(answer.status, answer.bytes(), asked, blank)
    }

    /// What a 429 means. A used-up quota is noted in the account's ledger.
    pub(super) fn throttled(&self, account: &Account, answer: &Answer) -> Throttled {
        let spent = is_spent(answer.bytes(), &answer.said);
        let failure = too_many(spent, answer.bytes(), &answer.said, |text| account.blank(text));
        let reset = answer.said.until_reset();
        if spent {
            account.ledger.strike(reset, Instant::now());
        }
        Throttled { failure, spent, wait: reset.filter(|_| spent).and_then(|reset| self.worth_waiting(reset)) }
    }

    /// How long to wait for a reset that is this far off; `None` when that is longer than was allowed. At least a second, so
    /// that a reset which never comes is no busy loop.
    pub(super) fn worth_waiting(&self, reset: Duration) -> Option<Duration> {
        let wait = reset.max(Duration::from_secs(1));
        (wait <= self.options.wait_quota).then_some(wait)
    }
}

async fn exchange(http: &reqwest::Client, request: Request) -> reqwest::Result<Answer> {
    let response = http.execute(request).await?;
    let status = response.status();
    let said = Said::read(response.headers(), status.is_success(), Timestamp::now);
    let location = if status.is_redirection() { response.headers().get(LOCATION).cloned() } else { None };
    let body = body::receive(response).await;
    Ok(Answer { status, said, location, body })
}

/// A request that was answered with 429.
#[derive(Debug)]
pub(super) struct Throttled {
    pub(super) failure: Failure,
    pub(super) spent: bool,
    /// How long to wait for the reset, where that is near enough.
    pub(super) wait: Option<Duration>,
}

/// What a short `Retry-After` adds to the back-off of a refusal that passes. Longer ones are no back-off any more.
fn passing(said: &Said) -> Duration {
    const SHORT: Duration = Duration::from_secs(5);
    said.retry_after.filter(|after| *after <= SHORT).unwrap_or_default()
}

/// Why the body of a success is refused.
pub(super) fn unusable(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::TooLarge => "is larger than 1 MiB and was not taken",
        Flaw::Broken => "ended early",
        Flaw::Encoding => "is packed in a way that was not asked for",
    }
}

/// The tries of one request that may be made again.
#[derive(Debug)]
pub(super) struct RetryBudget<'h> {
    house: &'h House,
    tries: u32,
    closed: bool,
}

impl<'h> RetryBudget<'h> {
    pub(super) fn new(house: &'h House) -> RetryBudget<'h> {
        RetryBudget { house, tries: 0, closed: false }
    }

    /// Waits as a failed try demands. The error is for good: no further try makes sense or is allowed.
    pub(super) async fn after(&mut self, fault: Fault) -> Result<(), Failure> {
        self.tries += 1;
        let wait = match fault.next {
            Next::GiveUp => return Err(*fault.failure),
            _ if self.tries >= TRIES => return Err(*fault.failure),
            Next::AtOnce if !self.closed => {
                self.closed = true;
                Duration::ZERO
            }
            Next::AtOnce => self.house.back_off.after(self.tries),
            Next::BackOff(least) => self.house.back_off.after(self.tries).max(least),
            Next::Quota(wait) => wait,
        };
        if !self.house.stop.wait(wait).await {
            return Err(fault::interrupted());
        }
        self.house.counts.retry();
        Ok(())
    }
}

impl From<Lost> for Fault {
    fn from(lost: Lost) -> Fault {
        let next = match lost.fate {
            Delivery::NotBegun => Next::GiveUp,
            Delivery::Closed => Next::AtOnce,
            Delivery::NotSent | Delivery::Unknown => Next::BackOff(Duration::ZERO),
        };
        Fault::new(lost.failure, next)
    }
}
