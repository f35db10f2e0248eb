//! Limits of ringform.yaml, of its base and of flags: the stricter of each holds, and the PUTs that arrive prove it.

use serde_json::json;

use crate::rule_ids::diagnostics;
use crate::world::{Ran, World};

/// Clients 1 to 10 of which each wants one more setting.
fn fleet(limits: &str) -> World {
    let mut world = World::new().project(&format!("limits: {limits}"));
    for id in 1..=10 {
        world = world.live(id, json!({"geo_list": "RU", "hold_music": 7})).declared(id, "{timezone: UTC}");
    }
    world
}

/// Replaces the limits of the work tree.
fn set(world: &World, limits: &str) {
    let text = world.read("ringform.yaml");
    let other = text.lines().filter(|line| !line.starts_with("limits:")).map(|line| format!("{line}\n"));
    world.write("ringform.yaml", (other.collect::<String>() + &format!("limits: {limits}\n")).as_bytes());
}

/// It was refused whole by a limit, with this sentence.
#[track_caller]
fn refused(ran: Ran, sentence: &str) {
    let ran = ran.status(1);
    assert!(ran.results().iter().all(|result| result == "skipped"), "{:?}", ran.results());
    let json = ran.json();
    let all = json["diagnostics"].as_array().unwrap();
    let errors: Vec<&str> = all
        .iter()
        .filter(|one| one["severity"] == "error")
        .map(|one| {
            assert_eq!(one["rule"], "limit-exceeded", "{one}");
            one["summary"].as_str().unwrap()
        })
        .collect();
    assert_eq!(errors, [format!("{sentence}; nothing was sent")]);
    let ran = ran.says(&[&format!("{sentence}; nothing was sent")]);
    let message = ran.json()["clients"][0]["details"]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, format!("not sent: {sentence}"), "each client says why");
}

#[test]
fn a_limit_of_the_project_holds_without_a_flag() {
    let table = [
        ("{max_changes: 9}", "10 settings would change, max_changes of ringform.yaml:2 allows 9"),
        ("{max_changed_clients: 9}", "10 clients would change, max_changed_clients of ringform.yaml:2 allows 9"),
        (
            "{max_changed_clients: 99%}",
            "10 of 10 clients would change, max_changed_clients of ringform.yaml:2 allows 99%",
        ),
    ];
    for (limits, sentence) in table {
        let mut world = fleet(limits);
        let plan = world.run("plan --format json").ok().requests(1, 10, 0);
        assert!(diagnostics(&plan, "")[0].starts_with("warning limit-exceeded ringform.yaml:2:"), "{limits}");
        let summary = &plan.json()["diagnostics"][0]["summary"];
        assert_eq!(summary, &format!("{sentence}; apply would send nothing"));
        world.run("plan --detailed-exitcode").status(2).prints(&["apply would send nothing"]);
        refused(world.run("apply --yes --format json").requests(1, 10, 0), sentence);
    }
    for limits in ["{max_changes: 10}", "{max_changed_clients: 10}", "{max_changed_clients: 100%}", "{max_opening: 0}"]
    {
        let mut world = fleet(limits);
        let plan = world.run("plan --format json").ok();
        assert_eq!(plan.json()["diagnostics"], json!([]), "{limits}");
        world.run("apply --yes").ok().requests(1, 10, 10);
    }
}

#[test]
fn an_offline_plan_says_that_apply_would_refuse() {
    let world = fleet("{max_changes: 3}").repository();
    (1..=4).for_each(|id| world.declare(id, "{timezone: Asia/Omsk}"));
    let mut world = world;
    let plan = world.run("plan --base HEAD --offline --format json").ok().sends_nothing();
    assert_eq!(diagnostics(&plan, ""), ["warning limit-exceeded ringform.yaml:2:23"]);
}

