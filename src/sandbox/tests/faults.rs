//! Faults that change answers, and the conditions of faults.

use super::raw_client::*;
use crate::sandbox::FAULTS;
use crate::sandbox::fault::short_circuit::http_date;
use std::time::UNIX_EPOCH;

const FIRST: &str = "/api/ver1.0/client/12/client/";
const MUSIC: &[u8] = br#"{"hold_music": 7}"#;

fn music(server: &SimulatorServer) -> Value {
    server.clients()[&12]["hold_music"].clone()
}

#[test]
fn every_fault_of_the_table_parses_and_nothing_else() {
    for (name, about, default) in FAULTS {
        assert!(!about.is_empty());
        match name {
            "meddle" => assert_eq!(
                fault("meddle=timezone:UTC,on=get,times=1").to_string(),
                "meddle=timezone:UTC,on=get,times=1"
            ),
            "refuse-field" => assert!("refuse-field=geo_list".parse::<SimulatorFault>().is_ok()),
            _ => {
                assert_eq!(
                    fault(name).kind,
                    if default.is_empty() { fault(name).kind } else { fault(&format!("{name}={default}")).kind }
                );
            }
        }
    }
    let bad = [
        "",
        "resett",
        "latency=5",
        "latency=s",
        "truncated=100",
        "server-error=404",
        "redirect=200",
        "close-after=0",
        "reset=x",
        "error=nonsense",
        "refuse-field=name",
        "meddle",
        "meddle=nofield:1",
        "not-json=x",
        "reset,on=delete",
        "reset,rate=2",
        "reset,times",
        "reset,per=app",
        "reset,foo=1",
        "quota-exceeded=date:soon",
        "quota-exceeded=x",
        "content-type=a\nb",
        "wrong-id=x",
        "status-as=word",
        "oversize=2GB",
        "refuse-field",
    ];
    for text in bad {
        let error = format!("{:#}", text.parse::<SimulatorFault>().unwrap_err());
        assert!(error.starts_with("the fault `"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_before_and_after_serving() {
    let clock = SimulatorClock::manual();
    let server = faulty_with("latency=300ms,on=put", &clock).await;
    let head = format!("PUT {FIRST} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ncontent-length: 17\r\n\r\n");
    assert_eq!(get(&server, "12").code, 200);
    let mut caller = RawClient::to(&server);
    caller.stream.write_all(head.as_bytes()).unwrap();
    caller.stream.write_all(MUSIC).unwrap();
    until(|| clock.waits() == 1).await;
    clock.advance(Duration::from_millis(299));
    assert_eq!((music(&server), server.puts().len(), clock.waits()), (Value::Null, 1, 1));
    clock.advance(Duration::from_millis(1));
    assert_eq!(caller.answer().unwrap().code, 200);
    assert_eq!(music(&server), 7);

    server.clear_faults();
    server.set(12, "hold_music", Value::Null);
    server.fault(fault("late-answer=60s,on=put"));
    caller.stream.write_all(head.as_bytes()).unwrap();
    caller.stream.write_all(MUSIC).unwrap();
    until(|| clock.waits() == 1).await;
    assert_eq!(music(&server), 7);
    // The end does not wait for the minute to pass.
    let start = Instant::now();
    server.stop().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    assert!(caller.answer().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn server_errors_before_and_after() {
    for (text, code, stored) in [
        ("server-error", 502, Value::Null),
        ("server-error=503", 503, Value::Null),
        ("server-error-after=504", 504, json!(7)),
    ] {
        let server = faulty(text).await;
        let answer = send(&server, "PUT", FIRST, &[TOKEN, JSON, ("accept-encoding", "gzip")], MUSIC);
        assert_eq!((answer.code, answer.header("content-type")), (code, Some("text/html")));
        assert!(answer.unzipped().starts_with(b"<html>"));
        assert_eq!(music(&server), stored, "{text}");
        server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_lead_to_a_path_where_a_get_succeeds() {
    let server = faulty("redirect=307,on=put").await;
    let answer = put(&server, "12", &json!({"hold_music": 7}));
    assert_eq!((answer.code, answer.header("location")), (307, Some("/api/ver1.0/client/client_info/12/")));
    assert_eq!(music(&server), Value::Null);
    assert_eq!(send(&server, "GET", answer.header("location").unwrap(), &[TOKEN], b"").code, 200);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_on_demand() {
    let words = [
        ("access_denied", 403, json!("access_denied")),
        ("user_blocked", 403, json!("user_blocked")),
        ("user_access_type_deny", 403, json!("user_access_type_deny")),
        ("app_access_type_deny", 403, json!("app_access_type_deny")),
        ("client_not_found", 404, json!("client_not_found")),
        ("not_found", 404, Value::Null),
        ("bad_request", 400, Value::Null),
        ("unauthorized", 401, Value::Null),
    ];
    for (word, code, status) in words {
        let server = faulty(&format!("error={word},client=12")).await;
        assert_eq!(get(&server, "12").refusal(), (code, status, true));
        assert_eq!(get(&server, "13").code, 200);
        server.stop().await.unwrap();
    }
    let server = faulty("unauthorized,times=1").await;
    assert_eq!((get(&server, "12").code, get(&server, "12").code), (401, 200));
    server.clear_faults();
    server.fault(fault("refuse-field=hold_music"));
    assert_eq!(put(&server, "12", &json!({"timezone": "UTC"})).code, 200);
    assert_eq!(
        put(&server, "12", &json!({"timezone": "Asia/Omsk", "hold_music": 7})).refusal(),
        (400, Value::Null, true)
    );
    assert_eq!(server.clients()[&12]["timezone"], "UTC");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_of_an_error_is_a_word_a_number_a_text_or_absent() {
    for (how, status) in [("number", json!(404)), ("text", json!("404")), ("absent", Value::Null)] {
        let server = faulty(&format!("status-as={how}")).await;
        assert_eq!(get(&server, "99").refusal(), (404, status, true));
        assert_eq!(get(&server, "12").code, 200);
        server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_kinds_of_429() {
    let server = faulty("too-many,times=1").await;
    let answer = get(&server, "12");
    assert_eq!(answer.refusal(), (429, Value::Null, true));
    assert!(answer.number("x-ratelimit-remaining") > 0 && answer.header("retry-after").is_none());
    assert_eq!(get(&server, "12").code, 200);
    server.stop().await.unwrap();
    let server = faulty("too-many=2").await;
    assert_eq!(get(&server, "12").header("retry-after"), Some("2"));
    server.stop().await.unwrap();

    for (hint, reset, retry) in [
        ("reset", Some("1800"), None),
        ("reset:99999999999999999999", Some("99999999999999999999"), None),
        ("reset:-5", Some("-5"), None),
        ("none", None, None),
        ("retry-after:soon", None, Some("soon")),
        ("retry-after:30", None, Some("30")),
    ] {
        let server = faulty(&format!("quota-exceeded={hint}")).await;
        let answer = get(&server, "12");
        assert_eq!(answer.refusal(), (429, json!("rate_limit_exceeded"), true));
        assert_eq!(
            (answer.number("x-ratelimit-remaining"), answer.header("x-ratelimit-reset"), answer.header("retry-after")),
            (0, reset, retry)
        );
        server.stop().await.unwrap();
    }
    let server = faulty_with("quota-exceeded=date:3", &SimulatorClock::manual()).await;
    assert_eq!(get(&server, "12").header("retry-after"), Some("Thu, 01 Jan 1970 00:00:03 GMT"));
    server.stop().await.unwrap();
}

#[test]
fn dates_have_the_format_of_http() {
    for (seconds, date) in [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
        (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ] {
        assert_eq!(http_date(UNIX_EPOCH, seconds), date);
    }
    assert_eq!(http_date(UNIX_EPOCH + Duration::from_millis(1), 0), "Thu, 01 Jan 1970 00:00:01 GMT");
    assert_eq!(http_date(UNIX_EPOCH, u64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
}

#[tokio::test(flavor = "multi_thread")]
async fn quota_headers_can_be_absent() {
    let server = faulty("quota-headers").await;
    assert!(!get(&server, "12").head.to_lowercase().contains("x-ratelimit"));
    server.stop().await.unwrap();
    let server = faulty("quota-headers=no-reset").await;
    let answer = get(&server, "12");
    assert!(answer.header("x-ratelimit-remaining").is_some() && answer.header("x-ratelimit-reset").is_none());
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_not_the_client() {
    let server = faulty("array,times=1").await;
    for next in [
        "empty-object",
        "not-json",
        "empty-body",
        "content-type=text/html",
        "content-type=none",
        "bad-gzip",
        "oversize=5000",
    ] {
        server.fault(fault(&format!("{next},times=1")));
        server.fault(fault("latency=0ms"));
        let answer = put(&server, "12", &json!({"hold_music": 7}));
        assert_eq!(answer.code, 200);
        assert_eq!(music(&server), 7);
        server.clear_faults();
    }
    server.fault(fault("array"));
    assert_eq!(get(&server, "12").json()[0]["id"], 12);
    let only = |text: &str| {
        server.clear_faults();
        server.fault(fault(text));
        get(&server, "12")
    };
    assert_eq!(only("empty-object").json(), json!({}));
    let answer = only("not-json");
    assert_eq!((answer.header("content-type"), answer.body.starts_with(b"<html>")), (Some("application/json"), true));
    assert_eq!(only("empty-body").body, b"");
    assert_eq!(only("content-type=text/html").header("content-type"), Some("text/html"));
    assert_eq!(only("content-type=none").header("content-type"), None);
    let answer = only("bad-gzip");
    assert_eq!((answer.header("content-encoding"), answer.json()["id"].clone()), (Some("gzip"), json!(12)));
    let answer = only("oversize=50KiB");
    assert!((50 << 10..51 << 10).contains(&answer.body.len()) && answer.json()["id"] == 12);
    assert!(only("oversize").body.len() >= 2 << 20);
    // Errors stay errors.
    assert_eq!(get(&server, "99").refusal(), (404, json!("client_not_found"), true));
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_wrong() {
    let server = faulty("wrong-id").await;
    assert_eq!(get(&server, "12").json()["id"], 13);
    for (text, id) in [("77", json!(77)), ("null", Value::Null), ("text", json!("12"))] {
        server.clear_faults();
        server.fault(fault(&format!("wrong-id={text}")));
        assert_eq!(get(&server, "12").json()["id"], id);
    }
    server.clear_faults();
    server.fault(fault("wrong-id=absent"));
    assert!(get(&server, "12").json().get("id").is_none());
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_have_faults_too() {
    let server = faulty("no-expiry").await;
    let form = b"grant_type=client_credentials&client_id=a&client_secret=b";
    let ask = || send(&server, "POST", "/oauth/token", &[FORM], form);
    let answer = ask().json();
    assert!(answer["access_token"].is_string() && answer.get("expires_in").is_none());
    server.fault(fault("error=bad_request,on=token"));
    assert_eq!(ask().code, 400);
    assert_eq!(get(&server, "12").code, 200);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_changes_a_field() {
    let server = faulty("meddle=timezone:Asia/Omsk,on=put").await;
    let _read = get(&server, "12");
    assert_eq!(server.clients()[&12]["timezone"], "Europe/Moscow");
    let client = put(&server, "12", &json!({"hold_music": 7})).json();
    assert_eq!((client["timezone"].as_str(), client["hold_music"].clone()), (Some("Asia/Omsk"), json!(7)));
    server.fault(fault("meddle=dial_rule_id:null,on=get,client=@me"));
    assert_eq!(get(&server, "@me").json()["dial_rule_id"], Value::Null);
    assert_eq!(get(&server, "99").code, 404);
    assert!(!server.clients().contains_key(&99));
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_decide_when_a_fault_applies() {
    let codes =
        |server: &SimulatorServer, ids: &[&str]| -> Vec<u16> { ids.iter().map(|id| get(server, id).code).collect() };
    let server = faulty("server-error,on=get,after=1,times=2").await;
    assert_eq!(put(&server, "12", &json!({"hold_music": 7})).code, 200);
    assert_eq!(codes(&server, &["12", "13", "12", "12"]), [200, 502, 502, 200]);
    server.clear_faults();
    server.fault(fault("server-error,times=1,per=client"));
    assert_eq!(codes(&server, &["12", "13", "12", "13"]), [502, 502, 200, 200]);
    server.clear_faults();
    server.fault(fault("server-error,on=put,on=user"));
    assert_eq!(codes(&server, &["12"]), [200]);
    assert_eq!(send(&server, "GET", "/api/ver1.0/user/", &[TOKEN], b"").code, 502);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_drawn_from_the_seed_whatever_the_order() {
    let drawn = async |random_seed: u64, order: &[&str]| {
        let faults = vec![fault("server-error,rate=0.3")];
        let server = serve(SimulatorOptions { random_seed, faults, ..options(&[example(), json!({"id": 13})]) }).await;
        let mut codes: Vec<(String, u16)> = Vec::new();
        for _ in 0..100 {
            codes.extend(order.iter().map(|id| ((*id).to_owned(), get(&server, id).code)));
        }
        server.stop().await.unwrap();
        codes.sort_by(|left, right| left.0.cmp(&right.0));
        codes
    };
    let first = drawn(1, &["12", "13"]).await;
    assert_eq!(first, drawn(1, &["13", "12"]).await);
    assert_ne!(first, drawn(2, &["12", "13"]).await);
    let faulty = first.iter().filter(|(_, code)| *code == 502).count();
    assert!((40..80).contains(&faulty), "{faulty} of 200");
}
