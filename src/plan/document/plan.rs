//! The document: plan, saved plan, JSON output and report of an apply are this one type.
//!
//! Owns the frame around the clients: the kind, where the document came from, the run that made it, and the totals,
//! which always follow from the clients. It must not know how the document is written as JSON.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    BaseLimit, ClientId, Diagnostic, Direction, GuardOverride, Origin, Place, Revision, Severity, Untrusted,
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
    /// Declared compared with declared at the base: no client was read.
    Offline,
    /// What `drift` found.
    Drift,
    /// What `apply` did.
    Report,
    /// What `validate` found in the files.
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
    /// With `--affected`, how many selected clients were not read because this change does not touch them.
    pub unaffected: Option<usize>,
    /// Everything that depends on the run and not on the state.
    pub run: Run,
    /// The clients, in byte order of their files, then of their documents.
    pub clients: Vec<ClientPlan>,
    /// Clients that the base declares and this work tree does not: listed, never read.
    pub released_clients: Vec<ReleasedClient>,
    /// Problems and warnings of files and guards.
    pub diagnostics: Vec<Diagnostic>,
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
        let mut summary = Summary { clients: self.clients.len(), ..Summary::default() };
        for client in &self.clients {
            match client.status() {
                Status::InSync => summary.in_sync += 1,
                Status::Change => summary.to_change += 1,
                Status::Failed => summary.failed += 1,
            }
            summary.changes += client.changes.len();
            summary.released += client.released.len();
            summary.exposed += client.unconfirmed.iter().filter(|one| one.difference.is_exposed()).count();
            for difference in client.changes.iter().map(|change| &change.difference) {
                let risk = difference.risk();
                summary.security += usize::from(risk.severity == Severity::Security);
                summary.opens += usize::from(risk.effect == Some(Direction::Opens));
                summary.closes += usize::from(risk.effect == Some(Direction::Closes));
                summary.exposed += usize::from(difference.is_exposed());
                match difference.origin {
                    Origin::Pending => summary.pending += 1,
                    Origin::Drift => summary.drift += 1,
                    Origin::Conflict => summary.conflict += 1,
                    Origin::Unknown => {}
                }
            }
        }
        summary
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
