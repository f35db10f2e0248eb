//! The spelling of the plan document in JSON.
//!
//! Owns the one struct that is written, read and described by schemas/plan.schema.json. `put`, `status` and `summary` are
//! written for readers and never believed when read: they follow from the changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::model::{
    ClientId, Diagnostic, Direction, Failure, FieldRow, Layer, LiveSettings, Place, Revision, Setting, SettingSet,
    Severity, State, Untrusted, value,
};
use crate::plan::change::{Change, ChangeAction, Origin, code_names};
use crate::plan::client::{ApplyResult, Blocked, ClientPlan, Details, ReleasedField, Status};
use crate::plan::digest;
use crate::plan::document::{FORMAT_VERSION, Plan, ReleasedClient, Run, Shard, Summary};

/// The whole document, as it is read and as the schema describes it.
#[expect(dead_code, reason = "what always follows from the rest is written for others and never believed when read")]
#[derive(Deserialize, JsonSchema)]
#[schemars(title = "ringform plan")]
pub(super) struct WirePlan {
    pub(super) format_version: String,
    pub(super) ringform_version: String,
    pub(super) endpoint: Untrusted,
    pub(super) project: Untrusted,
    pub(super) revision: Option<Revision>,
    pub(super) base: Option<Untrusted>,
    pub(super) shard: Option<Shard>,
    /// With `--affected`, how many selected clients were not looked at because the change does not touch them.
    #[serde(default)]
    pub(super) unaffected: Option<usize>,
    pub(super) run: Run,
    pub(super) summary: Summary,
    pub(super) clients: Vec<WireClient>,
    #[serde(default)]
    pub(super) released_clients: Vec<ReleasedClient>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// SHA-256 over the canonical JSON of `format_version`, `endpoint` and `clients`: it finds damage and hand edits.
    pub(super) digest: String,
}

/// One client.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct WireClient {
    pub(super) client_id: ClientId,
    pub(super) id: Option<u64>,
    pub(super) name: Option<Untrusted>,
    pub(super) status: Status,
    pub(super) credentials: Option<Arc<str>>,
    pub(super) labels: BTreeMap<Arc<str>, Arc<str>>,
    pub(super) source: Place,
    pub(super) expect: Map<String, Json>,
    pub(super) changes: Vec<WireChange>,
    pub(super) blocked: Vec<Blocked>,
    pub(super) released: Vec<ReleasedField>,
    pub(super) managed: SettingSet,
    /// Exactly the body that apply sends; `{}` where nothing would be sent.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "Map<String, Json>")]
    pub(super) put: Map<String, Json>,
    pub(super) live: Option<LiveSettings>,
    pub(super) error: Option<Box<Failure>>,
    pub(super) result: Option<ApplyResult>,
    pub(super) details: Option<Box<Details>>,
}

/// One changed field.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct WireChange {
    pub(super) field: Setting,
    pub(super) action: ChangeAction,
    pub(super) before: Json,
    pub(super) after: Json,
    pub(super) added: Vec<Arc<str>>,
    pub(super) removed: Vec<Arc<str>>,
    pub(super) severity: Severity,
    pub(super) direction: Option<Direction>,
    pub(super) origin: Origin,
    /// Shown and not sent: `--only` leaves its origin out. `put` does not hold it.
    #[serde(default)]
    pub(super) kept: bool,
    pub(super) layer: String,
    pub(super) source: Place,
}

impl From<&Change> for WireChange {
    fn from(change: &Change) -> WireChange {
        let judgement = change.judgement();
        WireChange {
            field: change.setting,
            action: change.action(),
            before: change.before.to_json(),
            after: change.after.to_json(),
            added: code_names(&change.added()),
            removed: code_names(&change.removed()),
            severity: judgement.severity,
            direction: judgement.direction,
            origin: change.origin,
            kept: change.kept,
            layer: change.layer.text(),
            source: change.place.clone(),
        }
    }
}

impl WireChange {
    fn read(self) -> Result<Change, String> {
        let kind = self.field.kind();
        let after = value::live(kind, &self.after);
        if matches!(after, State::Odd(_)) || after.to_json() != self.after {
            return Err(format!("`after` of {} is no value that could be declared", self.field));
        }
        let before = value::live(kind, &self.before);
        if before.to_json() != self.before || before == after {
            return Err(format!("`before` of {} is not as a plan writes it", self.field));
        }
        let layer = Layer::parse(&self.layer).ok_or_else(|| format!("`layer` of {} is unknown", self.field))?;
        Ok(Change {
            setting: self.field,
            before,
            after,
            origin: self.origin,
            layer,
            place: self.source,
            kept: self.kept,
        })
    }
}

