//! The promise against toll fraud: what a guard denies is not sent, and what it warns of is reported and sent.
//!
//! Owns the check of one fleet in which each client is a row. `plan` shows the verdict; the PUTs that arrive prove it.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::rule_ids::diagnostics;
use crate::world::World;

mod built_in;
mod declared;
mod limits;
mod own;

/// What a guard does with a client. The number counts the fields that the guard speaks of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    /// No guard speaks, and one PUT brings the change.
    Pass,
    /// Warnings, and one PUT brings the change all the same.
    Warn(usize),
    /// The client is blocked, and no PUT is sent.
    Deny(usize),
    /// Nothing differs and no guard speaks.
    InSync,
    /// Nothing differs, and a guard warns of a field that is not managed, or of a value that it would refuse as a change.
    InSyncWarn(usize),
}

use Verdict::{Deny, InSync, InSyncWarn, Pass, Warn};

impl Verdict {
    fn blocked(self) -> usize {
        if let Deny(fields) = self { fields } else { 0 }
    }

    fn warnings(self) -> usize {
        if let Warn(fields) | InSyncWarn(fields) = self { fields } else { 0 }
    }

    fn puts(self) -> usize {
        usize::from(matches!(self, Pass | Warn(_)))
    }

    fn result(self) -> &'static str {
        match self {
            Pass | Warn(_) => "applied",
            Deny(_) => "refused",
            InSync | InSyncWarn(_) => "unchanged",
        }
    }
}

/// One client: what live holds, what its document says behind `client:`, and what is expected.
struct Client {
    live: Json,
    document: String,
    expected: Verdict,
}

/// What a plan says of one client, and what an apply does with it.
#[derive(Debug, PartialEq)]
struct Facts {
    blocked: usize,
    warnings: usize,
    puts: usize,
    result: String,
}

/// Plans and applies a fleet of these clients, numbered from 1, under these guards.
#[track_caller]
fn check(guards: &str, clients: &[Client]) {
    let mut world = World::new().project(&format!("guards:\n{guards}"));
    for (id, client) in (1..).zip(clients) {
        world = world.live(id, client.live.clone());
        world = world.file(&format!("clients/{id}.yaml"), &format!("client: {id}\n{}", client.document));
    }
    world.start();
    let before = world.server().clients();
    let any_denied = clients.iter().any(|client| matches!(client.expected, Deny(_)));
    let count = clients.len() as u64;
    let plan = world.run("plan --format json").status(i32::from(any_denied)).requests(1, count, 0);
    let mut warnings: BTreeMap<String, usize> = BTreeMap::new();
    for line in diagnostics(&plan, "") {
        *warnings.entry(line).or_default() += 1;
    }
    let writes = clients.iter().map(|client| client.expected.puts() as u64).sum();
    let apply = world.run("apply --yes --format json").status(i32::from(any_denied)).requests(1, count, writes);
    let after = world.server().clients();
    let mut wrong = Vec::new();
    for (id, client) in (1..).zip(clients) {
        let planned = plan.client(&id.to_string());
        let blocked = planned["blocked"].as_array().unwrap();
        for one in blocked {
            assert_eq!(one["kind"], "guard", "{one}");
            assert!(!one["message"].as_str().unwrap_or_default().is_empty(), "{one}");
        }
        let sent = world.server().puts();
        let sent: Vec<&Json> =
            sent.iter().filter(|(client, _)| *client == id.to_string()).map(|(_, body)| body).collect();
        let expected = client.expected;
        let facts = Facts {
            blocked: blocked.len(),
            warnings: warnings.remove(&format!("warning guard clients/{id}.yaml:1:1")).unwrap_or_default(),
            puts: sent.len(),
            result: apply.client(&id.to_string())["result"].as_str().unwrap_or("null").to_owned(),
        };
        let wanted = Facts {
            blocked: expected.blocked(),
            warnings: expected.warnings(),
            puts: expected.puts(),
            result: expected.result().to_owned(),
        };
        // What is shown in the plan is what is sent, or would be.
        let is_shown = sent.iter().all(|body| **body == planned["put"]);
        let is_as_before = before[&id] == after[&id];
        if facts != wanted || !is_shown || is_as_before != (expected.puts() == 0) {
            wrong.push(format!("client {id}: {} {}\n{expected:?}: {facts:?}", client.live, client.document));
        }
    }
    assert!(wrong.is_empty(), "{guards}\n{} clients are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(warnings, BTreeMap::new(), "diagnostics that belong to no client");
}

fn client(live: Json, settings: &str, expected: Verdict) -> Client {
    Client { live, document: format!("settings: {settings}\n"), expected }
}

#[test]
fn one_denied_field_keeps_the_whole_client_from_being_sent() {
    let clients = [
        client(json!({"geo_list": "RU"}), "{geo_list: \"*\", timezone: UTC, hold_music: 7}", Deny(1)),
        client(json!({"geo_list": "RU"}), "{geo_list: [BY], timezone: UTC, hold_music: 7}", Pass),
        // The guard that denies one client leaves the others alone.
        client(json!({}), "{timezone: UTC}", Pass),
    ];
    check("- open-geo\n", &clients);
}

#[test]
fn every_guard_is_asked_and_each_refusal_is_listed_in_the_order_of_the_guards() {
    let mut world = World::new()
        .project(
            "guards:
- {name: home, field: geo_list, deny: {allow: [RU]}, message: stay at home}
- {name: notice, field: geo_list, warn: {}, message: have a look}
- open-geo
- too-many-countries
- dial-rule-changed",
        )
        .live(12, json!({"geo_list": "RU", "dial_rule_id": 19}))
        .declared(12, "{geo_list: \"*\", dial_rule_id: 20}");
    let ran = world.run("plan --format json").status(1);
    let client = ran.client("12");
    let blocked = client["blocked"].as_array().unwrap();
    let names: Vec<&str> = blocked.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["home", "open-geo", "too-many-countries", "dial-rule-changed"]);
    assert_eq!(blocked[0], json!({"kind": "guard", "name": "home", "message": "stay at home"}));
    assert_eq!(client["put"], json!({"geo_list": "*", "dial_rule_id": 20}), "what would be sent is whole");
    assert_eq!(diagnostics(&ran, ""), ["warning guard clients/12.yaml:1:1"]);
    assert_eq!(ran.json()["diagnostics"][0]["summary"], "client 12: have a look");
    for line in ["apply --yes", "apply --yes --client 12", "apply --yes --field dial_rule_id"] {
        world.run(line).status(1).requests(1, 1, 0);
    }
    // A field that no guard speaks of can still be sent alone.
    world.declare(12, "{geo_list: \"*\", timezone: UTC}");
    world.run("apply --yes --field timezone").ok().requests(1, 1, 1);
    assert_eq!(world.puts(), [json!({"timezone": "UTC"})]);
}
