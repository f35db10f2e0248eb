//! Runs of apply that are over, as `log` and `undo` see them.
//!
//! Owns the one type that the ledger and the journals both fill. It must not know where a run was recorded.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use crate::model::{ClientId, ClientKey, Setting, State, Untrusted};
use crate::plan::client::ClientPlan;
use crate::plan::document::Plan;
use crate::plan::send::result::ApplyResult;

/// One run of apply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastRun {
    /// The run: letters, digits and `-`.
    pub run: String,
    /// When it began; `None` where nothing says.
    pub time: Option<Timestamp>,
    /// The commit of the code that it applied.
    pub commit: Option<Untrusted>,
    /// Who ran it, and why.
    pub author: PastAuthor,
    /// The endpoint that it sent to; `None` where nothing says.
    pub endpoint: Option<Untrusted>,
    /// How it ended.
    pub result: PastResult,
    /// Why it cannot be read.
    pub problem: Option<Untrusted>,
    /// The clients that it reports, or for which it claimed a PUT.
    pub clients: Vec<PastClient>,
}

/// What a run did, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunCounts {
    /// Clients whose PUT was stored; of a run that did not end with a report, those that it may have sent.
    pub clients: usize,
    /// The fields of these PUTs.
    pub settings: usize,
    /// Clients that are not as declared after the run.
    pub failed: usize,
}

/// Who ran apply, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastAuthor {
    /// The person or job.
    pub actor: Option<Untrusted>,
    /// Why.
    pub reason: Option<Untrusted>,
    /// A link to the job.
    pub ci: Option<Untrusted>,
    /// The pull request.
    pub pull_request: Option<Untrusted>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PastResult {
    /// Every client that it reports is as declared.
    #[default]
    Succeeded,
    /// A client failed, or was stopped.
    Failed,
    /// It ended without a report: it was killed, or could not record.
    Unfinished,
    /// It has a claim, and no report yet.
    UnderWay,
    /// Its report cannot be read.
    Unreadable,
}

impl PastResult {
    /// Its word, in every format.
    pub fn name(self) -> &'static str {
        match self {
            PastResult::Succeeded => "succeeded",
            PastResult::Failed => "failed",
            PastResult::Unfinished => "unfinished",
            PastResult::UnderWay => "under_way",
            PastResult::Unreadable => "unreadable",
        }
    }
}

/// A client of a past run.
#[derive(Clone, Debug, PartialEq)]
pub struct PastClient {
    /// The id of the path.
    pub client_id: ClientId,
    /// The name of the answer, where the run recorded one.
    pub name: Option<Untrusted>,
    /// The credential's name; `None` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The fields of its PUT, in the order of [`Setting::ALL`].
    pub changes: Vec<PastChange>,
    /// Fields that moved though they were not sent.
    pub moved: Vec<PastChange>,
    /// What became of it.
    pub fate: PutFate,
}

/// One field of a past PUT.
#[derive(Clone, Debug, PartialEq)]
pub struct PastChange {
    /// The field.
    pub field: Setting,
    /// What live held before; `None` where the run recorded no value.
    pub before: Option<State>,
    /// What was sent; for a field that moved, what live held afterwards.
    pub after: State,
    /// What the API stored, where it is something else than what was sent.
    pub stored: Option<Json>,
}

impl PastChange {
    /// A field that was sent, or announced. The values are those of a document.
    pub fn sent(field: Setting, before: Option<&Json>, after: &Json) -> PastChange {
        let state = |json: &Json| crate::model::value::live(field.kind(), json);
        PastChange { field, before: before.map(state), after: state(after), stored: None }
    }
}

/// What became of a client in a past run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PutFate {
    /// The result of the report.
    Result(ApplyResult),
    /// The run did not learn what became of its PUT: live may hold what was sent.
    InDoubt,
    /// The run announced the PUT and recorded no result.
    Unfinished,
}

impl PutFate {
    /// Its word, in every format. The words of results are those of the plan document.
    pub fn name(self) -> &'static str {
        match self {
            PutFate::Result(ApplyResult::Applied) => "applied",
            PutFate::Result(ApplyResult::Unchanged) => "unchanged",
            PutFate::Result(ApplyResult::Stale) => "stale",
            PutFate::Result(ApplyResult::Refused) => "refused",
            PutFate::Result(ApplyResult::NotConverged) => "not_converged",
            PutFate::Result(ApplyResult::Collateral) => "collateral",
            PutFate::Result(ApplyResult::Failed) => "failed",
            PutFate::Result(ApplyResult::Skipped) => "skipped",
            PutFate::InDoubt => "in_doubt",
            PutFate::Unfinished => "unfinished",
        }
    }

    /// Whether the run sent a PUT, or tried to.
    pub fn is_attempt(self) -> bool {
        match self {
            PutFate::InDoubt | PutFate::Unfinished => true,
            PutFate::Result(result) => matches!(
                result,
                ApplyResult::Applied | ApplyResult::NotConverged | ApplyResult::Collateral | ApplyResult::Failed
            ),
        }
    }

    /// Whether the PUT is known to have been stored, whole or in part.
    pub fn is_stored(self) -> bool {
        matches!(self, PutFate::Result(result) if result.is_stored())
    }
}

