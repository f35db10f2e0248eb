//! One credential at work: its token, whether it was refused, and its quota.
//!
//! Owns the rule that a token is asked for once however many ask for it, renewed before it expires or when the API refuses it,
//! and that a credential refused once is not asked with again. How a token is asked for is [`super::token`]'s.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::HeaderValue;

use crate::api::house::House;
use crate::api::quota::Ledger;
use crate::api::token::{self, Grant, Token};
use crate::api::{Secret, Source};
use crate::model::{Failure, FailureKind};

/// How long a failure to get a token that may pass is shared by all who want one. Without it, ten thousand clients would try
/// four times each, one after the other, on an API that is down.
const SHARED: Duration = Duration::from_secs(30);

/// How many fresh tokens in a row, refused with 401 and no success between, show that the credential itself is refused. One client
/// that answers so for reasons of its own must not void a fleet.
const DOUBTS: u32 = 3;

/// One credential.
#[derive(Debug)]
pub(super) struct Account {
    name: Option<Arc<str>>,
    pub(super) source: Source,
    held: RwLock<Option<Held>>,
    /// Held while somebody asks for a token; the others wait for it and find the outcome.
    flight: tokio::sync::Mutex<Flight>,
    refused: OnceLock<Failure>,
    /// The newest generation that the API refused.
    rejected: AtomicU64,
    doubts: AtomicU32,
    /// The newest generation that was doubted.
    doubted: AtomicU64,
    /// The newest generation that was let in; 0: none ever.
    let_in: AtomicU64,
    /// Every secret that was ever sent, to blank it where the API repeats it.
    secrets: Mutex<Vec<Secret>>,
    pub(super) ledger: Ledger,
}

/// What a request carries to say who it is.
#[derive(Clone, Debug)]
pub(super) struct Bearer {
    pub(super) header: HeaderValue,
    /// Counts the tokens of this account, from 1.
    pub(super) generation: u64,
}

#[derive(Debug)]
struct Held {
    bearer: Bearer,
    /// From when on a newer one is wanted.
    renew_at: Option<Instant>,
    /// From when on it is of no use.
    expires_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct Flight {
    grant: Option<Grant>,
    failed: Option<(Instant, Failure)>,
}

impl Account {
    pub(super) fn new(name: Option<Arc<str>>, source: Source) -> Account {
        Account {
            name,
            source,
            held: RwLock::new(None),
            flight: tokio::sync::Mutex::default(),
            refused: OnceLock::new(),
            rejected: AtomicU64::new(0),
            doubts: AtomicU32::new(0),
            doubted: AtomicU64::new(0),
            let_in: AtomicU64::new(0),
            secrets: Mutex::default(),
            ledger: Ledger::new(Instant::now()),
        }
    }

    /// Its name; `None` for the environment.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The bearer for a request, fetched if there is none yet or its time is nearly over.
    pub(super) async fn bearer(&self, house: &House) -> Result<Bearer, Failure> {
        if let Some(refused) = self.refused.get() {
            return Err(refused.clone());
        }
        match self.held(Instant::now()) {
            Some((bearer, true)) => Ok(bearer),
            Some((_, false)) | None => self.newer_than(0, house).await,
        }
    }

    /// A bearer in place of one that the API refused. Whoever comes second finds what the first has fetched.
    pub(super) async fn renew(&self, refused: u64, house: &House) -> Result<Bearer, Failure> {
        self.newer_than(refused, house).await
    }

    /// The generation that the API refused last, for a renewal that comes later.
    pub(super) fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// Notes an answer other than 401: the token was let in, unless it is the server itself that failed.
    pub(super) fn let_in(&self, bearer: &Bearer, status: StatusCode) {
        if status.is_server_error() {
            return;
        }
        if !self.was_let_in(bearer) {
            self.let_in.fetch_max(bearer.generation, Ordering::Relaxed);
        }
        if self.doubts.load(Ordering::Relaxed) != 0 {
            self.doubts.store(0, Ordering::Relaxed);
        }
    }

    /// Whether this token, or a newer one, was ever let in.
    fn was_let_in(&self, bearer: &Bearer) -> bool {
        self.let_in.load(Ordering::Relaxed) >= bearer.generation
    }

    /// Notes a 401.
    pub(super) fn reject(&self, bearer: &Bearer) {
        self.rejected.fetch_max(bearer.generation, Ordering::Relaxed);
    }

    /// Notes that not even a fresh token was let in; after some such tokens in a row the credential counts as refused. One that
    /// was let in for others is sound, and one that many requests at a time were refused with is still one.
    pub(super) fn doubt_token(&self, bearer: &Bearer, failure: &Failure) {
        let known = self.doubted.fetch_max(bearer.generation, Ordering::Relaxed) >= bearer.generation;
        if !known && !self.was_let_in(bearer) {
            self.doubt(failure);
        }
    }

