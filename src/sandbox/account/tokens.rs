//! Tokens: issues them to applications, and finds the owner of a bearer token.

use super::app::SeedApp;
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::clock::SimulatorClock;
use crate::sandbox::lock::lock;
use crate::sandbox::random;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// API: `/oauth` allows 20 requests a second.
const RATE: u64 = 20;

/// API: `/oauth` allows 6 connections at a time, counted here as requests in progress.
const PARALLEL: usize = 6;

/// The applications and their tokens.
pub(crate) struct TokenIssuer {
    apps: Vec<SeedApp>,
    /// The application of every request where the seed declares none. It may do everything.
    default_app: SeedApp,
    lifetime: Duration,
    rate: usize,
    random_seed: u64,
    issued: Mutex<IssuedTokens>,
    in_progress: AtomicUsize,
    clock: SimulatorClock,
}

#[derive(Default)]
struct IssuedTokens {
    tokens: HashMap<String, (TokenOwner, Instant)>,
    serial: u64,
    /// When the last second's requests for tokens arrived.
    recent: VecDeque<Instant>,
}

/// The application that a request belongs to.
#[derive(Clone, Debug)]
pub(crate) struct TokenOwner {
    /// The index of the application in the seed; none where the seed declares none.
    app: Option<usize>,
    /// The key of its quota counter.
    pub(crate) account: Arc<str>,
}

/// A request for a token in progress, until it is dropped.
pub(crate) struct TokenSlot<'a>(&'a TokenIssuer);

impl Drop for TokenSlot<'_> {
    fn drop(&mut self) {
        self.0.in_progress.fetch_sub(1, Ordering::Relaxed);
    }
}

impl TokenIssuer {
    pub(crate) fn new(
        apps: Vec<SeedApp>,
        rate: Option<u64>,
        lifetime: Duration,
        random_seed: u64,
        clock: SimulatorClock,
    ) -> TokenIssuer {
        let rate = match rate.unwrap_or(RATE) {
            0 => usize::MAX,
            rate => usize::try_from(rate).unwrap_or(usize::MAX),
        };
        TokenIssuer {
            apps,
            default_app: SeedApp::default(),
            lifetime,
            rate,
            random_seed,
            issued: Mutex::default(),
            in_progress: AtomicUsize::new(0),
            clock,
        }
    }

    pub(crate) fn app(&self, owner: &TokenOwner) -> &SeedApp {
        owner.app.and_then(|at| self.apps.get(at)).unwrap_or(&self.default_app)
    }

    /// Admits a request for a token within the limits of `/oauth`. The wiki does not document the refusal; here it is a
    /// passing 429.
    pub(crate) fn enter(&self) -> Result<TokenSlot<'_>, ApiRefusal> {
        let before = self.in_progress.fetch_add(1, Ordering::Relaxed);
        let slot = TokenSlot(self);
        let unlimited = self.rate == usize::MAX;
        if before >= PARALLEL && !unlimited {
            return Err(ApiRefusal::Passing);
        }
        let now = self.clock.now();
        let mut issued = lock(&self.issued);
        while issued.recent.front().is_some_and(|then| now.duration_since(*then) >= Duration::from_secs(1)) {
            let _ = issued.recent.pop_front();
        }
        if issued.recent.len() >= self.rate {
            return Err(ApiRefusal::Passing);
        }
        if !unlimited {
            issued.recent.push_back(now);
        }
        Ok(slot)
    }

    /// Issues a token for the form of a trusted application. Also returns the owner, whose quota the answer shows.
    ///
    /// API: `grant_type=client_credentials&client_id=…&client_secret=…` in the body, never in the query.
    pub(crate) fn issue(
        &self,
        query: bool,
        content_type: &str,
        body: &[u8],
    ) -> Result<(Value, TokenOwner), ApiRefusal> {
        let refuse = |message: &str| Err(ApiRefusal::BadRequest(message.to_owned()));
        if query {
            return refuse("send the form in the body, not in the query");
        }
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return refuse("the body must be a form");
        }
        let Some(form) = form(body) else { return refuse("the form is not valid") };
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if field("grant_type") != "client_credentials" {
            return refuse("unsupported grant_type");
        }
        let (id, secret) = (field("client_id"), field("client_secret"));
        if id.is_empty() || secret.is_empty() {
            return refuse("client_id and client_secret are required");
        }
        let owner = self.credentials(id, secret)?;
        let token = self.make(&owner);
        let answer = json!({
            "access_token": token, "expires_in": self.lifetime.as_secs(), "token_type": "Bearer", "scope": "all",
        });
        Ok((answer, owner))
    }

    fn credentials(&self, id: &str, secret: &str) -> Result<TokenOwner, ApiRefusal> {
        let account = Arc::from(id);
        if self.apps.is_empty() {
            return Ok(TokenOwner { app: None, account });
        }
        let pair = |app: &SeedApp| app.app_id.as_deref() == Some(id) && app.app_secret.as_deref() == Some(secret);
        match self.apps.iter().position(pair) {
            Some(at) => Ok(TokenOwner { app: Some(at), account }),
            // API: bad credentials may answer 400 or 401. A fault answers the 400.
            None => Err(ApiRefusal::Unauthorized("wrong client_id or client_secret")),
        }
    }

    fn make(&self, owner: &TokenOwner) -> String {
        let mut issued = lock(&self.issued);
        issued.serial += 1;
        let mark = random::of(self.random_seed, &["token", &owner.account, &issued.serial.to_string()]);
        let token = format!("sandbox-{}-{mark:016x}", issued.serial);
        // A lifetime past the range of the clock becomes 68 years.
        let end = self
            .clock
            .now()
            .checked_add(self.lifetime)
            .unwrap_or_else(|| self.clock.now() + Duration::from_secs(1 << 31));
        drop(issued.tokens.insert(token.clone(), (owner.clone(), end)));
        token
    }

    /// The owner of the token in an Authorization header.
    pub(crate) fn owner(&self, authorization: Option<&str>) -> Result<TokenOwner, ApiRefusal> {
        let Some(header) = authorization else { return Err(ApiRefusal::Unauthorized("no access token")) };
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => token.trim(),
            _ => return Err(ApiRefusal::Unauthorized("the Authorization header holds no bearer token")),
        };
        if let Some((owner, end)) = lock(&self.issued).tokens.get(token) {
            let expired = *end <= self.clock.now();
            return if expired {
                Err(ApiRefusal::Unauthorized("the access token has expired"))
            } else {
                Ok(owner.clone())
            };
        }
        if self.apps.is_empty() {
            return Ok(TokenOwner { app: None, account: Arc::from("") });
        }
        match self.apps.iter().position(|app| app.token.as_deref() == Some(token)) {
            Some(at) => {
                let account = self.apps[at].app_id.clone().unwrap_or_else(|| format!("apps[{at}]"));
                Ok(TokenOwner { app: Some(at), account: Arc::from(account) })
            }
            None => Err(ApiRefusal::Unauthorized("the access token is not valid")),
        }
    }
}

/// The fields of a form; none where an escape is broken or a name occurs twice.
fn form(body: &[u8]) -> Option<BTreeMap<String, String>> {
    if !has_whole_escapes(body) {
        return None;
    }
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(fields)
}

/// Whether two hexadecimal digits follow every `%`.
fn has_whole_escapes(text: &[u8]) -> bool {
    let is_escape = |rest: &[u8]| rest.get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    text.split(|byte| *byte == b'%').skip(1).all(is_escape)
}
