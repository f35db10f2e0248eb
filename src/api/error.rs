//! What a request error is: no answer came, and why.
//!
//! Owns the reading of the HTTP library's errors, in plain words. Their own texts stay here: they can contain the whole
//! address, and they speak of the library. The meaning of an answer belongs to [`super::refusal`].

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::api::http_client::CONNECT_TIMEOUT;
use crate::model::{Failure, FailureKind};

/// A request without an answer.
#[derive(Debug)]
pub(super) struct RequestError {
    pub(super) failure: Failure,
    pub(super) delivery: Delivery,
}

/// How far a request without an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// The run was interrupted, so ringform did not make it.
    NotBegun,
    /// There was no connection, so no byte left.
    NotSent,
    /// The server closed the connection before the first byte of an answer. A server that ends a kept-alive connection
    /// just when the next request leaves does this.
    Closed,
    /// It may have arrived.
    Unknown,
}

impl RequestError {
    /// The run was interrupted before the request.
    pub(super) fn interrupted() -> RequestError {
        RequestError { failure: interrupted(), delivery: Delivery::NotBegun }
    }

    /// Reads an error of the HTTP library.
    pub(super) fn read(error: &reqwest::Error, endpoint: &str, timeout: Duration) -> RequestError {
        if error.is_connect() {
            let (words, help) = cause_of(error, timeout.min(CONNECT_TIMEOUT));
            let kind = if error.is_timeout() { FailureKind::Timeout } else { FailureKind::Connection };
            let failure = Failure::new(kind, format!("no connection to {endpoint}: {words}")).help(help);
            return RequestError { failure, delivery: Delivery::NotSent };
        }
        if error.is_timeout() {
            return RequestError::timeout(endpoint, timeout);
        }
        let (words, _) = cause_of(error, timeout);
        let delivery = if is_closed(error) { Delivery::Closed } else { Delivery::Unknown };
        RequestError { failure: broken(endpoint, &words), delivery }
    }

    /// No answer in time.
    pub(super) fn timeout(endpoint: &str, timeout: Duration) -> RequestError {
        let words = format!("no complete answer from {endpoint} within {}", duration_text(timeout));
        let failure = Failure::new(FailureKind::Timeout, words)
            .help("try again later, or allow more time with `limits: {timeout: …}` in ringform.yaml");
        RequestError { failure, delivery: Delivery::Unknown }
    }
}

/// The run was interrupted before the request.
pub(super) fn interrupted() -> Failure {
    Failure::new(FailureKind::Interrupted, "interrupted before the request for this client")
}

/// A connection that broke.
pub(super) fn broken(endpoint: &str, words: &str) -> Failure {
    Failure::new(FailureKind::Connection, format!("the connection to {endpoint} broke: {words}"))
        .help("try again; if it happens again, check the network and any proxy on the way")
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |error: &&'e (dyn Error + 'static)| (*error).source())
}

/// Whether the server closed the connection instead of answering. ringform does not depend on hyper's own type: it
/// compares hyper's sentence, and a test over a real connection fails when that sentence changes.
fn is_closed(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|cause| match cause.downcast_ref::<io::Error>() {
        Some(io) => matches!(
            io.kind(),
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe
        ),
        None => cause.to_string() == "connection closed before message completed",
    })
}

/// The cause in plain words, and what to do about it.
fn cause_of(error: &reqwest::Error, timeout: Duration) -> (String, &'static str) {
    const NETWORK: &str = "check the endpoint and the network, and HTTPS_PROXY where there is a proxy";
    if error.is_dns() {
        return ("the host name was not found".to_owned(), NETWORK);
    }
    for cause in chain(error) {
        let text = cause.to_string();
        if text.starts_with("invalid peer certificate") {
            let reason = text.trim_start_matches("invalid peer certificate: ");
            return (
                format!("TLS: the certificate is not trusted ({reason})"),
                "if the provider signs with its own certificate, name that with --ca-file; otherwise install or update \
                 the package ca-certificates",
            );
        }
        let Some(io) = cause.downcast_ref::<io::Error>() else { continue };
        let words = match io.kind() {
            io::ErrorKind::ConnectionRefused => "connection refused",
            io::ErrorKind::ConnectionReset => "connection reset",
            io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => "connection closed by the other side",
            io::ErrorKind::NetworkUnreachable => "the network is unreachable",
            io::ErrorKind::HostUnreachable => "the host is unreachable",
            io::ErrorKind::UnexpectedEof => "connection closed in the middle",
            io::ErrorKind::TimedOut => return (format!("timed out after {}", duration_text(timeout)), NETWORK),
            _ => continue,
        };
        return (words.to_owned(), NETWORK);
    }
    if is_closed(error) {
        return ("closed before an answer arrived".to_owned(), NETWORK);
    }
    if error.is_timeout() {
        return (format!("timed out after {}", duration_text(timeout)), NETWORK);
    }
    // The innermost cause: it contains no address, only the words of the system or of TLS.
    let innermost = chain(error).last().map(ToString::to_string).unwrap_or_else(|| "no reason given".to_owned());
    (innermost.chars().take(200).collect(), NETWORK)
}

/// A length of time for people: `3 s`, `27 min`, `1 h 5 min`.
pub(super) fn duration_text(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        return format!("{} ms", span.as_millis());
    }
    // Rounded up, so that a wait of the shown length is long enough.
    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    let minutes = seconds.div_ceil(60);
    match (seconds, minutes) {
        (..120, _) => format!("{seconds} s"),
        (_, ..60) => format!("{minutes} min"),
        (_, _) if minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
        (_, _) => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short_texts() {
        let cases = [
            (200, "200 ms"),
            (1_000, "1 s"),
            (2_001, "3 s"),
            (119_000, "119 s"),
            (120_000, "2 min"),
            (1_600_000, "27 min"),
            (3_600_000, "1 h"),
            (3_900_000, "1 h 5 min"),
        ];
        for (millis, text) in cases {
            assert_eq!(duration_text(Duration::from_millis(millis)), text);
        }
    }
}
