//! Findings of drift in words, for all formats.
//!
//! Owns the sentences about findings, waivers and the rotation of a fleet. A sentence goes from the declared value to
//! the live one, in the order of events.

use crate::model::{FailureKind, Setting, Severity, Untrusted, Waiver};
use crate::plan::Plan;
use crate::plan::drift::{DriftReport, Finding, FindingState, Rolling};
use crate::render::wording::numbers::{count, duration, number};

/// How many findings of each state, in one sentence. It never reports all clear while a client was not read.
pub(crate) fn headline(plan: &Plan, report: &DriftReport) -> String {
    type FindingFilter = fn(&Finding) -> bool;
    let counts: [(&str, FindingFilter); 5] = [
        ("new", |one| one.is_news()),
        ("continuing", |one| one.state == FindingState::Continuing && !one.is_silenced()),
        ("not read", |one| one.state == FindingState::Unread && !one.is_silenced()),
        ("waived", |one| one.state != FindingState::Resolved && one.is_silenced()),
        ("resolved", |one| one.state == FindingState::Resolved),
    ];
    let mut parts = Vec::new();
    for (word, belongs) in counts {
        let (mut all, mut grave, mut overdue) = (0, 0, 0);
        for finding in report.findings.iter().filter(|one| belongs(one)) {
            all += 1;
            grave += u64::from(finding.risk().severity == Severity::Security);
            overdue += u64::from(finding.is_overdue() && finding.state != FindingState::Resolved);
        }
        let kinds = [(grave, "security"), (overdue, "overdue")].into_iter().filter(|(n, _)| *n > 0);
        let kinds = kinds.map(|(n, kind)| format!("{} {kind}", number(n))).collect::<Vec<_>>().join(", ");
        let kinds = if kinds.is_empty() { kinds } else { format!(" ({kinds})") };
        if all > 0 {
            parts.push(format!("{} {word}{kinds}", number(all)));
        }
    }
    let interrupted = |kind: FailureKind| kind == FailureKind::Interrupted;
    let skipped =
        plan.clients.iter().filter(|client| client.error.as_ref().is_some_and(|e| interrupted(e.kind))).count();
    if skipped > 0 {
        parts.push(format!("{} interrupted before the read", count(skipped, "client")));
    }
    match parts.is_empty() {
        true if plan.clients.is_empty() => "nothing was read.".to_owned(),
        true if !report.expired_waivers.is_empty() => {
            format!("{} expired, nothing else was found.", count(report.expired_waivers.len(), "waiver"))
        }
        true => "nothing was found.".to_owned(),
        false => format!("{}.", parts.join(", ")),
    }
}

/// What a report says before the differences of clients whose `expect` failed.
pub(crate) fn unconfirmed_headline(clients: usize) -> String {
    let (are, them) = if clients == 1 { ("is", "its") } else { ("are", "their") };
    format!("{} {are} not as expected; {them} differences are not confirmed and never sent", count(clients, "client"))
}

/// What a finding without a field says instead of it.
pub(crate) fn unreadable(finding: &Finding) -> &'static str {
    if finding.unconfirmed { "is not as expected" } else { "could not be compared" }
}

/// The time of the first finding, for people. A report that `show` reads may contain any text here.
fn when(time: &str) -> Untrusted {
    match (time.get(..10), time.get(10..16), time.len()) {
        (Some(day), Some(hour), 20) if time.is_ascii() => format!("{day} {} UTC", hour.trim_start_matches('T')).into(),
        (_, _, _) => time.into(),
    }
}

/// The state of a finding compared with the earlier report, and its waiver.
pub(crate) fn state_words(finding: &Finding, now: &str) -> Untrusted {
    let since = when(&finding.first_seen);
    let since = since.raw();
    let waived = finding.waived.as_ref().filter(|_| finding.state != FindingState::Resolved);
    let waived = waived.map(|one| format!("waived until {} by {}: {}", one.until, one.owner.raw(), one.reason.raw()));
    match (waived, finding.is_silenced()) {
        (Some(waived), true) => return waived.into(),
        (Some(waived), false) => {
            let state = state_since(finding.state, finding.first_seen == now, since);
            return format!("{state}; {waived}, which silences no opening past its end").into();
        }
        (None, _) => {}
    }
    state_since(finding.state, finding.first_seen == now, since).into()
}

/// The state, and since when it is known.
fn state_since(state: FindingState, is_first: bool, since: &str) -> String {
    match state {
        FindingState::New if is_first => "new".to_owned(),
        FindingState::New => format!("new again, since {since}"),
        FindingState::Continuing => format!("since {since}"),
        FindingState::Unread => format!("not read, since {since}"),
        FindingState::Resolved => format!("resolved, since {since}"),
    }
}

/// An expired waiver, and what to do.
pub(crate) fn expired(waiver: &Waiver) -> Untrusted {
    let what = waiver.field.map_or("the whole client", Setting::name);
    let (ended, owner) = (waiver.terms.until.when(), waiver.terms.owner.raw());
    format!(
        "the waiver of client {}, {what}, ended {ended} (owner {owner}); correct the client, or renew or remove the waiver",
        waiver.key()
    )
    .into()
}

/// How many clients of a fleet the rotation has read.
pub(crate) fn rolling(rolling: &Rolling) -> String {
    let Rolling { budget, clients, read, never, oldest_s } = *rolling;
    let of = format!(
        "In turns of {}: {} of {} read in this run",
        number(budget),
        number(read),
        count(clients as usize, "client")
    );
    match (never, oldest_s) {
        (0, Some(seconds)) => {
            format!("{of}; every client was read within {}.", duration(seconds.max(1).saturating_mul(1000)))
        }
        (0, None) => format!("{of}."),
        (never, _) => format!("{of}; {} not read yet.", number(never)),
    }
}
