//! The guard `opening-needs-end`: what opens must end, by dated settings of few enough days.

use std::fs;

use serde_json::{Value as Json, json};

use crate::scheduled::{add, declare, merge, world};
use crate::world::{Ran, World};

/// An entry: codes, the first and the last day.
type Trip = (&'static str, &'static str, &'static str);

/// Entries of client 12.
fn trips(trips: &[Trip]) -> String {
    let one = |(codes, from, until): &Trip| {
        let from = if from.is_empty() { String::new() } else { format!("from: {from}, ") };
        format!("- {{settings: {{geo_list: {{add: [{codes}]}}}}, {from}until: {until}, owner: anna, reason: fair}}\n")
    };
    format!("temporary:\n{}", trips.iter().map(one).collect::<String>())
}

/// The messages that stop client 12.
fn stops(ran: &Ran) -> Vec<String> {
    let blocked = ran.client("12")["blocked"].clone();
    blocked.as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap().to_owned()).collect()
}

fn plan(world: &mut World, more: &str) -> Ran {
    world.run(&format!("plan --base main --format json {more}"))
}

#[test]
fn a_trip_passes_and_a_lasting_country_is_stopped() {
    let mut world = world("guards: [opening-needs-end]");
    declare(&world, "{geo_list: [RU, TR], hold_music: 7}", "");
    let sentence = "geo_list: \"RU\" → \"RU TR\" is against the guard: it opens without an end; declare what it adds \
                    under `temporary`, for at most 30 days";
    for command in ["plan --base main --format json", "plan --format json", "plan --base main --offline --format json"]
    {
        let ran = world.run(command).status(1);
        assert_eq!(stops(&ran), [sentence], "{command}");
    }
    let ran = world.run("apply --yes --format json").status(1).requests(1, 2, 0);
    assert_eq!(ran.results(), ["refused", "unchanged"]);
    add(&world, &trips(&[("TR", "2099-12-01", "2099-12-30")]));
    plan(&mut world, "").ok();
    world.run("apply --base main --yes").ok().requests(1, 2, 0);
}

#[test]
fn the_days_of_an_opening_are_those_of_entries_that_touch() {
    let mut world = world("zone: Europe/Berlin\nguards: [opening-needs-end]");
    let table: [(&[Trip], &[u32]); 10] = [
        // Entries, and the days of those that are stopped.
        (&[("TR", "2099-12-01", "2099-12-30")], &[]),
        (&[("TR", "2099-12-01", "2099-12-31")], &[31]),
        (&[("TR", "2099-12-01T00:00Z", "2099-12-31T00:00Z")], &[]),
        (&[("TR", "2099-12-01T00:00Z", "2099-12-31T00:01Z")], &[31]),
        // Days on which the clocks change.
        (&[("TR", "2099-03-15", "2099-04-13")], &[]),
        (&[("TR", "2099-10-15", "2099-11-13")], &[]),
        // Legs that touch are one opening, with a day between them they are two.
        (&[("TR", "2099-12-01", "2099-12-20"), ("TR", "2099-12-21", "2100-01-05")], &[36, 36]),
        (&[("TR", "2099-12-01", "2099-12-20"), ("TR", "2099-12-22", "2100-01-05")], &[]),
        (&[("TR", "2099-12-01", "2099-12-20"), ("GE", "2099-12-21", "2100-01-05")], &[]),
        // The second country begins later, so the whole entry is as long as the first one.
        (&[("TR", "2099-12-01", "2099-12-20"), ("TR, GE", "2099-12-10", "2100-01-05")], &[36, 36]),
    ];
    for (entries, stopped) in table {
        add(&world, &trips(entries));
        let ran = plan(&mut world, "--offline").status(i32::from(!stopped.is_empty()));
        let found = stops(&ran);
        assert_eq!(found.len(), stopped.len(), "{entries:?}: {found:?}");
        for (message, days) in found.iter().zip(stopped) {
            let end =
                format!("is against the guard: it opens for {days} days, and at most 30 are allowed; end it earlier");
            assert!(message.ends_with(&end), "{entries:?}: {message}");
        }
    }
}

#[test]
fn what_touches_an_entry_of_main_counts_with_it() {
    let mut world = world("guards: [{name: opening-needs-end, deny: {max_days: 20}}]");
    add(&world, &trips(&[("TR", "2099-12-01", "2099-12-20")]));
    plan(&mut world, "--offline").ok();
    merge(&world);
    // A second entry that begins while the first one holds makes no change then, and the same opening longer.
    let twice = trips(&[("TR", "2099-12-01", "2099-12-20"), ("TR", "2099-12-15", "2099-12-28")]);
    add(&world, &twice);
    let ran = plan(&mut world, "--offline").status(1);
    let item = ran.client("12")["scheduled"][0].clone();
    let shown = ["before", "after", "effect", "begins_at", "opens_for_days"].map(|key| item[key].clone());
    assert_eq!(shown, [json!("RU"), json!("RU TR"), json!("opens"), json!("2099-12-15T00:00:00Z"), json!(28)]);
    let [message] = &stops(&ran)[..] else { panic!("{:?}", stops(&ran)) };
    assert!(message.contains("the entry of clients/12.yaml:5:3, which begins on 2099-12-15"), "{message}");
    // What main has is not judged again.
    merge(&world);
    plan(&mut world, "--offline").ok();
}

#[test]
fn an_entry_without_a_begin_counts_from_now_and_its_end_lets_no_lasting_country_pass() {
    let mut world = world("guards: [{name: opening-needs-end, deny: {max_days: 3650}}]");
    add(&world, &trips(&[("TR", "", "2099-12-14")]));
    let ran = plan(&mut world, "").status(1);
    let [message] = &stops(&ran)[..] else { panic!("{:?}", stops(&ran)) };
    assert!(message.starts_with("geo_list: \"RU\" → \"RU TR\" is against the guard: it opens for "), "{message}");
    let days = ran.client("12")["changes"][0]["opens_for_days"].as_u64().unwrap();
    assert!((20_000..27_000).contains(&days), "{days}");
    // The entry of main ends, and this change declares its country for good.
    merge(&world);
    declare(&world, "{geo_list: [RU, TR], hold_music: 7}", "");
    let ran = plan(&mut world, "").status(1);
    assert_eq!(ran.client("12")["changes"][0]["opens_for_days"], Json::Null);
    assert!(stops(&ran)[0].contains("it opens without an end"), "{:?}", stops(&ran));
}

#[test]
fn a_saved_plan_is_judged_by_the_guard_of_today_and_by_its_own_days() {
    let mut world = world("guards: [{name: opening-needs-end, warn: {max_days: 1}}]");
    add(&world, &trips(&[("TR", "", "2099-12-14")]));
    world.run("plan --out p.json").ok();
    let project = world.read("ringform.yaml");
    let guard = |days: u32| format!("guards: [{{name: opening-needs-end, deny: {{max_days: {days}}}}}]");
    let old = project.lines().find(|line| line.starts_with("guards:")).unwrap().to_owned();
    fs::write(world.path("ringform.yaml"), project.replace(&old, &guard(3650))).unwrap();
    world.run("apply --plan p.json --yes").status(1).sends_nothing().prints(&["and at most 3650 are allowed"]);
}
