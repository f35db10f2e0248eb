//! A stub of the API: a few lines over a raw socket, so that it can break HTTP too.
//!
//! It records the requests and answers as the test says. It listens on loopback and ends with the runtime of the test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it was received.
#[derive(Clone, Debug)]
pub(super) struct ReceivedRequest {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) head: String,
    pub(super) body: String,
    /// Which request this is, from 1, over all connections and paths.
    pub(super) number: usize,
    /// Which one on its connection, from 1.
    pub(super) on_connection: usize,
}

impl ReceivedRequest {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(super) fn is_token(&self) -> bool {
        self.path.ends_with("/oauth/token")
    }
}

/// What to do about a request.
#[derive(Clone, Debug)]
pub(super) enum StubReply {
    /// Answer and keep the connection.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Answer, say nothing of it, and close.
    AnswerThenClose(Box<StubReply>),
    /// Send these bytes and close.
    Raw(Vec<u8>),
    /// Close without a byte.
    Close,
    /// Say nothing for long.
    Hang,
    /// Wait, then do something else.
    Late(Duration, Box<StubReply>),
}

pub(super) fn json(code: u16, body: &str) -> StubReply {
    StubReply::Answer(code, vec![("content-type", "application/json".to_owned())], body.as_bytes().to_vec())
}

impl StubReply {
    pub(super) fn with(self, name: &'static str, value: &str) -> StubReply {
        match self {
            StubReply::Answer(code, mut headers, body) => {
                headers.push((name, value.to_owned()));
                StubReply::Answer(code, headers, body)
            }
            other => other,
        }
    }

    pub(super) fn late(self, millis: u64) -> StubReply {
        StubReply::Late(Duration::from_millis(millis), Box::new(self))
    }
}

/// A running stub.
pub(super) struct StubServer {
    pub(super) address: String,
    received: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl StubServer {
    pub(super) async fn start(answer: impl Fn(&ReceivedRequest) -> StubReply + Send + Sync + 'static) -> StubServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let received: Arc<Mutex<Vec<ReceivedRequest>>> = Arc::default();
        let (answer, record) = (Arc::new(answer), received.clone());
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (answer, record) = (answer.clone(), record.clone());
                tokio::spawn(async move { serve(stream, &*answer, &record).await });
            }
        });
        StubServer { address, received }
    }

    /// Everything received so far.
    pub(super) fn received(&self) -> Vec<ReceivedRequest> {
        self.received.lock().unwrap().clone()
    }

    /// How many requests were received, by method; tokens are POST.
    pub(super) fn count(&self, method: &str) -> usize {
        self.received().iter().filter(|request| request.method == method).count()
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: &(impl Fn(&ReceivedRequest) -> StubReply + ?Sized),
    record: &Mutex<Vec<ReceivedRequest>>,
) {
    let mut on_connection = 0;
    while let Some((head, body)) = request(&mut stream).await {
        on_connection += 1;
        let mut words = head.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let received = {
            let mut record = record.lock().unwrap();
            let received = ReceivedRequest { method, path, head, body, number: record.len() + 1, on_connection };
            record.push(received.clone());
            received
        };
        if !reply(&mut stream, answer(&received)).await {
            return;
        }
    }
}

/// Whether the connection stays.
async fn reply(stream: &mut TcpStream, mut reply: StubReply) -> bool {
    let mut stay = true;
    loop {
        match reply {
            StubReply::Late(time, then) => {
                tokio::time::sleep(time).await;
                reply = *then;
            }
            StubReply::AnswerThenClose(then) => {
                stay = false;
                reply = *then;
            }
            StubReply::Answer(code, headers, body) => {
                let mut bytes = format!("HTTP/1.1 {code} X\r\n").into_bytes();
                for (name, value) in &headers {
                    bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
                }
                bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
                bytes.extend_from_slice(&body);
                return stream.write_all(&bytes).await.is_ok() && stay;
            }
            StubReply::Raw(bytes) => {
                stream.write_all(&bytes).await.ok();
                return false;
            }
            StubReply::Close => return false,
            StubReply::Hang => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return false;
            }
        }
    }
}

async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let length: usize = length.unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, String::from_utf8(bytes[end..end + length].to_vec()).ok()?))
}
