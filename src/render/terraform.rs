//! A plan in the format of `terraform show -json`, for tools that read Terraform plans.
//!
//! Owns the subset. Every compared client is one resource, changed or not. A failed client is a check with an error and
//! makes the plan `errored`. A blocked client is a check that fails. Drift is in `resource_drift`, from declared to
//! live. The document is one line, as Terraform writes it.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::model::{Setting, Untrusted};
use crate::plan::{Change, ClientPlan, Origin, Plan, Status};
use crate::render::totals::Totals;
use crate::render::{escape, json};

/// The version of the format: what Terraform writes since 1.5. A minor step only adds.
const FORMAT_VERSION: &str = "1.2";

/// Readers derive the format from the version of Terraform. This is the first that writes the format above.
const TERRAFORM_VERSION: &str = "1.5.0";

const TYPE: &str = "ringform_client";
const NAME: &str = "client";
const PROVIDER: &str = "ringform";

/// Writes the document.
pub(super) fn terraform(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::of(plan);
    let broken = plan.diagnostics.iter().any(|one| one.is_error());
    let undone = totals.is_report && totals.undone() > 0;
    let document = TerraformPlan {
        format_version: FORMAT_VERSION,
        terraform_version: TERRAFORM_VERSION,
        planned_values: PlannedValues { root_module: RootModule { resources: ClientSequence(&plan.clients, planned) } },
        resource_drift: ClientSequence(&plan.clients, drift),
        resource_changes: ClientSequence(&plan.clients, change),
        configuration: configuration(),
        checks: checks(plan),
        timestamp: &plan.run.started_at,
        errored: broken || undone || totals.summary.failed > 0,
    };
    json::line(&document, out)
}

#[derive(Serialize)]
struct TerraformPlan<'p> {
    format_version: &'static str,
    terraform_version: &'static str,
    planned_values: PlannedValues<'p>,
    resource_drift: ClientSequence<'p, ResourceChange>,
    resource_changes: ClientSequence<'p, ResourceChange>,
    configuration: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Json>,
    timestamp: &'p str,
    errored: bool,
}

#[derive(Serialize)]
struct PlannedValues<'p> {
    root_module: RootModule<'p>,
}

#[derive(Serialize)]
struct RootModule<'p> {
    resources: ClientSequence<'p, PlannedResource>,
}

/// Clients as JSON, made one at a time, so that a fleet is never in memory twice.
struct ClientSequence<'p, T>(&'p [ClientPlan], fn(&ClientPlan) -> Option<T>);

impl<T: Serialize> Serialize for ClientSequence<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter_map(self.1))
    }
}

/// The address of a resource.
#[derive(Serialize)]
struct ResourceAddress {
    address: String,
    mode: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    index: String,
    provider_name: &'static str,
}

#[derive(Serialize)]
struct PlannedResource {
    #[serde(flatten)]
    named: ResourceAddress,
    schema_version: u64,
    values: Map<String, Json>,
    sensitive_values: Map<String, Json>,
}

#[derive(Serialize)]
struct ResourceChange {
    #[serde(flatten)]
    named: ResourceAddress,
    change: TerraformChange,
}

