//! Tests of the hour's quota and of refusals that pass.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::model::FailureKind;

const SPENT: &str = r#"{"status": "rate_limit_exceeded"}"#;

#[tokio::test]
async fn a_used_up_quota_fails_immediately_and_says_when_it_resets() {
    let api =
        ApiFixture::new(|_| json(429, SPENT).with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", "1620"))
            .await;
    let failure = api.read("12").await.unwrap_err();
    assert_eq!((failure.kind, failure.http_status), (FailureKind::Quota, Some(429)));
    assert!(failure.message.raw().contains("resets in 27 min"), "{failure:?}");
    assert_eq!(failure.status.unwrap().raw(), "rate_limit_exceeded");
    assert_eq!(api.server.count("GET"), 1);
    // After three in a row nothing more is asked.
    for _ in 0..10 {
        assert_eq!(api.read("12").await.unwrap_err().kind, FailureKind::Quota);
    }
    assert_eq!(api.server.count("GET"), 3);
    // Another credential is asked all the same.
    let acme = Arc::from("acme");
    within(api.reader.read(ClientId::Me, Some(&acme), FieldMask::default())).await.unwrap_err();
    assert_eq!(api.server.count("GET"), 4);
    api.assert_counted();
}

#[tokio::test]
async fn a_near_reset_is_waited_for_where_that_is_allowed() {
    let seen = AtomicUsize::new(0);
    let api = ApiFixture::with(
        pair(),
        |options| options.wait_quota = Duration::from_secs(10),
        move |request| match request.is_token() {
            true => token("t"),
            false if seen.fetch_add(1, Ordering::SeqCst) == 0 => {
                json(429, "{}").with("x-ratelimit-remaining", "0").with("retry-after", "1")
            }
            false => json(200, CLIENT),
        },
    )
    .await;
    api.read("12").await.unwrap();
    assert_eq!(api.waited(), Duration::from_secs(1));
    assert_eq!((api.server.count("GET"), api.usage.requests().retries), (2, 1));
}

#[tokio::test]
async fn odd_resets_are_no_long_sleep_and_no_busy_loop() {
    for odd in ["-5", "99999999999", "soon", "1e9"] {
        let api = ApiFixture::with(
            pair(),
            |options| options.wait_quota = Duration::from_secs(3600),
            move |request| match request.is_token() {
                true => token("t"),
                false => json(429, SPENT).with("x-ratelimit-reset", odd).with("retry-after", odd),
            },
        )
        .await;
        assert_eq!(api.read("12").await.unwrap_err().kind, FailureKind::Quota);
        assert_eq!(api.waited(), Duration::ZERO);
        assert_eq!(api.server.count("GET"), 1, "{odd}");
    }
}

#[tokio::test]
async fn a_reset_that_never_comes_ends_after_four_tries() {
    let api = ApiFixture::with(
        pair(),
        |options| options.wait_quota = Duration::from_secs(2),
        |request| match request.is_token() {
            true => token("t"),
            false => json(429, SPENT).with("x-ratelimit-reset", "0"),
        },
    )
    .await;
    assert_eq!(api.read("12").await.unwrap_err().kind, FailureKind::Quota);
    assert_eq!(api.waited(), Duration::from_secs(3));
    assert_eq!(api.server.count("GET"), 4);
}

#[tokio::test]
async fn a_refusal_that_passes_is_a_try_like_others() {
    let busy = |_: &ReceivedRequest| {
        json(429, r#"{"message": "concurrent request not allowed"}"#).with("x-ratelimit-remaining", "70")
    };
    let api = ApiFixture::new(busy).await;
    let failure = api.read("12").await.unwrap_err();
    assert_eq!((failure.kind, failure.http_status), (FailureKind::Api, Some(429)));
    assert_eq!(api.server.count("GET"), 4);
    api.assert_counted();
}

#[tokio::test]
async fn usage_has_the_lowest_and_the_last() {
    let left = AtomicUsize::new(0);
    let api = ApiFixture::new(move |_| {
        let remaining = [50, 40, 45][left.fetch_add(1, Ordering::SeqCst)];
        json(200, CLIENT).with("X-RateLimit-Remaining", &remaining.to_string()).with("X-RateLimit-Reset", "1800")
    })
    .await;
    assert!(api.usage.quota().is_empty());
    for _ in 0..3 {
        api.read("12").await.unwrap();
    }
    let quota = api.usage.quota();
    assert_eq!(quota.len(), 1);
    assert_eq!(
        (quota[0].credentials.as_deref(), quota[0].remaining_lowest, quota[0].resets_in_s),
        (None, 40, Some(1800))
    );
    let (remaining, reset) = api.usage.remaining(None).unwrap();
    assert_eq!(remaining, 45);
    assert!(reset.unwrap() > Duration::from_secs(1790));
    assert!(api.usage.remaining(Some(&Arc::from("acme"))).is_none());
}
