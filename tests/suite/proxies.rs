//! The proxies of the environment: which variable counts, and that ringform never goes direct where one is wrong.

use serde_json::json;

use crate::raw_server::RawServer;
use crate::world::{World, each};

/// A certificate authority that signs nothing. Requests over https need one to start at all.
pub const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUNR9U422ofU+z8Pwjnbmv/i0N4hwwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjcwOTI3MjdaGA8yMTI2MTEwMzA5Mjcy
N1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPKy
+qjy6BvTsRbEMxnshUp9vRWkI/nZwC8tVqHIRz6wDEGTrn7fNpuUpRTYtUjJu7hm
mI16ppOfGoaRH0KUOTijUzBRMB0GA1UdDgQWBBSluGXGy+UEo4kUr2JIcWSJxjjG
2jAfBgNVHSMEGDAWgBSluGXGy+UEo4kUr2JIcWSJxjjG2jAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIGKdYifM6DQkX8TCh9b+MZzFa3fg+ssQDQTr
pyqtS5K+AiBDHnKf8c7mJk9yP88g6BoyqHsihnoU8DO5TEYLFXbGvg==
-----END CERTIFICATE-----
";

/// A host name that cannot be resolved, so only a proxy can reach it.
const ENDPOINT: &str = "https://pbx.invalid";

fn world() -> World {
    let world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}").project("limits: {timeout: 3s}");
    let world = world.file(".ca.pem", CERTIFICATE).env("SSL_CERT_FILE", ".ca.pem");
    world.env("SSL_CERT_DIR", "/nonexistent")
}

#[test]
fn an_address_that_cannot_be_understood_stops_the_run_and_is_named() {
    // It listens on all addresses of this machine; 0.0.0.0 is not a loopback address, so a proxy would count.
    let endpoint = RawServer::start(|_| Vec::new());
    let mut world = world();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        for value in ["::::", "\"http://a:1\"", "'a:1'", "http://u:hush@a\n:1", "htp://", "htp://hush@a:1", " "] {
            for line in ["plan", "apply --yes"] {
                let line = format!("{line} --endpoint https://0.0.0.0:{}", endpoint.port());
                let output = world.command(&line).env(name, value).output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(1), "{said}");
                assert!(said.contains(&format!("{name} is not the address of a proxy")), "{value:?} {line}: {said}");
                assert!(!said.contains("hush"), "{said}");
            }
        }
    }
    assert_eq!(endpoint.received(), [""; 0], "a request went direct");
    // This machine is never reached through a proxy, so there a wrong one is no error.
    world.env("HTTPS_PROXY", "::::").run("plan").ok().requests(1, 1, 0);
}

#[test]
fn an_empty_variable_hides_no_proxy() {
    let rows: [&[&str]; 6] = [
        &["HTTPS_PROXY"],
        &["https_proxy"],
        &["ALL_PROXY"],
        &["all_proxy"],
        &["=HTTPS_PROXY", "https_proxy"],
        &["=HTTPS_PROXY", "=https_proxy", "=ALL_PROXY", "all_proxy"],
    ];
    each(rows, |row| {
        let proxy = RawServer::proxy();
        let mut world = world();
        let mut command = world.command(&format!("plan --endpoint {ENDPOINT}"));
        for name in row {
            match name.strip_prefix('=') {
                Some(name) => command.env(name, ""),
                None => command.env(name, proxy.url()),
            };
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{row:?}");
        let received = proxy.received();
        assert!(!received.is_empty(), "{row:?}: the proxy was not asked");
        for request in received {
            assert!(request.starts_with("CONNECT pbx.invalid:443 HTTP/1.1\r\n"), "{row:?}: {request}");
            assert!(!request.contains("s3cr3t"), "{request}");
        }
    });
}

#[test]
fn a_star_in_no_proxy_covers_addresses_too() {
    let direct = ["*", "other.example, *", " * "].map(|except| (except, true));
    let through = ["", "*.example", "10.0.0.0/8"].map(|except| (except, false));
    each(direct.into_iter().chain(through), |(except, is_direct)| {
        let (proxy, endpoint) = (RawServer::proxy(), RawServer::start(|_| Vec::new()));
        let mut world = world().env("HTTPS_PROXY", &proxy.url()).env("NO_PROXY", except);
        world.run(&format!("plan --endpoint https://0.0.0.0:{}", endpoint.port())).status(1);
        let (reached, other) = if is_direct { (&endpoint, &proxy) } else { (&proxy, &endpoint) };
        assert_eq!(other.received(), [""; 0], "{except:?}");
        assert!(!reached.received().is_empty(), "{except:?}: nothing arrived");
        assert!(is_direct || proxy.received().iter().all(|request| request.starts_with("CONNECT 0.0.0.0:")));
    });
}

#[test]
fn an_endpoint_that_is_not_text_is_named_and_the_file_is_not_used_instead() {
    use std::os::unix::ffi::OsStrExt;
    let mut world = world();
    for line in ["plan", "apply --yes", "drift", "auth check"] {
        let mut command = world.command(line);
        command.env("RINGFORM_ENDPOINT", std::ffi::OsStr::from_bytes(b"https://pbx.invalid/\xff"));
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("RINGFORM_ENDPOINT") && said.contains("UTF-8"), "{line}: {said}");
    }
    assert_eq!(world.server().counts().total, 0);
}
