//! From options to a reader, a writer and the usage of both.
//!
//! Owns what all requests of a run share from its start. It makes no request.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::api::context::HttpContext;
use crate::api::credential::ApiCredentials;
use crate::api::credential_source::CredentialSources;
use crate::api::endpoint::ApiPaths;
use crate::api::http_client::api_client;
use crate::api::options::ConnectOptions;
use crate::api::rate_limit::{RateLimit, TOKENS_AT_A_TIME, TOKENS_PER_SECOND};
use crate::api::reader::Reader;
use crate::api::retry::{BACK_OFF, BackOff};
use crate::api::shutdown::Shutdown;
use crate::api::timer::Timer;
use crate::api::usage::{RequestCounters, Usage};
use crate::api::writer::Writer;

/// Builds the two halves of the API and the usage of both. Makes no request: the caller may make them from now on.
///
/// The errors say what to do: a certificate file that cannot be read, or a machine without certificates.
pub fn connect(
    options: ConnectOptions,
    sources: CredentialSources,
    shutdown: Shutdown,
) -> anyhow::Result<(Reader, Writer, Usage)> {
    connect_with(options, sources, shutdown, Timer::default())
}

/// The same with another timer.
pub(super) fn connect_with(
    options: ConnectOptions,
    sources: CredentialSources,
    shutdown: Shutdown,
    timer: Timer,
) -> anyhow::Result<(Reader, Writer, Usage)> {
    let http = api_client(&options)?;
    shutdown.begin_requests();
    let credentials = Arc::new(ApiCredentials::new(sources, timer.now()));
    let counters = Arc::new(RequestCounters::default());
    let usage = Usage { counters: counters.clone(), credentials: credentials.clone(), timer: timer.clone() };
    let context = Arc::new(HttpContext {
        http: http.clone(),
        paths: ApiPaths::new(&options.endpoint, options.route),
        endpoint: options.endpoint.text().to_owned(),
        credentials,
        counters,
        shutdown,
        rate_limit: RateLimit::per_second(options.requests_per_second, &timer),
        token_rate_limit: RateLimit::per_second(TOKENS_PER_SECOND, &timer),
        token_slots: Semaphore::new(TOKENS_AT_A_TIME),
        back_off: BackOff::new(BACK_OFF, options.random_seed),
        timer,
        options,
    });
    Ok((Reader { context: context.clone(), http }, Writer::new(context), usage))
}
