//! Tests of reading: the requests, the retries, and the sentences of failures.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::*;
use crate::api::body::LIMIT;
use crate::model::FailureKind;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(plain).unwrap();
    packer.finish().unwrap()
}

fn packed(code: u16, plain: &str) -> StubReply {
    StubReply::Answer(code, vec![("Content-Encoding", "gzip".to_owned())], gzip(plain.as_bytes()))
}

#[tokio::test]
async fn a_read_is_one_request_with_exactly_these_headers() {
    let api = ApiFixture::new(|_| json(200, CLIENT)).await;
    let live = api.read("12").await.unwrap();
    assert_eq!((live.id, live.name.unwrap().raw()), (Some(12), "x"));
    api.read("@me").await.unwrap();
    let received = api.server.received();
    let paths: Vec<&str> = received.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/oauth/token", "/api/ver1.0/client/12/client/", "/api/ver1.0/client/@me/client/"]);
    assert_eq!(received[0].body, "grant_type=client_credentials&client_id=app%26id&client_secret=s3cr%26t");
    assert_eq!(received[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(received[0].header("authorization"), None);
    assert_eq!(received[1].header("authorization"), Some("Bearer t0ken"));
    for request in &received {
        assert_eq!(request.header("accept-encoding"), Some("gzip"));
        assert_eq!(request.header("user-agent"), Some("ringform/0.1.0"));
        assert_eq!(request.header("cookie"), None);
    }
    api.assert_counted();
}

#[tokio::test]
async fn prefixes_and_the_other_route_are_joined_without_doubled_slashes() {
    let change = |options: &mut ConnectOptions| {
        options.endpoint = Endpoint::parse(&format!("{}/pbx/", options.endpoint.text())).unwrap();
        options.route = Route::ClientInfo;
    };
    let answer = |request: &ReceivedRequest| if request.is_token() { token("t") } else { json(200, CLIENT) };
    let api = ApiFixture::with(pair(), change, answer).await;
    api.read("12").await.unwrap();
    let paths: Vec<String> = api.server.received().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/pbx/oauth/token", "/pbx/api/ver1.0/client/client_info/12/"]);
}

#[tokio::test]
async fn packed_answers_and_packed_errors_are_unpacked() {
    let api = ApiFixture::new(|request| match request.path.contains("/13/") {
        true => packed(403, r#"{"status": "user_blocked", "message": "нет"}"#),
        false => packed(200, CLIENT),
    })
    .await;
    assert_eq!(api.read("12").await.unwrap().id, Some(12));
    let failure = api.read("13").await.unwrap_err();
    assert_eq!((failure.kind, failure.http_status), (FailureKind::Api, Some(403)));
    assert_eq!(failure.status.unwrap().raw(), "user_blocked");
    assert!(failure.message.raw().ends_with("нет"));
}

#[tokio::test]
async fn faults_that_pass_are_tried_four_times_at_most() {
    let cut = |body: &str| StubReply::Raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{body}").into_bytes());
    let torn = gzip(CLIENT.as_bytes());
    let torn = StubReply::Answer(200, vec![("content-encoding", "gzip".to_owned())], torn[..torn.len() / 2].to_vec());
    let chunked = StubReply::Raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n".to_vec());
    let faults = [
        json(502, ""),
        json(503, "<html>").with("retry-after", "-1"),
        json(504, ""),
        cut("{\"id\": 12"),
        torn,
        chunked,
        StubReply::Close,
    ];
    for fault in faults {
        for (failing, good) in [(1, true), (3, true), (4, false)] {
            let (fault, seen) = (fault.clone(), AtomicUsize::new(0));
            let api = ApiFixture::new(move |_| match seen.fetch_add(1, Ordering::SeqCst) < failing {
                true => fault.clone(),
                false => json(200, CLIENT),
            })
            .await;
            let result = api.read("12").await;
            assert_eq!(result.is_ok(), good, "{failing}: {result:?}");
            let sent = failing + usize::from(good);
            assert_eq!(api.server.count("GET"), sent);
            assert_eq!(api.usage.requests().retries as usize, sent - 1);
        }
    }
}

#[tokio::test]
async fn errors_that_stay_are_never_tried_again() {
    for code in [400, 403, 404, 409, 418, 500, 501, 505] {
        let api = ApiFixture::new(move |_| json(code, "{}")).await;
        let failure = api.read("12").await.unwrap_err();
        assert_eq!((failure.kind, failure.http_status), (FailureKind::Api, Some(code)));
        assert!(failure.help.is_some());
        assert_eq!(api.server.count("GET"), 1, "{code}");
        api.assert_counted();
    }
}

#[tokio::test]
async fn a_whole_answer_that_is_not_an_object_is_final() {
    for body in ["", "[]", "null", "12", "{", "<html>login</html>", "{} {}"] {
        let api = ApiFixture::new(move |_| json(200, body)).await;
        let failure = api.read("12").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::BadAnswer, "{body}");
        assert_eq!(api.server.count("GET"), 1);
    }
}

#[tokio::test]
async fn an_answer_past_the_limit_is_refused_however_it_is_packed() {
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(LIMIT));
    let chunked =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let lying = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec();
    let lying = [lying, large.clone().into_bytes()].concat();
    for reply in [json(200, &large), packed(200, &large), StubReply::Raw(chunked.into_bytes()), StubReply::Raw(lying)] {
        let api = ApiFixture::new(move |_| reply.clone()).await;
        let failure = api.read("12").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::BadAnswer);
        assert!(failure.message.raw().contains("1 MiB"), "{failure:?}");
        assert_eq!(api.server.count("GET"), 1);
    }
    let fits = format!("{{\"id\": 12, \"name\": \"{}\"}}", "x".repeat(LIMIT / 2));
    assert!(ApiFixture::new(move |_| json(200, &fits)).await.read("12").await.is_ok());
}

