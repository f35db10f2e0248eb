//! The requests that a simulator received: counters, heads of requests and bodies of PUTs.
//!
//! Every request counts when its head arrives, so that a test for "sends nothing" also sees requests that a fault
//! ended. It holds no secret: of the Authorization header and the query it records only whether they were present.

use crate::sandbox::api::route::{ApiOperation, ApiPath};
use crate::sandbox::lock::lock;
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

/// How many heads and PUT bodies are kept; the oldest go first. Two reads and writes of 10,000 clients fit.
const LIMIT: usize = 50_000;

/// The number of requests, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestCounts {
    /// All requests.
    pub total: u64,
    /// Requests to `/oauth/token`.
    pub token: u64,
    /// Requests to `/api/ver1.0/user/`.
    pub user: u64,
    /// GETs of a client.
    pub read: u64,
    /// PUTs of a client.
    pub write: u64,
    /// Requests with another path or method.
    pub other: u64,
    /// GETs by the client in the path; `@me` is not resolved.
    pub reads: BTreeMap<String, u64>,
    /// PUTs by the client in the path; `@me` is not resolved.
    pub writes: BTreeMap<String, u64>,
}

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// Such as `GET`.
    pub method: String,
    /// The path as sent, without a query.
    pub path: String,
    /// Whether it had a query.
    pub query: bool,
    /// Whether it had an Authorization header.
    pub authorization: bool,
    /// `Accept-Encoding`.
    pub accept_encoding: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
}

/// The requests of one simulator.
#[derive(Default)]
pub(crate) struct TrafficLog(Mutex<Traffic>);

#[derive(Default)]
struct Traffic {
    counts: RequestCounts,
    requests: VecDeque<RequestHead>,
    puts: VecDeque<(String, Value)>,
}

impl TrafficLog {
    /// Counts a request and records its head.
    pub(crate) fn arrived(&self, head: &Parts, path: &ApiPath, operation: ApiOperation) {
        let header = |name: HeaderName| {
            head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let request = RequestHead {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().is_some(),
            authorization: head.headers.contains_key(header::AUTHORIZATION),
            accept_encoding: header(header::ACCEPT_ENCODING),
            user_agent: header(header::USER_AGENT),
            content_type: header(header::CONTENT_TYPE),
        };
        let mut traffic = lock(&self.0);
        traffic.counts.add(path, operation);
        remember(&mut traffic.requests, request);
    }

    /// Records the body of a PUT: as JSON, or as a string where it is not JSON.
    pub(crate) fn put(&self, client: &str, body: &[u8]) {
        let body =
            serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()));
        remember(&mut lock(&self.0).puts, (client.to_owned(), body));
    }

    pub(crate) fn counts(&self) -> RequestCounts {
        lock(&self.0).counts.clone()
    }

    pub(crate) fn requests(&self) -> Vec<RequestHead> {
        lock(&self.0).requests.iter().cloned().collect()
    }

    pub(crate) fn puts(&self) -> Vec<(String, Value)> {
        lock(&self.0).puts.iter().cloned().collect()
    }
}

impl RequestCounts {
    fn add(&mut self, path: &ApiPath, operation: ApiOperation) {
        self.total += 1;
        match (operation, path) {
            (ApiOperation::Token, _) => self.token += 1,
            (ApiOperation::User, _) => self.user += 1,
            (ApiOperation::Get, ApiPath::Client(client)) => {
                self.read += 1;
                *self.reads.entry(client.clone()).or_default() += 1;
            }
            (ApiOperation::Put, ApiPath::Client(client)) => {
                self.write += 1;
                *self.writes.entry(client.clone()).or_default() += 1;
            }
            _ => self.other += 1,
        }
    }
}

fn remember<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == LIMIT {
        drop(list.pop_front());
    }
    list.push_back(item);
}
