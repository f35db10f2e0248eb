//! The document as JSON.
//!
//! Owns the structs that are written, read and described by schemas/plan.schema.json: one for the document, one for a
//! client, one for a change. Keys that follow from the changes (`put`, `status`, `summary`, `severity` and the like)
//! are written for readers; the reader recomputes them. A fleet is borrowed, so writing it never holds it twice.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::model::countries::Code;
use crate::model::{
    BaseLimit, ClientId, DatedCause, Diagnostic, Difference, Failure, FieldRow, Layer, LiveSettings, Origin, Place,
    Revision, Risk, Setting, SettingSet, State, Untrusted, value,
};
use crate::plan::client::{Blocked, ClientPlan, ReleasedField, Status};
use crate::plan::compare::change::{Change, ChangeAction};
use crate::plan::document::digest;
use crate::plan::document::plan::{DocumentKind, FORMAT_VERSION, Plan, ReleasedClient, Run, Shard, Summary, UndoneRun};
use crate::plan::drift::report;
use crate::plan::scheduled::ScheduledChange;
use crate::plan::send::closing::ClosingPatch;
use crate::plan::send::result::{ApplyResult, Details};

/// The whole document.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(title = "ringform document")]
pub(super) struct DocumentJson<'p> {
    format_version: Cow<'p, str>,
    /// What the document is. Only a `plan` can be applied.
    kind: DocumentKind,
    ringform_version: Cow<'p, str>,
    endpoint: Cow<'p, Untrusted>,
    project: Cow<'p, Untrusted>,
    revision: Cow<'p, Option<Revision>>,
    base: Cow<'p, Option<Untrusted>>,
    /// The limits of the base. Where it has none the key is absent.
    #[serde(default, skip_serializing_if = "<[BaseLimit]>::is_empty")]
    base_limits: Cow<'p, [BaseLimit]>,
    shard: Option<Shard>,
    /// With `--affected`, how many selected clients were not read because the change does not touch them. Of an undo,
    /// how many selected clients it does not touch.
    unaffected: Option<usize>,
    /// The run of apply that this plan takes back, or that this report took back; `null` for every other document.
    #[serde(default)]
    undo: Cow<'p, Option<UndoneRun>>,
    run: Cow<'p, Run>,
    summary: Summary,
    clients: Cow<'p, [ClientPlan]>,
    released_clients: Cow<'p, [ReleasedClient]>,
    diagnostics: Cow<'p, [Diagnostic]>,
    /// SHA-256 over the canonical JSON of `format_version`, `kind`, `endpoint` and `clients`, and of `base_limits` and
    /// `unaffected` where they have a value: it finds damage and hand edits.
    digest: String,
}

impl From<DocumentJson<'_>> for Plan {
    fn from(document: DocumentJson<'_>) -> Plan {
        Plan {
            kind: document.kind,
            ringform_version: document.ringform_version.into_owned(),
            endpoint: document.endpoint.into_owned(),
            project: document.project.into_owned(),
            location: Untrusted::default(),
            revision: document.revision.into_owned(),
            base: document.base.into_owned(),
            base_limits: document.base_limits.into_owned(),
            shard: document.shard,
            unaffected: document.unaffected,
            undo: document.undo.into_owned(),
            run: document.run.into_owned(),
            clients: document.clients.into_owned(),
            left_out: Summary::default(),
            released_clients: document.released_clients.into_owned(),
            diagnostics: document.diagnostics.into_owned(),
        }
        .with_totals(&document.summary)
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let document = DocumentJson {
            format_version: FORMAT_VERSION.into(),
            kind: self.kind,
            ringform_version: Cow::Borrowed(&self.ringform_version),
            endpoint: Cow::Borrowed(&self.endpoint),
            project: Cow::Borrowed(&self.project),
            revision: Cow::Borrowed(&self.revision),
            base: Cow::Borrowed(&self.base),
            base_limits: Cow::Borrowed(&self.base_limits),
            shard: self.shard,
            unaffected: self.unaffected,
            undo: Cow::Borrowed(&self.undo),
            run: Cow::Borrowed(&self.run),
            summary: self.summary(),
            clients: Cow::Borrowed(&self.clients),
            released_clients: Cow::Borrowed(&self.released_clients),
            diagnostics: Cow::Borrowed(&self.diagnostics),
            digest: digest::of_plan(self).map_err(S::Error::custom)?,
        };
        document.serialize(serializer)
    }
}

