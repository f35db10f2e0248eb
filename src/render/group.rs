//! Grouping before all formats: the same change in many clients once, failures by their cause, warnings of one kind together.
//!
//! Owns what counts as the same. It orders and never drops: every client stands in exactly one group, and a format that shows
//! fewer says how many it left out.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::model::{Diagnostic, FailureKind, Place, Untrusted};
use crate::plan::{ApplyResult, Blocked, BlockedKind, ClientPlan, Plan};

/// More clients than this with an identical set of changes are shown once.
pub const MANY: usize = 3;

/// A plan, sorted for people.
#[derive(Debug, Default)]
pub struct Groups<'p> {
    /// Clients with the identical set of changes, more than [`MANY`] each; the largest group first.
    pub many: Vec<Same<'p>>,
    /// Clients with a difference of their own, in the order of the plan.
    pub alone: Vec<&'p ClientPlan>,
    /// Clients that could not be compared, or that apply did not get done, by cause; the commonest last.
    pub causes: Vec<Cause<'p>>,
    /// Clients as declared and without anything to tell.
    pub in_sync: Vec<&'p ClientPlan>,
}

/// Clients that are told as one.
#[derive(Debug)]
pub struct Same<'p> {
    /// The clients, never none, in the order of the plan.
    pub clients: Vec<&'p ClientPlan>,
}

/// Why some clients failed, or why apply left them undone.
#[derive(Debug)]
pub struct Cause<'p> {
    /// The result, in a report.
    pub outcome: Option<ApplyResult>,
    /// The kind of failure, where there was one.
    pub kind: Option<FailureKind>,
    /// The status of the HTTP answer.
    pub http_status: Option<u16>,
    /// The API's own word.
    pub status: Option<&'p Untrusted>,
    /// The sentence; where the clients' sentences differ in numbers, those are left out.
    pub message: Untrusted,
    /// What to do.
    pub help: Option<&'p str>,
    /// The clients, in the order of the plan.
    pub clients: Vec<&'p ClientPlan>,
}

