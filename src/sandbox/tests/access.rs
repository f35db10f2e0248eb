//! Tokens, access, quota, and the record of requests.

use super::raw_client::*;

const FLEET: &str = r#"{"apps": [
    {"app_id": "full", "app_secret": "s1", "clients": [13, 12], "me": 12},
    {"app_id": "first", "app_secret": "s2", "clients": [13]},
    {"app_id": "reader", "app_secret": "s3", "access": "read_only"},
    {"app_id": "low", "app_secret": "s4", "level": "call_api"},
    {"app_id": "blocked", "app_secret": "s5", "blocked": true},
    {"app_id": "dealer", "app_secret": "s6", "dealer": 5},
    {"token": "ready", "clients": [12]}],
    "token_rate": 0, "clients": [{"id": 12, "timezone": "Asia/Omsk"}, {"id": 13}, {"id": 14}]}"#;

async fn fleet() -> SimulatorServer {
    serve(SimulatorOptions { seed: seed_file("fleet.json", FLEET).unwrap(), ..SimulatorOptions::default() }).await
}

fn token(server: &SimulatorServer, form: &str) -> RawAnswer {
    send(server, "POST", "/oauth/token", &[FORM], form.as_bytes())
}

fn bearer(server: &SimulatorServer, id: &str, secret: &str) -> String {
    let answer = token(server, &format!("grant_type=client_credentials&client_id={id}&client_secret={secret}"));
    assert_eq!(answer.code, 200, "{answer:?}");
    format!("Bearer {}", answer.json()["access_token"].as_str().unwrap())
}

