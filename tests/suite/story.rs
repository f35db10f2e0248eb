//! A pull request and a change behind git's back, from end to end, in a fleet of which some clients always fail. Every
//! step names which difference is which. The jobs are those of examples/ci, with a real remote and a clone for each job.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::pipeline::{BOTH, Host, Job, Pipeline};
use crate::repository::git_in;
use crate::world::World;

/// How many clients the fleet has. Client 20 cannot be read, and the PUTs of 18 and 19 are refused.
const FLEET: u64 = 20;

/// A finding of a drift report: client, field and state.
type Finding = (String, String, String);

fn findings(report: &str) -> Vec<Finding> {
    let report: Json = serde_json::from_str(report).unwrap();
    let text = |one: &Json, key: &str| one[key].as_str().unwrap_or("null").to_owned();
    let findings = report["run"]["drift"]["findings"].as_array().unwrap();
    let mut found: Vec<Finding> =
        findings.iter().map(|one| (text(one, "client_id"), text(one, "field"), text(one, "state"))).collect();
    found.sort();
    found
}

fn finding(client: u64, field: &str, state: &str) -> Finding {
    (client.to_string(), field.to_owned(), state.to_owned())
}

/// A fleet in sync with git, whose failing clients fail, before its first apply.
fn fleet(pipeline: Pipeline) -> (World, Host) {
    let mut world = World::new().project("ledger: git").file(".gitignore", ".ringform\n.seed-of-the-test.json\n");
    for id in 1..=FLEET {
        world = world.live(id, json!({"geo_list": "RU", "timezone": "Europe/Moscow", "hold_music": 7}));
        world = world.declared(id, "{geo_list: [RU], timezone: Europe/Moscow}");
    }
    for fault in ["on=get,client=20", "on=put,client=19", "on=put,client=18"] {
        world = world.fault(&format!("error=user_access_type_deny,{fault}"));
    }
    let world = world.repository();
    let host = Host::new(&world, pipeline);
    (world, host)
}

/// The changes of the newest report in the ledger: client, field, origin and the result of the client.
fn newest_changes(host: &Host) -> Vec<[String; 4]> {
    let newest = host.ledger_files("runs").into_iter().max().unwrap();
    let report: Json = serde_json::from_str(&host.ledger(&newest).unwrap()).unwrap();
    let word = |value: &Json| value.as_str().unwrap_or("null").to_owned();
    let mut found = Vec::new();
    for client in report["clients"].as_array().unwrap() {
        for change in client["changes"].as_array().into_iter().flatten() {
            found.push([&client["client_id"], &change["field"], &change["origin"], &client["result"]].map(word));
        }
    }
    found
}

#[test]
fn a_pull_request_and_a_change_behind_its_back_stay_apart_in_a_fleet_that_always_fails_somewhere() {
    for pipeline in BOTH {
        let (world, host) = fleet(pipeline);
        let head = |world: &World| world.git(&["rev-parse", "HEAD"]);

        // The first apply: nothing to send, 19 clients are recorded, and the one that fails does not hinder them.
        host.apply(&world).status(1).requests(1, FLEET, 0);
        assert_eq!(host.ledger_files("clients").len(), 19);
        assert_eq!((host.applied(), host.recorded(20, "geo_list")), (json!(head(&world)), Json::Null));
        // Drift reports the client that cannot be read, each time with status 1.
        host.drift(&world).status(1).requests(1, FLEET, 0);
        assert_eq!(findings(&host.kept("drift.json")), [finding(20, "null", "new")]);

        // A pull request opens clients 12 and 19 to one more country; meanwhile hands change the time zones of 5 and 12.
        world.git(&["checkout", "-q", "-b", "kazakhstan"]);
        for id in [12, 19] {
            world.declare(id, "{geo_list: [RU, KZ], timezone: Europe/Moscow}");
        }
        world.commit("Clients 12 and 19 may register from Kazakhstan");
        world.git(&["checkout", "-q", "main"]);
        for id in [5, 12] {
            world.server().set(id, "timezone", json!("Asia/Omsk"));
        }
        // Its job reads the clients that the pull request changes and no others.
        let (ended, comment) = host.plan(&world, Job::Plan, "kazakhstan");
        ended.status(0).requests(1, 2, 0);
        for part in ["KZ", "Pending", "Drift", "Asia/Omsk"] {
            assert!(comment.contains(part), "{part}\n{comment}");
        }
        // The same from a fork: no secrets, no request.
        let (ended, _) = host.plan(&world, Job::PlanOfFork, "kazakhstan");
        ended.status(0).requests(0, 0, 0);

        // The drift job reports both hands, and after the merge, which waits for its reviewer, nothing more.
        host.drift(&world).status(1);
        let hands =
            |state| [finding(12, "timezone", state), finding(20, "null", "continuing"), finding(5, "timezone", state)];
        assert_eq!(findings(&host.kept("drift.json")), hands("new"));
        world.git(&["merge", "-q", "--no-ff", "-m", "Merge", "kazakhstan"]);
        host.push(&world);
        host.drift(&world).status(1).requests(1, FLEET, 0);
        assert_eq!(findings(&host.kept("drift.json")), hands("continuing"));

        // Applied in one pass: git's changes, and the declared values in place of the drift. Client 19 is refused.
        host.apply(&world).status(1).requests(1, FLEET, 3);
        let change =
            |client: &str, field: &str, origin: &str, result: &str| [client, field, origin, result].map(str::to_owned);
        let sent = [
            change("12", "geo_list", "pending", "applied"),
            change("12", "timezone", "drift", "applied"),
            change("19", "geo_list", "pending", "failed"),
            change("5", "timezone", "drift", "applied"),
        ];
        assert_eq!(newest_changes(&host), sent);
        assert_eq!(
            (world.stored(12, "geo_list"), world.stored(12, "timezone")),
            (json!("KZ RU"), json!("Europe/Moscow"))
        );
        assert_eq!([host.recorded(12, "geo_list"), host.recorded(19, "geo_list")], ["KZ RU", "RU"]);
        assert_eq!(host.applied(), head(&world));
        host.drift(&world).status(1);
        assert_eq!(findings(&host.kept("drift.json")), hands("resolved"));

        // The revert of half an apply: what was stored is taken back, and nothing else is sent.
        world.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
        host.push(&world);
        host.apply(&world).status(1).requests(1, FLEET, 1);
        assert_eq!(newest_changes(&host), [change("12", "geo_list", "pending", "applied")]);
        assert_eq!([host.recorded(12, "geo_list"), host.recorded(19, "geo_list")], ["RU", "RU"]);

        // Repaired: the last client is recorded, and nothing differs.
        world.server().clear_faults();
        host.apply(&world).status(0).requests(1, FLEET, 0);
        assert_eq!((host.recorded(20, "geo_list"), host.ledger_files("clients").len()), (json!("RU"), 20));
        host.drift(&world).status(0);
        assert!(host.ledger_files("open").is_empty());
    }
}

