//! Paths of the API, with the trailing slash that it asks for, and what a request wants of them.

use axum::http::Method;

/// The base of the API's paths.
const API: &str = "/api/ver1.0/";

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiPath {
    /// `/oauth/token`
    Token,
    /// `/api/ver1.0/user/`
    User,
    /// Either path of a client, by the id in it (decoded, otherwise as it was sent).
    Client(String),
    /// No resource of the API.
    Unknown,
}

/// What a request is, for counting and for faults.
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
            Some(rest) => client(rest).and_then(|id| decode(id, false)).map_or(ApiPath::Unknown, ApiPath::Client),
            None => ApiPath::Unknown,
        }
    }

    pub(crate) fn on(&self, method: &Method) -> ApiOperation {
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

/// Undoes percent-encoding, and the `+` of forms where `form` says so; none where it is broken or no UTF-8.
pub(crate) fn decode(text: &str, form: bool) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex(bytes.next()?)? * 16 + hex(bytes.next()?)?,
            b'+' if form => b' ',
            _ => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