/// One client.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Client", transform = report::unconfirmed_is_required)]
struct ClientJson<'p> {
    client_id: ClientId,
    id: Option<u64>,
    name: Cow<'p, Option<Untrusted>>,
    status: Status,
    credentials: Cow<'p, Option<Arc<str>>>,
    labels: Cow<'p, BTreeMap<Arc<str>, Arc<str>>>,
    source: Cow<'p, Place>,
    expect: Map<String, Json>,
    changes: Cow<'p, [Change]>,
    /// The differences of a client whose `expect` failed. They are never sent, and only `summary.exposed` counts them.
    #[serde(default)]
    unconfirmed: Cow<'p, [Change]>,
    /// When its declaration changes next, RFC 3339 in UTC; from then on apply sends it nothing. `null`: never.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    valid_until: Option<Timestamp>,
    /// The dated settings that this change set brings, future ones too.
    #[serde(default)]
    scheduled: Cow<'p, [ScheduledChange]>,
    blocked: Cow<'p, [Blocked]>,
    released: Cow<'p, [ReleasedField]>,
    managed: SettingSet,
    /// The fields that `--field` left out of this plan, and those that an undo leaves alone. Where there are none the key
    /// is absent.
    #[serde(default, skip_serializing_if = "is_empty")]
    not_selected: SettingSet,
    /// The run sends only what closes the PBX: `geo_list` alone, with the countries that `before` and `after` of its
    /// change both have. Absent where that is not so.
    #[serde(default, skip_serializing_if = "is_false")]
    only_closing: bool,
    /// Exactly the body that apply sends; `{}` where nothing would be sent.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "Map<String, Json>")]
    put: Map<String, Json>,
    live: Cow<'p, Option<LiveSettings>>,
    error: Cow<'p, Option<Box<Failure>>>,
    result: Option<ApplyResult>,
    details: Cow<'p, Option<Box<Details>>>,
}

impl Serialize for ClientPlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let client = ClientJson {
            client_id: self.client_id,
            id: self.id,
            name: Cow::Borrowed(&self.name),
            status: self.status(),
            credentials: Cow::Borrowed(&self.credentials),
            labels: Cow::Borrowed(&self.labels),
            source: Cow::Borrowed(&self.source),
            expect: self.expect.iter().map(|(row, wanted)| (row.name.to_owned(), wanted.to_json())).collect(),
            changes: Cow::Borrowed(&self.changes),
            unconfirmed: Cow::Borrowed(&self.unconfirmed),
            valid_until: self.valid_until,
            scheduled: Cow::Borrowed(&self.scheduled),
            blocked: Cow::Borrowed(&self.blocked),
            released: Cow::Borrowed(&self.released),
            managed: self.managed,
            not_selected: self.not_selected,
            only_closing: self.only_closing,
            put: put(self),
            live: Cow::Borrowed(&self.live),
            error: Cow::Borrowed(&self.error),
            result: self.result,
            details: Cow::Borrowed(&self.details),
        };
        client.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ClientPlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let client = ClientJson::deserialize(deserializer)?;
        let who = client.client_id;
        client.read().map_err(|why| D::Error::custom(format!("client {who}: {why}")))
    }
}

impl ClientJson<'_> {
    /// Rebuilds the client from its changes and refuses one whose `put` or `status` does not follow from them.
    fn read(self) -> Result<ClientPlan, String> {
        let (written_put, written_status) = (self.put, self.status);
        let (mut changes, unconfirmed) = (self.changes.into_owned(), self.unconfirmed.into_owned());
        for list in [&changes, &unconfirmed] {
            check_fields(list, self.managed)?;
        }
        if self.only_closing {
            for change in changes.iter_mut().filter(|change| !change.withheld) {
                let closing = ClosingPatch::from_difference(&change.difference);
                let closing = closing.map_err(|_| "a change is sent, and it closes nothing".to_owned())?;
                change.closing = Some(Box::new(closing));
            }
        }
        let expect = self.expect.iter().map(|(name, wanted)| expectation(name, wanted));
        let client = ClientPlan {
            client_id: self.client_id,
            id: self.id,
            name: self.name.into_owned(),
            credentials: self.credentials.into_owned(),
            labels: self.labels.into_owned(),
            source: self.source.into_owned(),
            expect: expect.collect::<Result<_, _>>()?,
            changes,
            unconfirmed: unconfirmed.into_boxed_slice(),
            valid_until: self.valid_until,
            scheduled: self.scheduled.into_owned().into_boxed_slice(),
            blocked: self.blocked.into_owned(),
            released: self.released.into_owned(),
            managed: self.managed,
            not_selected: self.not_selected,
            only_closing: self.only_closing,
            live: self.live.into_owned(),
            error: self.error.into_owned(),
            result: self.result,
            details: self.details.into_owned(),
        };
        if put(&client) != written_put {
            return Err("`put` does not follow from its changes".to_owned());
        }
        if client.status() != written_status || (client.error.is_some() && !client.changes.is_empty()) {
            return Err("`status` does not follow from its changes".to_owned());
        }
        if !client.unconfirmed.is_empty() && !client.is_unconfirmed() {
            return Err("it has unconfirmed differences, and its `expect` did not fail".to_owned());
        }
        if client.unconfirmed.iter().any(|change| change.withheld) {
            return Err("an unconfirmed difference is withheld".to_owned());
        }
        Ok(client)
    }
}