#[test]
fn a_flag_can_only_be_stricter() {
    let mut world = fleet("{max_changes: 9, max_changed_clients: 50%}");
    let flags = "--max-changes 100 --max-changed-clients 60%";
    let ran = world.run(&format!("apply --yes --format json {flags}")).status(1).requests(1, 10, 0);
    let ran = ran.says(&[
        "--max-changes 100 has no effect: ringform.yaml:2 allows 9",
        "--max-changed-clients 60% has no effect: ringform.yaml:2 allows 50%",
    ]);
    assert_eq!(
        diagnostics(&ran, ""),
        [
            "warning looser-flag",
            "warning looser-flag",
            "error limit-exceeded ringform.yaml:2:23",
            "error limit-exceeded ringform.yaml:2:47",
        ]
    );
    let mut world = fleet("{max_changes: 10}");
    refused(
        world.run("apply --yes --format json --max-changes 5").requests(1, 10, 0),
        "10 settings would change, --max-changes allows 5",
    );
    world.run("apply --yes --max-changes 10").ok().requests(1, 10, 10);
}

#[test]
fn a_number_and_a_percentage_both_bind() {
    let mut world = fleet("{max_changed_clients: 100%}");
    refused(
        world.run("apply --yes --format json --max-changed-clients 9").requests(1, 10, 0),
        "10 clients would change, --max-changed-clients allows 9",
    );
    let mut world = fleet("{max_changed_clients: 10}");
    refused(
        world.run("apply --yes --format json --max-changed-clients 90%").requests(1, 10, 0),
        "10 of 10 clients would change, --max-changed-clients allows 90%",
    );
    world.run("apply --yes --max-changed-clients 100%").ok().requests(1, 10, 10);
}

#[test]
fn the_limits_of_the_base_bind_too() {
    let mut world = fleet("{max_changes: 9}").repository();
    set(&world, "{max_changes: 100}");
    let sentence = "10 settings would change, max_changes of HEAD (ringform.yaml:2) allows 9";
    let plan = world.run("plan --base HEAD --only drift --format json").ok();
    assert_eq!(diagnostics(&plan, ""), ["warning rules-changed ringform.yaml:2:23", "warning limit-exceeded"]);
    let summary = &plan.json()["diagnostics"][0]["summary"];
    assert_eq!(summary, "max_changes 9 of HEAD (ringform.yaml:2) binds: the work tree has 100");
    refused(world.run("apply --base HEAD --yes --format json").requests(1, 10, 0), sentence);
    refused(world.run("apply --base HEAD --trust-project --yes --format json").requests(1, 10, 0), sentence);
    // A limit that this change removes binds as well.
    set(&world, "{concurrency: 4}");
    refused(world.run("apply --base HEAD --yes --format json").requests(1, 10, 0), sentence);
    let drift = world.run("drift --base HEAD --format json").status(2);
    assert_eq!(drift.json()["diagnostics"], json!([]), "drift sends nothing");
    // A stricter limit holds at once, and so does a flag.
    set(&world, "{max_changes: 8}");
    let own = "10 settings would change, max_changes of ringform.yaml:2 allows 8";
    refused(world.run("apply --base HEAD --yes --format json").requests(1, 10, 0), own);
    set(&world, "{max_changes: 100}");
    let ran = world.run("apply --base HEAD --yes --max-changes 20");
    ran.status(1).requests(1, 10, 0).says(&["--max-changes 20 has no effect: HEAD (ringform.yaml:2) allows 9"]);
    // After two merges the looser limit holds.
    world.commit("looser");
    world.run("apply --base HEAD --yes").ok().requests(1, 10, 10);
}

#[test]
fn the_tip_of_the_branch_binds_beside_the_merge_base() {
    let mut world = fleet("{max_changes: 100}").repository();
    world.git(&["branch", "change"]);
    set(&world, "{max_changes: 9}");
    world.commit("stricter");
    world.git(&["checkout", "-q", "change"]);
    let sentence = "10 settings would change, max_changes of main (ringform.yaml:2) allows 9";
    refused(world.run("apply --base main... --yes --format json").requests(1, 10, 0), sentence);
}

#[test]
fn a_saved_plan_is_judged_by_the_limits_of_today() {
    let mut world = fleet("{max_changes: 9}");
    world.run("plan --out plan.json").ok();
    let sentence = "10 settings would change, max_changes of ringform.yaml:2 allows 9";
    refused(world.run("apply --plan plan.json --yes --format json").requests(0, 0, 0), sentence);
    set(&world, "{max_changed_clients: 5}");
    let sentence = "10 clients would change, max_changed_clients of ringform.yaml:2 allows 5";
    refused(world.run("apply --plan plan.json --yes --format json").requests(0, 0, 0), sentence);
    set(&world, "{max_changes: 10}");
    refused(
        world.run("apply --plan plan.json --yes --format json --max-changes 1").requests(0, 0, 0),
        "10 settings would change, --max-changes allows 1",
    );
    world.run("apply --plan plan.json --yes").ok().requests(1, 10, 10);
}

