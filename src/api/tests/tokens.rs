//! Tests of tokens: once per credential, renewed in time, refused for good.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::model::FailureKind;

#[tokio::test]
async fn a_thousand_clients_ask_for_one_token() {
    let api = Arc::new(
        ApiFixture::with(
            pair(),
            |_| {},
            |request| if request.is_token() { token("t").late(20) } else { json(200, CLIENT) },
        )
        .await,
    );
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let api = api.clone();
            tokio::spawn(async move { api.read("12").await.map(|_| ()) })
        })
        .collect();
    for task in tasks {
        within(task).await.unwrap().unwrap();
    }
    assert_eq!((api.server.count("POST"), api.server.count("GET")), (1, 1000));
    api.assert_counted();
}

#[tokio::test]
async fn a_refused_pair_is_not_used_again() {
    for code in [400, 401, 403] {
        let api = ApiFixture::with(pair(), |_| {}, move |_| json(code, r#"{"message": "bad s3cr&t"}"#)).await;
        for client in ["12", "13", "@me"] {
            let failure = api.read(client).await.unwrap_err();
            assert_eq!((failure.kind, failure.http_status), (FailureKind::Credentials, Some(code)));
            assert!(!format!("{failure:?}").contains("s3cr"), "{failure:?}");
        }
        assert_eq!(api.server.received().len(), 1);
    }
}

#[tokio::test]
async fn faults_of_the_token_request_are_tried_again_and_shared() {
    let seen = AtomicUsize::new(0);
    let api = ApiFixture::with(
        pair(),
        |_| {},
        move |request| match request.is_token() {
            true if seen.fetch_add(1, Ordering::SeqCst) < 3 => json(503, ""),
            true => token("t"),
            false => json(200, CLIENT),
        },
    )
    .await;
    api.read("12").await.unwrap();
    assert_eq!(api.server.count("POST"), 4);
    api.assert_counted();

    let down = ApiFixture::with(pair(), |_| {}, |_| json(503, "")).await;
    for _ in 0..20 {
        assert_eq!(down.read("12").await.unwrap_err().http_status, Some(503));
    }
    assert_eq!(down.server.count("POST"), 4);
}

#[tokio::test]
async fn an_answer_without_a_token_is_final() {
    for body in ["<html>", "[]", "{}", r#"{"access_token": null}"#] {
        let api = ApiFixture::with(pair(), |_| {}, move |_| json(200, body)).await;
        for _ in 0..2 {
            assert_eq!(api.read("12").await.unwrap_err().kind, FailureKind::BadAnswer);
        }
        assert_eq!(api.server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once_for_all() {
    let api = Arc::new(
        ApiFixture::with(
            pair(),
            |_| {},
            |request| match request.is_token() {
                true => token(&format!("t{}", request.number)).late(10),
                false if request.header("authorization") == Some("Bearer t1") => json(401, "{}"),
                false => json(200, CLIENT),
            },
        )
        .await,
    );
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let api = api.clone();
            tokio::spawn(async move { api.read("12").await.map(|_| ()) })
        })
        .collect();
    for task in tasks {
        within(task).await.unwrap().unwrap();
    }
    assert_eq!(api.server.count("POST"), 2);
    api.assert_counted();
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_too_fails_the_client_and_soon_the_credential() {
    let api = ApiFixture::with(
        pair(),
        |_| {},
        |request| match request.is_token() {
            true => token(&format!("t{}", request.number)),
            false => json(401, r#"{"message": "no"}"#),
        },
    )
    .await;
    let failure = api.read("12").await.unwrap_err();
    assert_eq!((failure.kind, failure.http_status), (FailureKind::Api, Some(401)));
    assert_eq!((api.server.count("POST"), api.server.count("GET")), (2, 2));
    for _ in 0..10 {
        api.read("12").await.unwrap_err();
    }
    assert_eq!(api.server.count("GET"), 6);
    api.assert_counted();
}

#[tokio::test]
async fn one_client_that_answers_401_does_not_void_the_others() {
    let api = ApiFixture::with(
        pair(),
        |_| {},
        |request| match request.is_token() {
            true => token(&format!("t{}", request.number)),
            false if request.path.contains("/13/") => json(401, "{}"),
            false => json(200, CLIENT),
        },
    )
    .await;
    for _ in 0..5 {
        assert!(api.read("13").await.is_err());
        assert!(api.read("12").await.is_ok());
    }
}

#[tokio::test]
async fn a_token_is_renewed_shortly_before_it_expires() {
    let api = ApiFixture::with(
        pair(),
        |_| {},
        |request| match request.is_token() {
            true => json(200, &format!(r#"{{"access_token": "t{}", "expires_in": 1}}"#, request.number)),
            false => json(200, CLIENT),
        },
    )
    .await;
    api.read("12").await.unwrap();
    api.read("12").await.unwrap();
    assert_eq!(api.server.count("POST"), 1);
    api.timer.advance(Duration::from_millis(950));
    api.read("12").await.unwrap();
    assert_eq!(api.server.count("POST"), 2);
    assert_eq!(api.server.received().last().unwrap().header("authorization"), Some("Bearer t4"));
}

#[tokio::test]
async fn a_ready_token_needs_no_request_and_has_no_renewal() {
    let api = ApiFixture::with(ready("r3ady\r\n"), |_| {}, |_| json(200, CLIENT)).await;
    api.read("12").await.unwrap();
    assert_eq!(api.server.received().len(), 1);
    assert_eq!(api.server.received()[0].header("authorization"), Some("Bearer r3ady"));

    let api = ApiFixture::with(ready("r3ady\r\n"), |_| {}, |_| json(401, r#"{"message": "r3ady is over"}"#)).await;
    for _ in 0..5 {
        let failure = api.read("12").await.unwrap_err();
        assert_eq!((failure.kind, failure.http_status), (FailureKind::Credentials, Some(401)));
        assert!(!format!("{failure:?}").contains("r3ady"));
    }
    assert_eq!(api.server.received().len(), 1);
}

#[tokio::test]
async fn a_credential_that_cannot_be_sent_fails_without_a_request_and_without_being_shown() {
    let empty = CredentialSource::App { app_id: "a".to_owned(), app_secret: Secret::new("\n".to_owned()) };
    let sources = [
        (ready("hu\nsh"), "an HTTP header cannot carry"),
        (ready("хuш"), "an HTTP header cannot carry"),
        (ready(""), "is empty"),
        (empty, "empty App ID or App Secret"),
        (CredentialSource::Refused("commands need --allow-command".to_owned()), "--allow-command"),
        (
            CredentialSource::Missing { variables: vec!["A".to_owned(), "B".to_owned()] },
            "need A and B, which are not set",
        ),
        (CredentialSource::Command { argv: vec!["/nonexistent".to_owned()] }, "was not found"),
    ];
    for (source, words) in sources {
        let api = ApiFixture::with(source, |_| {}, |_| json(200, CLIENT)).await;
        let failure = api.read("12").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Credentials);
        let shown = format!("{failure:?}");
        assert!(shown.contains(words) && !shown.contains("hu") && !shown.contains("хuш"), "{shown}");
        assert!(api.server.received().is_empty());
    }
    let api = ApiFixture::new(|_| json(200, CLIENT)).await;
    let unknown = Arc::from("globex");
    let failure = within(api.reader.user(Some(&unknown))).await.unwrap_err();
    assert!(failure.message.raw().contains("globex"));
}

#[tokio::test]
async fn a_command_runs_once_and_its_pair_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let script = format!("echo run >> {}; echo '{{\"app_id\": \"a\", \"app_secret\": \"s\"}}'", log.display());
    let source = CredentialSource::Command { argv: vec!["sh".to_owned(), "-c".to_owned(), script] };
    let api = ApiFixture::with(
        source,
        |_| {},
        |request| match request.is_token() {
            true => token(&format!("t{}", request.number)),
            false if request.header("authorization") == Some("Bearer t1") => json(401, "{}"),
            false => json(200, CLIENT),
        },
    )
    .await;
    api.read("12").await.unwrap();
    api.read("12").await.unwrap();
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "run\n");
    assert_eq!(api.server.count("POST"), 2);
}

#[tokio::test]
async fn every_credential_has_a_token_of_its_own_and_six_are_asked_for_at_a_time() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = {
        let (now, most) = (now.clone(), most.clone());
        StubServer::start(move |request| {
            if !request.is_token() {
                return json(200, CLIENT);
            }
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let now = now.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(80)).await;
                now.fetch_sub(1, Ordering::SeqCst);
            });
            token("t").late(100)
        })
        .await
    };
    let names: Vec<Arc<str>> = (0..12).map(|n| Arc::from(format!("c{n}"))).collect();
    let sources = names.iter().map(|name| (Some(name.clone()), pair())).collect();
    let api = ApiFixture::with_sources(sources, |_| {}, server);
    let tasks: Vec<_> = names
        .into_iter()
        .map(|name| {
            let reader = api.reader.clone();
            tokio::spawn(async move { reader.read(ClientId::Me, Some(&name), FieldMask::default()).await.map(|_| ()) })
        })
        .collect();
    for task in tasks {
        within(task).await.unwrap().unwrap();
    }
    assert_eq!(api.usage.requests().token, 12);
    assert_eq!(most.load(Ordering::SeqCst), 6);
}

#[test]
fn nothing_that_is_printed_shows_a_secret() {
    let sources = CredentialSources::from([(None, pair()), (Some(Arc::from("acme")), ready("r3ady"))]);
    let shown = format!("{sources:?}");
    let (reader, writer, usage) =
        connect_with(options("http://127.0.0.1:9"), sources, Shutdown::new(), Timer::default()).unwrap();
    let shown = format!("{shown}{reader:?}{writer:?}{usage:?}");
    assert!(!shown.contains("s3cr") && !shown.contains("r3ady"), "{shown}");
}
