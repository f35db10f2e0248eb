//! The semantics that the wiki leaves open.

use super::raw_client::*;
use crate::sandbox::{Normalise, Semantics};

async fn serve_with(semantics: Semantics) -> SimulatorServer {
    serve(SimulatorOptions { semantics, ..options(&[example(), json!({"id": 13, "disk_space_notify_threshold": 90})]) })
        .await
}

async fn normalising(normalise: Normalise) -> SimulatorServer {
    serve_with(Semantics { normalise: vec![normalise], ..Semantics::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_keeps_the_other_fields_and_a_replacement_clears_them() {
    let server = serve_with(Semantics::default()).await;
    let client = put(&server, "12", &json!({"hold_music": 7})).json();
    assert_eq!((client["geo_list"].clone(), client["hold_music"].clone()), (json!("RU BY"), json!(7)));

    server.semantics(Semantics { replace: true, ..Semantics::default() });
    let client = put(&server, "12", &json!({"hold_music": 8})).json();
    for name in ["geo_list", "dial_rule_id", "timezone"] {
        assert_eq!(client[name], Value::Null, "{name}");
    }
    assert_eq!((client["hold_music"].clone(), client["name"].clone()), (json!(8), json!("ringme_test")));
    assert_eq!(get(&server, "12").json(), client);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ignored_field_keeps_its_value() {
    let ignore = vec!["timezone".to_owned()];
    let server = serve_with(Semantics { ignore, ..Semantics::default() }).await;
    let answer = put(&server, "12", &json!({"timezone": "UTC", "hold_music": 7}));
    let client = answer.json();
    assert_eq!(
        (answer.code, client["timezone"].as_str(), client["hold_music"].clone()),
        (200, Some("Europe/Moscow"), json!(7))
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn values_change_on_storing() {
    for (normalise, body, stored) in [
        (Normalise::Zones, json!({"timezone": "US/Pacific"}), json!("America/Los_Angeles")),
        (Normalise::Zones, json!({"timezone": "Asia/Omsk"}), json!("Asia/Omsk")),
        (Normalise::Emails, json!({"disk_space_notify_email": "NOC@Example.org"}), json!("noc@example.org")),
        (Normalise::Countries, json!({"geo_list": "BY KZ RU"}), json!("RU  KZ  BY")),
        (Normalise::Countries, json!({"geo_list": "*"}), json!("*")),
    ] {
        let server = normalising(normalise).await;
        let (name, _) = body.as_object().unwrap().iter().next().unwrap();
        assert_eq!(put(&server, "12", &body).json()[name], stored);
        assert_eq!(server.clients()[&12][name], stored);
        server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_show_numbers_as_text_or_null_as_empty() {
    let server = normalising(Normalise::NumbersAsText).await;
    let client = get(&server, "12").json();
    assert_eq!((client["dial_rule_id"].clone(), client["extension_len"].clone()), (json!("19"), json!("3")));
    assert_eq!(client["id"], 12);
    assert_eq!(put(&server, "12", &json!({"hold_music": 7})).json()["hold_music"], "7");
    assert_eq!(server.clients()[&12]["hold_music"], 7);
    server.stop().await.unwrap();

    let server = normalising(Normalise::EmptyForNull).await;
    let client = put(&server, "12", &json!({"timezone": null})).json();
    assert_eq!((client["timezone"].as_str(), client["hold_music"].as_str()), (Some(""), Some("")));
    assert_eq!(
        (client["record_stereo"].clone(), server.clients()[&12]["timezone"].clone()),
        (json!(false), Value::Null)
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_missing_and_null_is_refused() {
    let missing = vec!["geo_list".to_owned(), "name".to_owned()];
    let server = serve_with(Semantics { missing, refuse_null: true, ..Semantics::default() }).await;
    let client = get(&server, "12").json();
    assert_eq!((client.get("geo_list"), client.get("name"), client.as_object().unwrap().len()), (None, None, 26));
    assert!(put(&server, "12", &json!({"hold_music": 7})).json().get("geo_list").is_none());
    let answer = put(&server, "12", &json!({"hold_music": 8, "timezone": null}));
    assert_eq!(answer.refusal(), (400, Value::Null, true));
    assert!(answer.json()["message"].as_str().unwrap().contains("timezone"));
    assert_eq!(server.clients()[&12]["hold_music"], 7);
    // The wiki does not document whether an empty text clears; it is stored unchanged.
    assert_eq!(put(&server, "12", &json!({"timezone": ""})).json()["timezone"], "");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_field_name_is_an_error() {
    let semantics = Semantics { ignore: vec!["time_zone".to_owned()], ..Semantics::default() };
    let error = start(SimulatorOptions { semantics, ..options(&[]) }).await.unwrap_err();
    assert!(error.to_string().contains("`time_zone`"));
}

#[test]
fn normalise_reads_its_own_names() {
    for (value, name, _) in Normalise::ALL {
        assert_eq!(name.parse::<Normalise>().unwrap(), value);
        assert_eq!(value.to_string(), name);
    }
    assert!("zone".parse::<Normalise>().unwrap_err().to_string().contains("zones, emails"));
}
