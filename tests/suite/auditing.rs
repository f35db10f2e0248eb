//! `audit`: how open live clients are, in a project and outside of one.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use serde_json::{Value as Json, json};

use crate::world::World;

/// Four clients: open, with a list, with the provider's default, and odd.
fn live() -> World {
    World::new()
        .live(12, json!({"geo_list": "*", "dial_rule_id": 19, "name": "Shop"}))
        .live(13, json!({"geo_list": "RU BY", "dial_rule_id": 19, "sip_network_permission_id": 7}))
        .live(14, json!({"geo_list": null}))
        .live(15, json!({"geo_list": "ZZ"}))
}

/// The ids of the report, in its order.
fn ids(report: &Json) -> Vec<&str> {
    report["clients"].as_array().unwrap().iter().map(|client| client["client_id"].as_str().unwrap()).collect()
}

/// What the report says of a client, by the keys of the contract.
fn row(report: &Json, id: &str) -> Json {
    let client = report["clients"].as_array().unwrap().iter().find(|client| client["client_id"] == id).unwrap();
    let keys = ["status", "geo", "countries", "network", "dial_rule", "guards", "unmanaged"];
    keys.iter().map(|key| client[key].clone()).collect()
}

/// Every file of the folder.
fn files(world: &World) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![world.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path.display().to_string());
        }
    }
    found
}

/// A run in a folder without a project.
struct Outside {
    stdout: String,
    stderr: String,
    status: i32,
}

fn outside(world: &mut World, line: &str, env: &[(&str, &str)]) -> Outside {
    world.start();
    let (folder, endpoint) = (tempfile::tempdir().unwrap(), world.server().endpoint());
    let mut command = world.command(&line.replace("ENDPOINT", &endpoint));
    let output = command.current_dir(folder.path()).envs(env.iter().copied()).output().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "audit writes no file");
    Outside {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap(),
    }
}

#[test]
fn a_project_is_audited_by_its_documents_with_one_get_for_each_client() {
    let mut world = live()
        .declared(12, "{dial_rule_id: 19}")
        .declared(13, "{geo_list: [RU, BY], dial_rule_id: 19, sip_network_permission_id: 7}")
        .file("clients/14.yaml", "client: 14\nsettings: {geo_list: null}\nignore: [dial_rule_id]\n")
        .declared(15, "{timezone: UTC}");
    world.start();
    let before = files(&world);
    let ran = world.run("audit --format json").ok().requests(1, 4, 0);
    assert_eq!(files(&world), before, "audit writes no file");
    let report = ran.json();
    assert_eq!(report["kind"], "audit");
    // Gravest first: open, not understood, the provider's default, a list.
    assert_eq!(ids(&report), ["12", "15", "14", "13"]);
    let all = json!(["geo_list", "dial_rule_id", "sip_network_permission_id"]);
    let guards = json!(["open-geo", "too-many-countries"]);
    let geo_and_network = json!(["geo_list", "sip_network_permission_id"]);
    assert_eq!(row(&report, "12"), json!(["read", "all", null, null, 19, guards, geo_and_network]));
    assert_eq!(row(&report, "13"), json!(["read", "list", 2, 7, 19, [], []]));
    let rule_and_network = json!(["dial_rule_id", "sip_network_permission_id"]);
    assert_eq!(row(&report, "14"), json!(["read", "default", null, null, null, [], rule_and_network]));
    assert_eq!(row(&report, "15"), json!(["read", "odd", null, null, null, [], all]));
    let summary = &report["summary"];
    assert_eq!(summary["unmanaged"], json!({"dial_rule_id": 2, "geo_list": 2, "sip_network_permission_id": 3}));
    assert_eq!((&summary["open"], &summary["odd"], &summary["default"]), (&json!(1), &json!(1), &json!(1)));
    // Two runs over one state differ only under `run`.
    let mut again = world.run("audit --format json").ok().json();
    again["run"] = report["run"].clone();
    assert_eq!(again, report);
    world.run("audit").ok().prints(&["not managed", "countries, network", "1 open to every country"]);
}

