//! The client and the simulators that these tests share.

pub(crate) use crate::sandbox::{Seed, SimulatorClock, SimulatorFault, SimulatorOptions, SimulatorServer, start};
use flate2::read::GzDecoder;
pub(crate) use serde_json::{Value, json};
pub(crate) use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
pub(crate) use std::time::{Duration, Instant};

/// An answer, or the part of it that arrived.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) code: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl RawAnswer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.header(name).unwrap_or_else(|| panic!("no {name} in {}", self.head)).parse().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        let text = || format!("no JSON: {}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", text()))
    }

    pub(crate) fn unzipped(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(&self.body[..]).read_to_end(&mut plain).unwrap();
        plain
    }

    /// The code, the `status` and whether there is a message.
    pub(crate) fn refusal(&self) -> (u16, Value, bool) {
        let body = self.json();
        (self.code, body["status"].clone(), body["message"].is_string())
    }
}

/// A connection.
pub(crate) struct RawClient {
    pub(crate) stream: TcpStream,
    rest: Vec<u8>,
}

impl RawClient {
    pub(crate) fn to(server: &SimulatorServer) -> RawClient {
        let stream = TcpStream::connect(server.endpoint().strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        RawClient { stream, rest: Vec::new() }
    }

    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<RawAnswer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: pbx\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let mut request = request.into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request)?;
        self.answer()
    }

    /// Reads one answer by its Content-Length. Returns a body that was cut as it is; no head is an error.
    pub(crate) fn answer(&mut self) -> io::Result<RawAnswer> {
        let end = loop {
            if let Some(at) = self.rest.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if self.read()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = String::from_utf8(self.rest.drain(..end).collect()).unwrap();
        let code = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = RawAnswer { code, head, body: Vec::new() };
        let length = usize::try_from(answer.number("content-length")).unwrap();
        while self.rest.len() < length && self.read()? > 0 {}
        let length = length.min(self.rest.len());
        answer.body = self.rest.drain(..length).collect();
        Ok(answer)
    }

    pub(crate) fn read(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 65536];
        let length = self.stream.read(&mut buffer)?;
        self.rest.extend_from_slice(&buffer[..length]);
        Ok(length)
    }
}

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub(crate) const TOKEN: (&str, &str) = ("authorization", "Bearer any");

pub(crate) fn send(
    server: &SimulatorServer,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> RawAnswer {
    RawClient::to(server).send(method, path, headers, body).unwrap()
}

pub(crate) fn get(server: &SimulatorServer, id: &str) -> RawAnswer {
    send(server, "GET", &format!("/api/ver1.0/client/{id}/client/"), &[TOKEN], b"")
}

pub(crate) fn put(server: &SimulatorServer, id: &str, body: &Value) -> RawAnswer {
    let path = format!("/api/ver1.0/client/{id}/client/");
    send(server, "PUT", &path, &[TOKEN, JSON], body.to_string().as_bytes())
}

/// The client of the wiki's example, with a `geo_list`.
pub(crate) fn example() -> Value {
    json!({"id": 12, "name": "ringme_test", "geo_list": "RU BY", "dial_rule_id": 19, "timezone": "Europe/Moscow"})
}

pub(crate) fn options(clients: &[Value]) -> SimulatorOptions {
    SimulatorOptions { seed: Seed::from_clients(clients.to_vec()), ..SimulatorOptions::default() }
}

pub(crate) async fn serve(options: SimulatorOptions) -> SimulatorServer {
    start(options).await.unwrap()
}

pub(crate) fn fault(text: &str) -> SimulatorFault {
    text.parse().unwrap()
}

/// A simulator of the example and a second client, with this fault.
pub(crate) async fn faulty(text: &str) -> SimulatorServer {
    faulty_with(text, &SimulatorClock::default()).await
}

/// The same with a clock.
pub(crate) async fn faulty_with(text: &str, clock: &SimulatorClock) -> SimulatorServer {
    let clients = [example(), json!({"id": 13})];
    serve(SimulatorOptions { faults: vec![fault(text)], clock: clock.clone(), ..options(&clients) }).await
}

/// Returns once `condition` holds.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(10), "the condition never holds");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Runs `work` in a thread and moves a manual clock while the simulator waits. Returns the result and the time that
/// passed.
pub(crate) async fn advancing<R: Send + 'static>(
    clock: &SimulatorClock,
    work: impl FnOnce() -> R + Send + 'static,
) -> (R, Duration) {
    let start = clock.now();
    let work = std::thread::spawn(work);
    until(|| {
        if clock.waits() > 0 {
            clock.advance(Duration::from_millis(10));
        }
        work.is_finished()
    })
    .await;
    (work.join().unwrap(), clock.now() - start)
}

/// Reads a seed from a file of this text.
pub(crate) fn seed_file(name: &str, text: &str) -> anyhow::Result<Seed> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    Seed::load(&path)
}