#[test]
fn a_limit_of_the_base_stops_a_saved_plan_too() {
    let mut world = fleet("{max_changes: 9}").repository();
    set(&world, "{max_changes: 100}");
    world.run("plan --base HEAD --out plan.json").ok();
    let sentence = "10 settings would change, max_changes of HEAD (ringform.yaml:2) allows 9";
    refused(world.run("apply --plan plan.json --yes --format json").requests(0, 0, 0), sentence);
}

#[test]
fn max_opening_counts_the_changes_that_open_and_are_sent() {
    let mut world = World::new()
        .project("limits: {max_opening: 1}")
        .live(11, json!({"geo_list": "RU", "timezone": "UTC"}))
        .live(12, json!({"geo_list": "RU"}))
        .live(13, json!({"geo_list": "*"}))
        .live(14, json!({"dial_rule_id": 3}))
        .declared(11, "{geo_list: [RU, BY], timezone: UTC}")
        .declared(12, "{geo_list: [RU]}")
        .declared(13, "{geo_list: [RU]}")
        .declared(14, "{dial_rule_id: 4}")
        .repository();
    // One opens, one closes, and of a dial rule the values do not show it.
    let plan = world.run("plan --format json").ok();
    assert_eq!(plan.json()["summary"]["opens"], 1);
    assert_eq!(plan.json()["diagnostics"], json!([]));
    world
        .run("apply --yes --max-opening 0")
        .status(1)
        .requests(1, 4, 0)
        .says(&["1 change would open the PBX to more callers, --max-opening allows 0"]);
    world.declare(12, "{geo_list: [RU, KZ]}");
    let sentence = "2 changes would open the PBX to more callers, max_opening of ringform.yaml:2 allows 1";
    let plan = world.run("plan --base HEAD --format json").ok();
    assert_eq!(plan.json()["diagnostics"][0]["summary"], format!("{sentence}; apply would send nothing"));
    let ran = world.run("apply --base HEAD --yes --max-opening 5").status(1).requests(1, 4, 0);
    ran.says(&[sentence, "--max-opening 5 has no effect: ringform.yaml:2 allows 1"]);
    // What differs already at the base is drift. `--only pending` leaves it out, so it does not count.
    world.run("apply --base HEAD --only pending --yes --max-opening 0").status(1).requests(1, 4, 0);
    world.run("apply --base HEAD --only pending --yes").ok().requests(1, 4, 1);
    assert_eq!(world.puts(), [json!({"geo_list": "KZ RU"})]);
    // All the rest holds one change that opens.
    world.run("apply --yes").ok().requests(1, 4, 3);
}

#[test]
fn nothing_may_open_and_what_closes_is_sent() {
    let mut world = World::new()
        .project("limits: {max_opening: 0}")
        .live(12, json!({"geo_list": "*"}))
        .declared(12, "{geo_list: [RU]}");
    world.run("apply --yes").ok().requests(1, 1, 1);
    world.declare(12, "{geo_list: [RU, BY]}");
    world.run("apply --yes").status(1).requests(1, 1, 0);
    assert_eq!(world.stored(12, "geo_list"), "RU");
}

#[test]
fn a_blocked_client_counts_for_the_limits() {
    let mut world = World::new()
        .project("limits: {max_changed_clients: 1}\nguards: [open-geo]")
        .live(12, json!({"geo_list": "RU"}))
        .live(13, json!({}))
        .declared(12, "{geo_list: \"*\"}")
        .declared(13, "{timezone: UTC}");
    let ran = world.run("apply --yes --format json").status(1).requests(1, 2, 0);
    assert_eq!(ran.results(), ["refused", "skipped"]);
}

