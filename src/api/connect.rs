//! Setting out: from options to a reader, a writer and a meter.
//!
//! Owns how the one HTTP client of a run is built: certificates, proxies, time limits, fixed headers.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Certificate, redirect, retry};
use tokio::sync::Semaphore;

use crate::api::account::Account;
use crate::api::endpoint::Paths;
use crate::api::house::House;
use crate::api::meter::Counts;
use crate::api::pace::{BACK_OFF, BackOff, Pace};
use crate::api::token::{A_SECOND, AT_A_TIME};
use crate::api::{Endpoint, Keyring, Meter, Reader, Route, Stop, Writer};

/// How long a connection may take to come about. Shorter than most answers may take, so that a write that timed out here is
/// known not to have left.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// What a run needs to know to talk to the API.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address of the API.
    pub endpoint: Endpoint,
    /// Which of the two paths of a client.
    pub route: Route,
    /// How long one request may take, with its answer.
    pub timeout: Duration,
    /// Certificates to trust besides the system's (PEM).
    pub ca_file: Option<PathBuf>,
    /// How many requests the caller makes at a time; as many connections are kept open.
    pub concurrency: usize,
    /// How many requests a second at most, tokens included; 0 for no limit.
    pub requests_per_second: u32,
    /// How long to wait at most for the reset of a used-up quota; zero: fail at once.
    pub wait_quota: Duration,
    /// The version in `User-Agent: ringform/VERSION`.
    pub user_agent_version: String,
    /// For the chance in back-offs.
    pub random_seed: u64,
}

/// Builds the two halves of the API and the meter over both. Makes no request.
///
/// The errors say what to do: a certificate file that cannot be read, or no certificates on this machine.
pub fn connect(options: Options, keyring: Keyring, stop: Stop) -> anyhow::Result<(Reader, Writer, Meter)> {
    connect_with(options, keyring, stop, BACK_OFF)
}

pub(super) fn connect_with(
    options: Options,
    keyring: Keyring,
    stop: Stop,
    back_off: Duration,
) -> anyhow::Result<(Reader, Writer, Meter)> {
    let house = Arc::new(House {
        http: client(&options)?,
        paths: Paths::new(&options.endpoint, options.route),
        endpoint: options.endpoint.text().to_owned(),
        // A BTreeMap is sorted by name, with the environment first, as the house looks them up.
        accounts: keyring.into_iter().map(|(name, source)| Account::new(name, source)).collect(),
        counts: Counts::default(),
        stop,
        pace: Pace::per_second(options.requests_per_second),
        token_pace: Pace::per_second(A_SECOND),
        token_slots: Semaphore::new(AT_A_TIME),
        back_off: BackOff::new(back_off, options.random_seed),
        options,
    });
    let http = house.http.clone();
    Ok((Reader { house: house.clone(), http }, Writer { house: house.clone() }, Meter { house }))
}

/// Builds an HTTP client with connections of its own.
pub(super) fn client(options: &Options) -> anyhow::Result<reqwest::Client> {
    client_of(&Line {
        is_https: options.endpoint.is_https(),
        is_loopback: options.endpoint.is_loopback(),
        ca_file: options.ca_file.as_deref(),
        timeout: options.timeout,
        connections: options.concurrency.max(AT_A_TIME),
        version: &options.user_agent_version,
    })
}

/// What an HTTP client has to know of whom it asks.
pub(super) struct Line<'a> {
    pub(super) is_https: bool,
    pub(super) is_loopback: bool,
    pub(super) ca_file: Option<&'a Path>,
    pub(super) timeout: Duration,
    /// How many connections are kept open.
    pub(super) connections: usize,
    pub(super) version: &'a str,
}

/// Builds an HTTP client for the API or a webhook.
pub(super) fn client_of(line: &Line<'_>) -> anyhow::Result<reqwest::Client> {
    let mut headers = HeaderMap::new();
    // API: required by the rules of use. Unpacking is done by `super::body`.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let mut builder = reqwest::Client::builder()
        .user_agent(format!("ringform/{}", line.version))
        .default_headers(headers)
        .no_gzip()
        .http1_only()
        .redirect(redirect::Policy::none())
        // What is tried again is our decision alone.
        .retry(retry::never())
        .referer(false)
        .connect_timeout(CONNECT.min(line.timeout))
        .pool_max_idle_per_host(line.connections);
    if line.is_loopback {
        // A proxy in the environment would be handed the token.
        builder = builder.no_proxy().resolve_to_addrs(
            "localhost",
            &[SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))],
        );
    }
    let ours = line.ca_file.map(certificates).transpose()?;
    let suspect = ours.clone();
    if !line.is_https {
        // No certificate is ever looked at, and a machine without any must do.
        builder = builder.tls_certs_only(std::iter::empty());
    } else if let Some(ours) = ours {
        builder = builder.tls_certs_merge(ours);
    }
    let built = builder.build().map_err(|error| error.without_url());
    if built.is_err()
        && let (Some(ours), Some(file)) = (suspect, line.ca_file)
        && reqwest::Client::builder().tls_certs_only(ours).build().is_err()
    {
        bail!("--ca-file {} holds a certificate that cannot be read; write the provider's own into it", file.display());
    }
    built.context(
        "the certificates of this system could not be loaded; install the package ca-certificates, or name a file with \
         --ca-file",
    )
}

fn certificates(file: &Path) -> anyhow::Result<Vec<Certificate>> {
    let shown = file.display();
    let pem = std::fs::read(file).with_context(|| format!("--ca-file {shown} could not be read"))?;
    let found = Certificate::from_pem_bundle(&pem).with_context(|| format!("--ca-file {shown} holds no sound PEM"))?;
    if found.is_empty() {
        bail!("--ca-file {shown} holds no certificate; it must hold PEM blocks that begin with BEGIN CERTIFICATE");
    }
    Ok(found)
}
