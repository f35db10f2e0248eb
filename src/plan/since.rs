//! The findings of a run beside those of the run before: new, continuing, not looked at, resolved.
//!
//! Owns the identity of a finding, a client and a field, and the one law of this folder that spans two runs: nothing that was
//! found ends because nobody looked. A client that failed, was interrupted, or lies outside of this run's selection or budget
//! carries its findings on. Time and day come in as values.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::countries::Countries;
use crate::model::{
    ClientId, ClientKey, Declaration, Difference, Direction, FailureKind, Origin, Place, Setting, SettingSet, Severity,
    Waived, Waiver,
};
use crate::plan::rolling;
use crate::plan::watch::{DriftReport, Finding, FindingCause, FindingState, LastRead};
use crate::plan::{ClientPlan, Plan, load};

/// What is needed of a declaration to say whether a finding can still stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredClient {
    /// The client.
    pub client: ClientId,
    /// Its credential's name; `None` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The fields that it manages.
    pub managed: SettingSet,
}

impl DeclaredClient {
    /// Which client it is.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client, self.credentials.as_ref())
    }
}

impl From<&Declaration> for DeclaredClient {
    fn from(declaration: &Declaration) -> DeclaredClient {
        let credentials = declaration.credentials.clone();
        DeclaredClient { client: declaration.client, credentials, managed: declaration.managed_set() }
    }
}

/// The report of the run before.
#[derive(Clone, Debug)]
pub struct PreviousReport {
    /// When that run began.
    pub started_at: String,
    /// What it found.
    pub watch: DriftReport,
    endpoint: String,
    project: String,
}

impl PreviousReport {
    /// Reads a report that `drift` wrote as JSON. The error is one sentence, with the remedy.
    pub fn read(bytes: &[u8]) -> Result<PreviousReport, String> {
        // Its own remedy speaks of saved plans.
        let plan = load::load(bytes)
            .map_err(|error| format!("{}; remove it to begin anew, then everything is new once", error.what))?;
        let Some(watch) = plan.run.drift else {
            return Err("it is no report of drift: give the file that `drift --format json=FILE` wrote".to_owned());
        };
        let times = watch.findings.iter().map(|finding| finding.first_seen.as_str());
        let times =
            times.chain(watch.last_read.iter().filter_map(|seen| seen.at.as_deref())).chain([&*plan.run.started_at]);
        if times.into_iter().any(|time| !is_time(time)) {
            return Err("a time in it is none: it was edited or damaged; remove it to begin anew".to_owned());
        }
        let (endpoint, project) = (plan.endpoint.raw().to_owned(), plan.project.raw().to_owned());
        Ok(PreviousReport { started_at: plan.run.started_at, watch, endpoint, project })
    }

    /// Whether it is of the same project and endpoint as this report; the error says what differs, and is to be escaped. Most
    /// project files are called the same, so one that knows none of its clients is another's too.
    pub fn check(&self, now: &Plan, declared: &[DeclaredClient], whole: bool) -> Result<(), String> {
        let declared: BTreeSet<ClientKey> = declared.iter().map(|known| known.key()).collect();
        let knows = |seen: &LastRead| declared.contains(&seen.key());
        if whole && !self.watch.last_read.is_empty() && !declared.is_empty() && !self.watch.last_read.iter().any(knows)
        {
            return Err(
                "it knows none of the clients of this project, so it is another's: keep one file for each, or remove it to begin anew"
                    .to_owned(),
            );
        }
        for (what, then, now) in
            [("endpoint", &self.endpoint, now.endpoint.raw()), ("project file", &self.project, now.project.raw())]
        {
            if then != now {
                return Err(format!(
                    "it is of another {what}, {then} and not {now}: keep one file for each, or remove it to begin anew"
                ));
            }
        }
        Ok(())
    }
}

/// A time as this program writes it: in UTC, to the second, so that the order of the texts is their order.
fn is_time(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

/// What a run knows beside its clients.
#[derive(Clone, Copy, Debug)]
pub struct RunContext<'a> {
    /// When it began, RFC 3339 in UTC, to the second.
    pub at: &'a str,
    /// The day, `YYYY-MM-DD` in UTC.
    pub today: &'a str,
    /// Every client of the documents that were found.
    pub declared: &'a [DeclaredClient],
    /// Those of them that the selection covers.
    pub selected: &'a [DeclaredClient],
    /// Whether the documents that were found are all there are. With a PATH they may not be, and what is missing is not gone.
    pub whole: bool,
    /// The project's waivers.
    pub waivers: &'a [Waiver],
    /// How many clients are read at most.
    pub budget: Option<u64>,
}

type Id = (ClientKey, Option<Setting>);

