//! Tests of writing: every answer to a PUT as the event that it is.

use super::*;
use crate::model::{Declaration, FailureKind, Layer, ManagedField, Place, Setting, SettingSet, State};
use crate::plan::send::{Event, Pause};
use crate::plan::send::{Recheck, recheck};
use crate::plan::{ClearedPatch, ClientPlan, Origin};

/// A cleared patch, by the only way there is.
fn cleared() -> ClearedPatch {
    let declaration = Declaration {
        client: ClientId::parse("12").unwrap(),
        credentials: None,
        labels: Default::default(),
        place: Place::new("a.yaml".into(), 1, 1),
        document: 0,
        managed: vec![ManagedField {
            setting: Setting::HoldMusic,
            wanted: State::NotSet,
            layer: Layer::Settings,
            place: Place::new("a.yaml".into(), 2, 1),
        }],
        expect: Vec::new(),
        ignored: SettingSet::default(),
        dated: None,
    };
    let live =
        Live::parse(CLIENT.replace("\"hold_music\": null", "\"hold_music\": 7").as_bytes(), FieldMask::default())
            .unwrap();
    let plan = ClientPlan::read(&declaration, live.clone(), Origin::Unknown);
    match recheck(&plan, &live) {
        Recheck::Send(cleared) => cleared,
        other => panic!("not cleared: {other:?}"),
    }
}

impl ApiFixture {
    async fn put(&self) -> Event {
        within(self.writer.put(ClientId::parse("12").unwrap(), None, cleared())).await
    }
}

