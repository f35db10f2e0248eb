//! What drift found, sorted and in words, before any format begins.
//!
//! Owns which findings are told as one, their order, and the sentences about them. What it returns of names and values is still
//! untrusted: each form escapes it its way. Findings are told from the declared value to the live one, as it happened.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ClientKey, FailureKind, Setting, Severity, Waiver};
use crate::plan::drift::{DriftReport, Finding, FindingState, Rolling};
use crate::plan::{Origin, Plan};
use crate::render::group::{Groups, MANY};
use crate::render::phrase::{count, duration, number};
use crate::render::wording::{self, MarkBy};

/// Findings that are told as one: they differ in client, name and place alone.
pub(crate) struct Told<'p> {
    /// Never none.
    pub(crate) findings: Vec<&'p Finding>,
}

/// All findings by what people have to do about them; each in the order of the report, which is the gravest first.
#[derive(Default)]
pub(crate) struct Story<'p> {
    /// New or continuing, and accepted by nobody.
    pub(crate) open: Vec<Told<'p>>,
    /// Carried on from an earlier report.
    pub(crate) unread: Vec<Told<'p>>,
    /// Accepted until a day.
    pub(crate) waived: Vec<Told<'p>>,
    /// Ended.
    pub(crate) resolved: Vec<Told<'p>>,
}

impl<'p> Story<'p> {
    /// Sorts the findings.
    pub(crate) fn of(watch: &'p DriftReport) -> Story<'p> {
        let part = |finding: &Finding| match (finding.state, &finding.waived) {
            (FindingState::Resolved, _) => 3,
            (_, Some(_)) => 2,
            (FindingState::Unread, None) => 1,
            (FindingState::New | FindingState::Continuing, None) => 0,
        };
        let of = |wanted: u8| told(watch.findings.iter().filter(|finding| part(finding) == wanted));
        Story { open: of(0), unread: of(1), waived: of(2), resolved: of(3) }
    }
}

impl<'p> Told<'p> {
    /// The finding that stands for all.
    pub(crate) fn sample(&self) -> &'p Finding {
        self.findings[0]
    }
}

/// Puts what is the same together where it is many, at the place of the first.
fn told<'p>(findings: impl Iterator<Item = &'p Finding>) -> Vec<Told<'p>> {
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    let mut lists: Vec<Vec<(usize, &Finding)>> = Vec::new();
    for (at, finding) in findings.enumerate() {
        let Finding { state, first_seen, waived, .. } = finding;
        let values = finding.difference().map(|one| (one.setting, one.origin, &one.declared, &one.live));
        let key = format!("{values:?}\0{state:?}\0{first_seen}\0{waived:?}");
        let list = *index.entry(key).or_insert(lists.len());
        match lists.get_mut(list) {
            Some(list) => list.push((at, finding)),
            None => lists.push(vec![(at, finding)]),
        }
    }
    let (many, few): (Vec<_>, Vec<_>) = lists.into_iter().partition(|list| list.len() > MANY);
    let mut all: Vec<Vec<(usize, &Finding)>> = few.into_iter().flatten().map(|one| vec![one]).collect();
    all.extend(many);
    all.sort_by_key(|list| list[0].0);
    all.into_iter().map(|list| Told { findings: list.into_iter().map(|(_, finding)| finding).collect() }).collect()
}

/// How many of which, in one sentence. Nothing reads as peace while somebody was not looked at.
pub(crate) fn headline(plan: &Plan, watch: &DriftReport) -> String {
    type Belongs = fn(&Finding) -> bool;
    let counts: [(&str, Belongs); 5] = [
        ("new", |one| one.is_news()),
        ("continuing", |one| one.state == FindingState::Continuing && one.waived.is_none()),
        ("not looked at", |one| one.state == FindingState::Unread && one.waived.is_none()),
        ("waived", |one| one.state != FindingState::Resolved && one.waived.is_some()),
        ("resolved", |one| one.state == FindingState::Resolved),
    ];
    let mut parts = Vec::new();
    for (word, belongs) in counts {
        let (mut all, mut grave) = (0, 0);
        for finding in watch.findings.iter().filter(|one| belongs(one)) {
            all += 1;
            grave += u64::from(finding.risk().severity == Severity::Security);
        }
        let security = if grave > 0 { format!(" ({} security)", number(grave)) } else { String::new() };
        if all > 0 {
            parts.push(format!("{} {word}{security}", number(all)));
        }
    }
    let interrupted = |kind: FailureKind| kind == FailureKind::Interrupted;
    let skipped =
        plan.clients.iter().filter(|client| client.error.as_ref().is_some_and(|e| interrupted(e.kind))).count();
    if skipped > 0 {
        parts.push(format!("{} interrupted before a look", count(skipped, "client")));
    }
    match parts.is_empty() {
        true if plan.clients.is_empty() => "nothing was looked at.".to_owned(),
        true if !watch.expired_waivers.is_empty() => {
            format!("{} expired, nothing else was found.", count(watch.expired_waivers.len(), "waiver"))
        }
        true => "nothing was found.".to_owned(),
        false => format!("{}.", parts.join(", ")),
    }
}

