//! The report of drift beside the plan: which finding is new, which continues, which ended, and when each client was
//! last read.
//!
//! Owns the shape of `run.drift` in the document: all of it depends on earlier runs and on the date. It compares
//! nothing.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{
    ClientId, ClientKey, DatedCause, Difference, Layer, Origin, Place, Risk, Setting, State, Untrusted, Waived, Waiver,
    value,
};

/// The findings of `drift`, over this run and the one before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftReport {
    /// When the run began whose report was given with `--since`, RFC 3339; `null` without one.
    pub since: Option<String>,
    /// Every finding of this run, those of the earlier one that ended, and those of clients that could not be read now.
    pub findings: Vec<Finding>,
    /// Waivers that have ended. What they covered counts again.
    pub expired_waivers: Vec<Waiver>,
    /// When each client was last read, successfully or not.
    pub last_read: Vec<LastRead>,
    /// How a fleet beyond the quota is read in turns; `null` where every client is read in each run.
    pub rolling: Option<Rolling>,
}

impl DriftReport {
    /// Findings whose notification failed stay unnotified when this run has no webhook.
    pub fn keep_unnotified(&mut self, before: &DriftReport) {
        let id = |finding: &Finding| (finding.key(), finding.field());
        let unnotified: Vec<(ClientKey, Option<Setting>)> =
            before.findings.iter().filter(|finding| !finding.notified).map(id).collect();
        let news = self.findings.iter_mut().filter(|finding| finding.is_news());
        news.filter(|finding| unnotified.contains(&id(finding))).for_each(|finding| finding.notified = false);
    }

    /// The notification failed: the next run reports the new findings again.
    pub fn notification_failed(&mut self) {
        self.findings.iter_mut().filter(|finding| finding.is_news()).for_each(|finding| finding.notified = false);
    }
}

/// One field that differs, or a client that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "FindingJson", try_from = "FindingJson")]
pub struct Finding {
    /// The id of the path.
    pub client_id: ClientId,
    /// The credential's name; `None` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The client's name as last answered.
    pub name: Option<Untrusted>,
    /// What was found.
    pub cause: FindingCause,
    /// How it compares with the report before.
    pub state: FindingState,
    /// When this client and field (or the failing read) was first found, RFC 3339 in UTC; also where it is new again.
    pub first_seen: String,
    /// Whether its notification arrived, where there was one to send: `false` makes it new again.
    pub notified: bool,
    /// The waiver that covers it. It does not silence an overdue one.
    pub waived: Option<Waived>,
    /// Whether the client was not as its `expect` says, so it may be another one than the one meant.
    pub unconfirmed: bool,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingCause {
    /// A field that differs: drift, a conflict, a difference of unknown origin, or what is more open than declared or
    /// overdue.
    Difference(Difference),
    /// The client could not be read, or was not as expected. The place is its document.
    Unreadable(Place),
}

impl Finding {
    /// Which client it is of.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client_id, self.credentials.as_ref())
    }

    /// The difference; `None`: the client could not be read.
    pub fn difference(&self) -> Option<&Difference> {
        match &self.cause {
            FindingCause::Difference(difference) => Some(difference),
            FindingCause::Unreadable(_) => None,
        }
    }

    /// The field; `None`: the client could not be read.
    pub fn field(&self) -> Option<Setting> {
        self.difference().map(|difference| difference.setting)
    }

    /// The origin; `None`: the client could not be read.
    pub fn origin(&self) -> Option<Origin> {
        self.difference().map(|difference| difference.origin)
    }

    /// How grave it is.
    pub fn risk(&self) -> Risk {
        self.difference().map(Difference::risk).unwrap_or_default()
    }

    /// Where the value is declared, or the client's document.
    pub fn source(&self) -> &Place {
        match &self.cause {
            FindingCause::Difference(difference) => &difference.place,
            FindingCause::Unreadable(document) => document,
        }
    }
}

impl Finding {
    /// Whether live holds an opening that outlived the end of its dated setting.
    pub fn is_overdue(&self) -> bool {
        self.difference().is_some_and(Difference::is_overdue)
    }

    /// Whether a waiver silences it. No waiver silences an opening that outlived its end.
    pub fn is_silenced(&self) -> bool {
        self.waived.is_some() && !self.is_overdue()
    }

    /// Whether this run found it, and no waiver silences it.
    pub fn is_open(&self) -> bool {
        !self.is_silenced() && matches!(self.state, FindingState::New | FindingState::Continuing)
    }

    /// Whether it is a read that failed in this run, and no waiver covers it.
    pub fn is_failure(&self) -> bool {
        self.field().is_none() && self.is_open()
    }

    /// Whether it raises an alert.
    pub fn is_news(&self) -> bool {
        self.state == FindingState::New && !self.is_silenced()
    }
}

