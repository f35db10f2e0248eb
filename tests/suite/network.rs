//! The network as it is: faults, proxies, slow servers, closed pipes.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{World, each};

fn one() -> World {
    World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: [RU, KZ]}")
}

#[test]
fn reads_survive_what_passes() {
    let faults = [
        "reset,times=1",
        "server-error=503,times=1",
        "truncated,times=1",
        "server-error=502,times=2",
        "too-many,times=1",
        "bad-gzip,times=1",
    ];
    each(faults, |fault| {
        let mut world = one().fault(&format!("{fault},on=get"));
        world.run("plan").ok().prints(&["RU → KZ RU"]);
    });
}

#[test]
fn reads_give_up_on_what_stays() {
    each([("reset", "connection"), ("server-error=503", "api"), ("server-error=500", "api")], |(fault, kind)| {
        let mut world = one().fault(&format!("{fault},on=get"));
        let ran = world.run("plan --format json").status(1);
        assert_eq!(ran.client("12")["error"]["kind"], kind, "{fault}");
        assert!(world.server().counts().read <= 4);
    });
}

#[test]
fn a_slow_answer_runs_into_the_timeout() {
    let mut world = one().project("limits: {timeout: 300ms}").fault("latency=20s,on=put");
    let begun = Instant::now();
    let ran = world.run("apply --yes --format json").status(1);
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert_eq!(ran.results(), ["failed"]);
}

#[test]
fn an_endpoint_that_refuses_connections_is_told() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut world = one();
    let ran = world.run(&format!("plan --endpoint http://127.0.0.1:{port} --format json")).status(1);
    assert_eq!(ran.client("12")["error"]["kind"], "connection");
    assert!(ran.client("12")["error"]["message"].as_str().unwrap().contains("refused"));
}

#[test]
fn plain_http_is_for_loopback_alone() {
    for endpoint in
        ["http://pbx.example", "http://10.0.0.1", "ftp://pbx.example", "pbx.example", "https://user:pw@pbx.example", ""]
    {
        let mut world = one();
        let ran = world.run(&format!("plan --endpoint={endpoint}")).status(1);
        assert!(!ran.stderr.contains("pw"), "{}", ran.stderr);
    }
    one().run("plan --endpoint http://pbx.example").status(1).says(&["https"]).sends_nothing();
}

#[test]
fn certificates_that_are_missing_or_broken_are_told() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let world = one().file("broken.pem", broken).file("empty.pem", "").env("SSL_CERT_FILE", "/nonexistent");
    let mut world = world.env("SSL_CERT_DIR", "/nonexistent");
    world.run("plan").ok();
    let https = "plan --endpoint https://127.0.0.1:1";
    world.run(https).status(1).says(&["ca-certificates", "--ca-file"]);
    for (file, words) in [("broken.pem", "cannot be read"), ("empty.pem", "no certificate"), ("none", "cannot be read")]
    {
        let ran = world.run(&format!("{https} --ca-file {file}")).status(1).says(&[file, words]);
        assert!(!ran.stderr.contains("ca-certificates"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("ringform.yaml"), "no line of the project is to blame: {}", ran.stderr);
    }
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let mut world = one();
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        world = world.env(name, &address);
    }
    world.run("plan").ok();
    assert!(proxy.accept().is_err(), "the proxy was asked");
}

#[test]
fn servers_that_close_connections_cost_nothing() {
    let mut world = World::new().fault("close-after=10").seed(json!({"token_rate": 0}));
    for id in 1..=300 {
        world = world
            .live(id, json!({}))
            .file(&format!("clients/{id}.yaml"), &format!("client: {id}\nsettings: {{timezone: null}}\n"));
    }
    let ran = world.run("plan --format json").ok();
    let plan = ran.json();
    assert_eq!(plan["summary"]["in_sync"], 300);
    assert_eq!(plan["run"]["requests"]["total"], world.server().counts().total);
}

#[test]
fn slashes_are_joined_once() {
    let mut world = one();
    world.start();
    let endpoint = world.server().endpoint();
    world.run(&format!("plan --endpoint {endpoint}/")).ok().requests(1, 1, 0);
}

