//! Dated settings of a change set: `--base` lists those that REV does not have, and guards, limits and `--affected`
//! judge them before they begin.

use std::fs;

use serde_json::{Value as Json, json};

use crate::world::{Ran, World};

/// A trip, as lines of a client document.
pub const TRIP: &str = "temporary:
- {settings: {geo_list: {add: [TR]}}, from: 2099-12-01, until: 2099-12-14, owner: anna, reason: fair}
";

/// A project with these lines on main, and a branch with the same.
pub fn world(lines: &str) -> World {
    let world = World::new().project(lines).live(12, json!({"geo_list": "RU", "hold_music": 7}));
    let world = world.live(13, json!({"geo_list": "RU"}));
    let world = world.declared(12, "{geo_list: RU, hold_music: 7}").declared(13, "{geo_list: RU}").repository();
    world.git(&["checkout", "-q", "-b", "change"]);
    world
}

/// Writes the document of client 12: what is live, and these lines.
pub fn add(world: &World, lines: &str) {
    declare(world, "{geo_list: RU, hold_music: 7}", lines);
}

/// Writes the document of client 12: these settings, and these lines.
pub fn declare(world: &World, settings: &str, lines: &str) {
    world.write("clients/12.yaml", format!("client: 12\nsettings: {settings}\n{lines}").as_bytes());
}

/// Makes main what the work tree is.
pub fn merge(world: &World) {
    world.commit("merged");
    world.git(&["branch", "-f", "main"]);
}

/// The dated settings of a client in a plan.
pub fn scheduled(ran: &Ran, client: &str) -> Vec<Json> {
    ran.client(client)["scheduled"].as_array().unwrap().clone()
}

/// Of each dated setting of client 12: field, values, and effect.
fn steps(ran: &Ran) -> Vec<Json> {
    let of = |one: &Json| json!([one["field"], one["before"], one["after"], one["effect"]]);
    scheduled(ran, "12").iter().map(of).collect()
}

fn plan(world: &mut World, more: &str) -> Ran {
    world.run(&format!("plan --base main --format json {more}"))
}

#[test]
fn a_change_set_lists_its_dated_settings_before_they_begin() {
    let mut world = world("zone: Europe/Moscow");
    add(&world, TRIP);
    let item = json!({
        "field": "geo_list", "before": "RU", "after": "RU TR", "effect": "opens", "from": "2099-12-01",
        "until": "2099-12-14", "begins_at": "2099-11-30T21:00:00Z", "ends_at": "2099-12-14T21:00:00Z",
        "owner": "anna", "reason": "fair", "opens_for_days": 14,
        "source": {"file": "clients/12.yaml", "line": 4, "column": 3},
    });
    for more in ["", "--offline", "--affected", "--client 12"] {
        let ran = plan(&mut world, more).ok();
        assert_eq!(scheduled(&ran, "12"), std::slice::from_ref(&item), "{more}");
        assert_eq!(ran.client("12")["changes"], json!([]), "{more}");
    }
    // Without a base, nothing says what is new. A field that the run leaves out is not listed.
    assert_eq!(scheduled(&world.run("plan --format json").ok(), "12"), [] as [Json; 0]);
    assert_eq!(scheduled(&plan(&mut world, "--field hold_music").ok(), "12"), [] as [Json; 0]);
    // What has ended does nothing any more.
    add(&world, &TRIP.replace("2099", "2019"));
    assert_eq!(scheduled(&plan(&mut world, "").ok(), "12"), [] as [Json; 0]);
    add(&world, TRIP);
    // Once merged, it is not of this change set.
    merge(&world);
    assert_eq!(scheduled(&plan(&mut world, "").ok(), "12"), [] as [Json; 0]);
}

#[test]
fn an_entry_is_the_same_when_it_sets_the_same_for_the_same_time() {
    let mut world = world("");
    let with = |entry: &str| format!("temporary:\n- {{owner: anna, reason: fair, {entry}}}\n");
    let then = "settings: {geo_list: {add: [TR]}}, from: 2099-12-01, until: 2099-12-14";
    add(&world, &with(then));
    merge(&world);
    let table = [
        // The entry now, and how many items it makes.
        (then, 0),
        ("settings: {geo_list: {add: [TR]}}, from: 2099-12-01T00:00Z, until: 2099-12-15T00:00Z", 0),
        ("settings: {geo_list: {add: [TR]}}, from: 2099-12-01, until: 2099-12-15", 1),
        ("settings: {geo_list: {add: [TR]}}, from: 2099-12-01, until: 2099-12-13", 1),
        ("settings: {geo_list: {add: [TR]}}, until: 2099-12-14", 1),
        ("settings: {geo_list: {add: [TR, GE]}}, from: 2099-12-01, until: 2099-12-14", 1),
        ("settings: {geo_list: {add: [TR]}, hold_music: 9}, from: 2099-12-01, until: 2099-12-14", 2),
    ];
    for (now, items) in table {
        add(&world, &with(now));
        let ran = plan(&mut world, "").ok();
        assert_eq!(scheduled(&ran, "12").len(), items, "{now}");
        let affected = plan(&mut world, "--affected --offline").ok().json()["clients"].as_array().unwrap().len();
        assert_eq!(affected, usize::from(items > 0), "{now}");
    }
    // Another owner or reason brings no opening.
    add(&world, &with(then).replace("anna", "boris").replace("fair", "the fair"));
    assert_eq!(scheduled(&plan(&mut world, "").ok(), "12"), [] as [Json; 0]);
    // Without the entry nothing is left to list.
    add(&world, "");
    assert_eq!(plan(&mut world, "--affected --offline").ok().json()["clients"], json!([]));
}