#[test]
fn outside_of_a_project_it_takes_endpoint_and_credentials_of_the_environment() {
    let mut world = live();
    let ran = outside(&mut world, "audit --format json --endpoint ENDPOINT", &[]);
    let report: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.status, ids(&report)), (0, vec!["@me"]), "{}", ran.stderr);
    assert_eq!((&report["project"], &report["summary"]["unmanaged"]), (&Json::Null, &Json::Null));
    assert_eq!(row(&report, "@me")[1], "all");
    assert_eq!(row(&report, "@me")[6], Json::Null);
    let endpoint = world.server().endpoint();
    let variable = [("RINGFORM_ENDPOINT", endpoint.as_str())];
    let ran = outside(&mut world, "audit 13 12 13 14 --format json", &variable);
    let report: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.status, ids(&report)), (0, vec!["12", "14", "13"]), "{}", ran.stderr);
    for (line, says) in [
        ("audit", "no endpoint is named"),
        ("audit --endpoint ENDPOINT --client 1*", "--client, --label and --shard select clients of a project"),
        ("audit --endpoint ENDPOINT --shard 1/2", "name the clients by their ids"),
        ("audit 12 --endpoint ENDPOINT --credentials x", "--credentials names credentials of a project"),
        ("audit --endpoint ENDPOINT --project staging", "have no project file staging.ringform.yaml"),
        ("audit 12 --client 12 --endpoint ENDPOINT", "cannot be used with"),
        ("audit --credentials x --endpoint ENDPOINT", "CLIENT_ID"),
        ("audit 012 --endpoint ENDPOINT", "write 12"),
    ] {
        let ran = outside(&mut world, line, &[]);
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{line}");
        assert!(ran.stderr.contains(says), "{line}: {}", ran.stderr);
    }
    // Without credentials every client fails, and none counts as safe.
    let mut world = World::new().env("RINGFORM_APP_ID", "").env("RINGFORM_APP_SECRET", "").live(12, json!({}));
    let ran = outside(&mut world, "audit 12 --endpoint ENDPOINT", &[]);
    assert_eq!(ran.status, 1);
    for part in ["not read: client 12", "RINGFORM_APP_ID", "1 client was not read and may be open."] {
        assert!(ran.stdout.contains(part), "{}", ran.stdout);
    }
}

#[test]
fn a_folder_of_named_project_files_is_not_outside_of_a_project() {
    let mut world = live();
    world.start();
    let endpoint = world.server().endpoint();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("staging.ringform.yaml"), format!("endpoint: {endpoint}\n")).unwrap();
    fs::write(folder.path().join("13.yaml"), "client: 13\nsettings: {geo_list: RU}\n").unwrap();
    let mut run = |line: &str| {
        let output =
            world.command(line).current_dir(folder.path()).env("RINGFORM_ENDPOINT", &endpoint).output().unwrap();
        let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code().unwrap(), stdout, stderr)
    };
    let (status, stdout, stderr) = run("audit");
    assert_eq!((status, stdout.as_str()), (1, ""));
    assert!(stderr.contains("name one of them with --project: staging.ringform.yaml"), "{stderr}");
    let (status, stdout, _) = run("audit --project staging --format json");
    assert_eq!((status, ids(&serde_json::from_str(&stdout).unwrap())), (0, vec!["13"]));
}

#[test]
fn an_audit_of_the_embedded_simulator_writes_no_file() {
    let seed = json!({"clients": [{"id": 12, "geo_list": "*"}]}).to_string();
    let mut world = World::new()
        .file("ringform.yaml", "endpoint: sandbox:seed.json\n")
        .file("seed.json", &seed)
        .declared(12, "{geo_list: RU}");
    world.start();
    let before = files(&world);
    world.run("audit --fail-on open").status(2).prints(&["every country"]);
    assert_eq!(files(&world), before);
}

#[test]
fn clients_named_in_a_project_take_the_credentials_of_their_document() {
    let seed = json!({"apps": [
        {"app_id": "a", "app_secret": "as", "clients": [12, 14]}, {"app_id": "b", "app_secret": "bs", "clients": [13]}
    ]});
    let credentials = "credentials:\n  one: {app_id: a, app_secret: \"${A}\"}\n  two: {app_id: b, app_secret: \"${B}\"}\n\
                       defaults: {credentials: one}";
    let mut world = live()
        .seed(seed)
        .project(credentials)
        .env("A", "as")
        .env("B", "bs")
        .file("clients/13.yaml", "client: 13\ncredentials: two\nsettings: {geo_list: [RU, BY]}\n")
        .declared(15, "{geo_list: RU}");
    let used = |report: &Json, id: &str| {
        let clients = report["clients"].as_array().unwrap();
        let client = clients.iter().find(|client| client["client_id"] == id).unwrap();
        (client["status"].clone(), client["credentials"].clone(), client["source"]["file"].clone())
    };
    let ran = world.run("audit 12 13 --format json").status(0).requests(2, 2, 0);
    let report = ran.json();
    assert_eq!(used(&report, "13"), (json!("read"), json!("two"), json!("clients/13.yaml")));
    assert_eq!(used(&report, "12"), (json!("read"), json!("one"), Json::Null));
    // No document manages a field of client 12.
    assert_eq!(row(&report, "12")[6].as_array().unwrap().len(), 3);
    let report = world.run("audit 12 13 --credentials two --format json").status(1).json();
    assert_eq!(used(&report, "12"), (json!("failed"), json!("two"), Json::Null));
    assert_eq!(used(&report, "13").1, "two");
    world.run("audit 12 --credentials three").status(1).sends_nothing().says(&["declares no credentials `three`"]);
}

