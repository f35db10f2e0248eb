//! The meaning of an answer that is not a success, and the remedy.
//!
//! Owns one table of the documented errors, with a sentence and a remedy each. The API is untrusted and may repeat our
//! secrets: the caller's `quotable` gives back only a text without any.

use reqwest::StatusCode;

use crate::api::error::duration_text;
use crate::api::error_body::{ErrorBody, cut};
use crate::api::quota::ReportedQuota;
use crate::api::usage::RequestKind;
use crate::model::{ClientId, Failure, FailureKind, Untrusted};

/// The status word of a used-up quota (API: 429).
const USED_UP: &str = "rate_limit_exceeded";

/// One documented error.
struct DocumentedError {
    code: u16,
    /// The word in `status`; empty: any other, or none.
    status: &'static str,
    sentence: &'static str,
    help: &'static str,
}

const fn row(code: u16, status: &'static str, sentence: &'static str, help: &'static str) -> DocumentedError {
    DocumentedError { code, status, sentence, help }
}

/// API: the wiki's table of errors; 400 is our reading, the wiki begins at 401.
const TABLE: &[DocumentedError] = &[
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
         ask the provider for the right",
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
        "no client with this id exists",
        "check the id, and that the endpoint is that client's provider",
    ),
    row(
        404,
        "",
        "no such resource exists",
        "check the client's id, the path in the endpoint, and `route` in ringform.yaml",
    ),
];

/// The remedy where an answer may differ later.
const LATER: &str = "try again later, or ask the provider";

/// Further help where the request was for `@me`.
const ME: &str = "`@me` is the client that the token belongs to. A user of a dealer probably has none: write the client's \
                  number";

