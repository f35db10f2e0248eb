//! What the API answers is not trusted: bytes that are no text, byte-order marks, and messages that repeat a secret.

use std::fs;

use base64::Engine as _;
use serde_json::{Value as Json, json};

use crate::proxies::CERTIFICATE;
use crate::raw_server::{RawServer, answer, client_12};
use crate::world::World;

const SECRET: &str = "s3cr3t-of-app";

fn one() -> World {
    World::new().live(12, json!({})).declared(12, "{timezone: UTC}")
}

fn with_a_ready_token(token: &str) -> World {
    one().env("RINGFORM_APP_ID", "").env("RINGFORM_APP_SECRET", "").env("RINGFORM_TOKEN", token)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The letters of the secret with something before each of them.
fn between(mark: &str) -> String {
    SECRET.chars().map(|letter| format!("{mark}{letter}")).collect()
}

#[test]
fn a_packed_answer_without_its_header_prints_no_bytes() {
    // `{"message": "no"}`, packed by gzip.
    let mut packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\x56\xca\x4d\x2d\x2e\x4e\x4c\x4f\x55\xb2\x52\x50\xca".to_vec();
    packed.extend(b"\xcb\x57\xaa\x05\0\x8e\x2d\xf2\x5c\x11\0\0\0");
    for (status, sentence) in [("404 Not Found", "(404)"), ("403 Forbidden", "(403)"), ("500 Oops", "(500)")] {
        let body = packed.clone();
        let server = RawServer::start(move |_| answer(status, "application/json", &body));
        let mut world = with_a_ready_token("tok-1");
        let mut command = world.command(&format!("plan -vv --endpoint {}", server.url()));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        for stream in [output.stdout, output.stderr] {
            let text = String::from_utf8(stream).expect("output is UTF-8");
            assert!(!text.contains(['\u{fffd}', '\u{1f}', '\0']) && !text.contains("\\u{1f}"), "{text}");
            assert!(text.is_empty() || text.contains(sentence) || !text.contains("error"), "{text}");
        }
    }
}

/// All forms in which a server may repeat the secret, each with a piece that must not be seen.
fn forms() -> Vec<(Vec<u8>, String)> {
    let message =
        |text: &str| (json!({"status": "invalid_client", "message": text}).to_string().into_bytes(), text.into());
    let page = |text: &str| (format!("<html><title>{text}</title></html>").into_bytes(), text.to_owned());
    let plain = |text: &str| (format!("not valid: {text}").into_bytes(), text.to_owned());
    let entities: String = SECRET.bytes().map(|byte| format!("&#{byte};")).collect();
    let in_hex: String = SECRET.bytes().map(|byte| format!("&#x{byte:x};")).collect();
    let percent: String = SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let escapes: String = SECRET.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let inner = base64(SECRET);
    vec![
        message(SECRET),
        message(&SECRET.to_uppercase()),
        message(&between("\u{200b}")),
        message(&between("\u{2060}")),
        message(&between("\0")),
        message(&entities),
        message(&in_hex),
        message(&inner),
        message(inner.trim_end_matches('=')),
        message(&base64(format!("app:{SECRET}"))),
        message(&format!("Basic {}", base64(format!("app:{SECRET}")))),
        message(&percent),
        message(&inner.replace('=', "%3D")),
        message(&escapes),
        page(SECRET),
        page(&entities),
        page(&inner),
        plain(SECRET),
        plain(&between("\0")),
        plain(&percent),
        plain(&format!("client_id=app&client_secret={SECRET}")),
        (format!(r#"{{"message": "{escapes}"}}"#).into_bytes(), SECRET.to_owned()),
        (json!({"status": SECRET, "message": "no"}).to_string().into_bytes(), SECRET.to_owned()),
        (json!({"error": "invalid_client", "error_description": inner}).to_string().into_bytes(), base64(SECRET)),
        (utf16(&format!(r#"{{"message": "{SECRET}"}}"#)), SECRET.to_owned()),
        (utf16(SECRET), SECRET.to_owned()),
        ([b"\xff\xfe".to_vec(), utf16(SECRET)].concat(), SECRET.to_owned()),
    ]
}

/// A text without what could hide letters of a secret in it.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// Everything that a run left: its output and the files of the project.
fn left_by(world: &mut World, line: &str) -> String {
    let output = world.command(line).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}");
    let mut all = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let mut folders = vec![world.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with(".seed-of-the-test.json") {
                all.push_str(&String::from_utf8_lossy(&fs::read(path).unwrap()));
            }
        }
    }
    all
}

fn shows_nothing(all: &str, piece: &str, context: &str) {
    assert!(!all.contains(piece), "{context}: {all}");
    assert!(!letters(all).contains(&letters(SECRET)), "{context}: {all}");
    for hidden in [base64(SECRET), base64(format!("app:{SECRET}")), base64(utf16(SECRET))] {
        assert!(!all.contains(hidden.trim_end_matches('=')), "{context}: {all}");
    }
}

#[test]
fn a_token_endpoint_that_repeats_the_secret_is_not_quoted() {
    for (body, piece) in forms() {
        let sent = body.clone();
        let server = RawServer::start(move |_| answer("401 Unauthorized", "application/json", &sent));
        let mut world = one();
        for line in ["plan -v", "plan --format json -vv --log-format json", "apply --yes -vv --format json=r.json"] {
            let all = left_by(&mut world, &format!("{line} --endpoint {}", server.url()));
            shows_nothing(&all, &piece, &format!("{line} after {:?}", String::from_utf8_lossy(&body)));
            assert!(all.contains("401"), "the code is shown: {all}");
        }
        assert!(server.received().iter().all(|request| request.starts_with("POST /oauth/token ")));
    }
    // A message without the secret is quoted.
    let server =
        RawServer::start(|_| answer("401 Unauthorized", "application/json", br#"{"message": "expired pair"}"#));
    assert!(left_by(&mut one(), &format!("plan --endpoint {}", server.url())).contains("expired pair"));
}

#[test]
fn a_write_whose_answer_repeats_the_token_leaves_no_trace_in_report_and_journal() {
    for (body, piece) in forms() {
        let sent = body.clone();
        let server = RawServer::start(move |request| match request.starts_with("PUT ") {
            true => answer("403 Forbidden", "application/json", &sent),
            false => answer("200 OK", "application/json", &client_12()),
        });
        let mut world = with_a_ready_token(SECRET);
        let line = format!("apply --yes -vv --format json=r.json --endpoint {}", server.url());
        let all = left_by(&mut world, &line);
        shows_nothing(&all, &piece, &format!("{:?}", String::from_utf8_lossy(&body)));
        assert!(all.contains("403"), "the code is shown: {all}");
        assert!(server.received().iter().any(|request| request.starts_with("PUT ")));
    }
}

#[test]
fn a_mark_before_an_answer_a_saved_plan_and_a_certificate_is_not_content() {
    let marked = |bytes: &[u8]| [b"\xef\xbb\xbf", bytes].concat();
    let server = RawServer::start(|request| match request.starts_with("POST ") {
        true => answer("200 OK", "application/json", "\u{feff}{\"access_token\": \"tok-1\"}".as_bytes()),
        false => answer("200 OK", "application/json", &[b"\xef\xbb\xbf", &client_12()[..]].concat()),
    });
    one().run(&format!("plan --endpoint {}", server.url())).ok().prints(&["not set → UTC"]);
    assert!(server.received().iter().any(|request| request.to_lowercase().contains("bearer tok-1")));

    let mut world = one();
    world.run("plan --out p.json").ok();
    let plan = fs::read(world.path("p.json")).unwrap();
    world.write("p.json", &marked(&plan));
    world.run("show p.json").ok().prints(&["not set → UTC"]);
    world.run("apply --plan p.json --yes").ok().requests(1, 1, 1);
    world.write("p.json", &utf16(std::str::from_utf8(&plan).unwrap()));
    for line in ["show p.json", "apply --plan p.json --yes"] {
        world.run(line).status(1).sends_nothing().says(&["p.json", "UTF-16"]);
    }

    let https = "plan --endpoint https://127.0.0.1:1 --format json --ca-file ca.pem";
    world.write("ca.pem", &marked(CERTIFICATE.as_bytes()));
    assert_eq!(world.run(https).status(1).client("12")["error"]["kind"], "connection");
    world.write("ca.pem", &utf16(CERTIFICATE));
    world.run(https).status(1).says(&["ca.pem", "UTF-16"]);
}

#[test]
fn an_answer_in_utf_16_is_named_as_such() {
    let body = utf16(std::str::from_utf8(&client_12()).unwrap());
    let server = RawServer::start(move |_| answer("200 OK", "application/json", &body));
    let ran = with_a_ready_token("tok-1").run(&format!("plan --format json --endpoint {}", server.url())).status(1);
    let error = ran.client("12")["error"].clone();
    assert_eq!(error["kind"], "bad_answer");
    assert!(error["message"].as_str().unwrap().contains("UTF-16"), "{error}");
}

#[test]
fn a_token_of_blanks_is_not_used() {
    for token in [" ", "", "\t", "\u{a0}"] {
        let body = json!({"access_token": token, "expires_in": 3600}).to_string();
        let server = RawServer::start(move |_| answer("200 OK", "application/json", body.as_bytes()));
        let ran = one().run(&format!("plan --format json --endpoint {}", server.url())).status(1);
        let error: Json = ran.client("12")["error"].clone();
        assert!(error["message"].as_str().unwrap().contains("access_token"), "{token:?}: {error}");
        assert!(server.received().iter().all(|request| request.starts_with("POST ")), "a GET was sent");
    }
}

#[test]
fn a_credential_that_cannot_be_used_names_its_variable_and_hides_no_other() {
    for (name, value) in
        [("RINGFORM_TOKEN", "hush\nb"), ("RINGFORM_APP_ID", "hush\nb"), ("RINGFORM_APP_SECRET", "hush\nb")]
    {
        let mut world = one().env(name, value);
        let ran = world.run("plan").status(1).sends_nothing();
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains(name) && !said.contains("hush"), "{name}: {said}");
    }
    // An empty file is not the absence of one: the App pair beside it would be another identity.
    for text in ["", "\n", "\r\n", "  \n"] {
        let mut world = one().file(".token", text).env("RINGFORM_TOKEN_FILE", ".token");
        let ran = world.run("plan").status(1).sends_nothing();
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("the file that RINGFORM_TOKEN_FILE names is empty"), "{text:?}: {said}");
    }
    let world = one().env("RINGFORM_TOKEN_FILE", ".token");
    world.write(".token", &utf16("tok-1"));
    let mut world = world;
    let ran = world.run("plan").status(1).sends_nothing();
    let said = ran.stdout + &ran.stderr;
    assert!(said.contains("RINGFORM_TOKEN_FILE") && said.contains("UTF-16"), "{said}");
}