/// The findings of this run, beside those of the run before.
pub fn watch(clients: &[ClientPlan], past: Option<&PreviousReport>, now: &RunContext<'_>) -> DriftReport {
    let known: BTreeMap<ClientKey, &DeclaredClient> = now.declared.iter().map(|known| (known.key(), known)).collect();
    let looks: BTreeMap<ClientKey, &ClientPlan> = clients
        .iter()
        .filter(|client| looked_at(client) != Some(FailureKind::Interrupted))
        .map(|client| (client.key(), client))
        .collect();
    let then = past.map_or(&[][..], |past| &past.watch.findings);
    let mut open: BTreeMap<Id, &Finding> = then
        .iter()
        .filter(|finding| finding.state != FindingState::Resolved)
        .map(|finding| ((finding.key(), finding.field()), finding))
        .collect();
    let mut findings: Vec<Finding> = Vec::new();
    for client in looks.values() {
        for mut finding in of_client(client, now) {
            let id = (finding.key(), finding.field());
            if let Some(before) = open.remove(&id) {
                finding.state = state(before, &finding);
                finding.first_seen.clone_from(&before.first_seen);
            }
            findings.push(finding);
        }
    }
    for ((who, field), before) in open {
        findings.push(ended_or_not(before, field, looks.get(&who).copied(), known.get(&who).copied(), now));
    }
    findings.sort_by_cached_key(order);
    let last_read = last_read(&looks, past, now, &known);
    DriftReport {
        since: past.map(|past| past.started_at.clone()),
        expired_waivers: now.waivers.iter().filter(|waiver| waiver.is_expired(now.today)).cloned().collect(),
        rolling: now.budget.map(|budget| rolling::rolling(budget, looks.len(), now, &last_read)),
        findings,
        last_read,
    }
}

/// What a client has failed of.
fn looked_at(client: &ClientPlan) -> Option<FailureKind> {
    client.error.as_deref().map(|error| error.kind)
}

/// What is to be told of one client, as if it was never told before.
fn of_client<'a>(client: &'a ClientPlan, now: &'a RunContext<'_>) -> impl Iterator<Item = Finding> + 'a {
    let finding = move |cause: FindingCause| {
        let mut finding = Finding {
            client_id: client.client_id,
            credentials: client.credentials.clone(),
            name: client.name.clone(),
            cause,
            state: FindingState::New,
            first_seen: now.at.to_owned(),
            notified: true,
            waived: None,
        };
        finding.waived = waived(client.client_id, finding.field(), now);
        finding
    };
    let failed = client.error.is_some().then(|| FindingCause::Unreadable(client.source.clone()));
    // A pending change is not a finding. A difference of unknown origin is one: silence would claim that there is no drift.
    let differs = client.changes.iter().map(|change| &change.difference).filter(|one| one.origin != Origin::Pending);
    failed.into_iter().chain(differs.cloned().map(FindingCause::Difference)).map(finding)
}

/// The waiver that holds today: the field's own before the whole client's.
fn waived(client: ClientId, field: Option<Setting>, now: &RunContext<'_>) -> Option<Waived> {
    let holds = now.waivers.iter().filter(|waiver| waiver.covers(client, field) && !waiver.is_expired(now.today));
    holds.max_by_key(|waiver| waiver.field.is_some()).map(|waiver| waiver.terms.clone())
}

/// New or continuing: new is what nobody has heard of as it stands.
fn state(before: &Finding, finding: &Finding) -> FindingState {
    let lapsed = before.waived.is_some() && finding.waived.is_none();
    let live = |one: &Finding| one.difference().map(|difference| difference.live.clone());
    let moved = finding.risk().severity == Severity::Security && live(finding) != live(before);
    match !before.notified || lapsed || moved {
        true => FindingState::New,
        false => FindingState::Continuing,
    }
}

/// What becomes of a finding that this run did not find. It has ended only where somebody looked, or where nothing declares it.
fn ended_or_not(
    before: &Finding,
    field: Option<Setting>,
    look: Option<&ClientPlan>,
    known: Option<&DeclaredClient>,
    now: &RunContext<'_>,
) -> Finding {
    let is_managed = match (known, field) {
        (Some(known), Some(field)) => known.managed.contains(field),
        (Some(_), None) => true,
        (None, _) => !now.whole,
    };
    let was_read =
        look.is_some_and(|client| client.error.is_none() && field.is_none_or(|field| client.managed.contains(field)));
    if was_read || !is_managed {
        return Finding { state: FindingState::Resolved, waived: None, notified: true, ..before.clone() };
    }
    let waived = waived(before.client_id, field, now);
    // A waiver that ended meanwhile is heard when the client is read again.
    let notified = before.notified && (before.waived.is_none() || waived.is_some());
    Finding { state: FindingState::Unread, waived, notified, ..before.clone() }
}