#[test]
fn a_field_that_git_and_a_hand_changed_is_refused_until_a_person_decides() {
    for pipeline in BOTH {
        let (mut world, host) = fleet(pipeline);
        host.apply(&world).status(1);
        world.declare(12, "{geo_list: [RU], timezone: Asia/Tomsk}");
        world.commit("Client 12 moves to Tomsk");
        host.push(&world);
        world.server().set(12, "timezone", json!("Asia/Omsk"));
        host.apply(&world).status(1).requests(1, FLEET, 0).says(&["--overwrite-drift 12/timezone"]);
        assert_eq!(world.stored(12, "timezone"), "Asia/Omsk");
        assert_eq!(host.recorded(12, "timezone"), "Europe/Moscow");
        // The live value goes into the file: the conflict is settled, and nothing is sent.
        world.declare(12, "{geo_list: [RU], timezone: Asia/Omsk}");
        world.commit("Client 12 lives in Omsk");
        host.push(&world);
        host.apply(&world).status(1).requests(1, FLEET, 0);
        assert_eq!(host.recorded(12, "timezone"), "Asia/Omsk");
        // The other way out: a person sends the declared value all the same.
        world.declare(12, "{geo_list: [RU], timezone: UTC}");
        world.commit("Client 12 moves to UTC");
        host.push(&world);
        world.server().set(12, "timezone", json!("Asia/Tomsk"));
        world.run("apply --client 12 --overwrite-drift 12/timezone --yes").ok().requests(1, 1, 1);
        assert_eq!((world.stored(12, "timezone"), host.recorded(12, "timezone")), (json!("UTC"), json!("UTC")));
    }
}

#[test]
fn only_what_git_brings_is_sent_where_a_job_asks_for_it() {
    let (mut world, host) = fleet(Pipeline::Github);
    host.apply(&world).status(1);
    world.declare(12, "{geo_list: [RU, KZ], timezone: Europe/Moscow}");
    world.commit("Client 12 may register from Kazakhstan");
    host.push(&world);
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    world.run("apply --only pending --yes").status(1).requests(1, FLEET, 1);
    assert_eq!((world.stored(12, "geo_list"), world.stored(12, "timezone")), (json!("KZ RU"), json!("Asia/Omsk")));
    assert_eq!(
        (host.recorded(12, "geo_list"), host.recorded(12, "timezone")),
        (json!("KZ RU"), json!("Europe/Moscow"))
    );
    // Without a ledger and without a base there is no origin to choose.
    world.run("apply --only pending --yes --no-ledger").status(1).sends_nothing().says(&["--base REV", "ledger: git"]);
    world.run("plan --overwrite-drift 12 --no-ledger").status(1).sends_nothing().says(&["--base REV"]);
}

