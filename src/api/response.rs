//! One answer of the API, taken whole.
//!
//! Owns which parts of an answer ringform keeps. Their meaning belongs to [`super::context`] and [`super::refusal`].

use std::time::SystemTime;

use reqwest::header::{HeaderValue, LOCATION};
use reqwest::{Request, StatusCode};

use crate::api::body::{self, BodyError};
use crate::api::quota::ReportedQuota;

/// One answer, whatever its status.
#[derive(Debug)]
pub(super) struct ApiResponse {
    pub(super) status: StatusCode,
    pub(super) quota: ReportedQuota,
    pub(super) location: Option<HeaderValue>,
    pub(super) body: Result<Vec<u8>, BodyError>,
}

impl ApiResponse {
    /// Makes one request and takes its whole answer.
    pub(super) async fn to(http: &reqwest::Client, request: Request) -> reqwest::Result<ApiResponse> {
        let response = http.execute(request).await?;
        let status = response.status();
        let quota = ReportedQuota::read(response.headers(), status.is_success(), SystemTime::now);
        let location = if status.is_redirection() { response.headers().get(LOCATION).cloned() } else { None };
        let body = body::receive(response).await;
        Ok(ApiResponse { status, quota, location, body })
    }

    /// The bytes of the body; none where the body cannot be used.
    pub(super) fn bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }
}