#[test]
fn no_secret_shows_anywhere() {
    let mut world = one().env("RUST_LOG", "trace").fault("unauthorized,times=1,on=get");
    let secret = "s3cr3t-of-app";
    let mut shown = String::new();
    for line in [
        "plan -vv --log-format json",
        "apply --yes -vv --format json=report.json",
        "plan -v --endpoint http://127.0.0.1:9",
        "auth check -vv",
        "plan --format json --out plan.json",
    ] {
        let ran = world.run(line);
        shown.push_str(&ran.stdout);
        shown.push_str(&ran.stderr);
    }
    for entry in walk(world.folder()) {
        if !entry.ends_with(".seed-of-the-test.json") {
            shown.push_str(&String::from_utf8_lossy(&std::fs::read(&entry).unwrap()));
        }
    }
    assert!(!shown.contains(secret), "{shown}");
    assert!(!shown.to_lowercase().contains("bearer"), "{shown}");
    assert!(!shown.contains("czNjcjN0"), "base64 of the secret");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn secrets_may_stand_in_files_with_line_ends() {
    for end in ["", "\n", "\r\n", "\n\n"] {
        let mut world = one()
            .seed(json!({"apps": [{"app_id": "a", "app_secret": "b", "token": "tok-1"}]}))
            .env("RINGFORM_APP_ID", "")
            .env("RINGFORM_APP_SECRET", "")
            .file(".token", &format!("tok-1{end}"))
            .env("RINGFORM_TOKEN_FILE", ".token");
        world.run("plan").ok().requests(0, 1, 0);
        let app = json!({"apps": [{"app_id": "a", "app_secret": "b"}]});
        let world = one().seed(app).env("RINGFORM_APP_ID", &format!("a{end}"));
        let mut world = world.env("RINGFORM_APP_SECRET", &format!("b{end}"));
        world.run("plan").ok().requests(1, 1, 0);
    }
}

#[test]
fn credentials_that_are_missing_or_wrong_are_told() {
    let mut world = one().env("RINGFORM_APP_SECRET", "");
    world.run("validate").ok();
    world.run("plan").status(1).sends_nothing().prints(&["RINGFORM_APP_SECRET"]);
    let seed = json!({"apps": [{"app_id": "app", "app_secret": "right"}]});
    let mut world = one().seed(seed).live(13, json!({})).declared(13, "{timezone: UTC}");
    let ran = world.run("plan --format json").status(1).requests(1, 0, 0);
    assert_eq!(ran.client("12")["error"]["kind"], "credentials");
    assert_eq!(ran.client("13")["error"]["kind"], "credentials");
}

#[test]
fn writes_that_no_fresh_token_helps_do_not_fetch_tokens_for_a_whole_fleet() {
    let mut world = World::new().fault("unauthorized,on=put");
    for id in 1..=20 {
        world = world.live(id, json!({})).declared(id, "{timezone: UTC}");
    }
    let ran = world.run("apply --yes --format json --concurrency 1").status(1);
    assert_eq!(ran.results(), ["failed"; 20]);
    let counts = world.server().counts();
    assert!(counts.token <= 4 && counts.write <= 6, "{} tokens, {} writes", counts.token, counts.write);
}

#[test]
fn clients_that_answer_401_for_reasons_of_their_own_do_not_void_a_fleet() {
    let mut world = World::new().fault("latency=100ms,on=get");
    for id in 11..=30 {
        world = world.live(id, json!({})).declared(id, "{timezone: UTC}");
    }
    // The first four of every batch.
    for id in 11..=14 {
        world = world.fault(&format!("unauthorized,on=get,client={id}"));
    }
    let ran = world.run("apply --yes --format json --concurrency 6").status(1);
    assert_eq!(ran.results()[..4], ["failed"; 4]);
    assert_eq!(ran.results()[4..], ["applied"; 16], "{}", ran.stdout);
}

#[test]
fn tokens_of_many_credentials_are_asked_for_no_faster_than_the_api_allows() {
    let mut world = World::new();
    let mut credentials = "credentials:\n".to_owned();
    for id in 1..=45 {
        credentials.push_str(&format!("  c{id}: {{app_id: app{id}, app_secret: \"${{RINGFORM_APP_SECRET}}\"}}\n"));
        let document = format!("client: {id}\ncredentials: c{id}\nsettings: {{timezone: UTC}}\n");
        world = world.live(id, json!({})).file(&format!("clients/{id}.yaml"), &document);
    }
    world.project(&credentials).run("plan").ok().requests(45, 45, 0);
}

#[test]
fn auth_check_speaks_of_every_credential() {
    let seed = json!({"apps": [
        {"app_id": "full", "app_secret": "s3cr3t-of-app", "me": 12},
        {"app_id": "reader", "app_secret": "s3cr3t-of-app", "access": "read_only", "me": 12}
    ]});
    let mut world = one().seed(seed).project(
        "credentials:\n  full: {app_id: full, app_secret: \"${RINGFORM_APP_SECRET}\"}\n  reader: {app_id: reader, app_secret: \"${RINGFORM_APP_SECRET}\"}\n  wrong: {token: \"${NO_SUCH}\"}",
    );
    let ran = world.run("auth check").status(1);
    let ran =
        ran.prints(&["full: works", "reader: works", "read_only", "requests left", "wrong: does not work", "NO_SUCH"]);
    assert!(!ran.stdout.contains("s3cr3t"));
}

#[test]
fn a_hostile_login_comes_out_harmless() {
    let id = "a\u{202e}\u{9b}31m";
    let seed = json!({"apps": [{"app_id": id, "app_secret": "s3cr3t-of-app", "me": 12}]});
    let mut world = one().seed(seed).env("RINGFORM_APP_ID", id);
    for line in ["auth check", "auth check --format json"] {
        let ran = world.run(line).ok();
        assert!(!ran.stdout.contains(['\u{202e}', '\u{9b}']), "{line}: {:?}", ran.stdout);
    }
    assert_eq!(world.run("auth check --format json").json()["credentials"][0]["login"], id);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut world = World::new().fault("error=user_blocked,client=1,on=get");
    for id in 1..=300 {
        world = world.live(id, json!({})).declared(id, "{timezone: UTC}");
    }
    let mut child = world.command("plan -v").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "one client failed");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("panic") && !stderr.contains("pipe"), "{stderr}");
}