#[test]
fn declared_clients_can_be_narrowed() {
    let mut world = live()
        .file("clients/12.yaml", "client: 12\nlabels: {city: moscow}\nsettings: {geo_list: RU}\n")
        .declared(13, "{geo_list: RU}")
        .declared(14, "{geo_list: RU}");
    let report = world.run("audit --client 13 --client 14 --format json").ok().requests(1, 2, 0).json();
    assert_eq!(ids(&report), ["14", "13"]);
    assert_eq!(ids(&world.run("audit --label city=moscow --format json").ok().json()), ["12"]);
    let shards: Vec<Json> =
        (1..=2).map(|n| world.run(&format!("audit --shard {n}/2 --format json")).ok().json()).collect();
    assert_eq!(shards.iter().map(|report| ids(report).len()).sum::<usize>(), 3);
    assert_eq!(shards[1]["shard"], json!({"index": 2, "count": 2}));
    world.run("audit --client 99").status(1).sends_nothing().says(&["--client 99 matches no client"]);
    world.run("audit --label city=omsk").status(1).sends_nothing().says(&["--label city=omsk matches no client"]);
}

#[test]
fn a_broken_document_stops_neither_the_audit_nor_the_error() {
    let mut world =
        live().declared(12, "{geo_list: RU}").file("clients/13.yaml", "client: 13\nsettings: {geo_list: UK}\n");
    let ran = world.run("audit --format json --fail-on open").status(1).says(&["clients/13.yaml:2:22", "GB"]);
    let report = ran.json();
    assert_eq!(ids(&report), ["12"]);
    assert_eq!(report["diagnostics"][0]["rule"], "bad-setting");
    let ran = world.run("audit 13 --format json").status(1);
    assert_eq!(row(&ran.json(), "13")[1], "list");
    // Nothing is left to read.
    world.write("clients/12.yaml", b"client: 12\nsettings: {geo_list: }\n");
    world.run("audit").status(1).sends_nothing().says(&["clients/12.yaml:2", "clients/13.yaml:2"]);
    // The project file names endpoint and credentials, so its errors stop the run.
    let mut world = live().project("limits: {timeout: soon}").declared(12, "{geo_list: RU}");
    let ran = world.run("audit 12 --format json").status(1).sends_nothing().says(&["ringform.yaml:2"]);
    assert_eq!((&ran.json()["kind"], ids(&ran.json())), (&json!("audit"), vec![]));
    world.run("audit 12").status(1).sends_nothing();
}

#[test]
fn an_empty_project_needs_client_ids() {
    let mut world = live();
    let ran = world.run("audit").status(1).sends_nothing().says(&["no documents found in ."]);
    assert_eq!(ran.stdout, "");
    let report = world.run("audit 13 --format json").ok().json();
    assert_eq!(row(&report, "13")[6].as_array().unwrap().len(), 3);
}

#[test]
fn a_failed_client_is_listed_and_never_counts_as_safe() {
    let mut world = live()
        .fault("error=user_blocked,on=get,client=13")
        .fault("wrong-id=next,on=get,client=14")
        .fault("empty-object,on=get,client=15");
    let ran = world.run("audit 12 13 14 15 99 --format json --fail-on open").status(1);
    let report = ran.json();
    assert_eq!(ids(&report), ["12", "13", "14", "15", "99"]);
    let kinds = ["api", "wrong_client", "incomplete_answer", "api"];
    for (client, kind) in report["clients"].as_array().unwrap()[1..].iter().zip(kinds) {
        assert_eq!((&client["status"], &client["error"]["kind"]), (&json!("failed"), &json!(kind)), "{client}");
        assert_eq!((&client["geo"], &client["guards"]), (&Json::Null, &json!([])), "{client}");
    }
    let summary = &report["summary"];
    assert_eq!((&summary["clients"], &summary["read"], &summary["failed"]), (&json!(5), &json!(1), &json!(4)));
    world.run("audit 13 14 15").status(1).prints(&[
        "not read: client 13",
        "user_blocked",
        "asked for client 14, the answer is client 15",
        "3 clients were not read and may be open.",
    ]);
}