    fn doubt(&self, failure: &Failure) {
        let doubts = self.doubts.fetch_add(1, Ordering::Relaxed) + 1;
        if doubts >= DOUBTS {
            self.refuse(failure.clone());
        }
    }

    /// Makes a failure the answer to everybody who asks from now on.
    fn refuse(&self, failure: Failure) -> Failure {
        self.refused.get_or_init(|| failure).clone()
    }

    /// The token that is held, and whether it is as good as new.
    fn held(&self, now: Instant) -> Option<(Bearer, bool)> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let held = held.as_ref()?;
        let fresh = held.renew_at.is_none_or(|at| now < at);
        Some((held.bearer.clone(), fresh))
    }

    fn is_expired(&self, now: Instant) -> bool {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().is_none_or(|held| held.expires_at.is_some_and(|at| now >= at))
    }

    async fn newer_than(&self, generation: u64, house: &House) -> Result<Bearer, Failure> {
        let mut flight = self.flight.lock().await;
        if let Some(refused) = self.refused.get() {
            return Err(refused.clone());
        }
        let held = self.held(Instant::now());
        if let Some((bearer, true)) = &held
            && bearer.generation > generation
        {
            return Ok(bearer.clone());
        }
        let last = held.map(|(bearer, _)| bearer);
        let result = match &flight.failed {
            Some((at, failure)) if at.elapsed() < SHARED => Err(failure.clone()),
            Some(_) | None => {
                let result = self.fetch(&mut flight, last.as_ref(), house).await;
                flight.failed = result.as_ref().err().map(|failure| (Instant::now(), failure.clone()));
                result
            }
        };
        match (result, last) {
            (Ok(bearer), _) => Ok(bearer),
            // It was to be renewed early, and that failed: it still works for a while.
            (Err(failure), Some(old)) if old.generation > generation && self.still_good(&failure) => Ok(old),
            (Err(failure), _) => Err(failure),
        }
    }

    fn still_good(&self, failure: &Failure) -> bool {
        !matches!(failure.kind, FailureKind::Credentials | FailureKind::Interrupted) && !self.is_expired(Instant::now())
    }

    async fn fetch(&self, flight: &mut Flight, last: Option<&Bearer>, house: &House) -> Result<Bearer, Failure> {
        let grant = match flight.grant.take() {
            Some(grant) => grant,
            None => token::resolve(self, house).await.map_err(|failure| self.keep_if_final(failure))?,
        };
        let grant = flight.grant.insert(grant);
        let token = match grant {
            Grant::App { .. } => token::fetch(grant, self, house).await,
            Grant::Token(_) if last.is_some() => return Err(self.worn_out(token::no_renewal(self))),
            Grant::Token(secret) => Ok(Token { secret: secret.clone(), lives: None }),
        };
        let token = token.map_err(|failure| self.keep_if_final(failure))?;
        self.remember(&token.secret);
        let header = token.secret.bearer().filter(|_| !token.secret.is_empty());
        let header = header.ok_or_else(|| self.refuse(token::unfit(self, token.secret.is_empty())))?;
        let bearer = Bearer { header, generation: last.map_or(1, |last| last.generation + 1) };
        let now = Instant::now();
        let held = Held {
            bearer: bearer.clone(),
            renew_at: token.lives.map(|lives| now + lives.saturating_sub((lives / 10).min(Duration::from_secs(60)))),
            expires_at: token.lives.map(|lives| now + lives),
        };
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
        Ok(bearer)
    }

    /// A ready token that the API refused. One that was never let in is wrong, and nobody else need ask with it.
    fn worn_out(&self, failure: Failure) -> Failure {
        if self.let_in.load(Ordering::Relaxed) == 0 {
            return self.refuse(failure);
        }
        self.doubt(&failure);
        failure
    }

    /// A failure that no later try in this run can mend is kept for good: refused credentials, a missing variable, an answer
    /// that is no token.
    fn keep_if_final(&self, failure: Failure) -> Failure {
        let lasting = match failure.kind {
            FailureKind::Credentials | FailureKind::Redirect => true,
            FailureKind::Api => failure.http_status.is_some_and(|code| (400..500).contains(&code) && code != 429),
            _ => false,
        };
        if lasting { self.refuse(failure) } else { failure }
    }

    /// Keeps a secret in mind for [`Account::blank`].
    pub(super) fn remember(&self, secret: &Secret) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.push(secret.clone());
    }

    /// Takes our secrets out of a text that the API wrote.
    pub(super) fn blank(&self, text: String) -> String {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().fold(text, |text, secret| secret.blank(text))
    }
}