#[derive(Serialize)]
struct TerraformChange {
    actions: [&'static str; 1],
    before: Map<String, Json>,
    after: Map<String, Json>,
    after_unknown: Map<String, Json>,
    before_sensitive: Map<String, Json>,
    after_sensitive: Map<String, Json>,
}

/// The one block of all clients, as if written with `for_each`.
fn configuration() -> Json {
    let block = json!({
        "address": format!("{TYPE}.{NAME}"), "mode": "managed", "type": TYPE, "name": NAME,
        "provider_config_key": PROVIDER, "schema_version": 0
    });
    json!({"provider_config": {PROVIDER: {"name": PROVIDER, "full_name": PROVIDER}}, "root_module": {"resources": [block]}})
}

/// The change of a client; `None` for a failed one.
fn change(client: &ClientPlan) -> Option<ResourceChange> {
    let action = match client.status() {
        Status::Failed => return None,
        Status::InSync => "no-op",
        Status::Change => "update",
    };
    Some(resource(client, action, with(client, |_| None), declared(client)))
}

/// The planned values of a client; `None` for a failed one.
fn planned(client: &ClientPlan) -> Option<PlannedResource> {
    let known = client.status() != Status::Failed;
    known.then(|| PlannedResource {
        named: named(client),
        schema_version: 0,
        values: declared(client),
        sensitive_values: Map::new(),
    })
}

fn declared(client: &ClientPlan) -> Map<String, Json> {
    with(client, |change| client.counts(change).then(|| change.sent().to_json()))
}

/// Changes made outside of git. A conflict is not drift here, because its agreed value is unknown.
fn drift(client: &ClientPlan) -> Option<ResourceChange> {
    let drifted =
        |change: &Change| (change.difference.origin == Origin::Drift).then(|| change.difference.declared.to_json());
    let any = client.changes.iter().any(|change| drifted(change).is_some());
    any.then(|| resource(client, "update", with(client, drifted), with(client, |_| None)))
}

/// The managed fields with their live values; `other` can replace the value of a change.
fn with(client: &ClientPlan, other: impl Fn(&Change) -> Option<Json>) -> Map<String, Json> {
    let managed = Setting::ALL.into_iter().filter(|setting| client.managed.contains(*setting));
    let value = |setting| {
        let change = client.changes.iter().find(|change| change.difference.setting == setting);
        let live = || client.live.as_ref().and_then(|live| live.state(setting)).map(|state| state.to_json());
        change.and_then(&other).or_else(live)
    };
    managed.map(|setting| (setting.name().to_owned(), value(setting).unwrap_or(Json::Null))).collect()
}

fn resource(
    client: &ClientPlan,
    action: &'static str,
    before: Map<String, Json>,
    after: Map<String, Json>,
) -> ResourceChange {
    ResourceChange {
        named: named(client),
        change: TerraformChange {
            actions: [action],
            before,
            after,
            after_unknown: Map::new(),
            before_sensitive: Map::new(),
            after_sensitive: Map::new(),
        },
    }
}

fn named(client: &ClientPlan) -> ResourceAddress {
    let index = index(client);
    ResourceAddress {
        address: address(&index),
        mode: "managed",
        kind: TYPE,
        name: NAME,
        index,
        provider_name: PROVIDER,
    }
}

/// The number of the client. `@me` is another client under each credential.
fn index(client: &ClientPlan) -> String {
    match (client.client_id.number(), &client.credentials) {
        (Some(id), _) => id.to_string(),
        (None, Some(name)) => format!("@me/{}", shown(&Untrusted::new(name.clone()))),
        (None, None) => "@me".to_owned(),
    }
}

/// `ringform_client.client["12"]`, with the index quoted as Terraform's language has it.
fn address(index: &str) -> String {
    let quoted = index.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    format!("{TYPE}.{NAME}[\"{quoted}\"]")
}

/// Escapes a text for a terminal, because readers print these documents in logs.
fn shown(text: &Untrusted) -> String {
    escape::terminal(text).to_string()
}

/// Failed and blocked clients, as checks of the resource.
fn checks(plan: &Plan) -> Vec<Json> {
    let instances: Vec<(bool, Json)> = plan.clients.iter().filter_map(instance).collect();
    if instances.is_empty() {
        return Vec::new();
    }
    let status = if instances.iter().any(|(failed, _)| *failed) { "error" } else { "fail" };
    let instances: Vec<Json> = instances.into_iter().map(|(_, instance)| instance).collect();
    let address = json!({
        "kind": "resource", "mode": "managed", "type": TYPE, "name": NAME, "to_display": format!("{TYPE}.{NAME}")
    });
    vec![json!({"address": address, "status": status, "instances": instances})]
}

fn instance(client: &ClientPlan) -> Option<(bool, Json)> {
    let error = client.error.as_ref().map(|error| shown(&error.message));
    let stopped = client.blocked.iter().map(|blocked| {
        let [name, message]: [&Untrusted; 2] = [&blocked.name, &blocked.message];
        format!("{}: {}", shown(name), shown(message))
    });
    // Whether live is open matters also where the client may be another one than the one meant.
    let exposed = client.unconfirmed.iter().map(|change| &change.difference).filter(|one| one.is_exposed());
    let exposed = exposed.map(|one| {
        let [live, declared] = [&one.live, &one.declared].map(|state| shown(&state.to_json().to_string().into()));
        format!("not confirmed: {} is more open than declared: live {live}, declared {declared}", one.setting)
    });
    let failed = error.is_some();
    let problems: Vec<Json> =
        error.into_iter().chain(stopped).chain(exposed).map(|message| json!({"message": message})).collect();
    if problems.is_empty() {
        return None;
    }
    let index = index(client);
    let address = json!({"to_display": address(&index), "instance_key": index});
    let status = if failed { "error" } else { "fail" };
    Some((failed, json!({"address": address, "status": status, "problems": problems})))
}
