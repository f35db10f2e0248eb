//! The body of an error answer: its status word and its message, careful with both.
//!
//! Owns how much of such a body ringform keeps. The API is untrusted and may repeat our secrets: ringform
//! quotes only text, and none that holds a secret in any form.

use serde_json::Value as Json;

use crate::model::Untrusted;
use crate::model::encoding::without_mark;

/// The most characters that ringform keeps of the API's own message.
const QUOTE: usize = 300;

/// What the body of an error says.
#[derive(Debug)]
pub(super) struct ErrorBody {
    pub(super) status: Option<String>,
    pub(super) message: Option<String>,
}

impl ErrorBody {
    /// `quotable` gives back a text that may be shown. It comes before every cut: a search would miss half a secret.
    pub(super) fn read(body: &[u8], quotable: impl Fn(String) -> Option<String>) -> ErrorBody {
        let Some(body) = text(body) else { return ErrorBody { status: None, message: None } };
        let Ok(Json::Object(map)) = serde_json::from_str(body) else {
            return ErrorBody { status: None, message: hint(body, quotable) };
        };
        let field = |key: &str| map.get(key).and_then(scalar).filter(|text| !text.is_empty());
        // `error` and `error_description` are what OAuth servers answer (RFC 6749).
        let message = ["message", "error_description", "error"].into_iter().find_map(field);
        ErrorBody {
            status: field("status").and_then(&quotable).map(|status| cut(&status, 64)),
            message: message.and_then(&quotable).map(|text| cut(&text, QUOTE)),
        }
    }
}

/// The body as text; `None` for UTF-16, packed and other bytes. A NUL is in no text.
fn text(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(without_mark(body).ok()?).ok()?;
    (!text.contains('\0')).then_some(text)
}

/// A JSON scalar as text; `None` for null, lists and objects.
pub(super) fn scalar(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(bool) => Some(bool.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A few words of a body that is not a JSON object: the title of a page, else the start of a plain text; always
/// escaped.
fn hint(body: &str, quotable: impl Fn(String) -> Option<String>) -> Option<String> {
    let text = cut(&quotable(body.to_owned())?, 4096);
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if !text.starts_with('<') {
        return Some(format!("{:?}", Untrusted::from(cut(text, 80))));
    }
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").map(|at| at + "<title>".len()).and_then(|from| {
        let to = from + lower[from..].find('<')?;
        Some(text[from..to].trim()).filter(|title| !title.is_empty())
    });
    Some(match title {
        Some(title) => format!("a page titled {:?}", Untrusted::from(cut(title, 80))),
        None => "a page of HTML".to_owned(),
    })
}
