//! The HTTP client: for the API and for webhooks.
//!
//! Owns certificates, proxies, time limits and fixed headers. It makes no request and has no credentials.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Certificate, redirect, retry};

use crate::api::options::ConnectOptions;
use crate::api::proxy::Proxies;
use crate::api::rate_limit::TOKENS_AT_A_TIME;
use crate::files::read_input;
use crate::model::encoding::without_mark;
use crate::model::{Advice, io_cause};

/// How long a connection may take. It is shorter than most answers may take, so that a write which timed out here has
/// surely not left.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Builds an HTTP client with connections of its own.
pub(super) fn api_client(options: &ConnectOptions) -> anyhow::Result<reqwest::Client> {
    build_client(&HttpClientOptions {
        is_https: options.endpoint.is_https(),
        is_loopback: options.endpoint.is_loopback(),
        ca_file: options.ca_file.as_deref(),
        proxies: &options.proxies,
        timeout: options.timeout,
        connections: options.concurrency.max(TOKENS_AT_A_TIME),
        version: &options.user_agent_version,
    })
}

/// What an HTTP client depends on.
pub(super) struct HttpClientOptions<'a> {
    pub(super) is_https: bool,
    pub(super) is_loopback: bool,
    pub(super) ca_file: Option<&'a Path>,
    pub(super) proxies: &'a Proxies,
    pub(super) timeout: Duration,
    /// How many connections stay open.
    pub(super) connections: usize,
    pub(super) version: &'a str,
}

/// Builds an HTTP client for the API or a webhook.
pub(super) fn build_client(options: &HttpClientOptions<'_>) -> anyhow::Result<reqwest::Client> {
    let mut headers = HeaderMap::new();
    // API: required by the rules of use. Unpacking is done by `super::body`.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let mut builder = reqwest::Client::builder()
        .user_agent(format!("ringform/{}", options.version))
        .default_headers(headers)
        .no_gzip()
        .http1_only()
        .redirect(redirect::Policy::none())
        // Only `super::retry` decides on further tries.
        .retry(retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT.min(options.timeout))
        .pool_max_idle_per_host(options.connections)
        // The library would read the environment itself, and go direct where it does not understand a variable.
        .no_proxy();
    if options.is_loopback {
        // A proxy would receive the token.
        builder = builder.resolve_to_addrs(
            "localhost",
            &[SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))],
        );
    } else if let Some(proxy) = options.proxies.proxy().map_err(|error| error.without_url())? {
        builder = builder.proxy(proxy);
    }
    let ours = options.ca_file.map(certificates).transpose()?;
    let suspect = ours.clone();
    if !options.is_https {
        // Plain http needs no certificate, and must work on a machine without any.
        builder = builder.tls_certs_only(std::iter::empty());
    } else if let Some(ours) = ours {
        builder = builder.tls_certs_merge(ours);
    }
    let built = builder.build().map_err(|error| error.without_url());
    if built.is_err()
        && let (Some(ours), Some(file)) = (suspect, options.ca_file)
        && reqwest::Client::builder().tls_certs_only(ours).build().is_err()
    {
        let what = format!("--ca-file {} contains a certificate that cannot be read", file.display());
        return Err(Advice::new(what, "write the provider's own into it").into());
    }
    built.context(
        "the certificates of this system cannot be loaded; install the package ca-certificates, or name a file with \
         --ca-file",
    )
}

fn certificates(file: &Path) -> anyhow::Result<Vec<Certificate>> {
    let shown = file.display();
    let pem = read_input(file).map_err(|error| {
        let what = format!("--ca-file {shown} cannot be read: {}", io_cause(&error));
        Advice::new(what, "name a file with the provider's certificate in PEM form")
    })?;
    let Ok(pem) = without_mark(&pem) else {
        let what = format!("--ca-file {shown} is UTF-16, and PEM must be ASCII");
        return Err(Advice::new(what, "save the file as UTF-8").into());
    };
    let found = Certificate::from_pem_bundle(pem).with_context(|| format!("--ca-file {shown} is not valid PEM"))?;
    if found.is_empty() {
        let what = format!("--ca-file {shown} contains no certificate");
        return Err(Advice::new(what, "it needs PEM blocks that begin with BEGIN CERTIFICATE").into());
    }
    Ok(found)
}
