//! Groups of clients: those with the same changes, those that failed for the same cause, those in sync.
//!
//! Owns what counts as the same change and the same cause. It drops nothing: every change is in exactly one group. A
//! format that shows fewer says how many it left out.

use std::fmt::Write;

use crate::model::{FailureKind, Setting, SettingSet, Untrusted};
use crate::plan::{ApplyResult, Blocked, BlockedKind, Change, ClientPlan, Plan};
use crate::render::grouping::blocked::{BlockedGroup, blocked_groups, common_reason};
use crate::render::grouping::dated::{cause_scope, dated_key};
use crate::render::grouping::places::{ChangedClient, PlaceGroup, place_groups};
use crate::render::grouping::similar::{KeyedLists, MANY, masked};
use crate::render::wording::change::MarkBy;
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::place::reason;

/// The clients of a plan in groups.
#[derive(Debug, Default)]
pub(crate) struct ClientGroups<'p> {
    /// Changes of many clients that one place declares; the largest group first.
    pub places: Vec<PlaceGroup<'p>>,
    /// What blocks the clients of `places`, as far as their own groups do not show it.
    pub blocked: Vec<BlockedGroup<'p>>,
    /// Groups of more than [`MANY`] clients with identical other changes; the largest group first.
    pub many: Vec<ClientGroup<'p>>,
    /// Other clients with a difference, or that a guard stops, each a group of one, in the order of the plan.
    pub alone: Vec<ClientGroup<'p>>,
    /// Clients that ringform could not compare or apply, by cause; the most frequent cause last.
    pub causes: Vec<FailureCause<'p>>,
    /// Clients that are as declared, and that no guard stops for a dated setting that begins later.
    pub in_sync: Vec<&'p ClientPlan>,
}

/// Clients that a format shows as one.
#[derive(Debug)]
pub(crate) struct ClientGroup<'p> {
    /// The clients, at least one, in the order of the plan.
    pub clients: Vec<&'p ClientPlan>,
    /// The changes of the first client that no [`PlaceGroup`] shows. The other clients have the same.
    pub changes: Vec<&'p Change>,
    /// What blocks the first client, as far as [`ClientGroups::blocked`] does not show it.
    pub blocked: Vec<&'p Blocked>,
    /// The fields of these clients that a [`PlaceGroup`] shows.
    pub elsewhere: SettingSet,
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
        ClientGroups::of_those(plan, |_| true)
    }

    /// Sorts a plan or a report, without the changed clients that `is_shown` leaves out.
    pub(super) fn of_those(plan: &'p Plan, is_shown: impl Fn(&ClientPlan) -> bool) -> ClientGroups<'p> {
        let mut groups = ClientGroups::default();
        let mut changed = Vec::new();
        let mut same = KeyedLists::default();
        let mut undone = KeyedLists::default();
        for client in &plan.clients {
            if is_undone(client) {
                undone.add(cause_key(client), client);
            } else if client.changes.is_empty() && client.released.is_empty() && client.blocked.is_empty() {
                groups.in_sync.push(client);
            } else if is_shown(client) {
                let whole = ClientRest { client, at: changed.len(), taken: SettingSet::default() };
                let list = same.add(whole.key(), whole);
                changed.push(ChangedClient { client, list });
            }
        }
        groups.changed(&changed, same.lists, MarkBy::of(plan));
        groups.causes = undone.lists.into_iter().flat_map(FailureCause::of).collect();
        groups.causes.sort_by_key(|cause| cause.clients.len());
        groups
    }

    /// The changes of all groups, those that are the same once.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &'p Change> {
        let places = self.places.iter().flat_map(|group| group.values.iter().map(|value| value.change));
        places.chain(self.many.iter().chain(&self.alone).flat_map(|group| group.changes.iter().copied()))
    }

    /// Sorts the clients with a difference: first the changes that one place declares, then what is left of each client.
    /// `same` has the lists of clients that are the same in everything.
    fn changed(&mut self, clients: &[ChangedClient<'p>], mut same: Vec<Vec<ClientRest<'p>>>, by: MarkBy) {
        let (places, taken) = place_groups(clients, by);
        if !places.is_empty() {
            let mut rest = KeyedLists::default();
            let mut blocked = Vec::new();
            for (at, (ChangedClient { client, .. }, taken)) in clients.iter().zip(taken).enumerate() {
                let one = ClientRest { client, at, taken };
                let is_whole = taken.len() == client.changes.len() && client.released.is_empty();
                blocked.extend(client.blocked.iter().filter(|it| is_whole || !one.shows(it)).map(|it| (*client, it)));
                if !is_whole {
                    rest.add(one.key(), one);
                }
            }
            self.blocked = blocked_groups(blocked.into_iter());
            same = rest.lists;
        }
        self.places = places;
        let (many, few): (Vec<_>, Vec<_>) = same.into_iter().partition(|list| list.len() > MANY);
        self.many = many.into_iter().map(ClientGroup::of).collect();
        // Sorting is stable: groups of one size stay in the order of the plan.
        self.many.sort_by_key(|same| std::cmp::Reverse(same.clients.len()));
        let mut alone: Vec<_> = few.into_iter().flatten().collect();
        alone.sort_by_key(|one| one.at);
        self.alone = alone.into_iter().map(|one| ClientGroup::of(vec![one])).collect();
    }
}

/// A client with a difference, without the fields that a [`PlaceGroup`] shows.
struct ClientRest<'p> {
    client: &'p ClientPlan,
    /// Its number in the order of the plan.
    at: usize,
    taken: SettingSet,
}

