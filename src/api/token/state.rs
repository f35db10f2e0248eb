//! The token of one credential as a value: which one is current, when to renew it, and whether the API refuses the
//! credential.
//!
//! Owns the rules: renew before the token expires or when the API refuses it; make no more requests with a refused
//! credential. It makes no request, has no lock and no clock.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::HeaderValue;

use crate::api::credential_source::ResolvedCredential;
use crate::api::retry::is_unprocessed;
use crate::model::{Failure, FailureKind};

/// How long all users of a credential share a failure to get a token that may pass. Without it, ten thousand clients
/// would try four times each, one after the other, on an API that is down.
const SHARED_FAILURE: Duration = Duration::from_secs(30);

/// How many fresh tokens in a row, refused with 401 and no success between, show that the API refuses the credential.
/// One client that answers 401 for reasons of its own must not stop a fleet.
const REFUSED_TOKENS: u32 = 3;

/// The longest time before its expiry that a token is renewed.
const RENEW_AHEAD: Duration = Duration::from_secs(60);

/// An access token, ready to be sent.
#[derive(Clone, Debug)]
pub(in crate::api) struct AccessToken {
    /// The value of `Authorization`.
    pub(in crate::api) header: HeaderValue,
    /// Counts the tokens of this credential, from 1.
    pub(in crate::api) generation: u64,
}

#[derive(Debug)]
struct CurrentToken {
    token: AccessToken,
    /// From then on ringform wants a newer one.
    renew_at: Option<Instant>,
    /// From then on the API does not accept it.
    expires_at: Option<Instant>,
}

/// The token of one credential.
#[derive(Debug, Default)]
pub(in crate::api) struct TokenState {
    current: Option<CurrentToken>,
    /// The answer to every later request with this credential.
    refused: Option<Failure>,
    /// The newest generation that the API answered with 401.
    rejected: u64,
    /// The newest generation that the API accepted; 0: none yet.
    accepted: u64,
    /// The newest generation that counted as refused.
    counted: u64,
    /// How many tokens in a row the API refused although they were fresh.
    refused_tokens: u32,
}

impl TokenState {
    /// The token for a request; `None`: there is none yet, or its time is nearly over. Fails when the API refused the
    /// credential.
    pub(in crate::api) fn usable(&self, now: Instant) -> Result<Option<AccessToken>, Failure> {
        self.newer_than(0, now)
    }

    /// A token that is newer than one that the API refused, if there is one.
    pub(in crate::api) fn newer_than(&self, generation: u64, now: Instant) -> Result<Option<AccessToken>, Failure> {
        if let Some(refused) = &self.refused {
            return Err(refused.clone());
        }
        let fresh = |current: &&CurrentToken| {
            current.token.generation > generation && current.renew_at.is_none_or(|at| now < at)
        };
        Ok(self.current.as_ref().filter(fresh).map(|current| current.token.clone()))
    }

    /// The current token in place of a newer one that could not be fetched, while it has not expired.
    pub(super) fn instead_of_renewal(&self, generation: u64, failure: &Failure, now: Instant) -> Option<AccessToken> {
        if matches!(failure.kind, FailureKind::Credentials | FailureKind::Interrupted) {
            return None;
        }
        let valid = |current: &&CurrentToken| {
            current.token.generation > generation && current.expires_at.is_none_or(|at| now < at)
        };
        self.current.as_ref().filter(valid).map(|current| current.token.clone())
    }

    /// Whether this credential had a token already.
    pub(super) fn had_token(&self) -> bool {
        self.current.is_some()
    }

    /// Makes a token current. `lifetime` is what the API says of it.
    pub(super) fn store(&mut self, header: HeaderValue, lifetime: Option<Duration>, now: Instant) -> AccessToken {
        let generation = self.current.as_ref().map_or(1, |current| current.token.generation + 1);
        let token = AccessToken { header, generation };
        self.current = Some(CurrentToken {
            token: token.clone(),
            renew_at: lifetime.map(|lifetime| now + lifetime.saturating_sub((lifetime / 10).min(RENEW_AHEAD))),
            expires_at: lifetime.map(|lifetime| now + lifetime),
        });
        token
    }

