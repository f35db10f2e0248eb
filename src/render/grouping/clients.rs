//! Groups of clients: those with the same changes, those that failed for the same cause, those in sync.
//!
//! Owns what counts as the same change and the same cause. It drops nothing: every client is in exactly one group. A
//! format that shows fewer says how many it left out.

use std::fmt::Write;

use crate::model::{FailureKind, Untrusted};
use crate::plan::{ApplyResult, ClientPlan, Plan};
use crate::render::grouping::similar::{KeyedLists, MANY, masked};
use crate::render::wording::place::reason;

/// The clients of a plan in groups.
#[derive(Debug, Default)]
pub(crate) struct ClientGroups<'p> {
    /// Groups of more than [`MANY`] clients with identical changes; the largest group first.
    pub many: Vec<ClientGroup<'p>>,
    /// Other clients with a difference, in the order of the plan.
    pub alone: Vec<&'p ClientPlan>,
    /// Clients that ringform could not compare or apply, by cause; the most frequent cause last.
    pub causes: Vec<FailureCause<'p>>,
    /// Clients that are as declared.
    pub in_sync: Vec<&'p ClientPlan>,
}

/// Clients that a format shows as one.
#[derive(Debug)]
pub(crate) struct ClientGroup<'p> {
    /// The clients, at least one, in the order of the plan.
    pub clients: Vec<&'p ClientPlan>,
}

/// Why some clients failed, or why apply stored nothing.
#[derive(Debug)]
pub(crate) struct FailureCause<'p> {
    /// The result, in a report.
    pub outcome: Option<ApplyResult>,
    /// The kind of failure, where there was one.
    pub kind: Option<FailureKind>,
    /// The status of the HTTP answer.
    pub http_status: Option<u16>,
    /// The API's own word.
    pub status: Option<&'p Untrusted>,
    /// The sentence. If the sentences of the clients differ in numbers, `…` replaces the numbers.
    pub message: Untrusted,
    /// What to do.
    pub help: Option<Untrusted>,
    /// The clients, in the order of the plan.
    pub clients: Vec<&'p ClientPlan>,
}

impl<'p> ClientGroups<'p> {
    /// Sorts a plan or a report.
    pub(crate) fn of(plan: &'p Plan) -> ClientGroups<'p> {
        let mut groups = ClientGroups::default();
        let mut changed = KeyedLists::default();
        let mut undone = KeyedLists::default();
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
        groups.many = many.into_iter().map(|list| ClientGroup { clients: clients(list) }).collect();
        // Sorting is stable: groups of one size stay in the order of the plan.
        groups.many.sort_by_key(|same| std::cmp::Reverse(same.clients.len()));
        let mut alone: Vec<_> = few.into_iter().flatten().collect();
        alone.sort_by_key(|(at, _)| *at);
        groups.alone = clients(alone);
        groups.causes = undone.lists.into_iter().map(FailureCause::of).collect();
        groups.causes.sort_by_key(|cause| cause.clients.len());
        groups
    }
}

impl<'p> ClientGroup<'p> {
    /// The client that represents the group. The others differ in name and place only.
    pub(crate) fn sample(&self) -> &'p ClientPlan {
        self.clients[0]
    }

    /// Whether a change of the sample is written in one place for all of them, as with a profile.
    pub(crate) fn is_one_place(&self, index: usize) -> bool {
        let sample = &self.sample().changes[index].difference;
        self.clients.iter().all(|client| {
            let other = &client.changes[index].difference;
            other.place == sample.place && other.layer == sample.layer
        })
    }
}

impl<'p> FailureCause<'p> {
    /// The status of the HTTP answer and the API's own word, as far as the sentence does not name them.
    pub(crate) fn unsaid_answer(&self) -> (Option<u16>, Option<&'p Untrusted>) {
        let message = self.message.raw();
        let http = self.http_status.filter(|code| !message.contains(&format!("({code}")));
        let is_plain = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        (http, self.status.filter(|word| !is_plain(word.raw()) || !message.contains(word.raw())))
    }

    fn of(clients: Vec<&'p ClientPlan>) -> FailureCause<'p> {
        let first = clients[0];
        let message = sentence(first);
        let alike = clients.iter().all(|client| sentence(client).raw() == message.raw());
        let message = if alike { message } else { masked(&message) };
        let error = first.error.as_deref();
        FailureCause {
            outcome: first.result,
            kind: error.map(|error| error.kind),
            http_status: error.and_then(|error| error.http_status),
            status: error.and_then(|error| error.status.as_ref()),
            message,
            help: error.and_then(|error| error.help.as_deref()).map(Untrusted::from),
            clients,
        }
    }
}

/// Whether a client belongs to the failures: ringform could not compare it, or apply stored nothing although it had
/// changes. A value stored wrongly and a changed other field are not failures here; formats show them with the changes.
fn is_undone(client: &ClientPlan) -> bool {
    let by_result = match client.result {
        Some(ApplyResult::Stale | ApplyResult::Refused | ApplyResult::Failed | ApplyResult::Skipped) => true,
        Some(ApplyResult::Applied | ApplyResult::Unchanged | ApplyResult::NotConverged | ApplyResult::Collateral)
        | None => false,
    };
    client.error.is_some() || by_result
}

/// Why a client failed, or why apply stored nothing.
fn sentence(client: &ClientPlan) -> Untrusted {
    let recorded = client.details.as_deref().and_then(|details| details.message.clone());
    match (&client.error, recorded) {
        (Some(error), _) => error.message.clone(),
        (None, _) if client.result == Some(ApplyResult::Refused) && !client.blocked.is_empty() => {
            let reasons: Vec<Untrusted> = client.blocked.iter().map(reason).collect();
            reasons.iter().map(Untrusted::raw).collect::<Vec<_>>().join("; ").into()
        }
        (None, Some(message)) => message,
        (None, None) => Untrusted::from("no reason was recorded"),
    }
}

fn cause_key(client: &ClientPlan) -> String {
    let error = client.error.as_deref();
    let kind = error.map(|error| (error.kind, error.http_status, error.status.as_ref().map(Untrusted::raw)));
    format!("{:?}\0{kind:?}\0{}", client.result, masked(&sentence(client)).raw())
}

/// What makes two clients the same: fields, values, origins, blocks and results. The place of a declaration makes no
/// difference.
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
    client.blocked.iter().for_each(|blocked| add(format_args!("\0{}", reason(blocked).raw())));
    client.released.iter().for_each(|released| add(format_args!("\0{}\0{}", released.field, released.live)));
    if let Some(message) = client.details.as_deref().and_then(|details| details.message.as_ref()) {
        add(format_args!("\0{}", message.raw()));
    }
    key
}