/// A finding as the document has it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Finding", transform = unconfirmed_is_required)]
struct FindingJson {
    /// The id of the path.
    client_id: ClientId,
    /// The credential's name; `null` for the environment.
    credentials: Option<Arc<str>>,
    /// The client's name as last answered.
    name: Option<Untrusted>,
    /// The field; `null`: the client could not be read.
    field: Option<Setting>,
    /// Drift, conflict, unknown, or pending where live is more open than declared or overdue; `null` for a client that
    /// could not be read.
    origin: Option<Origin>,
    /// How grave it is.
    #[serde(flatten)]
    risk: Risk,
    /// The declared value, canonical; `null` too for a client that could not be read.
    declared: Json,
    /// The live value, canonical where it is understood.
    live: Json,
    /// `settings`, `profile NAME` or `temporary until DAY (OWNER)`; `null` for a client that could not be read.
    layer: Option<String>,
    /// Where the value is declared, or the client's document.
    source: Place,
    #[serde(flatten)]
    dated: DatedCause,
    /// New, continuing, not read or resolved.
    state: FindingState,
    /// When this client and field (or the failing read) was first found, RFC 3339 in UTC; also where it is new again.
    first_seen: String,
    /// Whether its notification arrived, where there was one to send: `false` makes it new again.
    notified: bool,
    /// The waiver that covers it. It does not silence an overdue finding.
    waived: Option<Waived>,
    /// The client was not as its `expect` says: it may be another one than the one meant.
    #[serde(default)]
    unconfirmed: bool,
}

/// The document always has the key `unconfirmed`. Only the reader takes reports of earlier versions without it.
pub(in crate::plan) fn unconfirmed_is_required(schema: &mut Schema) {
    if let Some(Json::Array(required)) = schema.get_mut("required") {
        required.push("unconfirmed".into());
    }
}

impl From<Finding> for FindingJson {
    fn from(finding: Finding) -> FindingJson {
        let json = |state: fn(&Difference) -> &State| {
            finding.difference().map_or(Json::Null, |difference| state(difference).to_json())
        };
        FindingJson {
            field: finding.field(),
            origin: finding.origin(),
            risk: finding.risk(),
            declared: json(|difference| &difference.declared),
            live: json(|difference| &difference.live),
            layer: finding.difference().map(|difference| difference.layer.text()),
            source: finding.source().clone(),
            dated: finding.difference().and_then(|one| one.dated.as_deref().cloned()).unwrap_or_default(),
            client_id: finding.client_id,
            credentials: finding.credentials,
            name: finding.name,
            state: finding.state,
            first_seen: finding.first_seen,
            notified: finding.notified,
            waived: finding.waived,
            unconfirmed: finding.unconfirmed,
        }
    }
}

impl TryFrom<FindingJson> for Finding {
    type Error = &'static str;

    fn try_from(json: FindingJson) -> Result<Finding, &'static str> {
        let cause = match (json.field, json.origin, json.layer) {
            (None, _, _) => FindingCause::Unreadable(json.source),
            (Some(setting), Some(origin), Some(layer)) => {
                let declared = value::live(setting.kind(), &json.declared);
                if matches!(declared, State::Odd(_)) {
                    return Err("`declared` of a finding is not a value of its field");
                }
                let live = value::live(setting.kind(), &json.live);
                let layer = Layer::parse(&layer).ok_or("`layer` of a finding is unknown")?;
                let (place, dated) = (json.source, json.dated.or_none());
                FindingCause::Difference(Difference { setting, declared, live, origin, layer, place, dated })
            }
            (Some(_), _, _) => return Err("a finding with a field has no `origin` or no `layer`"),
        };
        Ok(Finding {
            client_id: json.client_id,
            credentials: json.credentials,
            name: json.name,
            cause,
            state: json.state,
            first_seen: json.first_seen,
            notified: json.notified,
            waived: json.waived,
            unconfirmed: json.unconfirmed,
        })
    }
}

impl JsonSchema for Finding {
    fn schema_name() -> Cow<'static, str> {
        FindingJson::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        FindingJson::json_schema(generator)
    }
}

/// How a finding compares with the report before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// The report before does not have it, or its notification failed. Also new: it was waived or not overdue there, or
    /// live had another value of a security field.
    New,
    /// The report before has this finding too.
    Continuing,
    /// The report before has this finding, and this run did not read the client: it may hold or not.
    Unread,
    /// The report before has this finding, and this run no longer finds it.
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

impl LastRead {
    /// Which client it is of.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client_id, self.credentials.as_ref())
    }
}

/// A fleet that is read in turns.
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
    /// Seconds since the read of the client that was read longest ago; `null` while some were never read.
    pub oldest_s: Option<u64>,
}
