//! What an answer that is no success means, and what to do about it.
//!
//! Owns one table of the documented errors, a sentence and a remedy each, and the careful quoting of what the API adds. What
//! the API says is untrusted and may repeat our secrets: they are blanked before anything is kept.

use reqwest::StatusCode;
use serde_json::Value as Json;

use crate::api::fault::span;
use crate::api::quota::Said;
use crate::model::{ClientId, Failure, FailureKind, Untrusted};

/// What was asked, for the sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// For a token.
    Token,
    /// Who the token belongs to.
    User,
    /// To read a client.
    Read(ClientId),
    /// To write a client.
    Write(ClientId),
}

/// The most characters of the API's own message that are kept.
const QUOTE: usize = 300;

/// The status word of a used-up quota (API: 429).
const SPENT: &str = "rate_limit_exceeded";

/// One documented error.
struct Row {
    code: u16,
    /// The word in `status`; empty: any other, or none.
    status: &'static str,
    sentence: &'static str,
    help: &'static str,
}

const fn row(code: u16, status: &'static str, sentence: &'static str, help: &'static str) -> Row {
    Row { code, status, sentence, help }
}

/// API: the wiki's table of errors; 400 is our reading, the wiki begins at 401.
const TABLE: &[Row] = &[
    row(400, "", "the API did not accept the request", "correct the value that the API names; nothing was stored"),
    row(
        401,
        "",
        "the API did not accept the token",
        "check which credentials the document uses; a ready token may have expired: get a new one, or use an App ID and \
         its secret, which renew themselves",
    ),
    row(
        403,
        "access_denied",
        "the user of these credentials has no right to this resource",
        "an application reaches what the user who created it reaches: name that user's credentials in the document, or \
         have the right granted",
    ),
    row(
        403,
        "user_blocked",
        "the user of these credentials, or the client it belongs to, is blocked",
        "ask the provider to unblock it, or leave the client out until then",
    ),
    row(
        403,
        "user_access_type_deny",
        "the access of the user of these credentials is too low",
        "a user with `read_only` access is enough for plan; apply needs one with `full` access",
    ),
    row(
        403,
        "app_access_type_deny",
        "the access level of the application is too low",
        "it needs the level `All` (it probably has `Call API`); only an administrator of the provider can set that",
    ),
    row(
        403,
        "",
        "the API forbids this request",
        "check which credentials the document uses; `ringform auth check` shows what they may do",
    ),
    row(
        404,
        "client_not_found",
        "there is no client with this id",
        "check the id, and that the endpoint is that client's provider",
    ),
    row(
        404,
        "",
        "there is no such resource",
        "check the client's id, the path in the endpoint, and `route` in ringform.yaml",
    ),
];

/// Further help where `@me` was asked for.
const ME: &str = "`@me` is the client that the token belongs to and presumably fails for a user who is a dealer: \
                  write the client's number";

/// What the body of an error holds.
#[derive(Debug, Default)]
struct Words {
    status: Option<String>,
    message: Option<String>,
}

