//! Every refusal that the API documents, with its code, its `status` and a message.
//!
//! Owns the form of error bodies. API: a JSON body may hold a `message`, and a `status` that distinguishes errors of
//! one code. Most recorded bodies hold only `message`.

use serde_json::{Value, json};

/// The reason why the API does not serve a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiRefusal {
    BadRequest(String),
    Unauthorized(&'static str),
    AccessDenied,
    UserBlocked,
    UserAccess,
    AppAccess,
    /// No such resource: another path, or this one without its slash.
    NoResource,
    ClientNotFound,
    /// The path does not take this method. The wiki does not name it; every server answers it.
    Method,
    /// The hour's quota is used up.
    Quota,
    /// API: recorded while requests remained; a short back-off is enough.
    Passing,
}

/// The format of `status` in an error body. API: a word, or the code as number or text, or absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum StatusFormat {
    #[default]
    Word,
    Number,
    Text,
    Absent,
}

impl ApiRefusal {
    /// The HTTP status code.
    pub(crate) fn code(&self) -> u16 {
        match self {
            ApiRefusal::BadRequest(_) => 400,
            ApiRefusal::Unauthorized(_) => 401,
            ApiRefusal::AccessDenied | ApiRefusal::UserBlocked | ApiRefusal::UserAccess | ApiRefusal::AppAccess => 403,
            ApiRefusal::NoResource | ApiRefusal::ClientNotFound => 404,
            ApiRefusal::Method => 405,
            ApiRefusal::Quota | ApiRefusal::Passing => 429,
        }
    }

    /// Its word in the wiki's table.
    pub(crate) fn word(&self) -> Option<&'static str> {
        match self {
            ApiRefusal::AccessDenied => Some("access_denied"),
            ApiRefusal::UserBlocked => Some("user_blocked"),
            ApiRefusal::UserAccess => Some("user_access_type_deny"),
            ApiRefusal::AppAccess => Some("app_access_type_deny"),
            ApiRefusal::ClientNotFound => Some("client_not_found"),
            ApiRefusal::Quota => Some("rate_limit_exceeded"),
            ApiRefusal::BadRequest(_)
            | ApiRefusal::Unauthorized(_)
            | ApiRefusal::NoResource
            | ApiRefusal::Method
            | ApiRefusal::Passing => None,
        }
    }

    /// The refusal with this word. `bad_request`, `unauthorized` and `not_found` name refusals without a word.
    pub(crate) fn named(name: &str) -> Option<ApiRefusal> {
        Some(match name {
            "bad_request" => ApiRefusal::BadRequest("the value is not accepted".to_owned()),
            "unauthorized" => ApiRefusal::Unauthorized("the access token is not valid"),
            "access_denied" => ApiRefusal::AccessDenied,
            "user_blocked" => ApiRefusal::UserBlocked,
            "user_access_type_deny" => ApiRefusal::UserAccess,
            "app_access_type_deny" => ApiRefusal::AppAccess,
            "not_found" => ApiRefusal::NoResource,
            "client_not_found" => ApiRefusal::ClientNotFound,
            _ => return None,
        })
    }

    fn message(&self) -> &str {
        match self {
            ApiRefusal::BadRequest(message) => message,
            ApiRefusal::Unauthorized(message) => message,
            ApiRefusal::AccessDenied => "the user has no right to the resource",
            ApiRefusal::UserBlocked => "the user, or the client it belongs to, is blocked",
            ApiRefusal::UserAccess => "the access level of the user is too low",
            ApiRefusal::AppAccess => "the access level of the application is too low",
            ApiRefusal::NoResource => "no such resource",
            ApiRefusal::ClientNotFound => "no client with that id",
            ApiRefusal::Method => "method not allowed",
            ApiRefusal::Quota => "the quota of requests is used up",
            ApiRefusal::Passing => "concurrent request not allowed",
        }
    }

    /// The JSON body.
    pub(crate) fn body(&self, status: StatusFormat) -> Value {
        let message = self.message();
        match (status, self.word()) {
            (StatusFormat::Word, Some(word)) => json!({"status": word, "message": message}),
            (StatusFormat::Word | StatusFormat::Absent, _) => json!({"message": message}),
            (StatusFormat::Number, _) => json!({"status": self.code(), "message": message}),
            (StatusFormat::Text, _) => json!({"status": self.code().to_string(), "message": message}),
        }
    }
}