#[test]
fn fail_on_open_is_an_exit_status_of_2_and_an_error_wins() {
    let mut world = live();
    for (line, status) in [
        ("audit 12", 0),
        ("audit 12 --fail-on open", 2),
        ("audit 13 14 15 --fail-on open", 0),
        ("audit 12 99 --fail-on open", 1),
    ] {
        world.run(line).status(status);
    }
    world.run("audit 12 --fail-on closed").status(1).sends_nothing().says(&["[possible values: open]"]);
}

#[test]
fn guards_of_the_project_judge_too_and_its_form_of_a_built_in_one_counts() {
    let guards = "guards:\n  - {name: too-many-countries, deny: {max_countries: 1}}\n\
                  \x20 - {name: our-rule, field: dial_rule_id, warn: {allow: [19]}}\n\
                  \x20 - {name: vip, field: geo_list, labels: {vip: \"yes\"}, deny: {max_countries: 1}}\n\
                  \x20 - {name: no-change, field: geo_list, deny: {from: RU}}\n  - dial-rule-changed\n";
    let mut world = live()
        .project(guards)
        .file("clients/13.yaml", "client: 13\nlabels: {vip: \"yes\"}\nsettings: {geo_list: [RU, BY]}\n")
        .declared(14, "{geo_list: null}");
    let report = world.run("audit --format json").ok().json();
    assert_eq!(row(&report, "13")[5], json!(["too-many-countries", "vip"]));
    assert_eq!(row(&report, "14")[5], json!(["our-rule"]));
    assert_eq!(report["summary"]["guards"], json!({"our-rule": 1, "too-many-countries": 1, "vip": 1}));
    // A client without a document has no labels.
    let report = world.run("audit 12 --format json").ok().json();
    assert_eq!(row(&report, "12")[5], json!(["open-geo", "too-many-countries"]));
}

#[test]
fn a_client_counts_once_under_two_names_or_documents() {
    let mut world = live();
    let ran = world.run("audit @me 12 --fail-on open --format json").status(1);
    let report = ran.json();
    assert_eq!(ids(&report), ["12", "@me"]);
    assert_eq!(
        (&report["summary"]["open"], &report["clients"][1]["error"]["kind"]),
        (&json!(1), &json!("duplicate_client"))
    );
    let mut world = live()
        .file("clients/a.yaml", "client: \"@me\"\nsettings: {geo_list: RU}\n")
        .file("clients/b.yaml", "client: 12\nsettings: {geo_list: RU}\n");
    let ran = world.run("audit").status(1);
    ran.prints(&["12 of clients/b.yaml:1 is client 12, which @me of clients/a.yaml:1 already shows: it counts once"]);
}

#[test]
fn quotas_and_refused_credentials_end_the_reads_as_in_a_plan() {
    let fleet = |fault: &str| {
        (1..=40).fold(World::new().fault(fault), |world, id| world.live(id, json!({})).declared(id, "{geo_list: RU}"))
    };
    for fault in ["quota-exceeded=reset,on=get", "unauthorized,on=get", "unauthorized,on=token"] {
        let mut world = fleet(fault);
        let counts = |world: &World| (world.server().counts().token, world.server().counts().read);
        world.run("audit --concurrency 1").status(1).prints(&["40 clients were not read and may be open."]);
        let audit = counts(&world);
        let mut world = fleet(fault);
        world.run("plan --concurrency 1").status(1);
        assert_eq!(audit, counts(&world), "{fault}");
        assert!(audit.1 < 20, "{fault}: {audit:?}");
    }
}

#[test]
fn a_signal_ends_an_audit_in_order() {
    let mut world = (1..=30).fold(World::new().fault("latency=200ms,on=get"), |world, id| world.live(id, json!({})));
    let ids: Vec<String> = (1..=30).map(|id| id.to_string()).collect();
    let mut command = world.command(&format!("audit {} --format json --concurrency 2", ids.join(" ")));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = std::time::Instant::now();
    while world.server().counts().read < 3 {
        assert!(begun.elapsed().as_secs() < 30);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["summary"]["clients"], 30);
    let interrupted = report["clients"].as_array().unwrap().iter().filter(|one| one["error"]["kind"] == "interrupted");
    assert!(interrupted.count() > 20);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut world = (1..=200).fold(World::new(), |world, id| world.live(id, json!({"geo_list": "*"})));
    let ids: Vec<String> = (1..=200).map(|id| id.to_string()).collect();
    let mut command = world.command(&format!("audit {} --format json --fail-on open", ids.join(" ")));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(2), ""));
}
