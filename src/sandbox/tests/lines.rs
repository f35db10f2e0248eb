//! Connections that misbehave: resets, cuts, slow bodies, ends without notice.

use super::*;
use std::io::ErrorKind;
use std::time::Instant;

const FIRST: &str = "/api/ver1.0/client/12/client/";
const MUSIC: &[u8] = br#"{"hold_music": 7}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_one_and_a_close_is_one() {
    let eof = ErrorKind::UnexpectedEof;
    for (text, kind, stored) in [
        ("reset", ErrorKind::ConnectionReset, Value::Null),
        ("reset=fin", eof, Value::Null),
        ("reset-after", ErrorKind::ConnectionReset, json!(7)),
        ("reset-after=fin", eof, json!(7)),
    ] {
        let server = faulty(&format!("{text},on=put")).await;
        let mut caller = RawClient::to(&server);
        // Also on a connection that has answered before.
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
            let got = send(&server, "GET", FIRST, &[TOKEN, ("accept-encoding", accept)], b"");
            let length = usize::try_from(got.number("content-length")).unwrap();
            assert_eq!((got.code, got.body.len()), (200, length * share / 100), "{text} {accept}");
        }
        server.stop().await.unwrap();
    }
    let server = faulty("truncated,on=put").await;
    assert!(serde_json::from_slice::<Value>(&put(&server, "12", &json!({"hold_music": 7})).body).is_err());
    assert_eq!(server.clients()[&12]["hold_music"], 7);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_arrives_whole_and_holds_up_no_end() {
    let server = faulty("slow=400ms").await;
    let mut caller = RawClient::to(&server);
    for _ in 0..2 {
        let start = Instant::now();
        let got = caller.send("GET", FIRST, &[TOKEN], b"").unwrap();
        assert_eq!(got.json()["id"], 12);
        assert!(start.elapsed() >= Duration::from_millis(380), "{:?}", start.elapsed());
    }
    server.clear_faults();
    let start = Instant::now();
    assert_eq!(caller.send("GET", FIRST, &[TOKEN], b"").unwrap().code, 200);
    assert!(start.elapsed() < Duration::from_millis(300));

    server.fault(fault("slow=60s"));
    let reader = std::thread::spawn(move || caller.send("GET", FIRST, &[TOKEN], b""));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let start = Instant::now();
    server.stop().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    let cut = reader.join().unwrap();
    assert!(cut.map_or(true, |got| (got.body.len() as u64) < got.number("content-length")));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_close_after_their_nth_answer() {
    let server = faulty("close-after=3").await;
    for _ in 0..2 {
        let mut caller = RawClient::to(&server);
        for _ in 0..3 {
            let got = caller.send("GET", FIRST, &[TOKEN], b"").unwrap();
            assert_eq!((got.code, got.header("connection")), (200, None));
            assert_eq!(got.json()["id"], 12);
        }
        assert_eq!(caller.read().unwrap(), 0, "closed without being asked anything");
    }
    // Also after answers that are written in pieces.
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
    let server = faulty("slow=200ms").await;
    server.fault(fault("truncated=40"));
    server.fault(fault("wrong-id"));
    let start = Instant::now();
    let got = get(&server, "12");
    assert_eq!(got.body.len() as u64, got.number("content-length") * 40 / 100);
    assert!(start.elapsed() >= Duration::from_millis(180));
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_leaves_idle_and_half_sent_requests_behind() {
    let server = serve(options(&[example()])).await;
    let mut idle = RawClient::to(&server);
    assert_eq!(idle.send("GET", FIRST, &[TOKEN], b"").unwrap().code, 200);
    let mut half = RawClient::to(&server);
    half.stream
        .write_all(b"PUT /api/ver1.0/client/12/client/ HTTP/1.1\r\nhost: x\r\ncontent-length: 17\r\n\r\n{")
        .unwrap();
    let silent = RawClient::to(&server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let start = Instant::now();
    server.stop().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    for mut caller in [idle, half, silent] {
        assert_eq!(caller.read().unwrap_or(0), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_client_library_is_content() {
    let server = serve(options(&[example()])).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/ver1.0/client/12/client/", server.endpoint());
    let body = json!({"geo_list": "RU KZ"});
    let got = client.put(&url).bearer_auth("x").body(body.to_string()).send().await.unwrap();
    let got: Value = serde_json::from_str(&got.text().await.unwrap()).unwrap();
    assert_eq!(got["geo_list"], "RU KZ");
    server.fault(fault("reset"));
    assert!(client.get(&url).send().await.is_err());
    server.stop().await.unwrap();
    assert!(client.get(&url).send().await.unwrap_err().is_connect());
}
