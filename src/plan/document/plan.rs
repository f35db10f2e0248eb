//! The document: plan, saved plan, JSON output and report of an apply are this one type.
//!
//! Owns the frame around the clients: the kind, where the document came from, the run that made it, and the totals,
//! which always follow from the clients. It must not know how the document is written as JSON.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    BaseLimit, CiJob, ClientId, Diagnostic, Direction, GuardOverride, Origin, Place, Revision, Severity, Untrusted,
};
use crate::plan::client::{ClientPlan, Status};
use crate::plan::drift::report::DriftReport;

/// The version of the document. A minor step only adds; readers ignore unknown keys.
pub const FORMAT_VERSION: &str = "2.0";

/// What a document is. The run that makes it sets it; only a plan can be applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Live clients compared with their declarations.
    #[default]
    Plan,
    /// Declarations compared with those at the base; no client was read.
    Offline,
    /// The report of `drift`: how live differs from git.
    Drift,
    /// The report of `apply`: what it sent to each client, and the result.
    Report,
    /// The problems that `validate` found in the files.
    Validation,
}

impl DocumentKind {
    /// Its word in the document.
    pub fn name(self) -> &'static str {
        match self {
            DocumentKind::Plan => "plan",
            DocumentKind::Offline => "offline",
            DocumentKind::Drift => "drift",
            DocumentKind::Report => "report",
            DocumentKind::Validation => "validation",
        }
    }

    /// What it is in a sentence: `a plan`, `a report of drift`.
    pub fn about(self) -> &'static str {
        match self {
            DocumentKind::Plan => "a plan",
            DocumentKind::Offline => "an offline plan",
            DocumentKind::Drift => "a report of drift",
            DocumentKind::Report => "the report of an apply",
            DocumentKind::Validation => "the result of validate",
        }
    }

    /// Why a document of this kind cannot be applied, with the next step; `None` for a plan.
    pub fn why_not_applied(self) -> Option<&'static str> {
        match self {
            DocumentKind::Plan => None,
            DocumentKind::Offline => Some(
                "it was made with --offline: no client was read, so it does not show the live clients; make a new plan without --offline",
            ),
            DocumentKind::Drift => Some("it is a report of drift and not a plan; make a plan with `plan --out FILE`"),
            DocumentKind::Report => Some("it is the report of an apply and not a plan; make a new plan"),
            DocumentKind::Validation => {
                Some("it is the result of validate and not a plan; make a plan with `plan --out FILE`")
            }
        }
    }
}

/// A plan over any number of clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What this document is.
    pub kind: DocumentKind,
    /// The version of the program that made it.
    pub ringform_version: String,
    /// The endpoint that was read, or `sandbox:FILE`.
    pub endpoint: Untrusted,
    /// The project file, relative to its folder.
    pub project: Untrusted,
    /// Where the project file is on this machine. Never written into the document.
    pub location: Untrusted,
    /// The commit of the work tree, where there is one.
    pub revision: Option<Revision>,
    /// The revision that origins are judged by.
    pub base: Option<Untrusted>,
    /// The limits of the base that bind beside those of the project.
    pub base_limits: Vec<BaseLimit>,
    /// Which part of the fleet this is.
    pub shard: Option<Shard>,
    /// With `--affected`, how many selected clients were not read because this change does not touch them. Of an undo,
    /// how many selected clients it does not touch.
    pub unaffected: Option<usize>,
    /// The run that this plan takes back.
    pub undo: Option<UndoneRun>,
    /// Everything that depends on the run and not on the state.
    pub run: Run,
    /// The clients, in byte order of their files, then of their documents.
    pub clients: Vec<ClientPlan>,
    /// The totals of clients of this run that the document leaves out: they had nothing to send.
    pub left_out: Summary,
    /// Clients that the base declares and this work tree does not: listed, never read.
    pub released_clients: Vec<ReleasedClient>,
    /// Problems and warnings of files and guards.
    pub diagnostics: Vec<Diagnostic>,
}

/// A past run of apply that a plan takes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UndoneRun {
    /// Its name.
    pub run: Untrusted,
    /// The commit that it applied; `null` where its report names none.
    pub commit: Option<Untrusted>,
    /// How many settings it changed, or may have changed.
    pub changed: usize,
    /// How many changes of this plan send another value than the files declare. Until the files change, the next apply
    /// sends theirs again.
    pub undeclared: usize,
}

