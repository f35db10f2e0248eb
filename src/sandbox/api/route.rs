//! The paths of the API, with their trailing slash, and the operation that a request names.

use axum::http::Method;
use std::borrow::Cow;

/// The base of the API's paths.
const API: &str = "/api/ver1.0/";

/// The resource that a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiPath {
    /// `/oauth/token`
    Token,
    /// `/api/ver1.0/user/`
    User,
    /// A client, by either of its paths. Holds the decoded id of the path.
    Client(String),
    /// Not a resource of the API.
    Unknown,
}

/// The operation of a request, for counters and faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiOperation {
    Get,
    Put,
    Token,
    User,
    Other,
}

impl ApiOperation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            ApiOperation::Get => "get",
            ApiOperation::Put => "put",
            ApiOperation::Token => "token",
            ApiOperation::User => "user",
            ApiOperation::Other => "other",
        }
    }
}

impl ApiPath {
    pub(crate) fn of(path: &str) -> ApiPath {
        if path == "/oauth/token" {
            return ApiPath::Token;
        }
        match path.strip_prefix(API) {
            Some("user/") => ApiPath::User,
            Some(rest) => client(rest).and_then(decode).map_or(ApiPath::Unknown, ApiPath::Client),
            None => ApiPath::Unknown,
        }
    }

    pub(crate) fn operation(&self, method: &Method) -> ApiOperation {
        match self {
            ApiPath::Token => ApiOperation::Token,
            ApiPath::User => ApiOperation::User,
            ApiPath::Client(_) if method == Method::GET => ApiOperation::Get,
            ApiPath::Client(_) if method == Method::PUT => ApiOperation::Put,
            ApiPath::Client(_) | ApiPath::Unknown => ApiOperation::Other,
        }
    }
}

/// The id in `client/{id}/client/` or `client/client_info/{id}/`.
fn client(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix("client/")?;
    let id = match rest.strip_prefix("client_info/") {
        Some(info) => info.strip_suffix('/')?,
        None => rest.strip_suffix("/client/")?,
    };
    (!id.is_empty() && !id.contains('/')).then_some(id)
}

/// The API's other path for the client that `path` names.
pub(crate) fn other_route(path: &str) -> Option<String> {
    let rest = path.strip_prefix(API)?;
    let id = client(rest)?;
    let info = rest.starts_with("client/client_info/");
    Some(if info { format!("{API}client/{id}/client/") } else { format!("{API}client/client_info/{id}/") })
}

/// Decodes percent-encoding; none where the bytes are not UTF-8.
fn decode(id: &str) -> Option<String> {
    percent_encoding::percent_decode_str(id).decode_utf8().ok().map(Cow::into_owned)
}
