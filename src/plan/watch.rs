//! What drift detection knows beside the plan: which finding is new, which goes on, which ended, and when each client was last
//! read.
//!
//! Owns the shape that stands under `run.drift` of the document: all of it depends on earlier runs and on the date, nothing of
//! it on the state alone. It computes nothing.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{ClientId, Direction, Place, Setting, Severity, Untrusted};
use crate::plan::Origin;

pub use crate::model::{Waived, Waiver};

/// What `drift` found, over this run and the one before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftReport {
    /// When the run began whose report was given with `--since`, RFC 3339; `null` without one.
    pub since: Option<String>,
    /// Every finding of this run, those of the earlier one that ended, and those of clients that could not be read now.
    pub findings: Vec<Finding>,
    /// Waivers whose last day has passed. They cover nothing any more: what they covered counts again.
    pub expired_waivers: Vec<Waiver>,
    /// When each client was last read, whatever came of it.
    pub seen: Vec<LastRead>,
    /// How a fleet beyond the quota is looked at in turns; `null` where every client is read in each run.
    pub rolling: Option<Rolling>,
}

/// One field that differs, or a client that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The id of the path.
    pub client_id: ClientId,
    /// The credential's name; `null` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The client's name as last answered.
    pub name: Option<Untrusted>,
    /// The field; `null`: the client could not be read.
    pub field: Option<Setting>,
    /// Drift or conflict; `null` for a client that could not be read.
    pub origin: Option<Origin>,
    /// How grave it is.
    pub severity: Severity,
    /// Whether it opens or closes the PBX.
    pub direction: Option<Direction>,
    /// What is declared, canonical; `null` too for a client that could not be read.
    pub declared: Json,
    /// What was read, canonical where it is understood.
    pub live: Json,
    /// Where the value is declared, or the client's document.
    pub source: Place,
    /// New, going on, ended or not looked at.
    pub state: FindingState,
    /// When this client and field (or the failing read) was first found, RFC 3339 in UTC; also where it is new again.
    pub first_seen: String,
    /// Whether people were told of it, where they were to be told: `false` makes it new again.
    #[serde(default = "yes")]
    pub told: bool,
    /// The waiver that covers it.
    pub waived: Option<Waived>,
}

/// A report of a program that did not know better kept nothing from anybody.
fn yes() -> bool {
    true
}

/// A finding beside the report before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Nobody was told of it as it stands: the report before does not have it, has it as waived, has another live value of a
    /// security field, or could not be sent.
    New,
    /// The report before has it too.
    Continuing,
    /// Carried on: the client was not read this time, so nobody knows whether it still stands.
    Unread,
    /// It stood in the report before and is gone.
    Resolved,
}

/// When a client was last read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastRead {
    /// The id of the path.
    pub client_id: ClientId,
    /// The credential's name; `null` for the environment.
    pub credentials: Option<Arc<str>>,
    /// When the run began that did it, RFC 3339 in UTC; `null`: never yet.
    pub at: Option<String>,
}

/// A fleet that is looked at in turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rolling {
    /// How many clients a run reads at most.
    pub budget: u64,
    /// All clients that the selection covers.
    pub clients: u64,
    /// How many of them were read in this run.
    pub read: u64,
    /// How many have never been read yet.
    pub never: u64,
    /// Seconds since the client that was looked at longest ago was read; `null` while some were never read.
    pub oldest_s: Option<u64>,
}
