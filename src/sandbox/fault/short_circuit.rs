//! Faults that answer, or end the connection, in place of the API. Nothing is stored.

use super::kind::{Disconnect, FaultKind, QuotaResetHint};
use crate::sandbox::answer::content::SimulatedAnswer;
use crate::sandbox::answer::quota_headers::{QuotaHeaderSet, QuotaHeaderText};
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::api::route::other_route;
use axum::http::header;
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What replaces the answer of the API.
pub(crate) enum ShortCircuit {
    Disconnect(Disconnect),
    Answer(SimulatedAnswer),
}

/// What the first of `kinds` does in place of the API; none where the API answers.
/// `put`: the body of a PUT. `now`: the date of the simulator.
pub(crate) fn short_circuit(
    kinds: &[FaultKind],
    path: &str,
    put: Option<&[u8]>,
    now: SystemTime,
) -> Option<ShortCircuit> {
    kinds.iter().find_map(|kind| one(kind, path, put, now))
}

fn one(kind: &FaultKind, path: &str, put: Option<&[u8]>, now: SystemTime) -> Option<ShortCircuit> {
    let answer = match kind {
        FaultKind::Reset(how) => return Some(ShortCircuit::Disconnect(*how)),
        FaultKind::ServerError(code) => SimulatedAnswer::page(*code),
        FaultKind::Redirect(code) => {
            // The other path of a client answers a GET with 200, so a client that follows it would report success.
            let target = other_route(path).unwrap_or_else(|| format!("{}/moved/", path.trim_end_matches('/')));
            let mut answer = SimulatedAnswer::page(*code);
            answer.headers.push((header::LOCATION, target));
            answer
        }
        FaultKind::Refuse(refusal) => SimulatedAnswer::refusal(refusal.clone()),
        FaultKind::RefuseField(field) => {
            let body: Value = serde_json::from_slice(put?).ok()?;
            body.get(field)?;
            SimulatedAnswer::refusal(ApiRefusal::BadRequest(format!(
                "parameter {field} is not available to the client"
            )))
        }
        FaultKind::Passing(retry) => {
            let answer = SimulatedAnswer::refusal(ApiRefusal::Passing);
            match retry {
                Some(retry) => answer.with(header::RETRY_AFTER, retry.clone()),
                None => answer,
            }
        }
        FaultKind::QuotaUsed(hint) => quota_used(hint, now),
        _ => return None,
    };
    Some(ShortCircuit::Answer(answer))
}

fn quota_used(hint: &QuotaResetHint, now: SystemTime) -> SimulatedAnswer {
    let mut answer = SimulatedAnswer::refusal(ApiRefusal::Quota);
    answer.quota = QuotaHeaderText { used_up: true, ..QuotaHeaderText::default() };
    answer.quota.which = QuotaHeaderSet::NoReset;
    match hint {
        QuotaResetHint::Reset(text) => {
            answer.quota.which = QuotaHeaderSet::All;
            answer.quota.reset = Some(text.clone());
            answer
        }
        QuotaResetHint::RetryAfter(text) => answer.with(header::RETRY_AFTER, text.clone()),
        QuotaResetHint::Date(seconds) => answer.with(header::RETRY_AFTER, http_date(now, *seconds)),
        QuotaResetHint::Absent => answer,
    }
}

/// The date of HTTP, `seconds` after `now`. It is rounded up to a whole second, so that a wait until then is not too
/// short.
pub(crate) fn http_date(now: SystemTime, seconds: u64) -> String {
    /// 9999-12-31T23:59:59Z, the last date that HTTP can write.
    const LAST: u64 = 253_402_300_799;
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let rounded = since.as_secs() + u64::from(since.subsec_nanos() > 0);
    let then = Duration::from_secs(rounded.saturating_add(seconds).min(LAST));
    httpdate::fmt_http_date(UNIX_EPOCH + then)
}