/// The gravest first, the wider it stands open the earlier; among equals what is new before what goes on. What was not looked at
/// and what has ended come last.
fn order(finding: &Finding) -> impl Ord + use<> {
    let part = match finding.state {
        FindingState::New | FindingState::Continuing => 0,
        FindingState::Unread => 1,
        FindingState::Resolved => 2,
    };
    let risk = finding.risk();
    let grave = Reverse((risk.severity, risk.exposure, finding.difference().and_then(reach)));
    let Place { file, line, column, .. } = finding.source();
    (part, grave, finding.state, (file.clone(), *line, *column), finding.client_id, finding.field())
}

/// How many countries a field lets in where live is more open than declared; `*` is more than any number.
fn reach(difference: &Difference) -> Option<usize> {
    let opened = difference.risk().exposure == Some(Direction::Opens);
    difference.live.countries().filter(|_| opened).map(|set| match set {
        Countries::All => usize::MAX,
        set => set.codes().len(),
    })
}

/// When every client was looked at. A used-up quota is no look: those clients come first in the next turn.
fn last_read(
    looks: &BTreeMap<ClientKey, &ClientPlan>,
    past: Option<&PreviousReport>,
    now: &RunContext<'_>,
    known: &BTreeMap<ClientKey, &DeclaredClient>,
) -> Vec<LastRead> {
    let then = past.map_or(&[][..], |past| &past.watch.last_read);
    let before: BTreeMap<ClientKey, &LastRead> = then.iter().map(|seen| (seen.key(), seen)).collect();
    let declared = now.declared.iter().map(|known| {
        let who = known.key();
        let look = looks.get(&who).filter(|client| looked_at(client) != Some(FailureKind::Quota));
        let at = match look {
            Some(_) => Some(now.at.to_owned()),
            None => before.get(&who).and_then(|seen| seen.at.clone()),
        };
        LastRead { client_id: known.client, credentials: known.credentials.clone(), at }
    });
    let others = then.iter().filter(|seen| !now.whole && !known.contains_key(&seen.key()));
    declared.chain(others.cloned()).collect()
}

impl Finding {
    /// Whether it stands as far as this run knows, and nobody has accepted it.
    pub fn is_open(&self) -> bool {
        self.waived.is_none() && matches!(self.state, FindingState::New | FindingState::Continuing)
    }

    /// Whether it is a read that failed in this run and that nobody has accepted.
    pub fn is_failure(&self) -> bool {
        self.field().is_none() && self.is_open()
    }

    /// Whether somebody should be called.
    pub fn is_news(&self) -> bool {
        self.state == FindingState::New && self.waived.is_none()
    }
}

impl DriftReport {
    /// The findings of two parts of one fleet. Where only one of the two has looked, that one knows.
    pub fn join(self, other: DriftReport) -> DriftReport {
        let mut findings: BTreeMap<Id, Finding> = BTreeMap::new();
        for finding in self.findings.into_iter().chain(other.findings) {
            let id = (finding.key(), finding.field());
            let looked = finding.state != FindingState::Unread;
            if looked || !findings.contains_key(&id) {
                findings.insert(id, finding);
            }
        }
        let mut findings: Vec<Finding> = findings.into_values().collect();
        findings.sort_by_cached_key(order);
        let mut seen: BTreeMap<ClientKey, LastRead> = BTreeMap::new();
        for one in self.last_read.into_iter().chain(other.last_read) {
            let known = seen.entry(one.key()).or_insert_with(|| one.clone());
            known.at = known.at.take().max(one.at);
        }
        let mut expired_waivers = self.expired_waivers;
        expired_waivers
            .extend(other.expired_waivers.into_iter().filter(|one| !expired_waivers.contains(one)).collect::<Vec<_>>());
        DriftReport {
            since: self.since.min(other.since),
            findings,
            expired_waivers,
            last_read: seen.into_values().collect(),
            rolling: match (self.rolling, other.rolling) {
                (Some(one), Some(other)) => Some(one.join(other)),
                (one, other) => one.or(other),
            },
        }
    }

    /// Findings whose notification failed stay unnotified when this run has no webhook.
    pub fn keep_unnotified(&mut self, past: &PreviousReport) {
        let id = |finding: &Finding| (finding.key(), finding.field());
        let untold: Vec<Id> = past.watch.findings.iter().filter(|finding| !finding.notified).map(id).collect();
        let news = self.findings.iter_mut().filter(|finding| finding.is_news());
        news.filter(|finding| untold.contains(&id(finding))).for_each(|finding| finding.notified = false);
    }

    /// The notification failed: the next run reports the new findings again.
    pub fn notification_failed(&mut self) {
        self.findings.iter_mut().filter(|finding| finding.is_news()).for_each(|finding| finding.notified = false);
    }
}

#[cfg(test)]
mod tests;