fn ask(server: &SimulatorServer, bearer: &str, method: &str, path: &str) -> RawAnswer {
    let body: &[u8] = if method == "PUT" { br#"{"hold_music": 7}"# } else { b"" };
    send(server, method, &format!("/api/ver1.0/{path}"), &[("authorization", bearer), JSON], body)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_form_in_the_body_gets_a_token() {
    let server = fleet().await;
    let form = "grant_type=client_credentials&client_id=full&client_secret=s1";
    let answer = token(&server, form);
    let body = answer.json();
    assert_eq!(answer.code, 200);
    assert_eq!(body["expires_in"], 3600);
    assert_eq!((body["token_type"].as_str(), body["scope"].as_str()), (Some("Bearer"), Some("all")));
    assert_eq!(answer.number("x-ratelimit-remaining"), answer.number("x-ratelimit-limit"));

    let bad = |path: &str, headers: &[(&str, &str)], body: &str| {
        let answer = send(&server, "POST", path, headers, body.as_bytes());
        assert!(answer.json()["message"].is_string());
        answer.code
    };
    assert_eq!(bad(&format!("/oauth/token?{form}"), &[FORM], ""), 400);
    assert_eq!(bad(&format!("/oauth/token?{form}"), &[FORM], form), 400);
    assert_eq!(bad("/oauth/token", &[JSON], r#"{"grant_type": "client_credentials"}"#), 400);
    assert_eq!(bad("/oauth/token", &[], form), 400);
    assert_eq!(bad("/oauth/token", &[FORM], ""), 400);
    assert_eq!(bad("/oauth/token", &[FORM], &form.replace("client_credentials", "password")), 400);
    assert_eq!(bad("/oauth/token", &[FORM], &format!("{form}&client_id=full")), 400);
    assert_eq!(bad("/oauth/token", &[FORM], &form.replace("s1", "s%zz")), 400);
    assert_eq!(bad("/oauth/token", &[FORM], &form.replace("s1", "s2")), 401);
    assert_eq!(bad("/oauth/token", &[FORM], &form.replace("full", "unknown")), 401);
    assert_eq!(send(&server, "GET", "/oauth/token", &[], b"").code, 405);
    assert_eq!(server.counts().token, 12);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_may_hold_what_forms_encode() {
    let seed = r#"{"apps": [{"app_id": "a b", "app_secret": "p&=+%ж"}], "clients": [{"id": 1}]}"#;
    let server =
        serve(SimulatorOptions { seed: seed_file("s.json", seed).unwrap(), ..SimulatorOptions::default() }).await;
    let bearer = bearer(&server, "a+b", "p%26%3D%2B%25%D0%B6");
    assert_eq!(ask(&server, &bearer, "GET", "client/@me/client/").code, 200);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_expired_and_absent_tokens_are_refused() {
    let server = fleet().await;
    let path = "/api/ver1.0/client/12/client/";
    for header in ["Bearer unknown", "Bearer ", "Bearer", "Basic cmVhZHk=", "ready"] {
        let answer = send(&server, "GET", path, &[("authorization", header)], b"");
        assert_eq!(answer.refusal(), (401, Value::Null, true), "{header}");
    }
    assert_eq!(send(&server, "GET", path, &[], b"").code, 401);
    assert_eq!(ask(&server, "Bearer ready", "GET", "client/12/client/").code, 200);
    assert_eq!(ask(&server, "bearer ready", "GET", "client/12/client/").code, 200);
    server.stop().await.unwrap();

    let clock = SimulatorClock::manual();
    let server = serve(SimulatorOptions { clock: clock.clone(), ..options(&[example()]) }).await;
    let bearer = bearer(&server, "any", "any");
    clock.advance(Duration::from_millis(3_599_999));
    assert_eq!(ask(&server, &bearer, "GET", "user/").code, 200);
    clock.advance(Duration::from_millis(1));
    assert_eq!(ask(&server, &bearer, "GET", "user/").refusal(), (401, Value::Null, true));
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_access_is_as_documented() {
    let server = fleet().await;
    let as_app = |id: &str, secret: &str| bearer(&server, id, secret);
    let word = |answer: RawAnswer, code: u16, word: &str| assert_eq!(answer.refusal(), (code, json!(word), true));

    let full = as_app("full", "s1");
    assert_eq!(ask(&server, &full, "GET", "client/13/client/").code, 200);
    word(ask(&server, &full, "GET", "client/14/client/"), 403, "access_denied");
    word(ask(&server, &full, "PUT", "client/14/client/"), 403, "access_denied");
    for id in ["99", "012", "+12", "x", "0123456789abcdef0123456789abcdef", "-1", "99999999999999999999"] {
        word(ask(&server, &full, "GET", &format!("client/{id}/client/")), 404, "client_not_found");
    }
    let reader = as_app("reader", "s3");
    assert_eq!(ask(&server, &reader, "GET", "client/14/client/").code, 200);
    word(ask(&server, &reader, "PUT", "client/14/client/"), 403, "user_access_type_deny");
    let low = as_app("low", "s4");
    word(ask(&server, &low, "GET", "client/12/client/"), 403, "app_access_type_deny");
    let blocked = as_app("blocked", "s5");
    word(ask(&server, &blocked, "GET", "client/12/client/"), 403, "user_blocked");
    word(ask(&server, &blocked, "GET", "user/"), 403, "user_blocked");
    for method in ["DELETE", "POST", "PATCH"] {
        let answer = ask(&server, &full, method, "client/12/client/");
        assert_eq!((answer.code, answer.header("allow")), (405, Some("GET, PUT")), "{method}");
    }
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn me_is_the_client_of_the_token() {
    let server = fleet().await;
    let me = |id: &str, secret: &str| {
        let bearer = bearer(&server, id, secret);
        (ask(&server, &bearer, "GET", "client/@me/client/"), ask(&server, &bearer, "GET", "user/").json())
    };
    let (client, user) = me("full", "s1");
    assert_eq!((client.json()["id"].clone(), user["client_id"].clone()), (json!(12), json!(12)));
    assert_eq!((user["timezone"].as_str(), user["login"].as_str()), (Some("Asia/Omsk"), Some("full")));
    assert_eq!(user["access"], "full");
    let keys: Vec<&String> = user.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "access",
            "admin",
            "client_id",
            "dealer_id",
            "extension_group_id",
            "extension_id",
            "extra_params",
            "id",
            "login",
            "timezone"
        ]
    );
    assert_eq!(me("first", "s2").0.json()["id"], 13);
    let (client, user) = me("reader", "s3");
    assert_eq!((client.json()["id"].clone(), user["access"].clone()), (json!(12), json!("read_only")));
    let (client, user) = me("dealer", "s6");
    assert_eq!(client.refusal(), (404, json!("client_not_found"), true));
    assert_eq!((user["client_id"].clone(), user["dealer_id"].clone()), (Value::Null, json!(5)));
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quota_is_counted_by_app_and_stated_in_every_answer() {
    let seed =
        seed_file("fleet.json", &FLEET.replace("\"token_rate\"", "\"quota_window_s\": 2, \"token_rate\"")).unwrap();
    let clock = SimulatorClock::manual();
    let server =
        serve(SimulatorOptions { seed, quota: Some(3), clock: clock.clone(), ..SimulatorOptions::default() }).await;
    let (full, reader) = (bearer(&server, "full", "s1"), bearer(&server, "reader", "s3"));
    let left = |bearer: &str, path: &str| {
        let answer = ask(&server, bearer, "GET", path);
        assert_eq!(answer.number("x-ratelimit-limit"), 3);
        (answer.code, answer.number("x-ratelimit-remaining"), answer.number("x-ratelimit-reset"))
    };
    assert_eq!(left(&full, "client/12/client/"), (200, 2, 2));
    assert_eq!(left(&full, "client/99/client/"), (404, 1, 2));
    // Half a second into the window, the seconds that are left are rounded up.
    clock.advance(Duration::from_millis(500));
    assert_eq!(left(&full, "user/"), (200, 0, 2));
    let answer = ask(&server, &full, "PUT", "client/12/client/");
    assert_eq!(answer.refusal(), (429, json!("rate_limit_exceeded"), true));
    assert_eq!(answer.number("x-ratelimit-remaining"), 0);
    assert_eq!(left(&reader, "client/12/client/"), (200, 2, 2));
    assert_eq!(left("Bearer unknown", "client/12/client/"), (401, 3, 2));
    assert_eq!(server.clients()[&12]["hold_music"], Value::Null);
    clock.advance(Duration::from_millis(1499));
    assert_eq!(left(&full, "user/"), (429, 0, 1));
    clock.advance(Duration::from_millis(1));
    assert_eq!(left(&full, "client/12/client/"), (200, 2, 2));
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_takes_twenty_requests_a_second_and_six_at_a_time() {
    let clock = SimulatorClock::manual();
    let server = serve(SimulatorOptions { clock: clock.clone(), ..options(&[]) }).await;
    let form = "grant_type=client_credentials&client_id=a&client_secret=b";
    let codes = |count: usize| -> Vec<u16> { (0..count).map(|_| token(&server, form).code).collect() };
    let one_too_many = [vec![200; 20], vec![429]].concat();
    assert_eq!(codes(21), one_too_many);
    clock.advance(Duration::from_millis(999));
    assert_eq!(codes(1), [429]);
    clock.advance(Duration::from_millis(1));
    assert_eq!(codes(21), one_too_many);
    server.stop().await.unwrap();

    let server =
        serve(SimulatorOptions { faults: vec![fault("latency=1s,times=7")], clock: clock.clone(), ..options(&[]) })
            .await;
    let mut callers: Vec<RawClient> = (0..7).map(|_| RawClient::to(&server)).collect();
    for caller in &mut callers {
        let head = "POST /oauth/token HTTP/1.1\r\nhost: pbx\r\ncontent-type: application/x-www-form-urlencoded\r\n";
        write!(caller.stream, "{head}content-length: {}\r\n\r\n{form}", form.len()).unwrap();
    }
    until(|| clock.waits() == 7).await;
    clock.advance(Duration::from_secs(1));
    let mut codes: Vec<u16> = callers.iter_mut().map(|caller| caller.answer().unwrap().code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [200, 200, 200, 200, 200, 200, 429]);
    assert_eq!(token(&server, form).code, 200, "an answer frees its place");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_and_recorded_without_secrets() {
    let server = serve(options(&[example()])).await;
    assert_eq!(server.counts(), crate::sandbox::RequestCounts::default());
    let _first = bearer(&server, "a", "topsecret");
    let headers = [TOKEN, ("user-agent", "trial/1"), ("accept-encoding", "gzip")];
    let _read = send(&server, "GET", "/api/ver1.0/client/12/client/?token=topsecret", &headers, b"");
    let _me = get(&server, "@me");
    let _user = send(&server, "GET", "/api/ver1.0/user/", &[TOKEN], b"");
    let _put = put(&server, "12", &json!({"hold_music": 7}));
    let _bad = send(&server, "PUT", "/api/ver1.0/client/77/client/", &[], b"no json");
    let _lost = send(&server, "PUT", "/api/ver1.0/client/12/client", &[TOKEN], b"{}");
    let counts = server.counts();
    let sums = (counts.total, counts.token, counts.user, counts.read, counts.write, counts.other);
    assert_eq!(sums, (7, 1, 1, 2, 2, 1));
    assert_eq!(counts.reads, [("12".to_owned(), 1), ("@me".to_owned(), 1)].into());
    assert_eq!(counts.writes, [("12".to_owned(), 1), ("77".to_owned(), 1)].into());
    assert_eq!(server.puts(), [("12".to_owned(), json!({"hold_music": 7})), ("77".to_owned(), json!("no json"))]);
    let requests = server.requests();
    assert!(!format!("{requests:?}{server:?}").contains("topsecret"));
    let read = &requests[1];
    assert_eq!((read.method.as_str(), read.path.as_str(), read.query), ("GET", "/api/ver1.0/client/12/client/", true));
    assert_eq!((read.user_agent.as_deref(), read.accept_encoding.as_deref()), (Some("trial/1"), Some("gzip")));
    assert!(read.authorization && !requests[0].authorization && !server.panicked());
    server.stop().await.unwrap();
}
