//! What stops `apply --only-closing`: guards, `expect`, limits and waivers. A conflict does not.

use serde_json::json;

use crate::closing::{CLOSE, world};
use crate::world::World;

#[test]
fn guards_and_expect_judge_what_it_sends_and_stop_it() {
    let world = |live: &str, guards: &str| {
        let live = json!({"geo_list": live, "dial_rule_id": 1, "name": "acme"});
        let document = "client: 12\nexpect: {name: acme}\nsettings: {geo_list: [RU, BY, KZ], dial_rule_id: 2}\n";
        World::new().live(12, live).file("clients/12.yaml", document).project(guards)
    };
    let table = [
        ("*", "guards: [{name: too-many-countries, deny: {max_countries: 2}}]", "refused"),
        ("RU BY TR", "guards: [{name: too-many-countries, deny: {max_countries: 2}}]", "applied"),
        // The change of this field is not sent.
        ("RU TR", "guards: [dial-rule-changed]", "applied"),
        ("RU TR", "guards: [{name: unmanaged-security, deny: {}}]", "applied"),
        ("RU TR", "guards: [{name: keep, field: geo_list, deny: {}}]", "refused"),
    ];
    for (live, guards, expected) in table {
        let mut world = world(live, guards);
        let ran = world.run(CLOSE);
        assert_eq!(ran.results(), [expected], "{live} {guards}\n{}{}", ran.stdout, ran.stderr);
        assert_eq!(world.puts().len(), usize::from(expected == "applied"), "{live} {guards}");
    }
    let mut world = world("RU TR", "");
    world.start();
    world.server().set(12, "name", json!("other"));
    let ran = world.run(CLOSE).status(1).requests(1, 1, 0);
    assert_eq!(ran.results(), ["refused"]);
}

#[test]
fn limits_count_what_it_sends() {
    let fleet = || {
        let mut world = World::new();
        for id in 1..=4 {
            let live = if id <= 2 { "RU TR" } else { "RU" };
            world = world.live(id, json!({"geo_list": live, "hold_music": 7}));
            world = world.declared(id, "{geo_list: [RU, KZ], hold_music: 8}");
        }
        world
    };
    for (limit, sent) in [
        ("--max-changes 2", 2),
        ("--max-changes 1", 0),
        ("--max-changed-clients 2", 2),
        ("--max-changed-clients 1", 0),
        ("--max-changed-clients 50%", 2),
        ("--max-changed-clients 49%", 0),
        ("--max-opening 0", 2),
    ] {
        let mut world = fleet();
        let ran = world.run(&format!("{CLOSE} {limit}")).status(i32::from(sent == 0));
        assert_eq!(world.puts().len(), sent, "{limit}\n{}", ran.stderr);
        if sent == 0 {
            assert_eq!(ran.results(), ["skipped", "skipped", "unchanged", "unchanged"], "{limit}");
        }
    }
    let mut world = fleet().fault("error=bad_request,on=put,client=1");
    let ran = world.run(&format!("{CLOSE} --canary 1")).status(1);
    assert_eq!(ran.results(), ["failed", "skipped", "unchanged", "unchanged"]);
    let mut world = fleet().fault("error=bad_request,on=put,client=1");
    let ran = world.run(&format!("{CLOSE} --max-failures 1")).status(1);
    assert_eq!(ran.results(), ["failed", "skipped", "unchanged", "unchanged"]);
}

#[test]
fn a_client_that_it_cannot_close_counts_for_no_limit_and_keeps_no_other_open() {
    let mut world = World::new();
    for (id, live) in [(1, "TR"), (2, "RU ZZ"), (3, "RU TR"), (4, "RU TR"), (5, "RU TR")] {
        world = world.live(id, json!({"geo_list": live, "hold_music": 7})).declared(id, "{geo_list: [RU]}");
    }
    // Client 3 becomes one before its PUT; then it is no canary either.
    let mut world = world.fault("meddle=geo_list:ZZ,on=get,client=3,after=1,times=1");
    let lines = "limits: {max_failures: 1, canary: 1, max_changes: 3, max_read_age: 0s}\n";
    world = world.project(lines);
    let ran = world.run(CLOSE).status(1);
    assert_eq!(ran.results(), ["refused", "refused", "refused", "applied", "applied"], "{}", ran.stdout);
    // What it sends and what it cannot read count as in every run.
    for fault in ["error=bad_request,on=put,client=3", "error=client_not_found,on=get,client=3"] {
        let mut world = World::new().project("limits: {max_failures: 1}").fault(fault);
        for id in [3, 4] {
            world = world.live(id, json!({"geo_list": "RU TR"})).declared(id, "{geo_list: [RU]}");
        }
        assert_eq!(world.run(CLOSE).status(1).results(), ["failed", "skipped"], "{fault}");
    }
}

