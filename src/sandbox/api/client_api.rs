//! The API itself: answers a request by the wiki and the semantics of this simulator.
//!
//! Must not depend on faults and connections. The order of the checks: the token (401), the access of its user (403),
//! the quota (429), whether the client exists (404) and is reached (403), the request itself (400).

use super::route::{ApiOperation, ApiPath};
use super::semantics::Semantics;
use crate::sandbox::account::app::{SeedApp, UserAccess};
use crate::sandbox::account::quota::AppQuotas;
use crate::sandbox::account::tokens::{TokenIssuer, TokenOwner};
use crate::sandbox::answer::content::SimulatedAnswer;
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::data::fields;
use crate::sandbox::data::store::{ClientStore, StoreError};
use axum::http::{Method, header};
use serde_json::{Map, Value, json};

/// The state that answers depend on.
pub(crate) struct ClientApi<'a> {
    pub(crate) store: &'a ClientStore,
    pub(crate) tokens: &'a TokenIssuer,
    pub(crate) quota: &'a AppQuotas,
    pub(crate) semantics: &'a Semantics,
}

/// A request whose body has arrived.
pub(crate) struct ApiRequest<'a> {
    pub(crate) path: &'a ApiPath,
    pub(crate) operation: ApiOperation,
    pub(crate) method: &'a Method,
    pub(crate) query: bool,
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
    /// The owner of its token.
    pub(crate) owner: &'a Result<TokenOwner, ApiRefusal>,
}

impl ClientApi<'_> {
    /// The answer, and the owner whose quota it shows where the request had no token of its own.
    /// None: the simulator ends.
    pub(crate) fn answer(&self, request: &ApiRequest<'_>) -> Option<(SimulatedAnswer, Option<TokenOwner>)> {
        let result = match (request.path, request.operation) {
            (ApiPath::Token, _) if request.method != Method::POST => return Some((not_allowed("POST"), None)),
            (ApiPath::Token, _) => return Some(self.token(request)),
            (ApiPath::User, _) if request.method != Method::GET => return Some((not_allowed("GET"), None)),
            (ApiPath::User, _) => self.user(request.owner).map_err(StoreError::Refusal),
            (ApiPath::Client(id), ApiOperation::Get | ApiOperation::Put) => self.client(request, id),
            (ApiPath::Client(_), _) => return Some((not_allowed("GET, PUT"), None)),
            (ApiPath::Unknown, _) => Err(StoreError::Refusal(ApiRefusal::NoResource)),
        };
        match result {
            Ok(value) => Some((SimulatedAnswer::json(value), None)),
            Err(StoreError::Refusal(refusal)) => Some((SimulatedAnswer::refusal(refusal), None)),
            Err(StoreError::Closed) => None,
        }
    }

    fn token(&self, request: &ApiRequest<'_>) -> (SimulatedAnswer, Option<TokenOwner>) {
        match self.tokens.issue(request.query, request.content_type, request.body) {
            Ok((value, owner)) => (SimulatedAnswer::json(value), Some(owner)),
            Err(refusal) => (SimulatedAnswer::refusal(refusal), None),
        }
    }

    fn spend(&self, owner: &TokenOwner) -> Result<(), ApiRefusal> {
        self.quota.spend(&owner.account).map_err(|_| ApiRefusal::Quota).map(drop)
    }

    /// `GET /api/ver1.0/user/`: the user of the token.
    fn user(&self, owner: &Result<TokenOwner, ApiRefusal>) -> Result<Value, ApiRefusal> {
        let owner = owner.as_ref().map_err(Clone::clone)?;
        let app = self.tokens.app(owner);
        if app.blocked {
            return Err(ApiRefusal::UserBlocked);
        }
        self.spend(owner)?;
        let own = app.own_client(self.store.first());
        let access = match app.access {
            UserAccess::Full => "full",
            UserAccess::ReadOnly => "read_only",
        };
        let timezone = own.and_then(|id| self.store.get(id)).and_then(|client| client.get("timezone").cloned());
        Ok(json!({
            "id": 1000 + own.or(app.dealer).unwrap_or(0),
            "login": if owner.account.is_empty() { "sandbox" } else { &*owner.account },
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

    fn client(&self, request: &ApiRequest<'_>, id: &str) -> Result<Value, StoreError> {
        let write = request.operation == ApiOperation::Put;
        let owner = request.owner.as_ref().map_err(|refusal| StoreError::Refusal(refusal.clone()))?;
        let app = self.tokens.app(owner);
        app.admits(write).and_then(|()| self.spend(owner)).map_err(StoreError::Refusal)?;
        let id = self.find(app, id).map_err(StoreError::Refusal)?;
        let client = if write {
            let body = parse_body(request.body).map_err(StoreError::Refusal)?;
            self.store.update(id, |client| self.semantics.store(client, &body))?
        } else {
            self.store.get(id).ok_or(StoreError::Refusal(ApiRefusal::ClientNotFound))?
        };
        Ok(self.semantics.show(&client))
    }

    /// The id of the client in the path, if it exists and `app` reaches it.
    fn find(&self, app: &SeedApp, id: &str) -> Result<u64, ApiRefusal> {
        let id = if id == "@me" {
            app.own_client(self.store.first()).ok_or(ApiRefusal::ClientNotFound)?
        } else {
            // Compared as text, because `012` and `+12` are not ids.
            id.parse().ok().filter(|number: &u64| number.to_string() == id).ok_or(ApiRefusal::ClientNotFound)?
        };
        self.store.get(id).ok_or(ApiRefusal::ClientNotFound)?;
        if app.reaches(id) { Ok(id) } else { Err(ApiRefusal::AccessDenied) }
    }
}

/// Checks the body of a PUT: an object, not empty, of writable fields with values of their types.
fn parse_body(bytes: &[u8]) -> Result<Map<String, Value>, ApiRefusal> {
    let refuse = |message: String| Err(ApiRefusal::BadRequest(message));
    let body = match serde_json::from_slice(bytes) {
        Ok(Value::Object(body)) => body,
        Ok(_) => return refuse("the body must be a JSON object".to_owned()),
        Err(_) => return refuse("the body is not JSON".to_owned()),
    };
    if body.is_empty() {
        return refuse("the body names no parameter to update".to_owned());
    }
    match body.iter().find_map(|(name, value)| fields::objection(name, value)) {
        Some(objection) => refuse(objection),
        None => Ok(body),
    }
}

fn not_allowed(methods: &str) -> SimulatedAnswer {
    SimulatedAnswer::refusal(ApiRefusal::Method).with(header::ALLOW, methods.to_owned())
}