#[test]
fn hostile_names_come_out_harmless() {
    let name = "A\u{1b}[31m\u{0}\u{9b}31m ]]> &#27; \n::warning::y \u{202e}| `x` <script>";
    let mut world = World::new()
        .live(12, json!({"name": name, "geo_list": "ZZ\u{1b}[2J\n::error::x"}))
        .declared(12, "{geo_list: [RU]}");
    for line in [
        "plan",
        "plan --format json",
        "plan --format markdown",
        "plan --diff",
        "apply --yes -vv",
        "plan -vv --log-format json",
    ] {
        let ran = world.run(line);
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{line}: {text:?}");
            assert!(!text.contains('\u{202e}'), "{line}: {text:?}");
            assert!(!text.lines().any(|line| line.starts_with("::")), "{line}: {text}");
        }
    }
}

#[test]
fn a_redirected_write_is_never_followed() {
    let mut world = one().fault("redirect=301,on=put");
    let ran = world.run("apply --yes --format json").status(1).requests(1, 1, 1);
    assert_eq!(ran.results(), ["failed"]);
    assert!(ran.client("12")["details"]["message"].as_str().unwrap().contains("client_info"), "the target is named");
}

#[test]
fn gzip_is_asked_for_and_understood_in_errors_too() {
    let mut world = one().fault("error=user_blocked,on=get");
    let ran = world.run("plan --format json").status(1);
    assert_eq!(ran.client("12")["error"]["status"], "user_blocked");
    assert!(world.server().requests().iter().all(|request| request.accept_encoding.is_some()));
}

#[test]
fn retry_after_serves_where_the_reset_header_is_absent() {
    let mut world = one().fault("quota-exceeded=date:3,on=get,times=1");
    let begun = Instant::now();
    world.run("plan --wait-quota 10s").ok();
    assert!(begun.elapsed() >= Duration::from_secs(2), "it waited");
    let mut world = one().fault("quota-exceeded=date:3,on=get,times=1");
    let ran = world.run("plan --format json").status(1);
    assert_eq!(ran.client("12")["error"]["kind"], "quota");
}