#[tokio::test]
async fn a_put_holds_the_patch_and_nothing_else() {
    let api = ApiFixture::new(|_| json(200, CLIENT)).await;
    let Event::Answered(live) = api.put().await else { panic!("not answered") };
    assert_eq!(live.id, Some(12));
    let received = api.server.received();
    assert_eq!((received[1].method.as_str(), received[1].path.as_str()), ("PUT", "/api/ver1.0/client/12/client/"));
    assert_eq!(received[1].body, r#"{"hold_music":null}"#);
    assert_eq!(received[1].header("content-type"), Some("application/json"));
    assert_eq!(received[1].header("authorization"), Some("Bearer t0ken"));
    api.assert_counted();
}

#[tokio::test]
async fn every_answer_is_one_event_after_one_try() {
    let cut = StubReply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{".to_vec());
    let unpackable = StubReply::Answer(200, vec![("content-encoding", "gzip".to_owned())], b"{}".to_vec());
    for (reply, event, kind) in [
        (json(201, CLIENT), "Answered", None),
        (json(204, ""), "FateUnknown", Some(FailureKind::BadAnswer)),
        (json(200, "[]"), "FateUnknown", Some(FailureKind::BadAnswer)),
        (json(200, &" ".repeat(2 << 20)), "FateUnknown", Some(FailureKind::BadAnswer)),
        (unpackable, "FateUnknown", Some(FailureKind::BadAnswer)),
        (cut, "FateUnknown", Some(FailureKind::BadAnswer)),
        (StubReply::Close, "FateUnknown", Some(FailureKind::Connection)),
        (StubReply::Raw(b"HTTP/1.1 2".to_vec()), "FateUnknown", Some(FailureKind::Connection)),
        (StubReply::Hang, "FateUnknown", Some(FailureKind::Timeout)),
        (json(500, "{}"), "FateUnknown", Some(FailureKind::Api)),
        (json(502, "<html>"), "FateUnknown", Some(FailureKind::Api)),
        (json(503, ""), "FateUnknown", Some(FailureKind::Api)),
        (json(401, "{}"), "Unauthorized", Some(FailureKind::Api)),
        (json(400, "{}"), "Refused", Some(FailureKind::Api)),
        (json(403, "{}"), "Refused", Some(FailureKind::Api)),
        (json(404, "{}"), "Refused", Some(FailureKind::Api)),
        (json(301, "").with("location", "/other/"), "Refused", Some(FailureKind::Redirect)),
        (json(429, "{}").with("x-ratelimit-remaining", "5"), "Throttled", Some(FailureKind::Api)),
        (json(429, r#"{"status": "rate_limit_exceeded"}"#), "Throttled", Some(FailureKind::Quota)),
    ] {
        let play = reply.clone();
        let api = ApiFixture::with(
            pair(),
            |options| options.timeout = Duration::from_millis(300),
            move |request| {
                if request.is_token() { token("t") } else { play.clone() }
            },
        )
        .await;
        let (name, failure) = match api.put().await {
            Event::Answered(_) => ("Answered", None),
            Event::Refused(failure) => ("Refused", Some(failure)),
            Event::Unauthorized(failure) => ("Unauthorized", Some(failure)),
            Event::Throttled { failure, spent, wait } => {
                assert_eq!((spent, wait), (failure.kind == FailureKind::Quota, None));
                ("Throttled", Some(failure))
            }
            Event::NotSent(failure) => ("NotSent", Some(failure)),
            Event::FateUnknown(failure) => ("FateUnknown", Some(failure)),
            other => panic!("{other:?}"),
        };
        assert_eq!((name, failure.map(|failure| failure.kind)), (event, kind), "{reply:?}");
        assert_eq!((api.server.count("PUT"), api.server.count("GET")), (1, 0), "{reply:?}");
        api.assert_counted();
    }
}

#[tokio::test]
async fn a_refused_connection_is_known_not_to_have_sent() {
    let sources = CredentialSources::from([(None, ready("t0ken"))]);
    let options = options(&closed_address("127.0.0.1").await);
    let (_, writer, usage) = connect_with(options, sources, Shutdown::new(), Timer::skipping()).unwrap();
    let event = within(writer.put(ClientId::Me, None, cleared())).await;
    assert!(matches!(&event, Event::NotSent(failure) if failure.kind == FailureKind::Connection), "{event:?}");
    assert_eq!(usage.requests().total, 0);
}

#[tokio::test]
async fn nothing_is_written_where_no_request_is_known_to_be_left() {
    let api = ApiFixture::with(
        pair(),
        |options| options.wait_quota = Duration::from_secs(60),
        |request| match request.is_token() {
            true => token("t"),
            false => json(200, CLIENT).with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", "30"),
        },
    )
    .await;
    api.read("12").await.unwrap();
    let Event::Throttled { failure, spent: true, wait: Some(wait) } = api.put().await else { panic!("sent") };
    assert_eq!(failure.kind, FailureKind::Quota);
    assert!(wait <= Duration::from_secs(30) && wait > Duration::from_secs(25));
    assert_eq!(api.server.count("PUT"), 0);
    // Reading goes on: the quota is counted per client, and the next one may have requests left.
    api.read("12").await.unwrap();
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_two_writers() {
    let api = ApiFixture::with(
        pair(),
        |_| {},
        |request| match request.is_token() {
            true => token(&format!("t{}", request.number)),
            false if request.header("authorization") == Some("Bearer t1") => json(401, "{}"),
            false => json(200, CLIENT),
        },
    )
    .await;
    let (first, second) = tokio::join!(api.put(), api.put());
    assert!(matches!((first, second), (Event::Unauthorized(_), Event::Unauthorized(_))));
    let (first, second) = within(async { tokio::join!(api.writer.renew(None), api.writer.renew(None)) }).await;
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(api.server.count("POST"), 2);
    assert!(matches!(api.put().await, Event::Answered(_)));
}

#[tokio::test]
async fn without_a_token_nothing_is_written() {
    let api = ApiFixture::with(pair(), |_| {}, |_| json(400, "{}")).await;
    assert!(matches!(api.put().await, Event::Refused(failure) if failure.kind == FailureKind::Credentials));
    let api = ApiFixture::with(ready("t"), |_| {}, |_| json(401, "{}")).await;
    assert!(matches!(api.put().await, Event::Unauthorized(_)));
    assert_eq!(within(api.writer.renew(None)).await.unwrap_err().kind, FailureKind::Credentials);
    let api = ApiFixture::with(pair(), |_| {}, |_| StubReply::Close).await;
    assert!(matches!(api.put().await, Event::NotSent(_)));
    assert_eq!(api.server.count("PUT"), 0);
}

#[tokio::test]
async fn an_interrupted_writer_sends_nothing_and_waits_for_nothing() {
    let api = ApiFixture::new(|_| json(200, CLIENT)).await;
    assert!(api.writer.pause(Pause::BackOff(1)).await);
    api.shutdown.stop();
    assert!(!within(api.writer.pause(Pause::Quota(Duration::from_secs(600)))).await);
    assert!(matches!(api.put().await, Event::Stopped(_)));
    assert!(api.server.received().is_empty());
}