/// A client whose document was removed since the base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedClient {
    /// The id of the path.
    pub client_id: ClientId,
    /// The credential's name at the base; `null` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The document's first line at the base; `null` where the ledger says that it was declared.
    pub source: Option<Place>,
}

/// One part of a fleet, as in `--shard I/N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u32,
    /// Of how many.
    pub count: u32,
}

/// What depends on the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The name of the run, unique in practice.
    pub id: String,
    /// When it began, RFC 3339 in UTC.
    pub started_at: String,
    /// Who ran it: `--actor`, else the person whom the CI system names. `apply` alone also asks the user's settings of
    /// git, then the system. `null` where none of them names a person.
    #[serde(default)]
    pub actor: Option<Untrusted>,
    /// Why: the text of `--reason`.
    #[serde(default)]
    pub reason: Option<Untrusted>,
    /// The job of the CI system; `null` outside of GitHub and GitLab.
    #[serde(default)]
    pub ci: Option<CiJob>,
    /// The instant of `--at` that it judged by, RFC 3339 in UTC; `null` for its start. Such a plan is never applied.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The requests it made.
    pub requests: Requests,
    /// What is left of the quotas, by credential.
    pub quota: Vec<QuotaUsage>,
    /// The guards of the project that this run passed, with the reasons.
    #[serde(default)]
    pub overrides: Vec<GuardOverride>,
    /// The report of drift; `null` for other commands.
    #[serde(default)]
    pub drift: Option<DriftReport>,
}

impl Run {
    /// The instant that it judged by; `None` where its text is not one.
    pub fn instant(&self) -> Option<Timestamp> {
        self.at.or_else(|| self.started_at.parse().ok())
    }
}

/// Numbers of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requests {
    /// All that reached the API, as far as is known.
    pub total: u64,
    /// For tokens.
    pub token: u64,
    /// GETs of clients.
    pub read: u64,
    /// PUTs.
    pub write: u64,
    /// How many were repeated.
    pub retries: u64,
}

/// The lowest number of requests that a credential had left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaUsage {
    /// The credential's name; `null` for the environment.
    pub credentials: Option<String>,
    /// Requests left in this hour, at the lowest.
    pub remaining_lowest: u64,
    /// Requests in an hour, as last answered. `null` where no answer reports it.
    #[serde(default)]
    pub limit: Option<u64>,
    /// Seconds until the counter is reset, as last answered.
    pub resets_in_s: Option<u64>,
}

/// Totals, always computed from the clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// All clients.
    pub clients: usize,
    /// Those as declared.
    pub in_sync: usize,
    /// Those with a difference, blocked ones too.
    pub to_change: usize,
    /// Those that could not be compared.
    pub failed: usize,
    /// Changed fields.
    pub changes: usize,
    /// Changed fields of severity `security`.
    pub security: usize,
    /// Changed fields whose write opens the PBX to more callers.
    pub opens: usize,
    /// Changed fields whose write closes it to some.
    pub closes: usize,
    /// Fields that live has more open than declared: changed ones, and those of clients whose `expect` failed.
    pub exposed: usize,
    /// Changed fields that this change set brings; 0 without a base, as all that follow.
    pub pending: usize,
    /// Changed fields that were changed outside of git, or whose base is not applied yet.
    pub drift: usize,
    /// Changed fields that this change set touches and that have also drifted.
    pub conflict: usize,
    /// Fields that the base managed and no declaration manages now. Fields of released clients do not count.
    pub released: usize,
}

impl Summary {
    /// These totals and those of other clients.
    pub fn plus(&self, other: &Summary) -> Option<Summary> {
        self.each(other, usize::checked_add)
    }

    /// These totals without those of some of their clients; `None` where they do not contain them.
    pub fn minus(&self, other: &Summary) -> Option<Summary> {
        self.each(other, usize::checked_sub)
    }

