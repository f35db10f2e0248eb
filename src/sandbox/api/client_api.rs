//! The API itself: what a well-transported request is answered, by the wiki and the semantics that are switched on.
//!
//! Knows no faults and no connections. The order of checks is the order in which their answers can be told apart: who asks (401), whether that
//! user may (403), whether the quota has room (429), whether the client is there (404) and reached (403), and last what the request says (400).

use super::route::{ApiOperation, ApiPath};
use super::semantics::Semantics;
use crate::sandbox::account::app::SeedApp;
use crate::sandbox::account::quota::AppQuotas;
use crate::sandbox::account::tokens::{TokenIssuer, TokenOwner};
use crate::sandbox::answer::content::SimulatedAnswer;
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::data::fields;
use crate::sandbox::data::store::{ClientStore, StoreError};
use axum::http::{Method, header};
use serde_json::{Map, Value, json};

/// What a request is answered from.
pub(crate) struct ClientApi<'a> {
    pub(crate) store: &'a ClientStore,
    pub(crate) tokens: &'a TokenIssuer,
    pub(crate) quota: &'a AppQuotas,
    pub(crate) semantics: &'a Semantics,
}

/// A request, once it has arrived whole.
pub(crate) struct ApiRequest<'a> {
    pub(crate) target: &'a ApiPath,
    pub(crate) on: ApiOperation,
    pub(crate) method: &'a Method,
    pub(crate) query: bool,
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
    /// Whose token came with it.
    pub(crate) caller: &'a Result<TokenOwner, ApiRefusal>,
}

impl ClientApi<'_> {
    /// The answer, and whose quota it shows where that is not the caller's; none where the simulator is about to end.
    pub(crate) fn answer(&self, asked: &ApiRequest<'_>) -> Option<(SimulatedAnswer, Option<TokenOwner>)> {
        let answered = match (asked.target, asked.on) {
            (ApiPath::Token, _) if asked.method != Method::POST => return Some((not_allowed("POST"), None)),
            (ApiPath::Token, _) => return Some(self.token(asked)),
            (ApiPath::User, _) if asked.method != Method::GET => return Some((not_allowed("GET"), None)),
            (ApiPath::User, _) => self.user(asked.caller).map_err(StoreError::Refused),
            (ApiPath::Client(id), ApiOperation::Get | ApiOperation::Put) => self.client(asked, id),
            (ApiPath::Client(_), _) => return Some((not_allowed("GET, PUT"), None)),
            (ApiPath::Unknown, _) => Err(StoreError::Refused(ApiRefusal::NoResource)),
        };
        match answered {
            Ok(value) => Some((SimulatedAnswer::json(value), None)),
            Err(StoreError::Refused(refusal)) => Some((SimulatedAnswer::refused(refusal), None)),
            Err(StoreError::Closed) => None,
        }
    }

    fn token(&self, asked: &ApiRequest<'_>) -> (SimulatedAnswer, Option<TokenOwner>) {
        match self.tokens.issue(asked.query, asked.content_type, asked.body) {
            Ok((value, caller)) => (SimulatedAnswer::json(value), Some(caller)),
            Err(refusal) => (SimulatedAnswer::refused(refusal), None),
        }
    }

    fn spend(&self, caller: &TokenOwner) -> Result<(), ApiRefusal> {
        self.quota.spend(&caller.account).map_err(|_| ApiRefusal::Quota).map(drop)
    }

    /// `GET /api/ver1.0/user/`: who the token is.
    fn user(&self, caller: &Result<TokenOwner, ApiRefusal>) -> Result<Value, ApiRefusal> {
        let caller = caller.as_ref().map_err(Clone::clone)?;
        let app = self.tokens.app(caller);
        if app.blocked {
            return Err(ApiRefusal::UserBlocked);
        }
        self.spend(caller)?;
        let own = app.own_client(self.store.first());
        let access = match app.access {
            crate::sandbox::account::app::UserAccess::Full => "full",
            crate::sandbox::account::app::UserAccess::ReadOnly => "read_only",
        };
        let timezone = own.and_then(|id| self.store.get(id)).and_then(|client| client.get("timezone").cloned());
        Ok(json!({
            "id": 1000 + own.or(app.dealer).unwrap_or(0),
            "login": if caller.account.is_empty() { "sandbox" } else { &*caller.account },
            "client_id": own,
            "dealer_id": app.dealer,
            "extension_id": null,
            "extension_group_id": null,
            "access": access,
            "admin": false,
            "timezone": timezone,
            "extra_params": null,
        }))
    }

    fn client(&self, asked: &ApiRequest<'_>, id: &str) -> Result<Value, StoreError> {
        let write = asked.on == ApiOperation::Put;
        let caller = asked.caller.as_ref().map_err(|refusal| StoreError::Refused(refusal.clone()))?;
        let app = self.tokens.app(caller);
        app.admits(write).and_then(|()| self.spend(caller)).map_err(StoreError::Refused)?;
        let id = self.find(app, id).map_err(StoreError::Refused)?;
        let client = if write {
            let body = body(asked.body).map_err(StoreError::Refused)?;
            self.store.update(id, |client| self.semantics.store(client, &body))?
        } else {
            self.store.get(id).ok_or(StoreError::Refused(ApiRefusal::ClientNotFound))?
        };
        Ok(self.semantics.show(&client))
    }

    /// The client that the path names, if it is there and `app` reaches it.
    fn find(&self, app: &SeedApp, id: &str) -> Result<u64, ApiRefusal> {
        let id = if id == "@me" {
            app.own_client(self.store.first()).ok_or(ApiRefusal::ClientNotFound)?
        } else {
            // As text: `012` and `+12` are no ids that the API ever gave out.
            id.parse().ok().filter(|number: &u64| number.to_string() == id).ok_or(ApiRefusal::ClientNotFound)?
        };
        self.store.get(id).ok_or(ApiRefusal::ClientNotFound)?;
        if app.reaches(id) { Ok(id) } else { Err(ApiRefusal::AccessDenied) }
    }
}

/// The body of a PUT: an object of writable fields with values of their types, and not an empty one.
fn body(bytes: &[u8]) -> Result<Map<String, Value>, ApiRefusal> {
    let refuse = |message: String| Err(ApiRefusal::BadRequest(message));
    let body = match serde_json::from_slice(bytes) {
        Ok(Value::Object(body)) => body,
        Ok(_) => return refuse("the body must be a JSON object".to_owned()),
        Err(_) => return refuse("the body is not JSON".to_owned()),
    };
    if body.is_empty() {
        return refuse("there is no parameter to update".to_owned());
    }
    match body.iter().find_map(|(name, value)| fields::objection(name, value)) {
        Some(objection) => refuse(objection),
        None => Ok(body),
    }
}

fn not_allowed(methods: &str) -> SimulatedAnswer {
    SimulatedAnswer::refused(ApiRefusal::Method).with(header::ALLOW, methods.to_owned())
}