/// The meaning of an answer that is not a success. `quotable` gives back a text without our secrets.
pub(super) fn refusal(
    code: StatusCode,
    body: &[u8],
    asked: RequestKind,
    quotable: impl Fn(String) -> Option<String>,
) -> Failure {
    let ErrorBody { status, message } = ErrorBody::read(body, quotable);
    let code = code.as_u16();
    let word = status.as_deref().unwrap_or_default();
    let row = TABLE
        .iter()
        .find(|row| row.code == code && row.status == word)
        .or_else(|| TABLE.iter().find(|row| row.code == code && row.status.is_empty()));
    let (sentence, mut help) = match (row, asked) {
        (_, RequestKind::Token) if matches!(code, 400 | 401 | 403) => (
            "the API refused the App ID and App Secret",
            "check both: they belong together and to this endpoint; this run does not use them again".to_owned(),
        ),
        (_, RequestKind::Token) if code == 404 => (
            "this endpoint does not issue tokens",
            "check the endpoint and its path: ringform requests tokens at /oauth/token below it".to_owned(),
        ),
        (Some(row), _) => (row.sentence, row.help.to_owned()),
        (None, _) if matches!(code, 408 | 425) => ("the API did not take the request in time", LATER.to_owned()),
        (None, _) if code >= 500 => ("the API failed", LATER.to_owned()),
        (None, _) => ("the API refused the request", "the message of the API may say why".to_owned()),
    };
    if matches!(asked, RequestKind::Read(ClientId::Me) | RequestKind::Write(ClientId::Me)) && matches!(code, 403 | 404)
    {
        help = format!("{help}. {ME}");
    }
    if code == 400 && matches!(asked, RequestKind::Read(_) | RequestKind::User) {
        "check the client's id and the endpoint".clone_into(&mut help);
    }
    let kind = match (asked, code) {
        (RequestKind::Token, 400 | 401 | 403) => FailureKind::Credentials,
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

/// Whether a 429 means a used-up quota rather than too many requests at a time. API: the second kind has requests left
/// and lacks the word; it passes soon.
pub(super) fn is_used_up(body: &[u8], reported: &ReportedQuota) -> bool {
    reported.remaining == Some(0) || ErrorBody::read(body, Some).status.as_deref() == Some(USED_UP)
}

/// A 429 of either kind.
pub(super) fn too_many(
    spent: bool,
    body: &[u8],
    reported: &ReportedQuota,
    quotable: impl Fn(String) -> Option<String>,
) -> Failure {
    let ErrorBody { status, message } = ErrorBody::read(body, quotable);
    if !spent {
        return answered(FailureKind::Api, 429, "rate limited: too many requests at a time", status, message)
            .help("lower --concurrency, or set `requests_per_second` under `limits` in ringform.yaml");
    }
    let failure = used_up(reported.until_reset());
    let reported = answered(FailureKind::Quota, 429, failure.message.raw(), status, message);
    Failure { help: failure.help, ..reported }
}

/// The quota is used up.
pub(super) fn used_up(reset: Option<std::time::Duration>) -> Failure {
    let when = match reset {
        Some(reset) => format!("it resets in {}", duration_text(reset)),
        None => "the API does not say when it resets; at the latest in an hour".to_owned(),
    };
    Failure::new(FailureKind::Quota, format!("the hourly request quota is used up; {when}")).help(
        "run again after the reset, or wait for it with --wait-quota; the client's other programs use this quota too",
    )
}

/// A redirect. ringform never follows one: it would take the token elsewhere and turn a PUT into a GET.
pub(super) fn redirect(
    code: StatusCode,
    target: Option<&[u8]>,
    quotable: impl Fn(String) -> Option<String>,
) -> Failure {
    let target = match target {
        Some(target) => match std::str::from_utf8(target).ok().and_then(|text| quotable(text.to_owned())) {
            Some(target) => format!("to {}", cut(&target, 200).escape_debug()),
            None => "to an address that is not shown".to_owned(),
        },
        None => "without a target".to_owned(),
    };
    let mut failure = Failure::new(
        FailureKind::Redirect,
        format!("the API redirects {target} ({}); ringform follows no redirects", code.as_u16()),
    )
    .help("if the provider gives that address, write it as the endpoint; otherwise it may be the login page of a network on the way");
    failure.http_status = Some(code.as_u16());
    failure
}

/// Why a whole answer cannot be used: final, since another request would get the same.
pub(super) const NOT_AN_OBJECT: &str = "is not a JSON object";

/// A success whose body cannot be used.
pub(super) fn bad_answer(code: StatusCode, reason: &str) -> Failure {
    let mut failure = Failure::new(FailureKind::BadAnswer, format!("the answer ({}) {reason}", code.as_u16()))
        .help("check that the endpoint is the API and not a web page or a proxy");
    failure.http_status = Some(code.as_u16());
    failure
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::ClientId;

    fn client(id: &str) -> RequestKind {
        RequestKind::Read(ClientId::parse(id).unwrap())
    }

    fn without_hush(text: String) -> Option<String> {
        (!text.contains("hush")).then_some(text)
    }

    fn say(code: u16, body: &str, asked: RequestKind) -> Failure {
        refusal(StatusCode::from_u16(code).unwrap(), body.as_bytes(), asked, without_hush)
    }

    #[test]
    fn every_documented_error_has_its_sentence_and_remedy() {
        for (code, status, sentence, help) in [
            (400, "", "did not accept the request", "id"),
            (401, "", "did not accept the token", "new one"),
            (403, "access_denied", "no right", "credentials"),
            (403, "user_blocked", "is blocked", "unblock"),
            (403, "user_access_type_deny", "too low", "`full`"),
            (403, "app_access_type_deny", "application", "`All`"),
            (403, "", "forbids", "auth check"),
            (403, "something_new", "forbids", "auth check"),
            (404, "", "no such resource exists", "`route`"),
            (404, "client_not_found", "no client with this id exists", "id"),
            (408, "", "did not take the request in time", "later"),
            (425, "", "did not take the request in time", "later"),
            (409, "", "refused the request", "message"),
            (500, "", "failed", "later"),
        ] {
            let body = format!(r#"{{"status": "{status}", "message": "почему"}}"#);
            let failure = say(code, &body, client("12"));
            assert_eq!((failure.kind, failure.http_status), (FailureKind::Api, Some(code)));
            assert!(failure.message.raw().contains(sentence), "{failure:?}");
            assert!(failure.message.raw().ends_with(": почему"), "{failure:?}");
            assert!(failure.help.as_deref().unwrap().contains(help), "{failure:?}");
            assert_eq!(failure.status.as_ref().map(Untrusted::raw), (!status.is_empty()).then_some(status));
        }
    }

    #[test]
    fn a_status_may_be_a_word_a_number_a_text_or_absent() {
        let status = |body: &str| say(403, body, client("12")).status.map(|status| status.raw().to_owned());
        assert_eq!(status(r#"{"status": 403}"#).as_deref(), Some("403"));
        assert_eq!(status(r#"{"status": "403"}"#).as_deref(), Some("403"));
        assert_eq!(status(r#"{"status": null, "message": {"a": 1}}"#), None);
        assert_eq!(status(r#"{"message": "no"}"#), None);
        assert_eq!(status(r#"["user_blocked"]"#), None);
        assert_eq!(status(""), None);
        let number = say(403, r#"{"status": 403, "message": "no"}"#, client("12"));
        assert_eq!(number.message.raw(), "the API forbids this request (403): no");
    }

    #[test]
    fn pages_are_not_quoted_beyond_an_escaped_hint() {
        let page =
            "<!DOCTYPE html><html><head><TITLE>502 \u{1b}[31m Bad</TITLE></head><body><script>x</script></body></html>";
        let failure = say(502, page, client("12"));
        assert_eq!(failure.message.raw(), r#"the API failed (502): a page titled "502 \u{1b}[31m Bad""#);
        assert!(say(502, "<html><body>x", client("12")).message.raw().ends_with(": a page of HTML"));
        assert!(say(502, "<title>", client("12")).message.raw().ends_with(": a page of HTML"));
        assert!(say(502, "upstream\ndown", client("12")).message.raw().ends_with(r#": "upstream\ndown""#));
        let long = "я".repeat(5000);
        assert!(say(502, &long, client("12")).message.raw().chars().count() < 130);
        assert!(say(403, &format!(r#"{{"message": "{long}"}}"#), client("12")).message.raw().chars().count() < 400);
    }

    #[test]
    fn a_text_that_repeats_a_secret_is_not_quoted() {
        let failure = say(401, r#"{"status": "hush", "message": "token hush is expired"}"#, client("12"));
        assert!(!format!("{failure:?}").contains("hush"), "{failure:?}");
        // Wherever a text is cut, no half of a secret is left.
        for before in 60..400 {
            let text = format!("{}hush", "-".repeat(before));
            let page = format!("<title>{text}</title>");
            for body in [format!(r#"{{"status": "{text}", "message": "{text}"}}"#), text.clone(), page] {
                let failure = say(400, &body, RequestKind::Token);
                assert!(!format!("{failure:?}").contains("-hu"), "{failure:?}");
            }
            let target = redirect(StatusCode::FOUND, Some(text.as_bytes()), without_hush);
            assert!(!format!("{target:?}").contains("-hu"), "{target:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_not_quoted() {
        let utf16: Vec<u8> = r#"{"message": "no"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for body in [&b"\x1f\x8b\x08\0\0\0\0\0\0\xff"[..], b"caf\xe9", b"a\0b", b"{\"message\": \"a\xff\"}", &utf16] {
            let failure = refusal(StatusCode::NOT_FOUND, body, client("12"), Some);
            assert_eq!(failure.message.raw(), "no such resource exists (404)", "{body:?}");
        }
        let marked = refusal(StatusCode::NOT_FOUND, b"\xEF\xBB\xBF{\"message\": \"no\"}", client("12"), Some);
        assert!(marked.message.raw().ends_with("(404): no"), "{marked:?}");
    }

    #[test]
    fn a_refused_pair_is_a_matter_of_credentials() {
        for code in [400, 401, 403] {
            let failure = say(code, r#"{"error": "invalid_client"}"#, RequestKind::Token);
            assert_eq!((failure.kind, failure.http_status), (FailureKind::Credentials, Some(code)));
            assert!(failure.message.raw().ends_with(": invalid_client"));
        }
        assert_eq!(say(404, "", RequestKind::Token).kind, FailureKind::Api);
    }

    #[test]
    fn me_has_a_hint_of_its_own() {
        assert!(say(404, "", client("@me")).help.unwrap().contains("dealer"));
        assert!(!say(404, "", client("12")).help.unwrap().contains("dealer"));
    }

    #[test]
    fn a_used_up_quota_differs_from_a_refusal_that_passes() {
        let left = |remaining| ReportedQuota { remaining, ..ReportedQuota::default() };
        assert!(is_used_up(br#"{"status": "rate_limit_exceeded"}"#, &left(Some(5))));
        assert!(is_used_up(b"", &left(Some(0))));
        assert!(!is_used_up(br#"{"status": 429, "message": "concurrent request not allowed"}"#, &left(Some(5))));
        assert!(!is_used_up(b"", &left(None)));
        let reported =
            ReportedQuota { remaining: Some(0), reset: Some(Duration::from_secs(1_620)), ..ReportedQuota::default() };
        let failure = too_many(true, br#"{"message": "enough"}"#, &reported, Some);
        assert_eq!((failure.kind, failure.http_status), (FailureKind::Quota, Some(429)));
        assert_eq!(failure.message.raw(), "the hourly request quota is used up; it resets in 27 min (429): enough");
        assert!(failure.help.unwrap().contains("--wait-quota"));
        assert!(used_up(None).message.raw().contains("at the latest in an hour"));
        assert_eq!(too_many(false, b"", &ReportedQuota::default(), Some).kind, FailureKind::Api);
    }

    #[test]
    fn a_redirect_names_its_target_escaped() {
        let target = "https://evil.example/\u{1b}[2J";
        let failure = redirect(StatusCode::FOUND, Some(target.as_bytes()), Some);
        assert_eq!((failure.kind, failure.http_status), (FailureKind::Redirect, Some(302)));
        assert!(failure.message.raw().contains(r"https://evil.example/\u{1b}[2J"), "{failure:?}");
        assert!(redirect(StatusCode::FOUND, None, Some).message.raw().contains("without a target"));
    }
}