impl<'p> Groups<'p> {
    /// Sorts a plan or a report.
    pub fn of(plan: &'p Plan) -> Groups<'p> {
        let mut groups = Groups::default();
        let mut changed = Buckets::default();
        let mut undone = Buckets::default();
        for (at, client) in plan.clients.iter().enumerate() {
            if is_undone(client) {
                undone.add(cause_key(client), client);
            } else if client.changes.is_empty() && client.released.is_empty() {
                groups.in_sync.push(client);
            } else {
                changed.add(change_key(client), (at, client));
            }
        }
        let (many, few): (Vec<_>, Vec<_>) = changed.lists.into_iter().partition(|list| list.len() > MANY);
        let clients = |list: Vec<(usize, &'p ClientPlan)>| list.into_iter().map(|(_, client)| client).collect();
        groups.many = many.into_iter().map(|list| Same { clients: clients(list) }).collect();
        // Sorting is stable: groups of one size stay in the order of the plan.
        groups.many.sort_by_key(|same| std::cmp::Reverse(same.clients.len()));
        let mut alone: Vec<_> = few.into_iter().flatten().collect();
        alone.sort_by_key(|(at, _)| *at);
        groups.alone = clients(alone);
        groups.causes = undone.lists.into_iter().map(Cause::of).collect();
        groups.causes.sort_by_key(|cause| cause.clients.len());
        groups
    }
}

impl<'p> Same<'p> {
    /// The client that stands for all: they differ in name and place only.
    pub fn sample(&self) -> &'p ClientPlan {
        self.clients[0]
    }

    /// Whether a change of the sample is written in one place for all of them, as with a profile.
    pub fn is_one_place(&self, index: usize) -> bool {
        let sample = &self.sample().changes[index].difference;
        self.clients.iter().all(|client| {
            let other = &client.changes[index].difference;
            other.place == sample.place && other.layer == sample.layer
        })
    }
}

impl<'p> Cause<'p> {
    fn of(clients: Vec<&'p ClientPlan>) -> Cause<'p> {
        let first = clients[0];
        let message = sentence(first);
        let alike = clients.iter().all(|client| sentence(client).raw() == message.raw());
        let message = if alike { message } else { masked(message.raw()).into() };
        let error = first.error.as_deref();
        Cause {
            outcome: first.result,
            kind: error.map(|error| error.kind),
            http_status: error.and_then(|error| error.http_status),
            status: error.and_then(|error| error.status.as_ref()),
            message,
            help: error.and_then(|error| error.help.as_deref()),
            clients,
        }
    }
}

/// Whether a client belongs to the failures: it could not be compared, or apply stored nothing though it should have.
/// What was stored wrongly or moved others is told in full beside the changes instead.
fn is_undone(client: &ClientPlan) -> bool {
    let by_result = match client.result {
        Some(ApplyResult::Stale | ApplyResult::Refused | ApplyResult::Failed | ApplyResult::Skipped) => true,
        Some(ApplyResult::Applied | ApplyResult::Unchanged | ApplyResult::NotConverged | ApplyResult::Collateral)
        | None => false,
    };
    client.error.is_some() || by_result
}

/// Why a client is undone.
fn sentence(client: &ClientPlan) -> Untrusted {
    let told = client.details.as_deref().and_then(|details| details.message.clone());
    match (&client.error, told) {
        (Some(error), _) => error.message.clone(),
        (None, _) if client.result == Some(ApplyResult::Refused) && !client.blocked.is_empty() => {
            let reasons: Vec<String> = client.blocked.iter().map(reason).collect();
            reasons.join("; ").into()
        }
        (None, Some(message)) => message,
        (None, None) => Untrusted::from("no reason was recorded"),
    }
}

/// What stops a client, in one still untrusted sentence: `guard no-open-geo: every country may register`.
pub(crate) fn reason(blocked: &Blocked) -> String {
    let kind = match blocked.kind {
        BlockedKind::Guard => "guard",
        BlockedKind::Conflict => "conflict",
    };
    format!("{kind} {}: {}", blocked.name.raw(), blocked.message.raw())
}

fn cause_key(client: &ClientPlan) -> String {
    let error = client.error.as_deref();
    let kind = error.map(|error| (error.kind, error.http_status, error.status.as_ref().map(Untrusted::raw)));
    format!("{:?}\0{kind:?}\0{}", client.result, masked(sentence(client).raw()))
}

/// What makes two clients the same: fields, values, origins, what stops them, what became of them. Not where it is written.
fn change_key(client: &ClientPlan) -> String {
    let mut key = format!("{:?}", client.result);
    let mut add = |part: std::fmt::Arguments<'_>| {
        let written = key.write_fmt(part);
        // Writing to a `String` cannot fail.
        debug_assert!(written.is_ok());
    };
    for change in &client.changes {
        let (before, after) = (change.difference.live.to_json(), change.difference.declared.to_json());
        add(format_args!(
            "\0{}\0{before}\0{after}\0{:?}\0{}",
            change.difference.setting, change.difference.origin, change.withheld
        ));
    }
    client.blocked.iter().for_each(|blocked| add(format_args!("\0{}", reason(blocked))));
    client.released.iter().for_each(|released| add(format_args!("\0{}\0{}", released.field, released.live)));
    if let Some(message) = client.details.as_deref().and_then(|details| details.message.as_ref()) {
        add(format_args!("\0{}", message.raw()));
    }
    key
}

/// A sentence without its numbers and long hexadecimal ids: what the failures of many clients have in common.
pub(crate) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (word, is_word) = match length {
            0 => (&rest[..first.len_utf8()], false),
            length => (&rest[..length], true),
        };
        let hex = word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let has_digit = word.bytes().any(|b| b.is_ascii_digit());
        if is_word && has_digit && (hex || word.bytes().all(|b| b.is_ascii_digit())) {
            out.push('…');
        } else {
            out.push_str(word);
        }
        rest = &rest[word.len()..];
    }
    out
}

/// Things with a key, kept in the order in which each key was first seen.
struct Buckets<T> {
    index: BTreeMap<String, usize>,
    lists: Vec<Vec<T>>,
}

impl<T> Default for Buckets<T> {
    fn default() -> Self {
        Buckets { index: BTreeMap::new(), lists: Vec::new() }
    }
}

impl<T> Buckets<T> {
    fn add(&mut self, key: String, item: T) {
        let at = *self.index.entry(key).or_insert(self.lists.len());
        match self.lists.get_mut(at) {
            Some(list) => list.push(item),
            None => self.lists.push(vec![item]),
        }
    }
}

/// Diagnostics of one rule that say the same but for numbers, in the order of the first of each.
pub fn alike(list: &[Diagnostic]) -> Vec<Vec<&Diagnostic>> {
    let mut buckets = Buckets::default();
    for one in list {
        let help = one.help.as_ref().map(Untrusted::raw);
        let key = format!("{:?}\0{}\0{}\0{help:?}", one.severity, one.rule, masked(one.summary.raw()));
        buckets.add(key, one);
    }
    buckets.lists
}

/// A place as people click it: `clients/acme.yaml:7`; still untrusted.
pub(crate) fn place(place: &Place) -> String {
    format!("{}:{}", place.file.raw(), place.line)
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn sentences_lose_their_numbers_only() {
        assert_eq!(masked("client 12 is blocked"), "client … is blocked");
        assert_eq!(masked("request 550e8400aa, HTTP/1.1, sip2"), "request …, HTTP/….…, sip2");
        assert_eq!(masked("нет 7 é"), "нет … é");
    }
}