impl PastClient {
    /// Which client it is of.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client_id, self.credentials.as_ref())
    }

    /// Whether the run sent it something, or tried to.
    pub fn is_attempt(&self) -> bool {
        self.fate.is_attempt() && !self.changes.is_empty()
    }

    fn of(client: &ClientPlan) -> PastClient {
        let details = client.details.as_deref();
        let in_doubt = details.is_some_and(|details| details.in_doubt);
        let stored = |field: Setting| {
            let found = details?.not_converged.iter().find(|one| one.field == field)?;
            Some(found.stored.clone())
        };
        let changes = client.to_send().map(|change| PastChange {
            field: change.difference.setting,
            before: Some(change.difference.live.clone()),
            after: change.sent().clone(),
            stored: stored(change.difference.setting),
        });
        let moved = details.into_iter().flat_map(|details| &details.collateral);
        let moved = moved.map(|one| PastChange::sent(one.field, Some(&one.before), &one.after));
        let fate = match client.result {
            _ if in_doubt => PutFate::InDoubt,
            Some(result) => PutFate::Result(result),
            None => PutFate::Unfinished,
        };
        PastClient {
            client_id: client.client_id,
            name: client.name.clone(),
            credentials: client.credentials.clone(),
            changes: changes.collect(),
            moved: moved.collect(),
            fate,
        }
    }
}

impl PastRun {
    /// The run of a report. `run` is the name that it is recorded under.
    pub fn of_report(run: &str, report: &Plan, author: PastAuthor) -> PastRun {
        let clients: Vec<PastClient> = report.clients.iter().map(PastClient::of).collect();
        let failed = report.clients.iter().any(|client| client.result.is_none_or(|result| !result.is_good()));
        PastRun {
            run: run.to_owned(),
            time: report.run.started_at.parse().ok().or_else(|| time_of(run)),
            commit: report.revision.as_ref().map(|revision| revision.commit.as_str().into()),
            author,
            endpoint: Some(report.endpoint.clone()),
            result: if failed { PastResult::Failed } else { PastResult::Succeeded },
            problem: None,
            clients,
        }
    }

    /// A run whose report cannot be read.
    pub fn unreadable(run: &str, problem: Untrusted) -> PastRun {
        let (run, time) = (run.to_owned(), time_of(run));
        PastRun { run, time, result: PastResult::Unreadable, problem: Some(problem), ..PastRun::default() }
    }

    /// Whether it sent something, or tried to. A run that cannot be read may have.
    pub fn has_sent(&self) -> bool {
        let attempts = || self.clients.iter().any(PastClient::is_attempt);
        matches!(self.result, PastResult::Unreadable | PastResult::Unfinished | PastResult::UnderWay) || attempts()
    }

    /// What it did, in numbers.
    pub fn counts(&self) -> RunCounts {
        let is_over = !matches!(self.result, PastResult::Unfinished | PastResult::UnderWay);
        let mut counts = RunCounts::default();
        for client in &self.clients {
            match client.fate {
                fate if fate.is_stored() || !is_over => {
                    counts.clients += 1;
                    counts.settings += client.changes.len();
                    counts.failed += usize::from(is_over && fate != PutFate::Result(ApplyResult::Applied));
                }
                PutFate::Result(ApplyResult::Unchanged) => {}
                PutFate::Result(_) | PutFate::InDoubt | PutFate::Unfinished => counts.failed += 1,
            }
        }
        counts
    }

    /// The clients that it sent a PUT, or tried to.
    pub fn attempts(&self) -> impl Iterator<Item = &PastClient> {
        self.clients.iter().filter(|client| client.is_attempt())
    }
}

/// The time in the name of a run, which begins with `YYYYMMDDTHHMMSSZ`.
pub fn time_of(run: &str) -> Option<Timestamp> {
    let (begin, _) = run.split_once('-')?;
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", begin).ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_run_has_its_time() {
        assert_eq!(time_of("20261127T090000Z-00aa11"), Some("2026-11-27T09:00:00Z".parse().unwrap()));
        for name in ["", "20261127T090000Z", "20261327T090000Z-1", "x-1", "2026-11-27"] {
            assert_eq!(time_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_put_counts_as_an_attempt_where_it_may_have_been_sent() {
        use ApplyResult::*;
        let all = [Applied, Unchanged, Stale, Refused, NotConverged, Collateral, Failed, Skipped];
        let fates = all.map(PutFate::Result).into_iter().chain([PutFate::InDoubt, PutFate::Unfinished]);
        let attempts: Vec<&str> = fates.filter(|fate| fate.is_attempt()).map(PutFate::name).collect();
        assert_eq!(attempts, ["applied", "not_converged", "collateral", "failed", "in_doubt", "unfinished"]);
        for result in all {
            assert_eq!(serde_json::to_value(result).unwrap(), PutFate::Result(result).name());
        }
    }
}