#[test]
fn a_percentage_is_of_the_selected_clients_read_or_not() {
    let world = fleet("{max_changed_clients: 10%}");
    for id in 1..=10 {
        world.declare(id, "{hold_music: 7}");
    }
    let mut world = world.repository();
    world.declare(3, "{hold_music: 8}");
    // One of ten differs from the base. With --affected the run reads only that one.
    world.run("apply --base HEAD --affected --yes --max-changed-clients 9%").status(1).requests(1, 1, 0);
    world.run("plan --base HEAD --affected --out plan.json").ok().requests(1, 1, 0);
    world.run("apply --plan plan.json --yes --max-changed-clients 9%").status(1).requests(0, 0, 0);
    world.run("apply --plan plan.json --yes").ok().requests(1, 1, 1);
    // A client that is selected by its id is all of its run.
    world.declare(4, "{hold_music: 8}");
    world.run("apply --client 4 --yes").status(1).requests(1, 1, 0).says(&["1 of 1 clients would change"]);
    world.run("apply --yes").ok().requests(1, 10, 1);
}

#[test]
fn canaries_of_the_project_are_written_first() {
    let fault = "error=bad_request,on=put,client=2";
    let skipped = |world: &mut World, line: &str| {
        let results = world.run(&format!("apply --yes --format json {line}")).status(1).results();
        results.iter().filter(|result| *result == "skipped").count()
    };
    // Client 2 fails as the third of the order 1, 10, 2.
    assert_eq!(skipped(&mut fleet("{concurrency: 1}").fault(fault), ""), 0);
    assert_eq!(skipped(&mut fleet("{canary: 2, concurrency: 1}").fault(fault), ""), 0);
    assert_eq!(skipped(&mut fleet("{canary: 3, concurrency: 1}").fault(fault), ""), 7);
    assert_eq!(skipped(&mut fleet("{canary: 2, concurrency: 1}").fault(fault), "--canary 3"), 7);
    let mut world = fleet("{canary: 3, concurrency: 1}").fault(fault);
    assert_eq!(skipped(&mut world, "--canary 1"), 7);
    let ran = world.run("apply --yes --canary 0");
    ran.status(1).says(&["--canary 0 has no effect: ringform.yaml:2 asks for 3"]);
    // The larger of the base and the work tree.
    let mut world = fleet("{canary: 3, concurrency: 1}").fault(fault).repository();
    set(&world, "{canary: 1, concurrency: 1}");
    assert_eq!(skipped(&mut world, "--base HEAD"), 7);
    let mut world = fleet("{canary: 1, concurrency: 1}").fault(fault).repository();
    set(&world, "{canary: 3, concurrency: 1}");
    assert_eq!(skipped(&mut world, "--base HEAD"), 7);
}

#[test]
fn failures_stop_the_rest_by_the_strictest_limit() {
    let run = |limits: &str, line: &str| {
        let mut world =
            fleet(limits).fault("error=user_blocked,on=get,client=1").fault("error=user_blocked,on=get,client=2");
        world.run(&format!("apply --yes --format json {line}")).status(1)
    };
    run("{max_failures: 3}", "").requests(1, 10, 8);
    let ran = run("{max_failures: 2}", "").requests(1, 10, 0);
    let message = &ran.client("3")["details"]["message"];
    assert_eq!(message, "not sent: max_failures of ringform.yaml:2 is reached (2)");
    let ran = run("{max_failures: 2}", "--max-failures 3").requests(1, 10, 0);
    ran.says(&["--max-failures 3 has no effect: ringform.yaml:2 allows 2"]);
    let ran = run("{max_failures: 3}", "--max-failures 2").requests(1, 10, 0);
    assert_eq!(ran.client("3")["details"]["message"], "not sent: --max-failures is reached (2)");
}

#[test]
fn the_age_of_a_read_is_bounded_by_the_stricter_of_base_and_work_tree() {
    for (then, now) in [("0s", "1h"), ("1h", "0s")] {
        let mut world = fleet(&format!("{{max_read_age: {then}}}")).repository();
        set(&world, &format!("{{max_read_age: {now}}}"));
        // Every PUT needs a new read.
        world.run("apply --base HEAD --yes").ok().requests(1, 20, 10);
    }
    let mut world = fleet("{max_read_age: 1h}").repository();
    world.run("apply --base HEAD --yes").ok().requests(1, 10, 10);
}