    /// The generation that the API refused last, for a renewal that comes later.
    pub(in crate::api) fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Whether [`TokenState::accept`] would change nothing, as after most answers.
    pub(in crate::api) fn is_accepted(&self, token: &AccessToken, status: StatusCode) -> bool {
        says_nothing(status) || (self.accepted >= token.generation && self.refused_tokens == 0)
    }

    /// Records an answer other than 401: the API accepted the token, unless the server itself failed.
    pub(in crate::api) fn accept(&mut self, token: &AccessToken, status: StatusCode) {
        if !says_nothing(status) {
            self.accepted = self.accepted.max(token.generation);
            self.refused_tokens = 0;
        }
    }

    /// Records a 401.
    pub(in crate::api) fn reject(&mut self, token: &AccessToken) {
        self.rejected = self.rejected.max(token.generation);
    }

    /// Records a 401 to a fresh token; after some such tokens in a row the credential counts as refused. A token that
    /// the API accepted for other clients does not count, and one that many requests at a time carried counts once.
    pub(in crate::api) fn reject_fresh(&mut self, token: &AccessToken, failure: &Failure) {
        let known = self.counted >= token.generation;
        self.counted = self.counted.max(token.generation);
        if !known && self.accepted < token.generation {
            self.count_refused(failure);
        }
    }

    fn count_refused(&mut self, failure: &Failure) {
        self.refused_tokens += 1;
        if self.refused_tokens >= REFUSED_TOKENS {
            self.refuse(failure.clone());
        }
    }

    /// Makes a failure the answer to every later request. The first one stays.
    pub(super) fn refuse(&mut self, failure: Failure) -> Failure {
        self.refused.get_or_insert(failure).clone()
    }

    /// A ready token that the API refused. If the API never accepted it, it is wrong, and no other client need try it.
    pub(super) fn refuse_ready(&mut self, failure: Failure) -> Failure {
        if self.accepted == 0 {
            return self.refuse(failure);
        }
        self.count_refused(&failure);
        failure
    }

    /// Keeps a failure for good that no later try in this run mends: refused credentials, a missing variable, a
    /// redirect.
    pub(super) fn keep_if_final(&mut self, failure: Failure) -> Failure {
        let is_final = match failure.kind {
            FailureKind::Credentials | FailureKind::Redirect => true,
            FailureKind::Api => failure
                .http_status
                .is_some_and(|code| (400..500).contains(&code) && code != 429 && !is_unprocessed(code)),
            _ => false,
        };
        if is_final { self.refuse(failure) } else { failure }
    }
}

/// Whether an answer says nothing about the token: the server failed, or something on the way gave up.
fn says_nothing(status: StatusCode) -> bool {
    status.is_server_error() || is_unprocessed(status.as_u16())
}

/// What one fetch leaves for the next.
#[derive(Debug, Default)]
pub(in crate::api) struct FetchState {
    pub(super) resolved: Option<ResolvedCredential>,
    failed: Option<(Instant, Failure)>,
}

impl FetchState {
    /// A failure that is recent enough to count for this fetch too.
    pub(super) fn shared_failure(&self, now: Instant) -> Option<Failure> {
        let (at, failure) = self.failed.as_ref()?;
        (now.saturating_duration_since(*at) < SHARED_FAILURE).then(|| failure.clone())
    }

