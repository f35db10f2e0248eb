//! Faulty connections: resets, cuts, slow bodies, ends without notice.

use super::raw_client::*;
use std::io::ErrorKind;

const FIRST: &str = "/api/ver1.0/client/12/client/";
const MUSIC: &[u8] = br#"{"hold_music": 7}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_and_an_orderly_close_differ() {
    let eof = ErrorKind::UnexpectedEof;
    for (text, kind, stored) in [
        ("reset", ErrorKind::ConnectionReset, Value::Null),
        ("reset=fin", eof, Value::Null),
        ("reset-after", ErrorKind::ConnectionReset, json!(7)),
        ("reset-after=fin", eof, json!(7)),
    ] {
        let server = faulty(&format!("{text},on=put")).await;
        let mut caller = RawClient::to(&server);
        // The connection has answered before.
        assert_eq!(caller.send("GET", FIRST, &[TOKEN], b"").unwrap().code, 200);
        assert_eq!(caller.send("PUT", FIRST, &[TOKEN, JSON], MUSIC).unwrap_err().kind(), kind, "{text}");
        assert_eq!(server.clients()[&12]["hold_music"], stored, "{text}");
        assert_eq!((server.counts().write, server.puts().len()), (1, 1));
        server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_ends_below_its_length() {
    for (text, share) in [("truncated", 50), ("truncated=0", 0), ("truncated=99", 99)] {
        let server = faulty(text).await;
        for accept in ["gzip", "identity"] {
            let answer = send(&server, "GET", FIRST, &[TOKEN, ("accept-encoding", accept)], b"");
            let length = usize::try_from(answer.number("content-length")).unwrap();
            assert_eq!((answer.code, answer.body.len()), (200, length * share / 100), "{text} {accept}");
        }
        server.stop().await.unwrap();
    }
    let server = faulty("truncated,on=put").await;
    assert!(serde_json::from_slice::<Value>(&put(&server, "12", &json!({"hold_music": 7})).body).is_err());
    assert_eq!(server.clients()[&12]["hold_music"], 7);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_arrives_whole_and_does_not_delay_the_end() {
    let clock = SimulatorClock::manual();
    let server = faulty_with("slow=400ms", &clock).await;
    let mut caller = RawClient::to(&server);
    for _ in 0..2 {
        let read = move || {
            let answer = caller.send("GET", FIRST, &[TOKEN], b"").unwrap();
            (caller, answer)
        };
        let ((reader, answer), elapsed) = advancing(&clock, read).await;
        caller = reader;
        assert_eq!(answer.json()["id"], 12);
        assert!(elapsed >= Duration::from_millis(400), "{elapsed:?}");
    }
    server.clear_faults();
    assert_eq!(
        caller.send("GET", FIRST, &[TOKEN], b"").unwrap().code,
        200,
        "the clock stops, and so would a slow body"
    );

    server.fault(fault("slow=60s"));
    let reader = std::thread::spawn(move || caller.send("GET", FIRST, &[TOKEN], b""));
    until(|| clock.waits() == 1).await;
    let start = Instant::now();
    server.stop().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    let cut = reader.join().unwrap();
    assert!(cut.map_or(true, |answer| (answer.body.len() as u64) < answer.number("content-length")));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_close_after_their_nth_answer() {
    let server = faulty("close-after=3").await;
    for _ in 0..2 {
        let mut caller = RawClient::to(&server);
        for _ in 0..3 {
            let answer = caller.send("GET", FIRST, &[TOKEN], b"").unwrap();
            assert_eq!((answer.code, answer.header("connection")), (200, None));
            assert_eq!(answer.json()["id"], 12);
        }
        assert_eq!(caller.read().unwrap(), 0, "closed before a request");
    }
    // The same for answers that are written in pieces.
    server.fault(fault("oversize=3MiB"));
    let mut caller = RawClient::to(&server);
    for _ in 0..3 {
        assert!(caller.send("GET", FIRST, &[TOKEN], b"").unwrap().body.len() >= 3 << 20);
    }
    assert_eq!(caller.read().unwrap(), 0);
    assert_eq!(server.counts().read, 9);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_one_answer_add_up() {
    let clock = SimulatorClock::manual();
    let server = faulty_with("slow=200ms", &clock).await;
    server.fault(fault("truncated=40"));
    server.fault(fault("wrong-id"));
    let mut caller = RawClient::to(&server);
    let (answer, elapsed) = advancing(&clock, move || caller.send("GET", FIRST, &[TOKEN], b"").unwrap()).await;
    assert_eq!(answer.body.len() as u64, answer.number("content-length") * 40 / 100);
    assert!(elapsed >= Duration::from_millis(200), "{elapsed:?}");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_does_not_wait_for_idle_connections_and_half_sent_requests() {
    let server = serve(options(&[example()])).await;
    let mut idle = RawClient::to(&server);
    assert_eq!(idle.send("GET", FIRST, &[TOKEN], b"").unwrap().code, 200);
    let mut half = RawClient::to(&server);
    half.stream
        .write_all(b"PUT /api/ver1.0/client/12/client/ HTTP/1.1\r\nhost: x\r\ncontent-length: 17\r\n\r\n{")
        .unwrap();
    let silent = RawClient::to(&server);
    until(|| server.counts().write == 1).await;
    let start = Instant::now();
    server.stop().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    for mut caller in [idle, half, silent] {
        assert_eq!(caller.read().unwrap_or(0), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_client_library_works() {
    let server = serve(options(&[example()])).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/ver1.0/client/12/client/", server.endpoint());
    let body = json!({"geo_list": "RU KZ"});
    let answer = client.put(&url).bearer_auth("x").body(body.to_string()).send().await.unwrap();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(answer["geo_list"], "RU KZ");
    server.fault(fault("reset"));
    assert!(client.get(&url).send().await.is_err());
    server.stop().await.unwrap();
    assert!(client.get(&url).send().await.unwrap_err().is_connect());
}
