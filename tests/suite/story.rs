//! A pull request and a change behind git's back, from end to end: every step names which difference is which. The commands
//! are those of examples/ci, in a real repository with a real clone.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::repository::git_in;
use crate::world::{Ran, World};

/// The findings of a drift report: client, field and state.
fn findings(world: &World, report: &str) -> Vec<(String, String, String)> {
    let report: Json = serde_json::from_str(&world.read(report)).unwrap();
    let text = |one: &Json, key: &str| one[key].as_str().unwrap_or("null").to_owned();
    let findings = report["run"]["drift"]["findings"].as_array().unwrap();
    findings.iter().map(|one| (text(one, "client_id"), text(one, "field"), text(one, "state"))).collect()
}

fn only(state: &str) -> Vec<(String, String, String)> {
    vec![("12".to_owned(), "timezone".to_owned(), state.to_owned())]
}

/// What cron runs, at what was applied last, in the clone that nobody edits.
fn watch(world: &mut World) -> Ran {
    git_in(&world.path("clone"), &["fetch", "-q", "--force", "origin", "+refs/tags/*:refs/tags/*"]);
    git_in(&world.path("clone"), &["checkout", "-q", "--detach", "refs/tags/ringform-applied"]);
    world.run("drift clone --since drift.json --fail-on new --format json=drift.json")
}

/// A fleet of two in sync with git, the tag at the first commit, and a clone for cron.
fn beginning() -> World {
    let world = World::new()
        .live(12, json!({"geo_list": "RU BY", "timezone": "Europe/Moscow", "hold_music": 7}))
        .live(13, json!({"geo_list": "RU"}))
        .file(".gitignore", "/clone/\n/drift.*\n/plan.*\n/report.*\n/state/\n.seed-of-the-test.json\n")
        .declared(12, "{geo_list: [RU, BY], timezone: Europe/Moscow}")
        .declared(13, "{geo_list: [RU]}")
        .repository();
    world.git(&["tag", "ringform-applied"]);
    git_in(world.folder(), &["clone", "-q", ".", "clone"]);
    world
}