#[tokio::test]
async fn redirects_are_named_and_not_followed() {
    for code in [301, 302, 303, 307, 308] {
        let api = ApiFixture::new(move |_| json(code, "").with("location", "/elsewhere?x=t0ken")).await;
        let failure = api.read("12").await.unwrap_err();
        assert_eq!((failure.kind, failure.http_status), (FailureKind::Redirect, Some(code)));
        assert!(failure.message.raw().contains("to an address that is not shown"), "{failure:?}");
        assert_eq!(api.server.received().len(), 2);
    }
}

#[tokio::test]
async fn a_missing_connection_has_a_plain_sentence_and_does_not_count() {
    let address = closed_address("localhost").await;
    let sources = CredentialSources::from([(None, ready("t0ken"))]);
    let (reader, _, usage) = connect_with(options(&address), sources, Shutdown::new(), Timer::skipping()).unwrap();
    let failure = within(reader.read(ClientId::Me, None, FieldMask::default())).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Connection);
    assert_eq!(failure.message.raw(), format!("no connection to {address}: connection refused"));
    assert!(failure.help.is_some());
    let requests = usage.requests();
    assert_eq!((requests.total, requests.retries), (0, 3));
}

#[tokio::test]
async fn a_silent_api_runs_into_the_time_limit() {
    let api = ApiFixture::with(
        pair(),
        |options| options.timeout = Duration::from_millis(100),
        |request| {
            if request.is_token() { token("t") } else { StubReply::Hang }
        },
    )
    .await;
    let failure = api.read("12").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Timeout);
    assert!(failure.message.raw().contains("within 100 ms"), "{failure:?}");
    assert_eq!(api.server.count("GET"), 4);
    api.assert_counted();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_server_ends_lose_nothing_and_count_right() {
    let api = Arc::new(
        ApiFixture::new(|request| match request.on_connection % 10 == 0 {
            true => StubReply::AnswerThenClose(Box::new(json(200, CLIENT))),
            false => json(200, CLIENT),
        })
        .await,
    );
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let api = api.clone();
            tokio::spawn(async move {
                for _ in 0..60 {
                    api.read("12").await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        within(task).await.unwrap();
    }
    assert_eq!(api.server.count("GET"), 480);
    api.assert_counted();
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_tried_again_immediately_and_not_counted() {
    let seen = AtomicUsize::new(0);
    let api = ApiFixture::new(move |_| match seen.fetch_add(1, Ordering::SeqCst) {
        0 => StubReply::Close,
        _ => json(200, CLIENT),
    })
    .await;
    api.read("12").await.unwrap();
    let requests = api.usage.requests();
    assert_eq!((requests.total, requests.read, requests.retries), (2, 1, 1));
    assert_eq!(api.waited(), Duration::ZERO);
}

#[tokio::test]
async fn a_stop_ends_waits_immediately_and_starts_nothing() {
    let server = StubServer::start(|request| match request.is_token() {
        true => token("t"),
        false => json(429, "{}").with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", "600"),
    })
    .await;
    let (shutdown, sources) = (Shutdown::new(), CredentialSources::from([(None, pair())]));
    let options = ConnectOptions { wait_quota: Duration::from_secs(600), ..options(&server.address) };
    let (reader, _, _) = connect_with(options, sources, shutdown.clone(), Timer::default()).unwrap();
    let waiting = tokio::spawn({
        let reader = reader.clone();
        async move { reader.read(ClientId::Me, None, FieldMask::default()).await }
    });
    while server.count("GET") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let start = Instant::now();
    shutdown.stop();
    let failure = within(waiting).await.unwrap().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Interrupted);
    assert!(start.elapsed() < Duration::from_secs(1));
    let failure = within(reader.read(ClientId::Me, None, FieldMask::default())).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Interrupted);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_request_under_way_finishes_in_spite_of_a_stop() {
    let api = Arc::new(ApiFixture::new(|_| json(200, CLIENT).late(50)).await);
    let reading = tokio::spawn({
        let api = api.clone();
        async move { api.read("12").await }
    });
    while api.server.count("GET") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    api.shutdown.stop();
    assert!(reading.await.unwrap().is_ok());
}

#[tokio::test]
async fn requests_a_second_are_limited() {
    let api = ApiFixture::with(ready("t"), |options| options.requests_per_second = 20, |_| json(200, CLIENT)).await;
    for _ in 0..11 {
        api.read("12").await.unwrap();
    }
    assert!(api.waited() >= Duration::from_millis(450), "{:?}", api.waited());
}

#[tokio::test]
async fn the_user_behind_a_credential_is_read() {
    let api =
        ApiFixture::new(|_| json(200, r#"{"id": 5, "login": "u", "client_id": 12, "access": "read_only"}"#)).await;
    let user = within(api.reader.user(None)).await.unwrap();
    assert_eq!((user.id, user.client_id), (Some(5), Some(12)));
    assert_eq!(user.access.unwrap().raw(), "read_only");
    assert_eq!(api.server.received()[1].path, "/api/ver1.0/user/");
}
