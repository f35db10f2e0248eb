//! Tokens: issuing them to applications, and knowing whose a bearer token is.

use super::app::SeedApp;
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::api::route::decode;
use crate::sandbox::lock::lock;
use crate::sandbox::random;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// API: `/oauth` allows 20 requests a second.
const RATE: u64 = 20;

/// API: `/oauth` allows 6 connections at a time; counted here as requests under way.
const AT_ONCE: usize = 6;

/// The applications and the tokens that they hold.
pub(crate) struct TokenIssuer {
    apps: Vec<SeedApp>,
    /// Who asks where no apps are declared: everyone may everything.
    everyone: SeedApp,
    lifetime: Duration,
    rate: usize,
    random_seed: u64,
    issued: Mutex<IssuedTokens>,
    under_way: AtomicUsize,
}

#[derive(Default)]
struct IssuedTokens {
    tokens: HashMap<String, (TokenOwner, Instant)>,
    serial: u64,
    /// The last second's requests for tokens.
    recent: VecDeque<Instant>,
}

/// Whose a request is.
#[derive(Clone, Debug)]
pub(crate) struct TokenOwner {
    /// The app's place in the seed; none where no apps are declared.
    app: Option<usize>,
    /// Whose quota is spent.
    pub(crate) account: Arc<str>,
}

/// A request for a token under way; one fewer when it is dropped.
pub(crate) struct TokenSlot<'a>(&'a TokenIssuer);

impl Drop for TokenSlot<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl TokenIssuer {
    pub(crate) fn new(apps: Vec<SeedApp>, rate: Option<u64>, lifetime: Duration, random_seed: u64) -> TokenIssuer {
        let rate = match rate.unwrap_or(RATE) {
            0 => usize::MAX,
            rate => usize::try_from(rate).unwrap_or(usize::MAX),
        };
        TokenIssuer {
            apps,
            everyone: SeedApp::default(),
            lifetime,
            rate,
            random_seed,
            issued: Mutex::default(),
            under_way: AtomicUsize::new(0),
        }
    }

    pub(crate) fn app(&self, caller: &TokenOwner) -> &SeedApp {
        caller.app.and_then(|at| self.apps.get(at)).unwrap_or(&self.everyone)
    }

    /// Takes up a request for a token, within the limits of `/oauth`. How they are refused is not documented: as a passing 429 here.
    pub(crate) fn enter(&self) -> Result<TokenSlot<'_>, ApiRefusal> {
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        let slot = TokenSlot(self);
        let unlimited = self.rate == usize::MAX;
        if before >= AT_ONCE && !unlimited {
            return Err(ApiRefusal::Passing);
        }
        let now = Instant::now();
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

    /// Answers the form of a trusted application (API: `grant_type=client_credentials&client_id=…&client_secret=…` in the body, never in the
    /// query). Also says whose quota the answer shows.
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
        let Some(form) = form(body) else { return refuse("the form cannot be read") };
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if field("grant_type") != "client_credentials" {
            return refuse("unsupported grant_type");
        }
        let (id, secret) = (field("client_id"), field("client_secret"));
        if id.is_empty() || secret.is_empty() {
            return refuse("client_id and client_secret are required");
        }
        let caller = self.credentials(id, secret)?;
        let token = self.make(&caller);
        let answer = json!({
            "access_token": token, "expires_in": self.lifetime.as_secs(), "token_type": "Bearer", "scope": "all",
        });
        Ok((answer, caller))
    }

    fn credentials(&self, id: &str, secret: &str) -> Result<TokenOwner, ApiRefusal> {
        let account = Arc::from(id);
        if self.apps.is_empty() {
            return Ok(TokenOwner { app: None, account });
        }
        let pair = |app: &SeedApp| app.app_id.as_deref() == Some(id) && app.app_secret.as_deref() == Some(secret);
        match self.apps.iter().position(pair) {
            Some(at) => Ok(TokenOwner { app: Some(at), account }),
            // API: bad credentials may answer 400 or 401. A fault plays the 400.
            None => Err(ApiRefusal::Unauthorized("wrong client_id or client_secret")),
        }
    }

    fn make(&self, caller: &TokenOwner) -> String {
        let mut issued = lock(&self.issued);
        issued.serial += 1;
        let mark = random::of(self.random_seed, &["token", &caller.account, &issued.serial.to_string()]);
        let token = format!("sandbox-{}-{mark:016x}", issued.serial);
        // A lifetime past what the clock can count never ends; the year 2100 is as good.
        let end =
            Instant::now().checked_add(self.lifetime).unwrap_or_else(|| Instant::now() + Duration::from_secs(1 << 31));
        drop(issued.tokens.insert(token.clone(), (caller.clone(), end)));
        token
    }

    /// Whose token an Authorization header holds.
    pub(crate) fn caller(&self, authorization: Option<&str>) -> Result<TokenOwner, ApiRefusal> {
        let Some(header) = authorization else { return Err(ApiRefusal::Unauthorized("no access token")) };
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => token.trim(),
            _ => return Err(ApiRefusal::Unauthorized("the Authorization header holds no bearer token")),
        };
        if let Some((caller, end)) = lock(&self.issued).tokens.get(token) {
            let expired = *end <= Instant::now();
            return if expired {
                Err(ApiRefusal::Unauthorized("the access token has expired"))
            } else {
                Ok(caller.clone())
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

/// The fields of a form; none where it is broken or says one thing twice.
fn form(body: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for pair in std::str::from_utf8(body).ok()?.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if fields.insert(decode(name, true)?, decode(value, true)?).is_some() {
            return None;
        }
    }
    Some(fields)
}
