//! Trials of the sentences: every documented error, and bodies of every shape.

use std::time::Duration;

use super::*;

fn client(id: &str) -> Asked {
    Asked::Read(ClientId::parse(id).unwrap())
}

fn say(code: u16, body: &str, asked: Asked) -> Failure {
    refusal(StatusCode::from_u16(code).unwrap(), body.as_bytes(), asked, |text| text.replace("hush", "[secret]"))
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
        (404, "", "no such resource", "`route`"),
        (404, "client_not_found", "no client", "id"),
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
fn secrets_that_the_api_repeats_are_blanked() {
    let failure = say(401, r#"{"status": "hush", "message": "token hush is expired"}"#, client("12"));
    assert!(!format!("{failure:?}").contains("hush"), "{failure:?}");
    // Wherever a text is cut, no half of a secret is left.
    for before in 60..400 {
        let text = format!("{}hush", "-".repeat(before));
        let page = format!("<title>{text}</title>");
        for body in [format!(r#"{{"status": "{text}", "message": "{text}"}}"#), text.clone(), page] {
            let failure = say(400, &body, Asked::Token);
            assert!(!format!("{failure:?}").contains("-hu"), "{failure:?}");
        }
        let target = redirect(StatusCode::FOUND, Some(text.as_bytes()), |text| text.replace("hush", "[secret]"));
        assert!(!format!("{target:?}").contains("-hu"), "{target:?}");
    }
}

#[test]
fn a_refused_pair_is_a_matter_of_credentials() {
    for code in [400, 401, 403] {
        let failure = say(code, r#"{"error": "invalid_client"}"#, Asked::Token);
        assert_eq!((failure.kind, failure.http_status), (FailureKind::Credentials, Some(code)));
        assert!(failure.message.raw().ends_with(": invalid_client"));
    }
    assert_eq!(say(404, "", Asked::Token).kind, FailureKind::Api);
}

#[test]
fn me_has_a_hint_of_its_own() {
    assert!(say(404, "", client("@me")).help.unwrap().contains("dealer"));
    assert!(!say(404, "", client("12")).help.unwrap().contains("dealer"));
}

#[test]
fn a_used_up_quota_and_a_passing_refusal_are_told_apart() {
    let left = |remaining| Said { remaining, ..Said::default() };
    assert!(is_spent(br#"{"status": "rate_limit_exceeded"}"#, &left(Some(5))));
    assert!(is_spent(b"", &left(Some(0))));
    assert!(!is_spent(br#"{"status": 429, "message": "concurrent request not allowed"}"#, &left(Some(5))));
    assert!(!is_spent(b"", &left(None)));
    let said = Said { remaining: Some(0), reset: Some(Duration::from_secs(1_620)), retry_after: None };
    let failure = too_many(true, br#"{"message": "enough"}"#, &said, |text| text);
    assert_eq!((failure.kind, failure.http_status), (FailureKind::Quota, Some(429)));
    assert_eq!(failure.message.raw(), "the hour's quota of requests is used up; it is reset in 27 min (429): enough");
    assert!(failure.help.unwrap().contains("--wait-quota"));
    assert!(used_up(None).message.raw().contains("at the latest in an hour"));
    assert_eq!(too_many(false, b"", &Said::default(), |text| text).kind, FailureKind::Api);
}

#[test]
fn a_redirect_names_its_target_escaped() {
    let target = "https://evil.example/\u{1b}[2J";
    let failure = redirect(StatusCode::FOUND, Some(target.as_bytes()), |text| text);
    assert_eq!((failure.kind, failure.http_status), (FailureKind::Redirect, Some(302)));
    assert!(failure.message.raw().contains(r"https://evil.example/\u{1b}[2J"), "{failure:?}");
    assert!(redirect(StatusCode::FOUND, None, |text| text).message.raw().contains("to nowhere"));
}
