//! Faults that answer, or end the connection, in place of the API: nothing is stored.

use super::kind::{Disconnect, FaultKind, QuotaResetHint};
use crate::sandbox::answer::content::SimulatedAnswer;
use crate::sandbox::answer::quota_headers::{QuotaHeaderSet, QuotaHeaderText};
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::api::route::other_route;
use axum::http::header;
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What happens in place of an answer of the API.
pub(crate) enum ShortCircuit {
    Cut(Disconnect),
    Answer(SimulatedAnswer),
}

/// What the first of `kinds` does that leaves nothing for the API; none where all let the request through. `put` is the body of a PUT.
pub(crate) fn early(kinds: &[FaultKind], path: &str, put: Option<&[u8]>) -> Option<ShortCircuit> {
    kinds.iter().find_map(|kind| one(kind, path, put))
}

fn one(kind: &FaultKind, path: &str, put: Option<&[u8]>) -> Option<ShortCircuit> {
    let answer = match kind {
        FaultKind::Reset(cut) => return Some(ShortCircuit::Cut(*cut)),
        FaultKind::ServerError(code) => SimulatedAnswer::page(*code),
        FaultKind::Redirect(code) => {
            // For a client the other path is one that would answer a GET with 200: following it would look like success.
            let target = other_route(path).unwrap_or_else(|| format!("{}/moved/", path.trim_end_matches('/')));
            let mut answer = SimulatedAnswer::page(*code);
            answer.headers.push((header::LOCATION, target));
            answer
        }
        FaultKind::Refuse(refusal) => SimulatedAnswer::refused(refusal.clone()),
        FaultKind::RefuseField(field) => {
            let body: Value = serde_json::from_slice(put?).ok()?;
            let _refused = body.get(field)?;
            SimulatedAnswer::refused(ApiRefusal::BadRequest(format!(
                "parameter {field} is not available to the client"
            )))
        }
        FaultKind::Passing(retry) => {
            let answer = SimulatedAnswer::refused(ApiRefusal::Passing);
            match retry {
                Some(retry) => answer.with(header::RETRY_AFTER, retry.clone()),
                None => answer,
            }
        }
        FaultKind::QuotaUsed(told) => quota_used(told),
        _ => return None,
    };
    Some(ShortCircuit::Answer(answer))
}

fn quota_used(told: &QuotaResetHint) -> SimulatedAnswer {
    let mut answer = SimulatedAnswer::refused(ApiRefusal::Quota);
    answer.quota = QuotaHeaderText { used_up: true, ..QuotaHeaderText::default() };
    answer.quota.which = QuotaHeaderSet::NoReset;
    match told {
        QuotaResetHint::Reset(text) => {
            answer.quota.which = QuotaHeaderSet::All;
            answer.quota.reset = Some(text.clone());
            answer
        }
        QuotaResetHint::RetryAfter(text) => answer.with(header::RETRY_AFTER, text.clone()),
        QuotaResetHint::Date(seconds) => {
            let then = SystemTime::now().checked_add(Duration::from_secs(*seconds)).unwrap_or(UNIX_EPOCH);
            answer.with(header::RETRY_AFTER, http_date(then))
        }
        QuotaResetHint::Nowhere => answer,
    }
}

/// The date form of HTTP (IMF-fixdate), rounded up to a second so that a wait until then is never too short.
pub(crate) fn http_date(time: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs() + u64::from(since.subsec_nanos() > 0);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March here, so that the leap day is a year's last; eras of 400 years repeat (146,097 days).
    let shifted = days + 719_468;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12;
    let year = shifted / 146_097 * 400 + year_of_era + u64::from(month < 2);
    let name = |names: &[&'static str], at: u64| usize::try_from(at).ok().and_then(|at| names.get(at)).copied();
    format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        name(&DAYS, days % 7).unwrap_or_default(),
        name(&MONTHS, month).unwrap_or_default(),
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}