impl<'p> ClientRest<'p> {
    fn changes(&self) -> impl Iterator<Item = &'p Change> {
        self.client.changes.iter().filter(|change| !self.taken.contains(change.difference.setting))
    }

    /// Whether its own group shows this reason. The conflict of a taken field is shown with the others of that field.
    fn shows(&self, blocked: &Blocked) -> bool {
        let taken = |setting: Setting| setting.name() == blocked.name.raw();
        blocked.kind != BlockedKind::Conflict || !self.taken.iter().any(taken)
    }

    /// What makes two clients the same: fields, values, origins, blocks and results. The place of a declaration makes no
    /// difference.
    fn key(&self) -> String {
        let client = self.client;
        let mut key = format!("{:?}", client.result);
        let mut add = |part: std::fmt::Arguments<'_>| {
            let written = key.write_fmt(part);
            // Writing to a `String` cannot fail.
            debug_assert!(written.is_ok());
        };
        for change in self.changes() {
            let (before, after) = (change.difference.live.to_json(), change.difference.declared.to_json());
            let (setting, origin) = (change.difference.setting, change.difference.origin);
            let cause = dated_key(&change.difference);
            add(format_args!("\0{setting}\0{before}\0{after}\0{origin:?}\0{}\0{cause:?}", change.withheld));
        }
        for blocked in client.blocked.iter().filter(|blocked| self.shows(blocked)) {
            add(format_args!("\0{}", reason(blocked).raw()));
        }
        client.released.iter().for_each(|released| add(format_args!("\0{}\0{}", released.field, released.live)));
        if let Some(message) = client.details.as_deref().and_then(|details| details.message.as_ref()) {
            add(format_args!("\0{}", message.raw()));
        }
        key
    }
}

impl<'p> ClientGroup<'p> {
    fn of(list: Vec<ClientRest<'p>>) -> ClientGroup<'p> {
        let sample = &list[0];
        ClientGroup {
            changes: sample.changes().collect(),
            blocked: sample.client.blocked.iter().filter(|blocked| sample.shows(blocked)).collect(),
            elsewhere: list.iter().flat_map(|one| one.taken.iter()).collect(),
            clients: list.into_iter().map(|one| one.client).collect(),
        }
    }

    /// The client that represents the group. The others differ in name and place only.
    pub(crate) fn sample(&self) -> &'p ClientPlan {
        self.clients[0]
    }

    /// A change of the group as all its clients have it: whether one place declares it, as with a profile.
    pub(crate) fn view(&self, change: &'p Change, by: MarkBy) -> DifferenceView<'p> {
        let sample = &change.difference;
        let same = |other: &&'p Change| other.difference.setting == sample.setting;
        let of_clients = || self.clients.iter().filter_map(|client| client.changes.iter().find(same));
        let of_clients = || of_clients().map(|change| &change.difference);
        let placed = of_clients().all(|other| other.place == sample.place && other.layer == sample.layer);
        DifferenceView::of_change(change, by).of_many(placed, cause_scope(of_clients()))
    }

    /// The fields that a [`PlaceGroup`] shows, in words; `None` without one.
    pub(crate) fn elsewhere(&self) -> Option<String> {
        let names: Vec<&str> = self.elsewhere.iter().map(Setting::name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

impl<'p> FailureCause<'p> {
    /// The status of the HTTP answer and the API's own word, as far as the sentence does not name them.
    pub(crate) fn unnamed_status(&self) -> (Option<u16>, Option<&'p Untrusted>) {
        let message = self.message.raw();
        let http = self.http_status.filter(|code| !message.contains(&format!("({code}")));
        let is_plain = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        (http, self.status.filter(|word| !is_plain(word.raw()) || !message.contains(word.raw())))
    }

    /// The causes of clients with one key: one, or one for each client where a few clients have different sentences.
    fn of(clients: Vec<&'p ClientPlan>) -> Vec<FailureCause<'p>> {
        let message = sentence(clients[0]);
        let alike = clients.iter().all(|client| sentence(client).raw() == message.raw());
        match (alike, is_refused(clients[0])) {
            (true, _) => vec![FailureCause::with(clients, message)],
            (false, false) => vec![FailureCause::with(clients, masked(&message))],
            (false, true) if clients.len() > MANY => {
                let reasons: Vec<Untrusted> = clients[0].blocked.iter().map(common_reason).collect();
                vec![FailureCause::with(clients, joined(&reasons))]
            }
            (false, true) => {
                clients.into_iter().map(|client| FailureCause::with(vec![client], sentence(client))).collect()
            }
        }
    }

    fn with(clients: Vec<&'p ClientPlan>, message: Untrusted) -> FailureCause<'p> {
        let first = clients[0];
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
        (None, _) if is_refused(client) => joined(&client.blocked.iter().map(reason).collect::<Vec<_>>()),
        (None, Some(message)) => message,
        (None, None) => Untrusted::from("no reason was recorded"),
    }
}

/// Whether guards or conflicts are why apply sent nothing.
fn is_refused(client: &ClientPlan) -> bool {
    client.error.is_none() && client.result == Some(ApplyResult::Refused) && !client.blocked.is_empty()
}

fn joined(reasons: &[Untrusted]) -> Untrusted {
    reasons.iter().map(Untrusted::raw).collect::<Vec<_>>().join("; ").into()
}

fn cause_key(client: &ClientPlan) -> String {
    if is_refused(client) {
        let rules: Vec<_> = client.blocked.iter().map(|blocked| (blocked.kind, blocked.name.raw())).collect();
        return format!("refused\0{rules:?}");
    }
    let error = client.error.as_deref();
    let kind = error.map(|error| (error.kind, error.http_status, error.status.as_ref().map(Untrusted::raw)));
    format!("{:?}\0{kind:?}\0{}", client.result, masked(&sentence(client)).raw())
}