impl From<&ClientPlan> for WireClient {
    fn from(client: &ClientPlan) -> WireClient {
        WireClient {
            client_id: client.client_id,
            id: client.id,
            name: client.name.clone(),
            status: client.status(),
            credentials: client.credentials.clone(),
            labels: client.labels.clone(),
            source: client.source.clone(),
            expect: client.expect.iter().map(|(row, wanted)| (row.name.to_owned(), wanted.to_json())).collect(),
            changes: client.changes.iter().map(WireChange::from).collect(),
            blocked: client.blocked.clone(),
            released: client.released.clone(),
            managed: client.managed,
            put: put(client),
            live: client.live.clone(),
            error: client.error.clone(),
            result: client.result,
            details: client.details.clone(),
        }
    }
}

/// A body as it is sent: its fields in the order of [`Setting::ALL`], which a sorted map has lost.
fn in_order<S: Serializer>(put: &Map<String, Json>, serializer: S) -> Result<S::Ok, S::Error> {
    let names = Setting::ALL.into_iter().map(Setting::name);
    serializer.collect_map(names.filter_map(|name| put.get(name).map(|value| (name, value))))
}

fn put(client: &ClientPlan) -> Map<String, Json> {
    match client.patch().map(|patch| serde_json::to_value(&patch)) {
        Some(Ok(Json::Object(map))) => map,
        Some(_) | None => Map::new(),
    }
}

impl WireClient {
    /// Rebuilds the client from its changes and refuses one whose `put` or `status` says something else.
    pub(super) fn read(self) -> Result<ClientPlan, String> {
        let who = self.client_id;
        let (written_put, written_status) = (self.put, self.status);
        let mut changes = Vec::with_capacity(self.changes.len());
        for change in self.changes {
            changes.push(change.read().map_err(|why| format!("client {who}: {why}"))?);
        }
        if !changes.windows(2).all(|pair| pair[0].setting < pair[1].setting) {
            return Err(format!("client {who}: its changes are doubled or out of order"));
        }
        if changes.iter().any(|change| !self.managed.contains(change.setting)) {
            return Err(format!("client {who}: a change is of a field that is not managed"));
        }
        let expect =
            self.expect.iter().map(|(name, wanted)| expectation(name, wanted)).collect::<Result<Box<[_]>, _>>();
        let client = ClientPlan {
            client_id: who,
            id: self.id,
            name: self.name,
            credentials: self.credentials,
            labels: self.labels,
            source: self.source,
            expect: expect.map_err(|why| format!("client {who}: {why}"))?,
            changes,
            blocked: self.blocked,
            released: self.released,
            managed: self.managed,
            live: self.live,
            error: self.error,
            result: self.result,
            details: self.details,
        };
        if put(&client) != written_put {
            return Err(format!("client {who}: `put` does not follow from its changes"));
        }
        if client.status() != written_status || (client.error.is_some() && !client.changes.is_empty()) {
            return Err(format!("client {who}: `status` does not follow from its changes"));
        }
        Ok(client)
    }
}

fn expectation(name: &str, wanted: &Json) -> Result<(&'static FieldRow, State), String> {
    let row = FieldRow::find(name).filter(|row| row.write.is_none());
    let row = row.ok_or_else(|| "`expect` names a field that cannot be expected".to_owned())?;
    match value::live(row.kind, wanted) {
        State::Odd(_) => Err(format!("`expect` of {} is no value of the field", row.name)),
        state => Ok((row, state)),
    }
}

impl Serialize for Plan {
    /// Writes the fields of the document, in their order, one client at a time: a fleet is never held twice.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut plan = serializer.serialize_struct("WirePlan", 14)?;
        plan.serialize_field("format_version", FORMAT_VERSION)?;
        plan.serialize_field("ringform_version", &self.ringform_version)?;
        plan.serialize_field("endpoint", &self.endpoint)?;
        plan.serialize_field("project", &self.project)?;
        plan.serialize_field("revision", &self.revision)?;
        plan.serialize_field("base", &self.base)?;
        plan.serialize_field("shard", &self.shard)?;
        plan.serialize_field("unaffected", &self.unaffected)?;
        plan.serialize_field("run", &self.run)?;
        plan.serialize_field("summary", &self.summary())?;
        plan.serialize_field("clients", &Clients(&self.clients))?;
        plan.serialize_field("released_clients", &self.released_clients)?;
        plan.serialize_field("diagnostics", &self.diagnostics)?;
        plan.serialize_field("digest", &digest::of_plan(self).map_err(serde::ser::Error::custom)?)?;
        plan.end()
    }
}

struct Clients<'a>(&'a [ClientPlan]);

impl Serialize for Clients<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(WireClient::from))
    }
}