/// Checks that the fields of changes are managed, in order and not doubled.
fn check_fields(changes: &[Change], managed: SettingSet) -> Result<(), String> {
    let setting = |change: &Change| change.difference.setting;
    if !changes.windows(2).all(|pair| setting(&pair[0]) < setting(&pair[1])) {
        return Err("its changes are doubled or out of order".to_owned());
    }
    match changes.iter().any(|change| !managed.contains(setting(change))) {
        true => Err("a change is of a field that is not managed".to_owned()),
        false => Ok(()),
    }
}

fn is_empty(settings: &SettingSet) -> bool {
    settings.is_empty()
}

/// A body as it is sent: its fields in the order of [`Setting::ALL`], which a sorted map has lost.
fn in_order<S: Serializer>(put: &Map<String, Json>, serializer: S) -> Result<S::Ok, S::Error> {
    let names = Setting::ALL.into_iter().map(Setting::name);
    serializer.collect_map(names.filter_map(|name| put.get(name).map(|value| (name, value))))
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn put(client: &ClientPlan) -> Map<String, Json> {
    let body = match client.only_closing {
        true => client.closing_patch().map(|patch| serde_json::to_value(&patch)),
        false => client.patch().map(|patch| serde_json::to_value(&patch)),
    };
    match body {
        Some(Ok(Json::Object(map))) => map,
        Some(_) | None => Map::new(),
    }
}

fn expectation(name: &str, wanted: &Json) -> Result<(&'static FieldRow, State), String> {
    let row = FieldRow::find(name).filter(|row| row.write.is_none());
    let row = row.ok_or_else(|| "`expect` names a field that cannot be expected".to_owned())?;
    match value::live(row.kind, wanted) {
        State::Odd(_) => Err(format!("`expect` of {} is not a value of the field", row.name)),
        state => Ok((row, state)),
    }
}

/// One changed field.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeJson {
    field: Setting,
    action: ChangeAction,
    before: Json,
    after: Json,
    added: Vec<String>,
    removed: Vec<String>,
    #[serde(flatten)]
    risk: Risk,
    origin: Origin,
    /// Shown and not sent: `--only` leaves its origin out, or `--only-closing` has nothing to send for it. `put` does
    /// not hold it.
    withheld: bool,
    /// What declares the value: `settings`, `profile NAME`, `temporary until DAY (OWNER)` or `undo RUN`.
    layer: String,
    source: Place,
    #[serde(flatten)]
    dated: DatedCause,
}

impl From<&Change> for ChangeJson {
    fn from(change: &Change) -> ChangeJson {
        let difference = &change.difference;
        let names = |codes: Vec<Code>| codes.iter().map(|code| code.as_str().to_owned()).collect();
        ChangeJson {
            field: difference.setting,
            action: change.action(),
            before: difference.live.to_json(),
            after: difference.declared.to_json(),
            added: names(difference.added()),
            removed: names(difference.removed()),
            risk: difference.risk(),
            origin: difference.origin,
            withheld: change.withheld,
            layer: difference.layer.text(),
            source: difference.place.clone(),
            dated: difference.dated.as_deref().cloned().unwrap_or_default(),
        }
    }
}

impl ChangeJson {
    fn read(self) -> Result<Change, String> {
        let kind = self.field.kind();
        let declared = value::live(kind, &self.after);
        if matches!(declared, State::Odd(_)) || declared.to_json() != self.after {
            return Err(format!("`after` of {} is not a value that can be declared", self.field));
        }
        let live = value::live(kind, &self.before);
        if live.to_json() != self.before || live == declared {
            return Err(format!("`before` of {} is not as a plan writes it", self.field));
        }
        let layer = Layer::parse(&self.layer).ok_or_else(|| format!("`layer` of {} is unknown", self.field))?;
        let (setting, origin, place) = (self.field, self.origin, self.source);
        let difference = Difference { setting, declared, live, origin, layer, place, dated: self.dated.or_none() };
        Ok(Change { difference, withheld: self.withheld, closing: None })
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ChangeJson::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ChangeJson::deserialize(deserializer)?.read().map_err(D::Error::custom)
    }
}

impl JsonSchema for ClientPlan {
    fn schema_name() -> Cow<'static, str> {
        ClientJson::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ClientJson::json_schema(generator)
    }
}

impl JsonSchema for Change {
    fn schema_name() -> Cow<'static, str> {
        ChangeJson::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ChangeJson::json_schema(generator)
    }
}