#[test]
fn the_zone_of_each_side_decides_its_instants() {
    let mut world = world("zone: Europe/Moscow");
    add(&world, TRIP);
    merge(&world);
    let text = world.read("ringform.yaml").replace("Europe/Moscow", "Asia/Omsk");
    fs::write(world.path("ringform.yaml"), text).unwrap();
    let ran = plan(&mut world, "--affected").ok().requests(1, 1, 0);
    assert_eq!(steps(&ran), [json!(["geo_list", "RU", "RU TR", "opens"])]);
    // An instant with its offset does not move.
    merge(&world);
    add(&world, &TRIP.replace("12-01,", "12-01T00:00+06:00,").replace("12-14,", "12-15T00:00+06:00,"));
    assert_eq!(plan(&mut world, "--affected --offline").ok().json()["clients"], json!([]));
}

#[test]
fn a_profile_that_a_client_newly_inherits_brings_its_entries() {
    let mut world = world(
        "profiles:
  travel:
    hold_music: 7
    temporary:
    - {settings: {geo_list: {add: [TR]}, hold_music: 9}, from: 2099-12-01, until: 2099-12-14, owner: a, reason: r}",
    );
    world.write("clients/12.yaml", b"client: 12\nprofiles: [travel]\nignore: [geo_list]\n");
    let ran = plan(&mut world, "").ok();
    assert_eq!(steps(&ran), [json!(["hold_music", 7, 9, null])]);
    assert_eq!(scheduled(&ran, "12")[0]["source"]["file"], "ringform.yaml");
    merge(&world);
    // What a plain value of the document hid begins to act.
    world.write("clients/14.yaml", b"client: 14\nprofiles: [travel]\nignore: [geo_list]\n");
    world.write("clients/12.yaml", b"client: 12\nprofiles: [travel]\nsettings: {hold_music: 7}\nignore: [geo_list]\n");
    let all = plan(&mut world, "--offline");
    assert_eq!(scheduled(&all, "14").len(), 1);
    assert_eq!(scheduled(&all, "12").len(), 0);
    merge(&world);
    world.write("clients/12.yaml", b"client: 12\nprofiles: [travel]\nignore: [geo_list]\n");
    let again = plan(&mut world, "--offline --affected");
    assert_eq!(steps(&again), [json!(["hold_music", 7, 9, null])]);
}

#[test]
fn a_guard_stops_a_client_in_sync_because_of_what_is_to_come() {
    let mut world = world("guards:\n- {name: home, field: geo_list, deny: {allow: [RU]}}");
    add(&world, TRIP);
    let message = "geo_list: \"RU\" → \"RU TR\" by the entry of clients/12.yaml:4:3, which begins on 2099-12-01, is \
                   against the guard";
    for more in ["", "--offline", "--affected"] {
        let ran = plan(&mut world, more).status(1);
        let client = ran.client("12");
        assert_eq!(client["status"], "in_sync", "{more}");
        assert_eq!(client["blocked"], json!([{"kind": "guard", "name": "home", "message": message}]), "{more}");
    }
    let ran = world.run("apply --base main --yes --format json").status(1).requests(1, 2, 0);
    assert_eq!(ran.results(), ["refused", "unchanged"]);
    assert_eq!(ran.client("12")["details"]["message"], message);
    // A saved plan keeps it, and the guard of today judges it again.
    plan(&mut world, "--out p.json").status(1);
    let ran = world.run("apply --plan p.json --yes --format json").status(1).requests(0, 0, 0);
    assert_eq!(ran.results(), ["refused", "unchanged"]);
    // What else the client has to send waits with it.
    declare(&world, "{geo_list: RU, hold_music: 8}", TRIP);
    let ran = world.run("apply --base main --yes --format json").status(1).requests(1, 2, 0);
    assert_eq!(ran.results(), ["refused", "unchanged"]);
    let passing = "--override-guard home --reason trip";
    world.run(&format!("apply --base main --yes {passing}")).ok().requests(1, 2, 1).says(&["was overridden: trip"]);
    // Without the base the entry is not of this run, and after the merge it is not of the change set.
    world.run("plan").ok();
    merge(&world);
    plan(&mut world, "").ok();
}