/// Whether a finding calls for attention, and the word for how open live is; see [`MarkBy::mark`].
pub(crate) fn mark(finding: &Finding) -> (bool, &'static str) {
    finding.difference().map_or((false, ""), |difference| MarkBy::Exposure.mark(difference))
}

/// The field, or what is the matter where there is none.
pub(crate) fn subject(finding: &Finding) -> &'static str {
    finding.field().map_or("could not be compared", Setting::name)
}

/// The countries that live has and the declaration has not, and the other way round: `+KZ −BY`, or only how many when they are
/// more than `most`.
pub(crate) fn countries(finding: &Finding, most: usize) -> String {
    finding.difference().map_or(String::new(), |one| wording::signed(&one.removed(), &one.added(), most))
}

/// The origin, where it is not plain drift.
pub(crate) fn origin(finding: &Finding) -> &'static str {
    match finding.origin() {
        Some(Origin::Conflict) => "conflict",
        Some(Origin::Unknown) => "unknown origin",
        Some(Origin::Drift | Origin::Pending) | None => "",
    }
}

/// Since when, as people say it; still untrusted, since a report that is shown may come from anywhere.
pub(crate) fn when(time: &str) -> String {
    match (time.get(..10), time.get(10..16), time.len()) {
        (Some(day), Some(hour), 20) if time.is_ascii() => format!("{day} {} UTC", hour.trim_start_matches('T')),
        (_, _, _) => time.to_owned(),
    }
}

/// What is to be known of a finding beside the report before; still untrusted.
pub(crate) fn standing(finding: &Finding, now: &str) -> String {
    let since = when(&finding.first_seen);
    if let (Some(waived), true) = (&finding.waived, finding.state != FindingState::Resolved) {
        return format!("waived until {} by {}: {}", waived.until, waived.owner.raw(), waived.reason.raw());
    }
    match finding.state {
        FindingState::New if finding.first_seen == now => "new".to_owned(),
        FindingState::New => format!("new again, since {since}"),
        FindingState::Continuing => format!("since {since}"),
        FindingState::Unread => format!("not looked at, since {since}"),
        FindingState::Resolved => format!("resolved, since {since}"),
    }
}

/// A waiver whose day has passed, and what to do; still untrusted.
pub(crate) fn expired(waiver: &Waiver) -> String {
    let what = waiver.field.map_or("the whole client", Setting::name);
    let (until, owner) = (&waiver.terms.until, waiver.terms.owner.raw());
    format!(
        "the waiver of client {}, {what}, ended on {until} (owner {owner}): mend the client, or renew or remove it",
        waiver.client
    )
}

/// How far the turns of a fleet have come.
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
            format!("{of}; every client was looked at within {}.", duration(seconds.saturating_mul(1000)))
        }
        (0, None) => format!("{of}."),
        (never, _) => format!("{of}; {} not looked at yet.", number(never)),
    }
}

/// Takes out of the groups what the story tells already: clients whose differences are all findings, and failed reads that are
/// waived. What a change set brings, what is stopped and what is released stay.
pub(crate) fn narrow(groups: &mut Groups<'_>, watch: &DriftReport) {
    let told = |client: &crate::plan::ClientPlan| {
        client.blocked.is_empty()
            && client.released.is_empty()
            && client.changes.iter().all(|change| change.difference.origin != Origin::Pending)
    };
    groups.many.retain(|same| !told(same.sample()));
    groups.alone.retain(|client| !told(client));
    let waived: BTreeSet<ClientKey> = watch
        .findings
        .iter()
        .filter(|finding| finding.field().is_none() && finding.waived.is_some())
        .map(Finding::key)
        .collect();
    for cause in &mut groups.causes {
        cause.clients.retain(|client| !waived.contains(&client.key()));
    }
    groups.causes.retain(|cause| !cause.clients.is_empty());
}
