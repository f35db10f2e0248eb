//! What the record holds and the project no longer manages: listed as released once, and the origins of a record.

use std::fs;

use serde_json::{Value as Json, json};

use crate::ledger_notes::{COPY, edit_branch, merge, notes, origins, with_remote, world};
use crate::world::{Ran, World};

/// Names, each with whether it has a place.
type Released = Vec<(String, bool)>;

/// The released fields of client 12 and the released clients, each with whether it has a place.
fn released(ran: &Ran) -> (Released, Released) {
    let named = |all: &Json, key: &str| {
        let one = |one: &Json| (one[key].as_str().unwrap().to_owned(), !one["source"].is_null());
        all.as_array().unwrap().iter().map(one).collect()
    };
    (named(&ran.client("12")["released"], "field"), named(&ran.json()["released_clients"], "client_id"))
}

fn owned(all: &[(&str, bool)]) -> Released {
    all.iter().map(|(name, has_place)| ((*name).to_owned(), *has_place)).collect()
}

/// The record of a client.
fn record(world: &World, path: &str) -> Json {
    serde_json::from_str(&world.git(&["show", &format!("{COPY}:ringform.yaml/clients/{path}.json")])).unwrap()
}

/// A ledger with client 12 and 13, of which a change manages less.
fn released_world() -> (World, tempfile::TempDir) {
    let (mut world, remote) = world();
    world.run("apply --yes").ok();
    world.declare(12, "{geo_list: [RU], timezone: UTC}");
    fs::remove_file(world.path("clients/13.yaml")).unwrap();
    (world, remote)
}

#[test]
fn what_nothing_manages_is_released_in_a_run_of_the_whole_project_only() {
    let (mut world, _remote) = released_world();
    let (fields, clients) = (owned(&[("hold_music", false)]), owned(&[("13", false)]));
    for line in ["plan --format json", "drift --format json", "plan . --format json"] {
        assert_eq!(released(&world.run(line).ok()), (fields.clone(), clients.clone()), "{line}");
    }
    for part in ["clients", "clients/12.yaml", "--client 12", "--field timezone", "--shard 1/1"] {
        assert_eq!(released(&world.run(&format!("plan {part} --format json")).ok()), (vec![], vec![]), "{part}");
    }
    // The base's place wins, and nothing is listed twice.
    let both = (owned(&[("hold_music", true)]), owned(&[("13", true)]));
    assert_eq!(released(&world.run("plan --base HEAD --format json").ok()), both);
    assert_eq!(
        world.run("plan --base HEAD --affected --format json").ok().json()["released_clients"],
        json!([{
            "client_id": "13", "credentials": null, "source": {"file": "clients/13.yaml", "line": 1, "column": 1}
        }])
    );
    // At a base that is ahead of the record only the record knows.
    merge(&world);
    assert_eq!(released(&world.run("plan --base HEAD --format json").ok()), (fields.clone(), clients.clone()));
    let text = world.run("plan").ok().prints(&["· hold_music released: no longer managed, live 7"]);
    assert!(text.stdout.contains("· client 13 released: no longer declared\n"), "{}", text.stdout);
    // A part of the project takes nothing out of the record.
    world.run("apply --yes --client 12").ok();
    assert_eq!(record(&world, "default/12")["hold_music"], json!({"value": 7}));
    assert_eq!(record(&world, "default/13"), json!({"timezone": {"value": "UTC"}}));
    // The first apply of the whole project lists it and takes it out.
    assert_eq!(released(&world.run("apply --yes --format json").ok().requests(1, 1, 0)), (fields, clients));
    assert_eq!(record(&world, "default/12").get("hold_music"), None);
    assert!(!world.git(&["ls-tree", "-r", "--name-only", COPY]).contains("default/13.json"));
    assert_eq!(released(&world.run("apply --yes --format json").ok()), (vec![], vec![]));
}

#[test]
fn a_sparse_checkout_releases_nothing() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    world.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/clients/13.yaml"]);
    assert!(!world.path("clients/13.yaml").exists());
    for line in ["plan --format json", "apply --yes --format json"] {
        assert_eq!(released(&world.run(line).ok()), (vec![], vec![]), "{line}");
    }
    assert_eq!(record(&world, "default/13"), json!({"timezone": {"value": "UTC"}}));
    world.git(&["sparse-checkout", "disable"]);
    fs::remove_file(world.path("clients/13.yaml")).unwrap();
    assert_eq!(released(&world.run("plan --format json").ok()).1, owned(&[("13", false)]));
}

#[test]
fn a_damaged_record_of_a_client_that_is_gone_goes_with_it() {
    let (mut world, _remote) = released_world();
    edit_branch(&world, "ringform.yaml/clients/default/13.json", Some("oops"));
    assert_eq!(released(&world.run("apply --yes --format json").ok()).1, owned(&[("13", false)]));
    let ran = world.run("plan --format json").ok();
    assert_eq!((notes(&ran), released(&ran).1), (vec![], vec![]));
}

