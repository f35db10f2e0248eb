//! Dated settings of a change set whose author hides one behind another.

use serde_json::{Value as Json, json};

use crate::scheduled::{declare, merge, scheduled, world};
use crate::world::Ran;

const PLAIN: &str = "{geo_list: RU, sip_network_permission_id: null}";

/// An entry of the far future that adds countries.
fn adding(codes: &str, from: &str, until: &str) -> String {
    entry(&format!("geo_list: {{add: [{codes}]}}"), from, until)
}

fn entry(settings: &str, from: &str, until: &str) -> String {
    format!("- {{settings: {{{settings}}}, from: 2099-{from}, until: 2099-{until}, owner: anna, reason: fair}}\n")
}

/// The plan of a change set that brings these entries, in a project that allows no opening.
fn plan_with(entries: &[String]) -> Ran {
    let mut world = world("guards: [trusted-network-changed, opening-needs-end]\nlimits: {max_opening: 0}");
    declare(&world, PLAIN, "");
    merge(&world);
    declare(&world, PLAIN, &format!("temporary:\n{}", entries.concat()));
    world.run("plan --base main --format json")
}

fn has_turkey(value: &Json) -> bool {
    value.as_str().is_some_and(|list| list.split(' ').any(|code| code == "TR"))
}

#[test]
fn two_entries_that_bring_the_same_do_not_hide_each_other() {
    let (long, geo) = (("02-01", "12-20"), "geo_list");
    let table = [
        vec![adding("TR", long.0, long.1), adding("TR", long.0, long.1)],
        // At every time two of these hold, and none alone.
        vec![adding("TR", "02-01", "05-01"), adding("TR", long.0, long.1), adding("TR", "05-02", "12-20")],
        // Each country is in two of three entries.
        ["TR, GE", "TR, KZ", "GE, KZ"].map(|codes| adding(codes, long.0, long.1)).into(),
        // Each entry also brings a country of its own.
        vec![adding("BY, TR", long.0, long.1), adding("KZ, TR", long.0, long.1)],
        // One ends while the other, which brings more, still holds.
        vec![adding("BY, TR", long.0, long.1), adding("TR", "02-01", "03-01")],
    ];
    for entries in table {
        let ran = plan_with(&entries);
        let items = scheduled(&ran, "12");
        assert_eq!(items.len(), entries.len());
        assert!(items.iter().all(|one| one["effect"] == "opens"), "{entries:?}: {items:?}");
        let opens = |one: &Json| has_turkey(&one["after"]) && !has_turkey(&one["before"]);
        assert!(items.iter().any(opens), "{entries:?}: {items:?}");
        let blocked = ran.client("12")["blocked"].as_array().unwrap().clone();
        assert!(blocked.iter().any(|one| one["name"] == "opening-needs-end"), "{entries:?}: {blocked:?}");
        assert!(ran.stdout.contains("limit-exceeded"), "{entries:?}");
        assert!(items.iter().all(|one| one["field"] == geo));
    }
}

#[test]
fn two_entries_with_one_value_do_not_hide_each_other() {
    let network = || entry("sip_network_permission_id: 7", "02-01", "02-20");
    let ran = plan_with(&[network(), network()]);
    let steps: Vec<Json> = scheduled(&ran, "12").iter().map(|one| json!([one["before"], one["after"]])).collect();
    assert_eq!(steps, [json!([null, 7]), json!([null, 7])]);
    let blocked = ran.client("12")["blocked"].clone();
    assert!(blocked.to_string().contains("trusted-network-changed"), "{blocked}");
}

#[test]
fn an_entry_beside_one_of_the_base_shows_only_what_it_brings() {
    let mut world = world("");
    declare(&world, PLAIN, &format!("temporary:\n{}", adding("TR", "02-01", "03-01")));
    merge(&world);
    let more = adding("TR", "02-01", "03-01") + &adding("TR", "02-01", "12-20") + &adding("GE", "02-01", "12-20");
    declare(&world, PLAIN, &format!("temporary:\n{more}"));
    let items = scheduled(&world.run("plan --base main --format json").ok(), "12");
    let steps: Vec<Json> = items.iter().map(|one| json!([one["before"], one["after"]])).collect();
    assert_eq!(steps, [json!(["GE RU", "GE RU TR"]), json!(["RU TR", "GE RU TR"])]);
}

#[test]
fn an_entry_whose_value_another_one_no_longer_hides_is_listed() {
    let network = |value: &str| entry(&format!("sip_network_permission_id: {value}"), "02-01", "12-20");
    // A profile's entry opens, and the document's own one hides it.
    let profile = |entries: &str| {
        let entries = entries.replace("- {", "    - {");
        format!("profiles:\n  std:\n    sip_network_permission_id: null\n    temporary:\n{entries}")
    };
    let mut world = world(&profile(&network("7")));
    let document = |lines: &str| format!("client: 12\nprofiles: [std]\nsettings: {{geo_list: RU}}\n{lines}");
    let write = |world: &crate::world::World, lines: &str| world.write("clients/12.yaml", document(lines).as_bytes());
    write(&world, &format!("temporary:\n{}", network("null")));
    merge(&world);
    write(&world, "");
    let ran = world.run("plan --base main --format json --affected").ok();
    let steps: Vec<Json> = scheduled(&ran, "12").iter().map(|one| json!([one["before"], one["after"]])).collect();
    assert_eq!(steps, [json!([null, 7])]);
    // Nothing hid it on the base: then it is as before.
    merge(&world);
    write(&world, "labels: {city: moscow}\n");
    let ran = world.run("plan --base main --format json").ok();
    assert_eq!(scheduled(&ran, "12"), [] as [Json; 0]);
}
