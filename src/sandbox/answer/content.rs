//! Answers before they become bytes, and how they do: headers, quota, compression.

use super::gzip;
use super::quota_headers::{QuotaShown, Standing};
use super::refusal::{Refusal, StatusAs};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// What will be answered; faults change it before it is built.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) content: Content,
    /// None: no Content-Type.
    pub(crate) content_type: Option<String>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) quota: QuotaShown,
    pub(crate) encoding: Encoding,
}

#[derive(Debug)]
pub(crate) enum Content {
    Json(Value),
    /// An error of the API, whose body depends on how its status is written.
    Refused(Refusal),
    Text(&'static str),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
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
    pub(crate) fn json(value: Value) -> Answer {
        Answer::of(200, Content::Json(value), "application/json")
    }

    pub(crate) fn refused(refusal: Refusal) -> Answer {
        Answer::of(refusal.code(), Content::Refused(refusal), "application/json")
    }

    /// API: behind a proxy, 5xx with an HTML body must be expected.
    pub(crate) fn page(code: u16) -> Answer {
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

    pub(crate) fn with(mut self, name: HeaderName, value: String) -> Answer {
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
    pub(crate) fn build(self, asked: &HeaderMap, standing: Standing, status: StatusAs) -> (Response, usize) {
        let mut body = self.body(status);
        let gzip = match self.encoding {
            Encoding::Asked if gzip::is_accepted(asked) => {
                body = gzip::compress(&body);
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
        for (name, value) in self.quota.headers(standing) {
            set(HeaderName::from_static(name), &value);
        }
        for (name, value) in self.headers {
            set(name, &value);
        }
        (response, length)
    }
}
