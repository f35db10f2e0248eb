//! Notifying a webhook: one POST, one answer.
//!
//! Owns the address, which is a secret (chat services put a token into it), and the sentence for each failure. No
//! sentence, log or `Debug` contains any part of the address. The caller writes the body; ringform reads only the
//! status of the answer.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;

use crate::api::endpoint::is_loopback;
use crate::api::http_client::{HttpClientOptions, build_client};
use crate::api::proxy::Proxies;
use crate::api::secret::Secret;
use crate::api::shutdown::Shutdown;

/// How long a notification may take, with its answer: a cron job waits for it.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The address of a webhook: https, or http on loopback.
#[derive(Clone)]
pub struct Webhook(Url);

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook(…)")
    }
}

impl Webhook {
    /// Reads an address. The error says what to do and repeats no part of the address.
    pub fn parse(text: &Secret) -> Result<Webhook, String> {
        let fail = |why: &str| Err(format!("the webhook's address {why}"));
        let text = text.reveal_to_the_webhook().trim();
        if text.is_empty() {
            return fail("is empty; give the whole address that the service shows, from https:// on");
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return fail("contains a blank, a control character or a backslash; copy it again from the service");
        }
        let Ok(url) = Url::parse(text) else {
            return fail("is not a valid URL; give the whole address, from https:// on");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return fail("contains a user name or a password; use an address with its token in the path");
        }
        match url.scheme() {
            "https" => Ok(Webhook(url)),
            "http" if is_loopback(&url) => Ok(Webhook(url)),
            "http" => fail("is not encrypted; write https:// (http is only for loopback addresses)"),
            _ => fail("does not begin with https://"),
        }
    }

    /// Whether it is this machine, which requests reach without a proxy.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Posts a body of JSON, once. Any status but success is an error, a redirect too. A shutdown ends the wait.
    pub async fn post(
        &self,
        body: Vec<u8>,
        ca_file: Option<&Path>,
        proxies: &Proxies,
        version: &str,
        shutdown: &Shutdown,
    ) -> anyhow::Result<()> {
        let options = HttpClientOptions {
            is_https: self.0.scheme() == "https",
            is_loopback: self.is_loopback(),
            ca_file,
            proxies,
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
            Err(error) if error.is_connect() => bail!("cannot connect to the webhook"),
            Err(error) if error.is_timeout() => bail!("the webhook did not answer in time"),
            Err(_) => bail!("the connection to the webhook broke"),
        };
        if status.is_redirection() {
            bail!(
                "the webhook answered with a redirect (HTTP {}), and ringform follows no redirects; use the target's address",
                status.as_u16()
            );
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
