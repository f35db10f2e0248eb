//! Telling a webhook: one POST, one answer.
//!
//! Owns the address, which is a secret (chat services put a token into it), and the sentence for each way in which telling can
//! fail. No sentence, log or `Debug` holds any part of the address. What is sent is its caller's; what is answered is not read
//! beyond its status.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;

use crate::api::endpoint::is_loopback;
use crate::api::http_client::{HttpClientOptions, build_client};
use crate::api::secret::Secret;
use crate::api::shutdown::Shutdown;

/// How long telling may take, with its answer: a cron job waits for it.
const TIMEOUT: Duration = Duration::from_secs(20);

/// An address that may be told: https, or http on loopback.
#[derive(Clone)]
pub struct Webhook(Url);

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook(…)")
    }
}

impl Webhook {
    /// Reads an address. The error says what to do and repeats nothing of it.
    pub fn parse(text: &Secret) -> Result<Webhook, String> {
        let fail = |why: &str| Err(format!("the webhook's address {why}"));
        let text = text.reveal_to_the_webhook().trim();
        if text.is_empty() {
            return fail("is empty; give the whole address that the service shows, beginning with https://");
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return fail("holds a blank, a control character or a backslash; copy it again from the service");
        }
        let Ok(url) = Url::parse(text) else {
            return fail("is no address; give it whole, beginning with https://");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return fail("holds a user name or a password; use one that carries its token in the path");
        }
        match url.scheme() {
            "https" => Ok(Webhook(url)),
            "http" if is_loopback(&url) => Ok(Webhook(url)),
            "http" => fail("is not encrypted; write https:// (http is for loopback addresses alone)"),
            _ => fail("does not begin with https://"),
        }
    }

    /// Posts a body of JSON, once. Anything but a status of success is an error, and so is a redirect. A pulled brake ends it.
    pub async fn post(
        &self,
        body: Vec<u8>,
        ca_file: Option<&Path>,
        version: &str,
        shutdown: &Shutdown,
    ) -> anyhow::Result<()> {
        let options = HttpClientOptions {
            is_https: self.0.scheme() == "https",
            is_loopback: is_loopback(&self.0),
            ca_file,
            timeout: TIMEOUT,
            connections: 1,
            version,
        };
        let request = build_client(&options)?.post(self.0.clone()).header(CONTENT_TYPE, "application/json").body(body);
        let answer = tokio::select! {
            biased;
            () = shutdown.stopped() => bail!("interrupted before the webhook answered"),
            answer = tokio::time::timeout(TIMEOUT, request.send()) => answer,
        };
        let answer = answer.ok().context("the webhook did not answer in time")?;
        let status = match answer {
            Ok(answer) => answer.status(),
            Err(error) if error.is_connect() => bail!("no connection to the webhook could be made"),
            Err(error) if error.is_timeout() => bail!("the webhook did not answer in time"),
            Err(_) => bail!("the connection to the webhook broke"),
        };
        if status.is_redirection() {
            bail!("the webhook answered with a redirect (HTTP {}), which is never followed", status.as_u16());
        }
        if !status.is_success() {
            bail!("the webhook refused the report (HTTP {})", status.as_u16());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encrypted_and_never_repeated() {
        let parse = |text: &str| Webhook::parse(&Secret::new(text.to_owned()));
        for text in ["https://hooks.example/T0/hush", "http://127.0.0.1:1/hush?x=1", "http://localhost/hush\n"] {
            let webhook = parse(text).unwrap();
            assert_eq!(format!("{webhook:?}"), "Webhook(…)");
        }
        for text in [
            "",
            "http://hooks.example/hush",
            "http://127.0.0.1@hooks.example/hush",
            "https://user:hush@hooks.example/",
            "ftp://hooks.example/hush",
            "hush",
            "https://hooks.example/hu sh",
            "https://hooks.example\\@hush",
            "http://0.0.0.0/hush",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!error.contains("hush") && !error.contains("hooks"), "{error}");
            assert!(error.contains("https://") || error.contains("again") || error.contains("token"), "{error}");
        }
    }
}
