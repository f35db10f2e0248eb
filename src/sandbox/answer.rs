//! Answers before they become bytes, and how they do: headers, quota, compression.

use super::fault::QuotaHeaders;
use super::quota::Standing;
use super::refusal::{Refusal, StatusAs};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::Write as _;

/// What will be answered; faults change it before it is built.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) content: Content,
    /// None: no Content-Type.
    pub(super) content_type: Option<String>,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) quota: QuotaShown,
    pub(super) encoding: Encoding,
}

#[derive(Debug)]
pub(super) enum Content {
    Json(Value),
    /// An error of the API, whose body depends on how its status is written.
    Refused(Refusal),
    Text(&'static str),
}

/// What the three quota headers say.
#[derive(Debug, Default)]
pub(super) struct QuotaShown {
    pub(super) which: QuotaHeaders,
    /// Remaining is 0, whatever was counted.
    pub(super) used_up: bool,
    /// The text of X-RateLimit-Reset in place of the counted one.
    pub(super) reset: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// gzip where it was asked for.
    #[default]
    Asked,
    /// gzip by name, plain bytes in truth.
    False,
}

/// The page of a proxy whose upstream is gone.
const PAGE: &str = "<html>\r\n<head><title>Bad gateway</title></head>\r\n<body>\r\n<center><h1>The service is not available</h1></center>\r\n\
                    <hr><center>proxy</center>\r\n</body>\r\n</html>\r\n";

impl Answer {
    pub(super) fn json(value: Value) -> Answer {
        Answer::of(200, Content::Json(value), "application/json")
    }

    pub(super) fn refused(refusal: Refusal) -> Answer {
        Answer::of(refusal.code(), Content::Refused(refusal), "application/json")
    }

    /// API: behind a proxy, 5xx with an HTML body must be expected.
    pub(super) fn page(code: u16) -> Answer {
        Answer::of(code, Content::Text(PAGE), "text/html")
    }

    fn of(code: u16, content: Content, content_type: &str) -> Answer {
        Answer {
            code,
            content,
            content_type: Some(content_type.to_owned()),
            headers: Vec::new(),
            quota: QuotaShown::default(),
            encoding: Encoding::default(),
        }
    }

    pub(super) fn with(mut self, name: HeaderName, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }

    /// The bytes of the body before compression.
    fn body(&self, status: StatusAs) -> Vec<u8> {
        match &self.content {
            Content::Json(value) => value.to_string().into_bytes(),
            Content::Refused(refusal) => refusal.body(status).to_string().into_bytes(),
            Content::Text(text) => text.as_bytes().to_vec(),
        }
    }

    /// The response, and the length of its body as sent.
    pub(super) fn build(self, asked: &HeaderMap, standing: Standing, status: StatusAs) -> (Response, usize) {
        let mut body = self.body(status);
        let gzip = match self.encoding {
            Encoding::Asked if takes_gzip(asked) => {
                body = compress(&body);
                true
            }
            Encoding::Asked => false,
            Encoding::False => true,
        };
        let length = body.len();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                drop(headers.insert(name, value));
            }
        };
        if let Some(content_type) = &self.content_type {
            set(header::CONTENT_TYPE, content_type);
        }
        if gzip {
            set(header::CONTENT_ENCODING, "gzip");
        }
        set(header::VARY, "accept-encoding");
        if self.quota.which != QuotaHeaders::Absent {
            let remaining = if self.quota.used_up { 0 } else { standing.remaining };
            set(HeaderName::from_static("x-ratelimit-limit"), &standing.limit.to_string());
            set(HeaderName::from_static("x-ratelimit-remaining"), &remaining.to_string());
            if self.quota.which == QuotaHeaders::All {
                let reset = self.quota.reset.unwrap_or_else(|| standing.reset_s.to_string());
                set(HeaderName::from_static("x-ratelimit-reset"), &reset);
            }
        }
        for (name, value) in self.headers {
            set(name, &value);
        }
        (response, length)
    }
}

/// Whether an Accept-Encoding allows gzip: named, or covered by `*`, with a weight above 0.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let items = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = false;
    for item in items.flat_map(|value| value.split(',')) {
        let (coding, weight) = item.split_once(';').unwrap_or((item, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f64>().ok());
        let wanted = weight.is_none_or(|weight| weight > 0.0);
        match coding.trim() {
            coding if coding.eq_ignore_ascii_case("gzip") => return wanted,
            "*" => any = wanted,
            _ => {}
        }
    }
    any
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    // Writing to memory does not fail; if it did, the broken stream would show at the client at once.
    drop(encoder.write_all(bytes));
    encoder.finish().unwrap_or_default()
}
