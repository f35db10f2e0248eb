//! The plan document: plan, saved plan, JSON output and report of an apply are this one type.
//!
//! Owns what stands around the clients: where the plan came from, the run that made it, and the totals, which always follow
//! from the clients. How it is spelt in JSON is `plan::wire`'s.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ClientId, Diagnostic, Place, Revision, Untrusted};
use crate::plan::{ClientPlan, DriftReport, Origin, Status};

/// The version of the document. A minor step only adds; readers ignore unknown keys.
pub const FORMAT_VERSION: &str = "1.0";

/// A plan over any number of clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The version of the program that made it.
    pub ringform_version: String,
    /// The endpoint that was read, or `sandbox:FILE`.
    pub endpoint: Untrusted,
    /// The project file, relative to its folder.
    pub project: Untrusted,
    /// Where the project file is on this machine. Known to the run that makes the plan and never written into the document.
    pub location: Untrusted,
    /// The commit of the work tree, where there is one.
    pub revision: Option<Revision>,
    /// The revision that origins are judged by.
    pub base: Option<Untrusted>,
    /// Which part of the fleet this is.
    pub shard: Option<Shard>,
    /// With `--affected`, how many selected clients were not looked at because this change does not touch them.
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

/// A client whose document is gone since the base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedClient {
    /// The id of the path.
    pub client_id: ClientId,
    /// The credential's name at the base; `null` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The document's first line at the base.
    pub source: Place,
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
    /// A name for the run, unique in practice.
    pub id: String,
    /// When it began, RFC 3339 in UTC.
    pub started_at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The requests it made.
    pub requests: Requests,
    /// What is left of the quotas that were seen, by credential.
    pub quota: Vec<QuotaUsage>,
    /// What `drift` knows of earlier runs; `null` for other commands.
    #[serde(default)]
    pub drift: Option<DriftReport>,
}

/// Numbers of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requests {
    /// All that reached the API as far as we know.
    pub total: u64,
    /// For tokens.
    pub token: u64,
    /// GETs of clients.
    pub read: u64,
    /// PUTs.
    pub write: u64,
    /// How many were made again.
    pub retries: u64,
}

/// The lowest number of requests that a credential was seen to have left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaUsage {
    /// The credential's name; `null` for the environment.
    pub credentials: Option<String>,
    /// Requests left in this hour, at the lowest.
    pub remaining_lowest: u64,
    /// Seconds until the counter is reset, as last heard.
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
    /// Changed fields that this change set brings; 0 without a base, as all that follow.
    #[serde(default)]
    pub pending: usize,
    /// Changed fields that were changed outside of git, or whose base is not applied yet.
    #[serde(default)]
    pub drift: usize,
    /// Changed fields that this change set touches and that have also drifted.
    #[serde(default)]
    pub conflict: usize,
    /// Fields that the base managed and nobody does now, those of clients that are no longer declared not among them.
    #[serde(default)]
    pub released: usize,
}

impl Plan {
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
            summary.security += client.security();
            summary.released += client.released.len();
            for change in &client.changes {
                match change.origin {
                    Origin::Pending => summary.pending += 1,
                    Origin::Drift => summary.drift += 1,
                    Origin::Conflict => summary.conflict += 1,
                    Origin::Unknown => {}
                }
            }
        }
        summary
    }

    /// Whether this is the report of an apply: its clients have results.
    pub fn is_report(&self) -> bool {
        self.clients.iter().any(|client| client.result.is_some())
    }

    /// Whether this plan was made without reading: declared against declared. Only there a client is neither read nor failed.
    pub fn is_offline(&self) -> bool {
        self.clients.iter().any(|client| client.live.is_none() && client.error.is_none())
    }

    /// Whether any client is blocked from being sent.
    pub fn has_blocked(&self) -> bool {
        self.clients.iter().any(|client| !client.blocked.is_empty())
    }
}