#[test]
fn origins_by_a_record_of_an_earlier_commit_are_those_of_that_commit() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    world.declare(12, "{geo_list: [RU, BY], timezone: Asia/Omsk, hold_music: 7, dial_rule_id: 19}");
    world.server().set(12, "timezone", json!("Asia/Tomsk"));
    world.server().set(12, "hold_music", json!(9));
    merge(&world);
    let by_record = world.run("plan --format json").status(1);
    let expected =
        json!({"geo_list": "pending", "timezone": "conflict", "hold_music": "drift", "dial_rule_id": "pending"});
    assert_eq!(origins(&by_record, "12"), expected);
    let by_base = world.run("plan --base HEAD~1 --no-ledger --format json").status(1);
    assert_eq!(origins(&by_base, "12"), expected);
    // Beside another base the record wins.
    let both = world.run("plan --base HEAD --format json").status(1);
    assert_eq!(origins(&both, "12"), expected);
    let message = both.client("12")["blocked"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("the ledger has \"UTC\""), "{message}");
    world.run("drift").status(2).prints(&["≠ drift", "‼ conflict"]);
    world.run("plan --format markdown").status(1).prints(&["**▸ Pending", "**≠ Drift", "**‼ Conflict"]);
    for (format, part) in [("github", "conflict"), ("sarif", "conflict"), ("junit", "conflict")] {
        world.run(&format!("drift --format {format}")).status(2).prints(&[part]);
    }
}

#[test]
fn a_run_with_nothing_to_send_records_what_it_sees_in_sync_for_the_first_time() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    world.server().set(12, "dial_rule_id", json!(19));
    world.declare(12, "{geo_list: [RU], timezone: UTC, hold_music: 7, dial_rule_id: 19}");
    merge(&world);
    world.run("apply --yes").ok().requests(1, 2, 0);
    assert_eq!(record(&world, "default/12")["dial_rule_id"], json!({"value": 19}));
    let tip = world.git(&["rev-parse", COPY]);
    world.run("apply --yes").ok();
    assert_eq!(world.git(&["rev-parse", COPY]), tip, "nothing new, no commit");
}

#[test]
fn a_read_settles_what_was_in_doubt() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    let twelve = "ringform.yaml/clients/default/12.json";
    let doubt = |world: &World| {
        let mut record = record(world, "default/12");
        record["hold_music"] = json!({"value": 7, "in_doubt": [8]});
        edit_branch(world, twelve, Some(&record.to_string()));
    };
    // Live, origin, and the record after a run that sends nothing of it.
    for (live, origin, after) in [
        (8, "pending", json!({"value": 8})),
        (7, "pending", json!({"value": 7})),
        (5, "conflict", json!({"value": 7, "in_doubt": [8]})),
    ] {
        doubt(&world);
        world.server().set(12, "hold_music", json!(live));
        world.declare(12, "{geo_list: [RU], timezone: UTC, hold_music: 9}\nexpect: {name: client 12}");
        let ran = world.run("plan --format json").status(i32::from(origin == "conflict"));
        assert_eq!(origins(&ran, "12"), json!({"hold_music": origin}), "{live}");
        // A limit stops the run, so nothing is sent.
        world.run("apply --yes --max-changes 0").status(1).requests(1, 2, 0);
        assert_eq!(record(&world, "default/12")["hold_music"], after, "{live}");
    }
    // In doubt is not agreed: what is declared now was only sent once.
    doubt(&world);
    world.declare(12, "{geo_list: [RU], timezone: UTC, hold_music: 8}");
    let ran = world.run("plan --format json").status(1);
    assert_eq!(origins(&ran, "12"), json!({"hold_music": "conflict"}));
}

#[test]
fn a_record_follows_its_document_between_credentials() {
    let credentials = "credentials:\n  default: {app_id: \"${RINGFORM_APP_ID}\", app_secret: \"${RINGFORM_APP_SECRET}\"}\n  \
                       \"a b/ö\": {app_id: \"${RINGFORM_APP_ID}\", app_secret: \"${RINGFORM_APP_SECRET}\"}";
    let world = World::new().live(12, json!({"timezone": "UTC"})).project(credentials).declared(12, "{timezone: UTC}");
    let (mut world, _remote) = with_remote(world);
    world.run("apply --yes").ok();
    world.write("clients/12.yaml", "client: 12\ncredentials: a b/ö\nsettings: {timezone: UTC}\n".as_bytes());
    merge(&world);
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    let ran = world.run("plan --format json").ok();
    assert_eq!((origins(&ran, "12"), released(&ran)), (json!({"timezone": "drift"}), (vec![], vec![])));
    world.run("apply --yes").ok();
    let listed = world.git(&["ls-tree", "-r", "--name-only", COPY, "--", "ringform.yaml/clients"]);
    assert_eq!(listed, "ringform.yaml/clients/a%20b%2F%C3%B6/12.json");
    assert_eq!(record(&world, "a%20b%2F%C3%B6/12"), json!({"timezone": {"value": "UTC"}}));
}