#[test]
fn shards_that_apply_one_after_another_record_the_whole_fleet() {
    let (mut world, host) = fleet(Pipeline::Github);
    world.server().clear_faults();
    world.declare(12, "{geo_list: [RU], timezone: UTC}");
    world.declare(13, "{geo_list: [RU], timezone: UTC}");
    world.commit("Clients 12 and 13 move to UTC");
    for shard in 1..=4 {
        world.run(&format!("apply --yes --shard {shard}/4")).ok();
    }
    assert_eq!((host.ledger_files("clients").len() as u64, world.puts().len()), (FLEET, 2));
    assert_eq!([host.recorded(12, "timezone"), host.recorded(13, "timezone")], ["UTC", "UTC"]);
    assert!(host.ledger_files("open").is_empty());
}

/// Runs the script of examples/ci/cron as cron would, with a binary of ours on its PATH.
fn cron(clone: &Path, state: &Path) -> (i32, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_ringform")).parent().unwrap();
    let script = fs::canonicalize("examples/ci/cron/ringform-drift").unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.arg(script).arg(clone).arg(state).env_clear().env("PATH", path);
    command.envs([("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", "s3cr3t-of-app")]);
    command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
    command.env("RINGFORM_METRICS", state.join("ringform.prom"));
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn on_one_machine_cron_is_quiet_until_something_is_new_and_the_ledger_stays_in_its_clone() {
    let world = World::new()
        .project("ledger: {remote: none}")
        .live(12, json!({"geo_list": "RU BY", "timezone": "Europe/Moscow"}))
        .file(".gitignore", ".ringform\n/clone/\n/state/\n.seed-of-the-test.json\n")
        .declared(12, "{geo_list: [RU, BY], timezone: Europe/Moscow}");
    let mut world = world.repository();
    let host = Host::new(&world, Pipeline::Github);
    git_in(world.folder(), &["clone", "-q", "--branch", "main", host.remote().to_str().unwrap(), "clone"]);
    let (clone, state) = (world.path("clone"), world.path("state"));
    fs::create_dir(&state).unwrap();
    world.run("apply clone --yes").ok().requests(1, 1, 0);
    assert_eq!(cron(&clone, &state), (0, String::new()));

    // A hand opens the client: one report, then silence.
    world.server().set(12, "geo_list", json!("*"));
    let (status, said) = cron(&clone, &state);
    assert_eq!(status, 2);
    assert!(said.contains("geo_list") && said.contains("! open "), "{said}");
    assert_eq!(cron(&clone, &state), (0, String::new()));
    assert!(world.read("state/ringform.prom").contains("ringform_"));
    world.run("apply clone --yes").ok().requests(1, 1, 1);
    assert_eq!(cron(&clone, &state), (0, String::new()));
    assert_eq!(findings(&world.read("state/drift.json"))[0].2, "resolved");

    // A merge that nobody applied yet is pending and no drift; the script pulls it.
    world.declare(12, "{geo_list: [RU], timezone: Europe/Moscow}");
    world.commit("Client 12 leaves Belarus");
    host.push(&world);
    assert_eq!(cron(&clone, &state).0, 2, "live is more open than declared until the apply");
    world.declare(12, "{geo_list: [RU, BY], timezone: Asia/Omsk}");
    world.commit("Client 12 moves to Omsk");
    host.push(&world);
    assert_eq!(cron(&clone, &state), (0, String::new()));
    world.run("apply clone --yes").ok().requests(1, 1, 1);
    assert_eq!(world.stored(12, "timezone"), "Asia/Omsk");

    // The ledger is a branch of this clone, and nothing was pushed.
    let applied = git_in(&clone, &["show", "ringform-ledger:ringform.yaml/clients/default/12.json"]);
    assert!(applied.contains("Asia/Omsk"), "{applied}");
    assert_eq!(git_in(&host.remote(), &["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
}

#[test]
fn the_init_container_of_kubernetes_clones_what_drift_needs() {
    let (mut world, host) = fleet(Pipeline::Github);
    host.apply(&world).status(1);
    world.declare(12, "{geo_list: [RU], timezone: Asia/Omsk}");
    world.commit("Client 12 moves to Omsk");
    host.push(&world);
    world.server().set(5, "timezone", json!("Asia/Tomsk"));
    world.server().clear_faults();
    let text = fs::read_to_string("examples/ci/kubernetes/cronjob.yaml").unwrap();
    let flags = "git clone --quiet --depth 1 --no-single-branch";
    assert!(text.contains(&format!("exec {flags} \"$REPOSITORY\" /checkout/pbx")), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let words: Vec<&str> = flags.split(' ').skip(1).collect();
    git_in(folder.path(), &[&words[..], &[&format!("file://{}", host.remote().display()), "pbx"]].concat());
    let report = folder.path().join("drift.json");
    let clone = folder.path().join("pbx");
    world.run(&format!("drift {} --format json={}", clone.display(), report.display())).status(2);
    assert_eq!(findings(&fs::read_to_string(&report).unwrap()), [finding(5, "timezone", "new")]);
}
