//! The resource: both routes, 28 fields, the seven that can be written, compression.

use super::raw_client::*;

#[tokio::test(flavor = "multi_thread")]
async fn both_routes_read_and_write_one_client() {
    let server = serve(options(&[example()])).await;
    for path in ["/api/ver1.0/client/12/client/", "/api/ver1.0/client/client_info/12/"] {
        let answer = send(&server, "GET", path, &[TOKEN], b"");
        assert_eq!((answer.code, answer.header("content-type")), (200, Some("application/json")));
        assert_eq!(answer.json().as_object().unwrap().len(), 28);
        assert_eq!(answer.json()["geo_list"], "RU BY");
    }
    let path = "/api/ver1.0/client/client_info/%312/";
    let answer = send(&server, "PUT", path, &[TOKEN, JSON], br#"{"geo_list":"RU KZ","hold_music":null}"#);
    assert_eq!(
        (answer.code, answer.json()["geo_list"].clone(), answer.json()["id"].clone()),
        (200, json!("RU KZ"), json!(12))
    );
    assert_eq!(get(&server, "12").json()["geo_list"], "RU KZ");
    assert_eq!(get(&server, "@me").json()["dial_rule_id"], 19);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_without_its_slash_is_not_found() {
    let server = serve(options(&[example()])).await;
    let paths = [
        "/api/ver1.0/client/12/client",
        "/api/ver1.0/client/client_info/12",
        "/api/ver1.0/user",
        "/oauth/token/",
        "//api/ver1.0/client/12/client/",
        "/api/ver1.0/client//client/",
        "/api/ver1.0/client/12/client/x/",
        "/",
    ];
    for path in paths {
        assert_eq!(send(&server, "GET", path, &[TOKEN], b"").refusal(), (404, Value::Null, true), "{path}");
    }
    assert_eq!(server.counts().other, paths.len() as u64);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_the_wiki_comes_back_unchanged() {
    let wiki = json!({"domain": "sip.ringme.ru", "create_date": "2020-03-16 09:29:57", "hold_music": null, "presence": "no",
        "sip_network_permission_id": null, "prefix": "0001", "record_stereo": false, "ambassadors": null, "id": 12,
        "domain_prefix": "00001", "contact_phones": null, "name": "ringme_test", "timezone": "Europe/Moscow",
        "dial_rule_id": 19, "type": "J", "email": "admin@domain.com", "reg_status_log": false, "fact_address": null,
        "extra_params": null, "extension_len": 3, "geo_list": null, "did_as_transfer_caller_id": "default",
        "jur_address": null, "language": null, "record_format": "mp3", "short_local_caller_id": "yes",
        "disk_space_notify_email": null, "disk_space_notify_threshold": null});
    let server = serve(options(std::slice::from_ref(&wiki))).await;
    assert_eq!(get(&server, "12").json(), wiki);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_seven_fields_can_be_written() {
    let seven = [
        ("dial_rule_id", json!(3)),
        ("disk_space_notify_email", json!("a@example.org")),
        ("disk_space_notify_threshold", json!(90)),
        ("geo_list", json!("RU")),
        ("hold_music", json!(4)),
        ("sip_network_permission_id", json!(5)),
        ("timezone", json!("UTC")),
    ];
    assert_eq!(seven.clone().map(|(name, _)| name), crate::sandbox::data::fields::WRITABLE);
    let server = serve(options(&[example()])).await;
    let all = get(&server, "12").json();
    for name in all.as_object().unwrap().keys() {
        match seven.iter().find(|(writable, _)| writable == name) {
            Some((_, value)) => {
                let answer = put(&server, "12", &json!({name: value}));
                assert_eq!((answer.code, &answer.json()[name]), (200, value), "{name}");
                let answer = put(&server, "12", &json!({name: null}));
                assert_eq!((answer.code, answer.json()[name].clone()), (200, Value::Null), "{name}");
            }
            None => {
                assert_eq!(put(&server, "12", &json!({name: all[name]})).refusal(), (400, Value::Null, true), "{name}")
            }
        }
    }
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_is_not_valid_changes_nothing() {
    let server = serve(options(&[example()])).await;
    let before = server.clients();
    let bodies = [
        "",
        "{}",
        "[]",
        "null",
        "7",
        "{",
        r#"{"unknown": 1}"#,
        r#"{"name": "x"}"#,
        r#"{"geo_list": "KZ", "name": "x"}"#,
        r#"{"geo_list": ["RU"]}"#,
        r#"{"geo_list": "RUS"}"#,
        r#"{"geo_list": "RU,BY"}"#,
        r#"{"geo_list": "* RU"}"#,
        r#"{"dial_rule_id": "19"}"#,
        r#"{"dial_rule_id": 1.5}"#,
        r#"{"dial_rule_id": 0}"#,
        r#"{"dial_rule_id": -1}"#,
        r#"{"dial_rule_id": 18446744073709551615}"#,
        r#"{"hold_music": true}"#,
        r#"{"timezone": 3}"#,
        r#"{"timezone": "Europe Moscow"}"#,
        r#"{"disk_space_notify_threshold": 101}"#,
        r#"{"disk_space_notify_email": "no-address"}"#,
        r#"{"disk_space_notify_email": "a b@c.d"}"#,
    ];
    for body in bodies {
        let path = "/api/ver1.0/client/12/client/";
        let answer = send(&server, "PUT", path, &[TOKEN, JSON], body.as_bytes());
        assert_eq!(answer.refusal(), (400, Value::Null, true), "{body}");
    }
    let answer = send(&server, "PUT", "/api/ver1.0/client/12/client/", &[TOKEN, JSON], &vec![b' '; 2 << 20]);
    assert_eq!(answer.code, 400);
    assert_eq!(server.clients(), before);
    assert_eq!(server.counts().writes["12"], bodies.len() as u64 + 1);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_and_errors_are_gzip_where_the_request_accepts_it() {
    let server = serve(options(&[example()])).await;
    let zipped = |accept: &str, id: &str| {
        let path = format!("/api/ver1.0/client/{id}/client/");
        let answer = send(&server, "GET", &path, &[TOKEN, ("accept-encoding", accept)], b"");
        let zipped = answer.header("content-encoding") == Some("gzip");
        let body = if zipped { answer.unzipped() } else { answer.body };
        assert!(serde_json::from_slice::<Value>(&body).unwrap().is_object());
        (answer.code, zipped)
    };
    assert_eq!(zipped("gzip", "12"), (200, true));
    assert_eq!(zipped("gzip", "99"), (404, true));
    assert_eq!(zipped("deflate, GZIP;q=0.5", "12"), (200, true));
    assert_eq!(zipped("*", "12"), (200, true));
    assert_eq!(zipped("gzip;q=0, *", "12"), (200, false));
    assert_eq!(zipped("identity", "99"), (404, false));
    assert!(get(&server, "12").header("content-encoding").is_none());
    server.stop().await.unwrap();
}