impl Words {
    /// `blank` takes our secrets out of a text. It comes before every cut: half a secret would not be found any more.
    fn read(body: &[u8], blank: impl Fn(String) -> String) -> Words {
        let Ok(Json::Object(map)) = serde_json::from_slice(body) else {
            return Words { status: None, message: hint(body, blank) };
        };
        let text = |key: &str| map.get(key).and_then(scalar).filter(|text| !text.is_empty()).map(&blank);
        // `error` and `error_description` are what OAuth servers answer (RFC 6749).
        Words {
            status: text("status").map(|status| cut(&status, 64)),
            message: ["message", "error_description", "error"].into_iter().find_map(text).map(|text| cut(&text, QUOTE)),
        }
    }
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

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A few words of a body that is no JSON object: the title of a page, else the beginning of a plain text; always escaped.
fn hint(body: &[u8], blank: impl Fn(String) -> String) -> Option<String> {
    let text = cut(&blank(String::from_utf8_lossy(body).into_owned()), 4096);
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

/// What an answer that is no success means. `blank` takes our secrets out of a text.
pub(super) fn refusal(code: StatusCode, body: &[u8], asked: Asked, blank: impl Fn(String) -> String) -> Failure {
    let Words { status, message } = Words::read(body, blank);
    let code = code.as_u16();
    let word = status.as_deref().unwrap_or_default();
    let row = TABLE
        .iter()
        .find(|row| row.code == code && row.status == word)
        .or_else(|| TABLE.iter().find(|row| row.code == code && row.status.is_empty()));
    let (sentence, mut help) = match (row, asked) {
        (_, Asked::Token) if matches!(code, 400 | 401 | 403) => (
            "the App ID and App Secret were refused",
            "check both: they belong together and to this endpoint; they are not asked with again in this run"
                .to_owned(),
        ),
        (_, Asked::Token) if code == 404 => (
            "no tokens are given out at this endpoint",
            "check the endpoint and the path in it: ringform asks at /oauth/token below it".to_owned(),
        ),
        (Some(row), _) => (row.sentence, row.help.to_owned()),
        (None, _) if code >= 500 => ("the API failed", "try again later; the provider can say more".to_owned()),
        (None, _) => ("the API refused the request", "the message of the API may say why".to_owned()),
    };
    if matches!(asked, Asked::Read(ClientId::Me) | Asked::Write(ClientId::Me)) && matches!(code, 403 | 404) {
        help = format!("{help}. {ME}");
    }
    if code == 400 && matches!(asked, Asked::Read(_) | Asked::User) {
        "check the client's id and the endpoint".clone_into(&mut help);
    }
    let kind = match (asked, code) {
        (Asked::Token, 400 | 401 | 403) => FailureKind::Credentials,
        _ => FailureKind::Api,
    };
    answered(kind, code, sentence, status, message).help(help)
}

fn answered(kind: FailureKind, code: u16, sentence: &str, status: Option<String>, message: Option<String>) -> Failure {
    let word = match status.as_deref() {
        Some(word) if is_word(word) => format!(" {word}"),
        _ => String::new(),
    };
    let quote = message.map(|message| format!(": {message}")).unwrap_or_default();
    Failure {
        kind,
        http_status: Some(code),
        status: status.map(Untrusted::from),
        message: format!("{sentence} ({code}{word}){quote}").into(),
        help: None,
    }
}

/// Whether a status is a plain word, worth repeating beside the code.
fn is_word(status: &str) -> bool {
    !status.is_empty() && status.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// Whether a 429 says that the quota is used up, rather than that too much was asked at once. API: the second kind has
/// requests left and lacks the word; it passes soon.
pub(super) fn is_spent(body: &[u8], said: &Said) -> bool {
    said.remaining == Some(0) || Words::read(body, |text| text).status.as_deref() == Some(SPENT)
}

/// A 429 of either kind.
pub(super) fn too_many(spent: bool, body: &[u8], said: &Said, blank: impl Fn(String) -> String) -> Failure {
    let Words { status, message } = Words::read(body, blank);
    if !spent {
        return answered(FailureKind::Api, 429, "the API is asked too much at once", status, message)
            .help("lower --concurrency, or set `requests_per_second` under `limits` in ringform.yaml");
    }
    let failure = used_up(said.until_reset());
    let said = answered(FailureKind::Quota, 429, failure.message.raw(), status, message);
    Failure { help: failure.help, ..said }
}

/// The quota is used up; nothing more need be asked to know it.
pub(super) fn used_up(reset: Option<std::time::Duration>) -> Failure {
    let when = match reset {
        Some(reset) => format!("it is reset in {}", span(reset)),
        None => "the API does not say when it is reset, at the latest in an hour".to_owned(),
    };
    Failure::new(FailureKind::Quota, format!("the hour's quota of requests is used up; {when}"))
        .help("run again after that, or wait within the run with --wait-quota; the client's other programs spend this quota too")
}

/// A redirect. It is never followed: it would take the token elsewhere, and turn a PUT into a GET.
pub(super) fn redirect(code: StatusCode, target: Option<&[u8]>, blank: impl Fn(String) -> String) -> Failure {
    let target = match target {
        Some(target) => {
            let target = cut(&blank(String::from_utf8_lossy(target).into_owned()), 200);
            format!("to {}", target.escape_debug())
        }
        None => "to nowhere".to_owned(),
    };
    let mut failure = Failure::new(
        FailureKind::Redirect,
        format!("the API redirects {target} ({}); redirects are not followed", code.as_u16()),
    )
    .help("if that is the provider's right address, write it as the endpoint; it may also be a login page of a network between");
    failure.http_status = Some(code.as_u16());
    failure
}

/// A success whose body cannot be used.
pub(super) fn bad_answer(code: StatusCode, reason: &str) -> Failure {
    let mut failure = Failure::new(FailureKind::BadAnswer, format!("the answer ({}) {reason}", code.as_u16()))
        .help("check that the endpoint is the API itself and not a web page or a proxy");
    failure.http_status = Some(code.as_u16());
    failure
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
