//! A plan in the shape of `terraform show -json`, for policies, reviewers and summaries that are made for that.
//!
//! Owns the subset: every client that was compared is one resource, changed or not; a client that failed is no resource, since
//! nothing is known of it, but a check with an error, and makes the whole plan `errored`. All stands on one line, as Terraform writes it and
//! some readers want it. Clients that something stops are checks
//! that fail. Values are spelt as everywhere else in ringform. What drifted stands in `resource_drift`, from declared to live.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::model::{Setting, Untrusted};
use crate::plan::{Change, ClientPlan, Origin, Plan, Status};
use crate::render::escape::{self, Foreign};
use crate::render::json;
use crate::render::totals::Totals;

/// The version of the shape: what Terraform writes since 1.5. A minor step only adds.
const FORMAT_VERSION: &str = "1.2";

/// Readers ask for a version of Terraform and take a shape from it; this is the first that writes the one above.
const TERRAFORM_VERSION: &str = "1.5.0";

const TYPE: &str = "ringform_client";
const NAME: &str = "client";
const PROVIDER: &str = "ringform";

/// Writes the document.
pub(super) fn terraform(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::of(plan);
    let broken = plan.diagnostics.iter().any(|one| one.is_error());
    let undone = totals.is_report && totals.undone() > 0;
    let document = Document {
        format_version: FORMAT_VERSION,
        terraform_version: TERRAFORM_VERSION,
        planned_values: Root { root_module: Module { resources: Listed(&plan.clients, planned) } },
        resource_drift: Listed(&plan.clients, drift),
        resource_changes: Listed(&plan.clients, change),
        configuration: configuration(),
        checks: checks(plan),
        timestamp: &plan.run.started_at,
        errored: broken || undone || totals.summary.failed > 0,
    };
    json::line(&document, out)
}

#[derive(Serialize)]
struct Document<'p> {
    format_version: &'static str,
    terraform_version: &'static str,
    planned_values: Root<'p>,
    resource_drift: Listed<'p, Resource>,
    resource_changes: Listed<'p, Resource>,
    configuration: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Json>,
    timestamp: &'p str,
    errored: bool,
}

#[derive(Serialize)]
struct Root<'p> {
    root_module: Module<'p>,
}

#[derive(Serialize)]
struct Module<'p> {
    resources: Listed<'p, Planned>,
}

/// Clients in some shape, made one at a time: a fleet is never held twice.
struct Listed<'p, T>(&'p [ClientPlan], fn(&ClientPlan) -> Option<T>);

impl<T: Serialize> Serialize for Listed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter_map(self.1))
    }
}

/// What names a resource.
#[derive(Serialize)]
struct Named {
    address: String,
    mode: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    index: String,
    provider_name: &'static str,
}

#[derive(Serialize)]
struct Planned {
    #[serde(flatten)]
    named: Named,
    schema_version: u64,
    values: Map<String, Json>,
    sensitive_values: Map<String, Json>,
}

#[derive(Serialize)]
struct Resource {
    #[serde(flatten)]
    named: Named,
    change: ValueChange,
}

#[derive(Serialize)]
struct ValueChange {
    actions: [&'static str; 1],
    before: Map<String, Json>,
    after: Map<String, Json>,
    after_unknown: Map<String, Json>,
    before_sensitive: Map<String, Json>,
    after_sensitive: Map<String, Json>,
}

/// The one block that all clients come from, as if somebody had written it with `for_each`.
fn configuration() -> Json {
    let block = json!({
        "address": format!("{TYPE}.{NAME}"), "mode": "managed", "type": TYPE, "name": NAME,
        "provider_config_key": PROVIDER, "schema_version": 0
    });
    json!({"provider_config": {PROVIDER: {"name": PROVIDER, "full_name": PROVIDER}}, "root_module": {"resources": [block]}})
}

/// What is to be done with a client; `None` for one that failed.
fn change(client: &ClientPlan) -> Option<Resource> {
    let action = match client.status() {
        Status::Failed => return None,
        Status::InSync => "no-op",
        Status::Change => "update",
    };
    Some(resource(client, action, with(client, |_| None), declared(client)))
}

/// What a client will hold; `None` for one that failed.
fn planned(client: &ClientPlan) -> Option<Planned> {
    let known = client.status() != Status::Failed;
    known.then(|| Planned {
        named: named(client),
        schema_version: 0,
        values: declared(client),
        sensitive_values: Map::new(),
    })
}

fn declared(client: &ClientPlan) -> Map<String, Json> {
    with(client, |change| Some(change.difference.declared.to_json()))
}

/// What somebody changed outside of git. Of a conflict it is not known what was agreed, so it is no drift here.
fn drift(client: &ClientPlan) -> Option<Resource> {
    let drifted =
        |change: &Change| (change.difference.origin == Origin::Drift).then(|| change.difference.declared.to_json());
    let any = client.changes.iter().any(|change| drifted(change).is_some());
    any.then(|| resource(client, "update", with(client, drifted), with(client, |_| None)))
}

/// The managed fields with their live values, and another value where one is given for a change.
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
) -> Resource {
    Resource {
        named: named(client),
        change: ValueChange {
            actions: [action],
            before,
            after,
            after_unknown: Map::new(),
            before_sensitive: Map::new(),
            after_sensitive: Map::new(),
        },
    }
}

fn named(client: &ClientPlan) -> Named {
    let index = index(client);
    Named { address: address(&index), mode: "managed", kind: TYPE, name: NAME, index, provider_name: PROVIDER }
}

/// The number of the client; `@me` is somebody else under each credential.
fn index(client: &ClientPlan) -> String {
    match (client.client_id.number(), &client.credentials) {
        (Some(id), _) => id.to_string(),
        (None, Some(name)) => format!("@me/{}", shown(name)),
        (None, None) => "@me".to_owned(),
    }
}

/// `ringform_client.client["12"]`, with the index quoted as Terraform's language has it.
fn address(index: &str) -> String {
    let quoted = index.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    format!("{TYPE}.{NAME}[\"{quoted}\"]")
}

/// Readers print these documents in logs as they are.
fn shown<T: Foreign + ?Sized>(text: &T) -> String {
    escape::terminal(text).to_string()
}

/// Clients that failed or that something stops, as checks of the resource. Empty where there are none.
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
    let failed = error.is_some();
    let problems: Vec<Json> = error.into_iter().chain(stopped).map(|message| json!({"message": message})).collect();
    if problems.is_empty() {
        return None;
    }
    let index = index(client);
    let address = json!({"to_display": address(&index), "instance_key": index});
    let status = if failed { "error" } else { "fail" };
    Some((failed, json!({"address": address, "status": status, "problems": problems})))
}