    fn each(&self, other: &Summary, of: fn(usize, usize) -> Option<usize>) -> Option<Summary> {
        Some(Summary {
            clients: of(self.clients, other.clients)?,
            in_sync: of(self.in_sync, other.in_sync)?,
            to_change: of(self.to_change, other.to_change)?,
            failed: of(self.failed, other.failed)?,
            changes: of(self.changes, other.changes)?,
            security: of(self.security, other.security)?,
            opens: of(self.opens, other.opens)?,
            closes: of(self.closes, other.closes)?,
            exposed: of(self.exposed, other.exposed)?,
            pending: of(self.pending, other.pending)?,
            drift: of(self.drift, other.drift)?,
            conflict: of(self.conflict, other.conflict)?,
            released: of(self.released, other.released)?,
        })
    }
}

impl Plan {
    /// Whether a base or a ledger says where its differences come from. Without both a plan knows no origin, and a drift
    /// report takes every difference for drift.
    pub fn has_origins(&self) -> bool {
        let otherwise = if self.kind == DocumentKind::Drift { Origin::Drift } else { Origin::Unknown };
        let mut changes = self.clients.iter().flat_map(|client| &client.changes);
        self.base.is_some() || changes.any(|change| change.difference.origin != otherwise)
    }

    /// The totals.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { clients: self.left_out.clients + self.clients.len(), ..self.left_out };
        for client in &self.clients {
            match client.status() {
                Status::InSync => summary.in_sync += 1,
                Status::Change => summary.to_change += 1,
                Status::Failed => summary.failed += 1,
            }
            summary.released += client.released.len();
            summary.exposed += client.unconfirmed.iter().filter(|one| one.difference.is_exposed()).count();
            summary.exposed += client.changes.iter().filter(|one| one.difference.is_exposed()).count();
            // A run that can only close leaves most of what differs alone, so its totals are of what it sends.
            for change in client.counted() {
                let effect = change.effect();
                summary.changes += 1;
                summary.security += usize::from(change.difference.risk().severity == Severity::Security);
                summary.opens += usize::from(effect == Some(Direction::Opens));
                summary.closes += usize::from(effect == Some(Direction::Closes));
                match change.difference.origin {
                    Origin::Pending => summary.pending += 1,
                    Origin::Drift => summary.drift += 1,
                    Origin::Conflict => summary.conflict += 1,
                    Origin::Unknown => {}
                }
            }
        }
        summary
    }

    /// The same document with these of its clients only. Its totals still count all of them.
    pub fn with_clients(&self, clients: Vec<ClientPlan>) -> Plan {
        let (all, mut kept) = (self.summary(), self.without_clients());
        kept.clients = clients;
        kept.left_out = all.minus(&kept.summary()).unwrap_or_default();
        kept
    }

    fn without_clients(&self) -> Plan {
        Plan {
            kind: self.kind,
            ringform_version: self.ringform_version.clone(),
            endpoint: self.endpoint.clone(),
            project: self.project.clone(),
            location: self.location.clone(),
            revision: self.revision.clone(),
            base: self.base.clone(),
            base_limits: self.base_limits.clone(),
            undo: self.undo.clone(),
            shard: self.shard,
            unaffected: self.unaffected,
            run: self.run.clone(),
            clients: Vec::new(),
            left_out: Summary::default(),
            released_clients: self.released_clients.clone(),
            diagnostics: self.diagnostics.clone(),
        }
    }

    /// Takes totals that a document carries. Where they count more clients than it holds, the report left those out.
    /// Totals that cannot be of such a report do not count.
    pub(super) fn with_totals(mut self, written: &Summary) -> Plan {
        let left_out = written.minus(&self.summary()).filter(|left| {
            self.is_report() && left.failed == 0 && left.clients > 0 && left.clients == left.in_sync + left.to_change
        });
        self.left_out = left_out.unwrap_or_default();
        self
    }

    /// Whether this is the report of an apply.
    pub fn is_report(&self) -> bool {
        self.kind == DocumentKind::Report
    }

    /// Whether this plan was made without reading.
    pub fn is_offline(&self) -> bool {
        self.kind == DocumentKind::Offline
    }

    /// Whether any client is blocked from being sent.
    pub fn has_blocked(&self) -> bool {
        self.clients.iter().any(|client| !client.blocked.is_empty())
    }
}