#[test]
fn a_waiver_keeps_the_field_out_until_it_ends() {
    let waiver = |field: &str, until: &str| {
        format!("waivers: [{{client: 12{field}, owner: anna, reason: trade fair, until: {until}}}]")
    };
    for (lines, sent) in [
        (waiver(", field: geo_list", "2099-01-01"), false),
        (waiver("", "2099-01-01"), false),
        (waiver(", field: hold_music", "2099-01-01"), true),
        (waiver("", "2020-01-01"), true),
    ] {
        let mut world = world(json!("RU TR"), "[RU]").project(&lines);
        let ran = world.run(CLOSE).ok();
        assert_eq!(world.puts().len(), usize::from(sent), "{lines}");
        let message = ran.client("12")["details"]["message"].as_str().unwrap_or_default().to_owned();
        assert_eq!(message.contains("a waiver of anna covers it until 2099-01-01 (trade fair)"), !sent, "{message}");
    }
    // A floor decides which fields have no waiver.
    let mut world = world(json!("RU TR"), "[RU]").project(&waiver("", "2099-01-01"));
    let floor = tempfile::tempdir().unwrap();
    let path = floor.path().join("floor.yaml");
    std::fs::write(&path, "never_waived: [geo_list]\n").unwrap();
    let ran = world.run(&format!("{CLOSE} --floor {}", path.display()));
    assert_eq!(world.puts(), [json!({"geo_list": "RU"})], "{}", ran.stderr);
    assert!(ran.stderr.contains("does not cover geo_list: the floor never waives"), "{}", ran.stderr);
}

#[test]
fn an_expired_override_of_a_country_goes_while_a_conflict_stops_nothing() {
    let mut world = world(json!("RU"), "[RU]").repository();
    // main declares RU; this branch adds KZ, and someone added TR outside of git: a conflict.
    world.declare(12, "{geo_list: [RU, KZ]}");
    world.server().set(12, "geo_list", json!("RU TR"));
    world.run("apply --yes --base main").status(1).requests(1, 1, 0).prints(&["conflict"]);
    // With --only, what was added outside of git stays.
    let ran = world.run(&format!("{CLOSE} --base main --only pending")).ok().requests(1, 1, 0);
    assert!(ran.client("12")["details"]["message"].as_str().unwrap().contains("--only leaves its origin out"));
    let ran = world.run(&format!("{CLOSE} --base main")).ok().requests(1, 1, 1);
    assert_eq!((ran.results(), world.stored(12, "geo_list")), (vec!["applied".to_owned()], json!("RU")));
    // Drift is left out by --only too, and a change of git is sent.
    world.declare(12, "{geo_list: [RU]}");
    world.server().set(12, "geo_list", json!("RU DE"));
    world.run(&format!("{CLOSE} --base main --only pending")).ok().requests(1, 1, 0);
    world.server().set(12, "geo_list", json!("RU"));
    world.declare(12, "{geo_list: [BY, RU]}");
    world.commit("BY as well");
    world.server().set(12, "geo_list", json!("BY RU"));
    world.declare(12, "{geo_list: [RU]}");
    world.run(&format!("{CLOSE} --base main --only pending")).ok().requests(1, 1, 1);
    assert_eq!(world.stored(12, "geo_list"), json!("RU"));
}

#[test]
fn an_entry_that_ended_is_closed_whatever_a_waiver_says() {
    const WAIVER: &str = "waivers: [{client: 12, owner: noc, reason: moving, until: 2099-01-01}]";
    let entry = |until: &str| {
        format!(
            "client: 12\nsettings: {{geo_list: [RU]}}\ntemporary:\n  - settings: {{geo_list: {{add: [TR]}}}}\n    \
             until: {until}\n    owner: anna\n    reason: trade fair\n"
        )
    };
    let world = |live: &str, until: &str, lines: &str| {
        World::new().live(12, json!({"geo_list": live})).file("clients/12.yaml", &entry(until)).project(lines)
    };
    // While the entry holds, its country is declared; an entry that begins needs an ordinary apply.
    for live in ["RU TR", "RU"] {
        world(live, "2099-01-01", "").run(CLOSE).ok().requests(1, 1, 0);
    }
    for lines in ["", WAIVER] {
        let mut world = world("RU TR", "2020-01-01", lines);
        world.run(CLOSE).ok().requests(1, 1, 1);
        assert_eq!(world.stored(12, "geo_list"), json!("RU"));
    }
    // A country that no entry gave stays waived.
    world("RU DE", "2020-01-01", WAIVER).run(CLOSE).ok().requests(1, 1, 0);
    // Live changed before the PUT, and holds the country of the entry all the same: still no waiver keeps it.
    let lines = format!("{WAIVER}\nlimits: {{max_read_age: 0s}}");
    for (meanwhile, sent) in [("RU BY TR", 1), ("RU TR DE KZ", 1), ("*", 1), ("RU BY", 0)] {
        let mut moved = world("RU TR DE", "2020-01-01", &lines)
            .fault(&format!("meddle=geo_list:{meanwhile},on=get,client=12,after=1,times=1"));
        let ran = moved.run(CLOSE).ok().requests(1, 2, sent);
        assert_eq!(ran.client("12")["changes"][0]["overdue_since"].is_string(), sent == 1, "{meanwhile}");
        assert_eq!(moved.stored(12, "geo_list") == "RU", sent == 1, "{meanwhile}");
    }
    // So it is where this change removes the entry, and only the base explains the country.
    let mut removed = world("RU TR DE", "2020-01-01", &lines).repository();
    removed.declare(12, "{geo_list: [RU]}");
    removed.server().fault("meddle=geo_list:RU BY TR,on=get,client=12,after=1,times=1".parse().unwrap());
    removed.run(&format!("{CLOSE} --base main")).ok().requests(1, 2, 1);
    assert_eq!(removed.stored(12, "geo_list"), "RU");
    // Live lost the country of the entry meanwhile: then the waiver counts again.
    let mut moved =
        world("RU TR DE", "2020-01-01", &lines).fault("meddle=geo_list:RU DE,on=get,client=12,after=1,times=1");
    let ran = moved.run(CLOSE).ok().requests(1, 2, 0);
    assert!(ran.client("12")["details"]["message"].as_str().unwrap().contains("a waiver of noc"), "{}", ran.stdout);
}