    /// Records how a fetch ended.
    pub(super) fn record<T>(&mut self, result: &Result<T, Failure>, now: Instant) {
        self.failed = result.as_ref().err().map(|failure| (now, failure.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn header(name: &str) -> HeaderValue {
        name.parse().unwrap()
    }

    fn unauthorized() -> Failure {
        Failure { http_status: Some(401), ..Failure::new(FailureKind::Api, "no") }
    }

    #[test]
    fn a_token_is_renewed_a_tenth_of_its_life_and_at_most_a_minute_before_it_expires() {
        for (lifetime, renewed_at, expired_at) in
            [(Some(3600), Some(3540), Some(3600)), (Some(100), Some(90), Some(100)), (None, None, None)]
        {
            let (mut state, start) = (TokenState::default(), Instant::now());
            assert!(state.usable(start).unwrap().is_none() && !state.had_token());
            assert_eq!(state.store(header("t"), lifetime.map(secs), start).generation, 1);
            let usable = |seconds| state.usable(start + secs(seconds)).unwrap().is_some();
            let failure = Failure::new(FailureKind::Timeout, "late");
            let valid = |seconds| state.instead_of_renewal(0, &failure, start + secs(seconds)).is_some();
            match (renewed_at, expired_at) {
                (Some(renewed_at), Some(expired_at)) => {
                    assert!(usable(renewed_at - 1) && !usable(renewed_at));
                    assert!(valid(expired_at - 1) && !valid(expired_at));
                }
                _ => assert!(usable(1_000_000) && valid(1_000_000)),
            }
        }
    }

    #[test]
    fn an_old_token_replaces_a_renewal_only_if_the_failure_may_pass() {
        let (mut state, now) = (TokenState::default(), Instant::now());
        state.store(header("t"), Some(secs(100)), now);
        for (kind, generation, serves) in [
            (FailureKind::Timeout, 0, true),
            (FailureKind::Api, 0, true),
            (FailureKind::Timeout, 1, false),
            (FailureKind::Credentials, 0, false),
            (FailureKind::Interrupted, 0, false),
        ] {
            let failure = Failure::new(kind, "x");
            assert_eq!(state.instead_of_renewal(generation, &failure, now).is_some(), serves, "{kind:?} {generation}");
        }
    }

    #[test]
    fn three_fresh_tokens_refused_in_a_row_refuse_the_credential() {
        let (mut state, now) = (TokenState::default(), Instant::now());
        for round in 1..=3 {
            assert!(state.usable(now).is_ok(), "{round}");
            let token = state.store(header("t"), None, now);
            state.reject(&token);
            assert_eq!(state.rejected(), token.generation);
            // Many requests that carried one token count once.
            state.reject_fresh(&token, &unauthorized());
            state.reject_fresh(&token, &unauthorized());
        }
        assert_eq!(state.usable(now).unwrap_err(), unauthorized());
    }

    #[test]
    fn a_success_between_starts_the_count_again_and_a_server_error_does_not() {
        for (status, refused) in [(200, false), (404, false), (408, true), (503, true)] {
            let status = StatusCode::from_u16(status).unwrap();
            let (mut state, now) = (TokenState::default(), Instant::now());
            for round in 0..3 {
                let token = state.store(header("t"), None, now);
                state.reject_fresh(&token, &unauthorized());
                if round == 1 {
                    assert_eq!(state.is_accepted(&token, status), refused);
                    state.accept(&token, status);
                }
            }
            assert_eq!(state.usable(now).is_err(), refused, "{status}");
        }
    }

    #[test]
    fn a_ready_token_that_never_worked_is_refused_immediately() {
        let (mut state, now) = (TokenState::default(), Instant::now());
        let token = state.store(header("t"), None, now);
        state.refuse_ready(unauthorized());
        assert!(state.usable(now).is_err());
        let mut state = TokenState::default();
        state.store(header("t"), None, now);
        state.accept(&token, StatusCode::OK);
        state.refuse_ready(unauthorized());
        assert!(state.usable(now).is_ok());
    }

    #[test]
    fn only_failures_that_no_retry_mends_are_final() {
        let api = |code| Failure { http_status: Some(code), ..Failure::new(FailureKind::Api, "x") };
        for (failure, is_final) in [
            (Failure::new(FailureKind::Credentials, "x"), true),
            (Failure::new(FailureKind::Redirect, "x"), true),
            (api(404), true),
            (api(408), false),
            (api(425), false),
            (api(429), false),
            (api(503), false),
            (Failure::new(FailureKind::Connection, "x"), false),
            (Failure::new(FailureKind::Quota, "x"), false),
            (Failure::new(FailureKind::BadAnswer, "x"), false),
        ] {
            let mut state = TokenState::default();
            assert_eq!(state.keep_if_final(failure.clone()), failure);
            assert_eq!(state.usable(Instant::now()).is_err(), is_final, "{failure:?}");
        }
    }

    #[test]
    fn a_failed_fetch_counts_for_all_for_half_a_minute() {
        let (mut fetch, now) = (FetchState::default(), Instant::now());
        assert!(fetch.shared_failure(now).is_none());
        fetch.record::<()>(&Err(unauthorized()), now);
        assert!(fetch.shared_failure(now + secs(29)).is_some() && fetch.shared_failure(now + secs(30)).is_none());
        fetch.record(&Ok(()), now);
        assert!(fetch.shared_failure(now).is_none());
    }
}