#[test]
fn every_condition_judges_an_entry_as_it_judges_a_change() {
    let table = [
        // A guard, the values of the entry, and how many clients it stops.
        ("open-geo", "geo_list: {add: [TR]}", false),
        ("{name: too-many-countries, deny: {max_countries: 1}}", "geo_list: {add: [TR]}", true),
        ("{name: too-many-countries, deny: {max_countries: 2}}", "geo_list: {add: [TR]}", false),
        ("{name: g, field: geo_list, deny: {to: [RU, TR]}}", "geo_list: {add: [TR]}", true),
        ("{name: g, field: geo_list, deny: {from: [RU]}}", "geo_list: {add: [TR]}", true),
        ("{name: g, field: geo_list, deny: {from: [TR]}}", "geo_list: {add: [TR]}", false),
        ("{name: g, field: geo_list, deny: {}}", "geo_list: {add: [RU]}", false),
        ("{name: g, field: geo_list, labels: {city: omsk}, deny: {}}", "geo_list: {add: [TR]}", false),
        ("{name: g, field: geo_list, warn: {}}", "geo_list: {add: [TR]}", false),
        ("{name: g, field: hold_music, deny: {to: 9}}", "hold_music: 9", true),
        ("{name: g, field: hold_music, deny: {to: 9}}", "hold_music: 10", false),
        ("{name: g, field: hold_music, deny: {to: 9}}", "geo_list: {add: [TR]}", false),
    ];
    for (guard, settings, stops) in table {
        let mut world = world(&format!("guards: [{guard}]"));
        add(&world, &TRIP.replace("geo_list: {add: [TR]}", settings));
        let ran = plan(&mut world, "--offline").status(i32::from(stops));
        assert_eq!(ran.client("12")["blocked"].as_array().unwrap().len(), usize::from(stops), "{guard} {settings}");
        if guard.contains("warn") {
            assert!(ran.stdout.contains("by the entry of clients/12.yaml:4:3"), "{guard}");
        }
    }
}

#[test]
fn a_guard_of_the_base_and_of_a_floor_judge_what_is_to_come() {
    let guard = "guards:\n- {name: home, field: geo_list, deny: {allow: [RU]}}";
    let outside = tempfile::tempdir().unwrap();
    let floor = outside.path().join("floor.yaml");
    fs::write(&floor, "guards:\n- {name: home, field: geo_list, deny: {allow: [RU]}}\n").unwrap();
    let mut world = world(guard);
    let project = world.read("ringform.yaml").replace(guard, "");
    fs::write(world.path("ringform.yaml"), project).unwrap();
    add(&world, TRIP);
    let ran = plan(&mut world, "--offline --override-guard home --reason trip").status(1);
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains("cannot pass guard home of main"), "{}", ran.stdout);
    let ran = plan(&mut world, "--offline").status(1);
    let message = ran.client("12")["blocked"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with("is against guard home of main, which this change removes"), "{message}");
    let ran = plan(&mut world, &format!("--offline --floor {}", floor.display())).status(1);
    let messages: Vec<Json> = ran.client("12")["blocked"].as_array().unwrap().clone();
    assert_eq!(messages.len(), 1, "{messages:?}");
    // What main has already is not judged by a guard that comes later.
    merge(&world);
    fs::write(world.path("ringform.yaml"), format!("{}\n{guard}\n", world.read("ringform.yaml"))).unwrap();
    plan(&mut world, "--offline").ok();
}

#[test]
fn each_opening_counts_once() {
    let mut world = world("limits: {max_opening: 0}");
    let warning = |ran: &Ran| {
        let found = ran.json()["diagnostics"].as_array().unwrap().clone();
        let sentence = found.iter().find(|one| one["rule"] == "limit-exceeded").map(|one| one["summary"].clone());
        sentence.map(|one| one.as_str().unwrap().to_owned())
    };
    add(&world, TRIP);
    let found = warning(&plan(&mut world, "").ok()).unwrap();
    assert!(found.starts_with("1 change would open the PBX to more callers (1 by dated settings of this"), "{found}");
    world.run("apply --base main --yes").status(1).requests(1, 2, 0);
    // It holds now: the change of now and the entry are one opening.
    let now = TRIP.replace("from: 2099-12-01, ", "");
    add(&world, &now);
    let found = warning(&plan(&mut world, "").ok()).unwrap();
    assert!(found.starts_with("1 change would open the PBX to more callers, max_opening"), "{found}");
    // A second leg is another opening, and a lasting country beside the trip is one more.
    let leg = TRIP.replace("2099-12-01", "2099-12-20").replace("2099-12-14", "2099-12-24");
    add(&world, &format!("{now}{}", leg.replace("temporary:\n", "")));
    let found = warning(&plan(&mut world, "").ok()).unwrap();
    assert!(found.starts_with("2 changes would open the PBX to more callers (1 by dated"), "{found}");
    declare(&world, "{geo_list: [RU, BY]}", TRIP);
    let found = warning(&plan(&mut world, "").ok()).unwrap();
    assert!(found.starts_with("2 changes would open the PBX to more callers (1 by dated"), "{found}");
    // Music opens nothing, and no other limit counts what is still to come.
    add(&world, &TRIP.replace("geo_list: {add: [TR]}", "hold_music: 9"));
    let lines = world.read("ringform.yaml").replace("max_opening: 0", "max_opening: 0, max_changes: 0");
    fs::write(world.path("ringform.yaml"), lines).unwrap();
    assert_eq!(warning(&plan(&mut world, "").ok()), None);
}
