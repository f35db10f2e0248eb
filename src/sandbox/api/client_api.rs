//! The API itself: what a well-transported request is answered, by the wiki and the semantics that are switched on.
//!
//! Knows no faults and no connections. The order of checks is the order in which their answers can be told apart: who asks (401), whether that
//! user may (403), whether the quota has room (429), whether the client is there (404) and reached (403), and last what the request says (400).

use super::route::{On, Target};
use super::semantics::Semantics;
use crate::sandbox::account::app::App;
use crate::sandbox::account::quota::Quota;
use crate::sandbox::account::tokens::{Caller, Tokens};
use crate::sandbox::answer::content::Answer;
use crate::sandbox::answer::refusal::Refusal;
use crate::sandbox::data::fields;
use crate::sandbox::data::store::{Store, Unstored};
use axum::http::{Method, header};
use serde_json::{Map, Value, json};

/// What a request is answered from.
pub(crate) struct Resource<'a> {
    pub(crate) store: &'a Store,
    pub(crate) tokens: &'a Tokens,
    pub(crate) quota: &'a Quota,
    pub(crate) semantics: &'a Semantics,
}

/// A request, once it has arrived whole.
pub(crate) struct Asked<'a> {
    pub(crate) target: &'a Target,
    pub(crate) on: On,
    pub(crate) method: &'a Method,
    pub(crate) query: bool,
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
    /// Whose token came with it.
    pub(crate) caller: &'a Result<Caller, Refusal>,
}

impl Resource<'_> {
    /// The answer, and whose quota it shows where that is not the caller's; none where the simulator is about to end.
    pub(crate) fn answer(&self, asked: &Asked<'_>) -> Option<(Answer, Option<Caller>)> {
        let answered = match (asked.target, asked.on) {
            (Target::Token, _) if asked.method != Method::POST => return Some((not_allowed("POST"), None)),
            (Target::Token, _) => return Some(self.token(asked)),
            (Target::User, _) if asked.method != Method::GET => return Some((not_allowed("GET"), None)),
            (Target::User, _) => self.user(asked.caller).map_err(Unstored::Refused),
            (Target::Client(id), On::Get | On::Put) => self.client(asked, id),
            (Target::Client(_), _) => return Some((not_allowed("GET, PUT"), None)),
            (Target::Unknown, _) => Err(Unstored::Refused(Refusal::NoResource)),
        };
        match answered {
            Ok(value) => Some((Answer::json(value), None)),
            Err(Unstored::Refused(refusal)) => Some((Answer::refused(refusal), None)),
            Err(Unstored::Closed) => None,
        }
    }

    fn token(&self, asked: &Asked<'_>) -> (Answer, Option<Caller>) {
        match self.tokens.issue(asked.query, asked.content_type, asked.body) {
            Ok((value, caller)) => (Answer::json(value), Some(caller)),
            Err(refusal) => (Answer::refused(refusal), None),
        }
    }

    fn spend(&self, caller: &Caller) -> Result<(), Refusal> {
        self.quota.spend(&caller.account).map_err(|_| Refusal::Quota).map(drop)
    }

    /// `GET /api/ver1.0/user/`: who the token is.
    fn user(&self, caller: &Result<Caller, Refusal>) -> Result<Value, Refusal> {
        let caller = caller.as_ref().map_err(Clone::clone)?;
        let app = self.tokens.app(caller);
        if app.blocked {
            return Err(Refusal::UserBlocked);
        }
        self.spend(caller)?;
        let own = app.own_client(self.store.first());
        let access = match app.access {
            crate::sandbox::account::app::Access::Full => "full",
            crate::sandbox::account::app::Access::ReadOnly => "read_only",
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

    fn client(&self, asked: &Asked<'_>, id: &str) -> Result<Value, Unstored> {
        let write = asked.on == On::Put;
        let caller = asked.caller.as_ref().map_err(|refusal| Unstored::Refused(refusal.clone()))?;
        let app = self.tokens.app(caller);
        app.admits(write).and_then(|()| self.spend(caller)).map_err(Unstored::Refused)?;
        let id = self.find(app, id).map_err(Unstored::Refused)?;
        let client = if write {
            let body = body(asked.body).map_err(Unstored::Refused)?;
            self.store.update(id, |client| self.semantics.store(client, &body))?
        } else {
            self.store.get(id).ok_or(Unstored::Refused(Refusal::ClientNotFound))?
        };
        Ok(self.semantics.show(&client))
    }

    /// The client that the path names, if it is there and `app` reaches it.
    fn find(&self, app: &App, id: &str) -> Result<u64, Refusal> {
        let id = if id == "@me" {
            app.own_client(self.store.first()).ok_or(Refusal::ClientNotFound)?
        } else {
            // As text: `012` and `+12` are no ids that the API ever gave out.
            id.parse().ok().filter(|number: &u64| number.to_string() == id).ok_or(Refusal::ClientNotFound)?
        };
        self.store.get(id).ok_or(Refusal::ClientNotFound)?;
        if app.reaches(id) { Ok(id) } else { Err(Refusal::AccessDenied) }
    }
}

/// The body of a PUT: an object of writable fields with values of their types, and not an empty one.
fn body(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let refuse = |message: String| Err(Refusal::BadRequest(message));
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

fn not_allowed(methods: &str) -> Answer {
    Answer::refused(Refusal::Method).with(header::ALLOW, methods.to_owned())
}
