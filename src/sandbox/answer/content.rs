//! Answers before they become bytes, and how they do: headers, quota, compression.

use super::gzip;
use super::quota_headers::{QuotaBalance, QuotaHeaderText};
use super::refusal::{ApiRefusal, StatusFormat};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// What will be answered; faults change it before it is built.
#[derive(Debug)]
pub(crate) struct SimulatedAnswer {
    pub(crate) code: u16,
    pub(crate) content: AnswerContent,
    /// None: no Content-Type.
    pub(crate) content_type: Option<String>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) quota: QuotaHeaderText,
    pub(crate) encoding: BodyEncoding,
}

#[derive(Debug)]
pub(crate) enum AnswerContent {
    Json(Value),
    /// An error of the API, whose body depends on how its status is written.
    Refused(ApiRefusal),
    Text(&'static str),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BodyEncoding {
    /// gzip where it was asked for.
    #[default]
    Asked,
    /// gzip by name, plain bytes in truth.
    False,
}

/// The page of a proxy whose upstream is gone.
const PAGE: &str = "<html>\r\n<head><title>Bad gateway</title></head>\r\n<body>\r\n<center><h1>The service is not available</h1></center>\r\n\
                    <hr><center>proxy</center>\r\n</body>\r\n</html>\r\n";

impl SimulatedAnswer {
    pub(crate) fn json(value: Value) -> SimulatedAnswer {
        SimulatedAnswer::of(200, AnswerContent::Json(value), "application/json")
    }

    pub(crate) fn refused(refusal: ApiRefusal) -> SimulatedAnswer {
        SimulatedAnswer::of(refusal.code(), AnswerContent::Refused(refusal), "application/json")
    }

    /// API: behind a proxy, 5xx with an HTML body must be expected.
    pub(crate) fn page(code: u16) -> SimulatedAnswer {
        SimulatedAnswer::of(code, AnswerContent::Text(PAGE), "text/html")
    }

    fn of(code: u16, content: AnswerContent, content_type: &str) -> SimulatedAnswer {
        SimulatedAnswer {
            code,
            content,
            content_type: Some(content_type.to_owned()),
            headers: Vec::new(),
            quota: QuotaHeaderText::default(),
            encoding: BodyEncoding::default(),
        }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: String) -> SimulatedAnswer {
        self.headers.push((name, value));
        self
    }

    /// The bytes of the body before compression.
    fn body(&self, status: StatusFormat) -> Vec<u8> {
        match &self.content {
            AnswerContent::Json(value) => value.to_string().into_bytes(),
            AnswerContent::Refused(refusal) => refusal.body(status).to_string().into_bytes(),
            AnswerContent::Text(text) => text.as_bytes().to_vec(),
        }
    }

    /// The response, and the length of its body as sent.
    pub(crate) fn build(self, asked: &HeaderMap, standing: QuotaBalance, status: StatusFormat) -> (Response, usize) {
        let mut body = self.body(status);
        let gzip = match self.encoding {
            BodyEncoding::Asked if gzip::is_accepted(asked) => {
                body = gzip::compress(&body);
                true
            }
            BodyEncoding::Asked => false,
            BodyEncoding::False => true,
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
