//! Every refusal that the API documents, with its code, its `status` and a sentence.
//!
//! Owns the shape of error bodies. API: a JSON body may hold a `status` that tells errors of one code apart, and a `message`; recorded bodies
//! mostly hold `message` alone.

use serde_json::{Value, json};

/// Why a request is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    BadRequest(String),
    Unauthorized(&'static str),
    AccessDenied,
    UserBlocked,
    UserAccess,
    AppAccess,
    /// No such resource: another path, or this one without its slash.
    NoResource,
    ClientNotFound,
    /// A method that the path does not have. Not in the wiki; every server has it.
    Method,
    /// The hour's quota is used up.
    Quota,
    /// API: recorded with requests remaining; a short back-off is enough.
    Passing,
}

/// How the `status` of an error body is written (API: a word, or the code itself as number or text, or absent).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum StatusAs {
    #[default]
    Word,
    Number,
    Text,
    Absent,
}

impl Refusal {
    /// The HTTP status code.
    pub(crate) fn code(&self) -> u16 {
        match self {
            Refusal::BadRequest(_) => 400,
            Refusal::Unauthorized(_) => 401,
            Refusal::AccessDenied | Refusal::UserBlocked | Refusal::UserAccess | Refusal::AppAccess => 403,
            Refusal::NoResource | Refusal::ClientNotFound => 404,
            Refusal::Method => 405,
            Refusal::Quota | Refusal::Passing => 429,
        }
    }

    /// The word that the wiki's table has for it.
    pub(crate) fn word(&self) -> Option<&'static str> {
        match self {
            Refusal::AccessDenied => Some("access_denied"),
            Refusal::UserBlocked => Some("user_blocked"),
            Refusal::UserAccess => Some("user_access_type_deny"),
            Refusal::AppAccess => Some("app_access_type_deny"),
            Refusal::ClientNotFound => Some("client_not_found"),
            Refusal::Quota => Some("rate_limit_exceeded"),
            Refusal::BadRequest(_)
            | Refusal::Unauthorized(_)
            | Refusal::NoResource
            | Refusal::Method
            | Refusal::Passing => None,
        }
    }

    /// The refusal with this word, or `bad_request`, `unauthorized`, `not_found` for those that have none.
    pub(crate) fn named(name: &str) -> Option<Refusal> {
        Some(match name {
            "bad_request" => Refusal::BadRequest("the value is not accepted".to_owned()),
            "unauthorized" => Refusal::Unauthorized("the access token is not valid"),
            "access_denied" => Refusal::AccessDenied,
            "user_blocked" => Refusal::UserBlocked,
            "user_access_type_deny" => Refusal::UserAccess,
            "app_access_type_deny" => Refusal::AppAccess,
            "not_found" => Refusal::NoResource,
            "client_not_found" => Refusal::ClientNotFound,
            _ => return None,
        })
    }

    fn message(&self) -> &str {
        match self {
            Refusal::BadRequest(message) => message,
            Refusal::Unauthorized(message) => message,
            Refusal::AccessDenied => "the user has no right to the resource",
            Refusal::UserBlocked => "the user, or the client it belongs to, is blocked",
            Refusal::UserAccess => "the access level of the user is too low",
            Refusal::AppAccess => "the access level of the application is too low",
            Refusal::NoResource => "no such resource",
            Refusal::ClientNotFound => "no client with that id",
            Refusal::Method => "method not allowed",
            Refusal::Quota => "the quota of requests is used up",
            Refusal::Passing => "concurrent request not allowed",
        }
    }

    /// The JSON body.
    pub(crate) fn body(&self, status: StatusAs) -> Value {
        let message = self.message();
        match (status, self.word()) {
            (StatusAs::Word, Some(word)) => json!({"status": word, "message": message}),
            (StatusAs::Word | StatusAs::Absent, _) => json!({"message": message}),
            (StatusAs::Number, _) => json!({"status": self.code(), "message": message}),
            (StatusAs::Text, _) => json!({"status": self.code().to_string(), "message": message}),
        }
    }
}