#[test]
fn a_pull_request_and_a_change_behind_its_back_stay_apart_to_the_end() {
    let mut world = beginning();
    watch(&mut world).ok();

    // A pull request opens client 12 to one more country; at the same time somebody moves its time zone by hand.
    world.git(&["checkout", "-q", "-b", "kazakhstan"]);
    world.declare(12, "{geo_list: [RU, BY, KZ], timezone: Europe/Moscow}");
    world.commit("Client 12 may register from Kazakhstan");
    world.server().set(12, "timezone", json!("Asia/Omsk"));

    // The check of the pull request looks at the merge, as GitHub checks it out. It reads what the pull request changes alone.
    world.git(&["checkout", "-q", "main"]);
    world.git(&["merge", "-q", "--no-ff", "-m", "merge", "kazakhstan"]);
    let plan = world
        .run("plan --base HEAD^1 --affected --only pending --only unknown --format markdown=plan.md --format json")
        .ok()
        .requests(1, 1, 0);
    let changes: Vec<(Json, Json)> = plan.client("12")["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["field"].clone(), change["origin"].clone()))
        .collect();
    assert_eq!(changes, [(json!("geo_list"), json!("pending")), (json!("timezone"), json!("drift"))]);
    let summary = &plan.json()["summary"];
    assert_eq!([&summary["pending"], &summary["drift"], &summary["conflict"]], [&json!(1), &json!(1), &json!(0)]);
    let comment = world.read("plan.md");
    for part in ["KZ", "Pending", "Drift", "Asia/Omsk"] {
        assert!(comment.contains(part), "{comment}");
    }

    // A fork's pull request has no secrets: the same change, and no request.
    let offline = world.run("plan --base HEAD^1 --offline --format json").ok().sends_nothing();
    assert_eq!(offline.json()["summary"]["changes"], 1);

    // Merged: what git brings is sent, and nothing else. The tag moves.
    world
        .run("apply --base ringform-applied --affected --only pending --only unknown --yes --format json=report.json")
        .ok()
        .requests(1, 1, 1);
    assert_eq!(world.puts(), [json!({"geo_list": "BY KZ RU"})]);
    assert_eq!(world.stored(12, "timezone"), "Asia/Omsk");
    world.git(&["tag", "--force", "ringform-applied"]);

    // Cron tells of the other, once.
    watch(&mut world).status(2);
    assert_eq!(findings(&world, "drift.json"), only("new"));
    watch(&mut world).ok();
    assert_eq!(findings(&world, "drift.json"), only("continuing"));

    // Put back by hand: it ends, that is said once, and then nothing is left.
    world.server().set(12, "timezone", json!("Europe/Moscow"));
    watch(&mut world).ok();
    assert_eq!(findings(&world, "drift.json"), only("resolved"));
    watch(&mut world).ok();
    assert_eq!(findings(&world, "drift.json"), []);
    assert_eq!(world.puts().len(), 1, "one PUT in the whole story");
}

#[test]
fn what_was_put_back_from_the_tag_ends_the_finding_too() {
    let mut world = beginning();
    watch(&mut world).ok();
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    watch(&mut world).status(2);
    // The first way out of docs/ci.md: what is declared at the tag is applied again.
    world.run("apply clone --client 12 --yes").ok();
    watch(&mut world).ok();
    assert_eq!(findings(&world, "drift.json"), only("resolved"));
}

#[test]
fn taking_the_live_value_into_git_sends_nothing_and_ends_the_finding() {
    let mut world = beginning();
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    watch(&mut world).status(2);
    world.declare(12, "{geo_list: [RU, BY], timezone: Asia/Omsk}");
    world.commit("Client 12 lives in Omsk");
    world.run("apply --base ringform-applied --affected --only pending --only unknown --yes").ok().requests(1, 1, 0);
    world.git(&["tag", "--force", "ringform-applied"]);
    watch(&mut world).ok();
    assert_eq!(findings(&world, "drift.json"), only("resolved"));
}

#[test]
fn a_field_that_both_changed_is_refused_and_the_tag_has_no_reason_to_move() {
    let mut world = beginning();
    world.declare(12, "{geo_list: [RU, BY], timezone: Asia/Tomsk}");
    world.commit("Client 12 moves to Tomsk");
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    let apply = "apply --base ringform-applied --affected --only pending --only unknown --yes";
    world.run(apply).status(1).requests(1, 1, 0);
    world.run(&format!("{apply} --overwrite-drift 12/timezone --only conflict")).ok();
    assert_eq!(world.stored(12, "timezone"), "Asia/Tomsk");
}

#[test]
fn a_merge_that_changes_the_credentials_is_not_sent_by_itself() {
    let mut world = beginning();
    let project = world.read("ringform.yaml");
    let more = "credentials:\n  default: {token: \"${STOLEN}\"}\n";
    world.write("ringform.yaml", format!("{project}{more}").as_bytes());
    world.declare(12, "{geo_list: [RU], timezone: Europe/Moscow}");
    world.commit("Other credentials");
    world.run("plan --base HEAD^1 --affected").status(1).sends_nothing();
    world.run("apply --base ringform-applied --affected --only pending --only unknown --yes").status(1).sends_nothing();
}

/// Runs the script of examples/ci/cron as cron would, with a binary of ours on its PATH.
fn cron(world: &mut World) -> (i32, String) {
    fs::create_dir_all(world.path("state")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_ringform")).parent().unwrap();
    let script = fs::canonicalize("examples/ci/cron/ringform-drift").unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.arg(script).arg(world.path("clone")).arg(world.path("state")).env_clear().env("PATH", path);
    command.envs([("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", "s3cr3t-of-app")]);
    command.env("RINGFORM_METRICS", world.path("state/ringform.prom"));
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_script_for_cron_is_quiet_until_something_is_new() {
    let mut world = beginning();
    assert_eq!(cron(&mut world), (0, String::new()));
    world.server().set(12, "geo_list", json!("*"));
    let (status, said) = cron(&mut world);
    assert_eq!(status, 2);
    assert!(said.contains("geo_list") && said.contains("! open "), "{said}");
    assert_eq!(cron(&mut world), (0, String::new()));
    assert!(world.read("state/ringform.prom").contains("ringform_"));

    // A commit that is not applied is none of its business; the tag that moves is.
    world.declare(12, "{geo_list: \"*\", timezone: Europe/Moscow}");
    world.commit("Everybody may register");
    assert_eq!(cron(&mut world), (0, String::new()));
    assert_eq!(findings(&world, "state/drift.json")[0].2, "continuing");
    world.git(&["tag", "--force", "ringform-applied"]);
    assert_eq!(cron(&mut world), (0, String::new()));
    assert_eq!(findings(&world, "state/drift.json")[0].2, "resolved");
}
