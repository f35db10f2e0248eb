//! `audit --from FILE.csv`, and the guards of a floor in an audit.

use std::fs;

use serde_json::{Value as Json, json};

use crate::world::World;

fn live() -> World {
    World::new()
        .live(12, json!({"geo_list": "*"}))
        .live(13, json!({"geo_list": "RU BY"}))
        .live(14, json!({"geo_list": "RU"}))
}

/// Each client of the report with the guards that it is against.
fn guards(report: &Json) -> Vec<(&str, Json)> {
    let clients = report["clients"].as_array().unwrap().iter();
    clients.map(|client| (client["client_id"].as_str().unwrap(), client["guards"].clone())).collect()
}

#[test]
fn a_list_names_the_clients_in_a_project_and_outside_of_one() {
    let list = "id;labels\n13;city=omsk\n12;\n";
    let mut world = live().file("clients.csv", list).declared(12, "{geo_list: [RU]}").declared(14, "{geo_list: [RU]}");
    let report = world.run("audit --from clients.csv --format json").ok().requests(1, 2, 0).json();
    let seen: Vec<(&str, &Json)> = guards(&report).iter().map(|(id, _)| *id).zip(unmanaged(&report)).collect();
    let all = json!(["geo_list", "dial_rule_id", "sip_network_permission_id"]);
    let rest = json!(["dial_rule_id", "sip_network_permission_id"]);
    assert_eq!(seen, [("12", &rest), ("13", &all)]);
    world.run("audit --from clients.csv --fail-on open").status(2);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c.csv"), list).unwrap();
    let endpoint = world.server().endpoint();
    let mut command = world.command(&format!("audit --from c.csv --endpoint {endpoint} --format csv"));
    let output = command.current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
}

fn unmanaged(report: &Json) -> impl Iterator<Item = &Json> {
    report["clients"].as_array().unwrap().iter().map(|client| &client["unmanaged"])
}

#[test]
fn a_wrong_row_is_an_error_and_the_others_are_audited() {
    let mut world = live().project("").file("clients.csv", "id\n12\n013\n14\n14\n");
    let ran = world.run("audit --from clients.csv --fail-on open --format json").status(1).requests(1, 2, 0);
    let ran = ran.says(&["clients.csv:3", "if client 13 is meant, write 13", "client 14 is in this list twice"]);
    let report = ran.json();
    assert_eq!(guards(&report).len(), 2);
    assert_eq!(report["diagnostics"].as_array().unwrap().len(), 2);
    // What is no list stops the run before a request, with a whole document.
    let mut world = live().project("").file("clients.csv", "name\nx\n");
    let ran = world.run("audit --from clients.csv --format json").status(1).sends_nothing();
    assert_eq!(ran.json()["clients"], json!([]));
}

#[test]
fn a_list_excludes_other_choices_of_clients_and_is_never_replaced() {
    let mut world = live().project("").file("clients.csv", "id\n12\n").file("floor.yaml", "guards: []\n");
    for line in ["audit 12 --from clients.csv", "audit --from clients.csv --client 1*"] {
        world.run(line).status(1).sends_nothing().says(&["cannot be used with"]);
    }
    let ran = world.run("audit --from clients.csv --format csv=clients.csv").status(1).sends_nothing();
    ran.says(&["the list of --from"]);
    assert_eq!(world.read("clients.csv"), "id\n12\n");
}

#[test]
fn the_guards_of_a_floor_judge_an_audit_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("floor.yaml");
    let floor = "guards:\n- {name: one-country, field: geo_list, deny: {max_countries: 1}}\n- open-geo\n";
    fs::write(&path, floor).unwrap();
    let path = path.to_str().unwrap();
    let expected = [
        ("12", json!(["open-geo", "too-many-countries", "one-country"])),
        ("13", json!(["one-country"])),
        ("14", json!([])),
    ];
    for (flag, variable) in [(format!("--floor {path}"), ""), (String::new(), path)] {
        let mut world = live().project("").env("RINGFORM_FLOOR", variable);
        let report = world.run(&format!("audit 12 13 14 --format json {flag}")).ok().json();
        assert_eq!(guards(&report), expected);
    }
    // A floor that cannot be read stops the run, outside of a project too.
    let mut world = live().project("").env("RINGFORM_FLOOR", "missing.yaml");
    world.run("audit 12").status(1).sends_nothing().says(&["missing.yaml"]);
    let endpoint = world.server().endpoint();
    let mut command = world.command(&format!("audit 12 --endpoint {endpoint}"));
    let output = command.current_dir(folder.path()).env("RINGFORM_FLOOR", "missing.yaml").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing.yaml"));
}
