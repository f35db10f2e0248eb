//! The requests that an apply needs, compared with what is left of the quotas.
//!
//! Owns the arithmetic of a forecast: one PUT a client. It stops nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::Untrusted;
use crate::plan::client::ClientPlan;
use crate::plan::document::plan::Plan;

/// The forecast for one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The sentence. It may hold the credential's name.
    pub text: Untrusted,
    /// Whether more is needed than is left.
    pub short: bool,
}

/// One line for each credential that has something to send. `remaining` gives what is left, and the time until the
/// reset.
pub fn forecast(
    plan: &Plan,
    remaining: impl Fn(Option<&Arc<str>>) -> Option<(u64, Option<Duration>)>,
) -> Vec<Forecast> {
    let sendable = |client: &&ClientPlan| client.is_to_send() && client.blocked.is_empty();
    let mut needed: BTreeMap<Option<Arc<str>>, u64> = BTreeMap::new();
    for client in plan.clients.iter().filter(sendable) {
        *needed.entry(client.credentials.clone()).or_default() += 1;
    }
    let line = |(name, puts): (Option<Arc<str>>, u64)| {
        let (left, reset) = remaining(name.as_ref())?;
        let who = name.as_deref().map_or("of the environment".to_owned(), |name| format!("`{name}`"));
        let short = puts > left;
        let reset = reset.map(|reset| format!(" until the reset in {} s", reset.as_secs())).unwrap_or_default();
        let verdict = if short { "warning: " } else { "" };
        let text = format!("{verdict}credentials {who}: at least {puts} requests to come, {left} left{reset}");
        Some(Forecast { text: text.into(), short })
    };
    needed.into_iter().filter_map(line).collect()
}
