//! Servers on loopback that answer whatever a test wants, byte by byte, and remember what they were sent.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A listener with a thread of its own. It lives as long as the program of the test.
pub struct RawServer {
    port: u16,
    received: Arc<Mutex<Vec<String>>>,
}

impl RawServer {
    /// Answers each request with these bytes, and closes the connection.
    pub fn start(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> RawServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = request(&mut stream);
                log.lock().unwrap().push(request.clone());
                // A client that is gone needs no answer.
                drop(stream.write_all(&answer(&request)));
            }
        });
        RawServer { port, received }
    }

    /// A proxy that refuses every request.
    pub fn proxy() -> RawServer {
        RawServer::start(|_| answer("502 Bad Gateway", "text/plain", b"no way"))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The start of what each connection sent.
    pub fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

/// A request with its body, or what arrives instead of one.
fn request(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        // A TLS handshake begins with 22 and has no end to wait for.
        if bytes[0] == 22 {
            break;
        }
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An answer that ends with its connection.
pub fn answer(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// The answer of the API for client 12, whose values are all null.
pub fn client_12() -> Vec<u8> {
    br#"{"id": 12, "name": "twelve", "geo_list": null, "timezone": null, "dial_rule_id": null, "hold_music": null,
        "sip_network_permission_id": null, "disk_space_notify_email": null, "disk_space_notify_threshold": null}"#
        .to_vec()
}
