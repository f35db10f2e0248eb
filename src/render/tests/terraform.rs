//! The plan in the format of Terraform, read back as JSON.

use serde_json::Value as Json;

use super::support::rendered;
use super::{corpus, hostile};
use crate::plan::{Origin, Plan, Status};
use crate::render::Format;
use crate::render::options::TextOptions;

fn read(plan: &Plan) -> Json {
    serde_json::from_str(&rendered(plan, Format::Terraform, &TextOptions::PIPE)).unwrap()
}

fn list<'a>(document: &'a Json, key: &str) -> &'a [Json] {
    document[key].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn every_compared_client_is_one_resource_and_a_failed_client_is_none() {
    for (name, plan) in corpus::all() {
        let document = read(&plan);
        let changes = list(&document, "resource_changes");
        let compared = plan.clients.iter().filter(|client| client.status() != Status::Failed);
        assert_eq!(changes.len(), compared.clone().count(), "{name}");
        for (client, resource) in compared.zip(changes) {
            let change = &resource["change"];
            assert_eq!(resource["index"], client.client_id.to_string(), "{name}");
            let same = change["before"] == change["after"];
            assert_eq!(same, client.changes.is_empty(), "{name}");
            assert_eq!(change["actions"][0], if same { "no-op" } else { "update" }, "{name}");
            let fields: Vec<&String> = change["after"].as_object().unwrap().keys().collect();
            assert_eq!(fields.len(), client.managed.iter().count(), "{name}");
        }
        let failed = plan.summary().failed;
        let errors = |check: &Json| list(check, "instances").iter().filter(|one| one["status"] == "error").count();
        assert_eq!(list(&document, "checks").iter().map(errors).sum::<usize>(), failed, "{name}");
        let errored = failed > 0 || name == "broken" || name == "report" || name == "nasty";
        assert_eq!(document["errored"], errored, "{name}");
    }
}

#[test]
fn drift_goes_from_declared_to_live_and_excludes_conflicts() {
    let plans = corpus::all();
    let watched = &plans.iter().find(|(name, _)| *name == "watched").unwrap().1;
    let document = read(watched);
    let drift = list(&document, "resource_drift");
    assert_eq!(drift.len(), 2);
    assert_eq!(drift[0]["change"]["before"]["geo_list"], "BY KZ RU");
    assert_eq!(drift[0]["change"]["after"]["geo_list"], "BY RU");
    // The conflict of the second client.
    assert_eq!(drift[1]["change"]["before"]["geo_list"], drift[1]["change"]["after"]["geo_list"]);
    let mut pending = watched.clone();
    for change in pending.clients.iter_mut().flat_map(|client| &mut client.changes) {
        change.difference.origin = Origin::Pending;
    }
    assert_eq!(list(&read(&pending), "resource_drift").len(), 0);
}

/// A document with every text replaced by its kind: the rest is its structure.
fn shape(value: &Json) -> Json {
    match value {
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
        Json::Array(list) => list.iter().map(shape).collect(),
        Json::String(_) => "text".into(),
        other => other.clone(),
    }
}

#[test]
fn untrusted_text_changes_no_structure() {
    let (hostile, tame) = hostile::twins();
    assert_eq!(shape(&read(&hostile)), shape(&read(&tame)));
}

#[test]
fn two_clients_at_me_have_two_addresses() {
    let mut plan = corpus::fleet(2);
    for (client, name) in plan.clients.iter_mut().zip(["a\"${b}", "c\\%{d}"]) {
        client.client_id = crate::model::ClientId::parse("@me").unwrap();
        client.credentials = Some(name.into());
    }
    let document = read(&plan);
    let addresses: Vec<&Json> = list(&document, "resource_changes").iter().map(|one| &one["address"]).collect();
    assert_eq!(*addresses[0], r#"ringform_client.client["@me/a\"$${b}"]"#);
    assert_eq!(*addresses[1], r#"ringform_client.client["@me/c\\%%{d}"]"#);
}
