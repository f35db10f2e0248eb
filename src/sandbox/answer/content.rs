//! An answer before it becomes bytes, and its conversion: body, headers, quota, compression.

use super::gzip;
use super::quota_headers::{QuotaBalance, QuotaHeaderText};
use super::refusal::{ApiRefusal, StatusFormat};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// An answer of the simulator. Faults change it before it is built.
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
    /// An error of the API. Its body depends on the format of its status.
    ApiError(ApiRefusal),
    Text(&'static str),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BodyEncoding {
    /// gzip where the request accepts it.
    #[default]
    Accepted,
    /// The header names gzip, and the bytes are plain.
    FalseGzip,
}

/// The page of a proxy that cannot reach its upstream.
const PAGE: &str = "<html>\r\n<head><title>Bad gateway</title></head>\r\n<body>\r\n<center><h1>The service is not available</h1></center>\r\n\
                    <hr><center>proxy</center>\r\n</body>\r\n</html>\r\n";

impl SimulatedAnswer {
    pub(crate) fn json(value: Value) -> SimulatedAnswer {
        SimulatedAnswer::of(200, AnswerContent::Json(value), "application/json")
    }

    pub(crate) fn refusal(refusal: ApiRefusal) -> SimulatedAnswer {
        SimulatedAnswer::of(refusal.code(), AnswerContent::ApiError(refusal), "application/json")
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
            AnswerContent::ApiError(refusal) => refusal.body(status).to_string().into_bytes(),
            AnswerContent::Text(text) => text.as_bytes().to_vec(),
        }
    }

    /// The response to a request with these headers, and the length of its body as sent.
    pub(crate) fn build(self, request: &HeaderMap, balance: QuotaBalance, status: StatusFormat) -> (Response, usize) {
        let mut body = self.body(status);
        let gzip = match self.encoding {
            BodyEncoding::Accepted if gzip::is_accepted(request) => {
                body = gzip::compress(&body);
                true
            }
            BodyEncoding::Accepted => false,
            BodyEncoding::FalseGzip => true,
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
        for (name, value) in self.quota.headers(balance) {
            set(HeaderName::from_static(name), &value);
        }
        for (name, value) in self.headers {
            set(name, &value);
        }
        (response, length)
    }
}
