//! What drift remembers must not be lost, mixed up or written over, whatever goes wrong around it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::world::World;

const AGAIN: &str = "drift --since last.json --format json=last.json";

fn drifted() -> World {
    World::new().live(12, json!({"geo_list": "*"})).declared(12, "{geo_list: [RU]}")
}

#[test]
fn the_report_of_another_project_ends_nothing_here() {
    let mut world = drifted().live(14, json!({"geo_list": "RU"}));
    world.run(AGAIN).status(2);
    let before = world.read("last.json");
    fs::remove_file(world.path("clients/12.yaml")).unwrap();
    world.write("clients/14.yaml", b"client: 14\nsettings: {geo_list: [RU]}\n");
    world.run(AGAIN).status(1).sends_nothing().says(&["names no client of this project", "remove it to start again"]);
    assert_eq!(world.read("last.json"), before);
}

#[test]
fn a_client_that_could_not_be_read_in_its_turn_is_an_error_until_it_can_be() {
    let mut world = World::new().fault("error=user_blocked,client=2,on=get");
    for id in 1..=4 {
        world = world.live(id, json!({"geo_list": "RU"})).declared(id, "{geo_list: [RU]}");
    }
    let statuses: Vec<i32> = (0..4).map(|_| world.run(&format!("{AGAIN} --budget 2")).status).collect();
    assert_eq!(statuses, [1, 1, 1, 1]);
}

#[test]
fn what_cannot_be_written_takes_nothing_else_with_it() {
    let mut world = drifted();
    std::os::unix::fs::symlink("/dev/full", world.path("full.html")).unwrap();
    let line = "drift --since last.json --format html=full.html --format json=last.json";
    world.run(line).status(1).says(&["full.html"]);
    world.run(line).status(1).prints(&["1 continuing"]);
}

#[test]
fn a_typing_error_is_never_written_where_the_report_belongs() {
    for name in ["./last.json", "clients/../last.json", "FOLDER/last.json", "link.json"] {
        let mut world = drifted();
        world.start();
        symlink("last.json", world.path("link.json")).unwrap();
        let name = name.replace("FOLDER", world.folder().to_str().unwrap());
        world.write("clients/bad.yaml", b"cleint: 9\n");
        let line = format!("drift --since last.json --format json={name}");
        world.run(&line).status(1).sends_nothing();
        fs::remove_file(world.path("clients/bad.yaml")).unwrap();
        assert!(!world.path("last.json").exists(), "{name}");
        world.run(&line).status(2);
    }
}

#[test]
fn a_run_that_did_not_begin_is_no_success_when_it_is_shown() {
    let mut world = drifted();
    world.write("clients/bad.yaml", b"cleint: 9\n");
    for command in ["drift", "plan"] {
        world.run(&format!("{command} --format json=refused.json")).status(1);
        world.run("show refused.json").status(1);
    }
}

#[test]
fn a_link_that_leads_nowhere_stops_nobody_unless_it_is_called_like_a_document() {
    let mut world = drifted();
    world.start();
    symlink("/nowhere", world.path("result")).unwrap();
    world.run("validate").ok();
    symlink("/nowhere", world.path("clients/x.yaml")).unwrap();
    world.run("validate").status(1).says(&["clients/x.yaml cannot be read"]);
}

#[test]
fn an_address_that_is_not_utf_8_is_an_error_and_not_a_run_without_a_webhook() {
    let mut world = drifted();
    let broken = OsString::from_vec(b"http://127.0.0.1:9/hush\xff".to_vec());
    let output = world.command("drift").env("RINGFORM_NOTIFY_URL", &broken).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), world.server().counts().read), (Some(1), 0), "{said}");
    assert!(said.contains("RINGFORM_NOTIFY_URL is not UTF-8") && !said.contains("hush"), "{said}");
    // The flag wins, so the variable does not count. A variable that ringform does not read never counts.
    let output = world.command("drift --notify http://127.0.0.1:9/x").env("RINGFORM_NOTIFY_URL", &broken).output();
    assert!(!String::from_utf8(output.unwrap().stderr).unwrap().contains("RINGFORM_NOTIFY_URL"));
    assert_eq!(world.command("drift").env("OTHER_URL", &broken).output().unwrap().status.code(), Some(2));
}

/// Sets every time of a read in the last report, and the time of its run.
fn set_times(world: &World, change: impl Fn(&str, &mut serde_json::Value)) {
    let mut report: serde_json::Value = serde_json::from_str(&world.read("last.json")).unwrap();
    for read in report["run"]["drift"]["last_read"].as_array_mut().unwrap() {
        let client = read["client_id"].as_str().unwrap().to_owned();
        change(&client, &mut read["at"]);
    }
    world.write("last.json", report.to_string().as_bytes());
}

#[test]
fn a_client_whose_last_read_lies_in_the_future_counts_as_never_read() {
    let mut world = World::new();
    for id in 1..=4 {
        world = world.live(id, json!({"geo_list": "RU"})).declared(id, "{geo_list: [RU]}");
    }
    world.run(AGAIN).ok();
    set_times(&world, |client, at| {
        *at = json!(if client == "3" { "2099-01-01T00:00:00Z" } else { "2026-01-01T00:00:00Z" })
    });
    let read = |world: &World| -> Vec<String> {
        let report: serde_json::Value = serde_json::from_str(&world.read("last.json")).unwrap();
        let clients = report["clients"].as_array().unwrap();
        clients.iter().map(|one| one["client_id"].as_str().unwrap().to_owned()).collect()
    };
    let ran = world.run(&format!("{AGAIN} --budget 1")).ok().requests(1, 1, 0);
    ran.says(&["future-time", "2099-01-01T00:00:00Z", "1 client with such a time counts as never read"]);
    assert_eq!(read(&world), ["3"]);
    // The report of this run holds no such time any more.
    assert!(!world.run(&format!("{AGAIN} --budget 1")).ok().stderr.contains("future-time"));
    // Whoever is not read after that is not said to have been looked at.
    set_times(&world, |client, at| {
        if client != "1" {
            *at = json!("2099-01-01T00:00:00Z");
        }
    });
    let ran = world.run(&format!("{AGAIN} --budget 2")).ok().requests(1, 2, 0);
    ran.says(&["3 clients with such a time count as never read"]).prints(&["1 not read yet."]);
    assert_eq!(read(&world), ["2", "3"]);
}

#[test]
fn clocks_may_differ_by_a_little() {
    let mut world = drifted();
    world.run(AGAIN).status(2);
    let ahead = |seconds: i64| {
        (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    set_times(&world, |_, at| *at = json!(ahead(200)));
    assert!(!world.run(AGAIN).status(2).stderr.contains("future-time"));
    set_times(&world, |_, at| *at = json!(ahead(1000)));
    world.run(AGAIN).status(2).says(&["future-time"]);
}

#[test]
fn a_finding_of_the_future_continues_from_now() {
    let mut world = drifted();
    world.run(AGAIN).status(2);
    let mut report: serde_json::Value = serde_json::from_str(&world.read("last.json")).unwrap();
    report["run"]["drift"]["findings"][0]["first_seen"] = json!("2099-01-01T00:00:00Z");
    report["run"]["started_at"] = json!("2099-01-01T00:00:00Z");
    world.write("last.json", report.to_string().as_bytes());
    let ran = world.run(AGAIN).status(2).says(&["future-time"]).prints(&["1 continuing"]);
    assert!(!ran.stdout.contains("since 2099"), "{}", ran.stdout);
}
