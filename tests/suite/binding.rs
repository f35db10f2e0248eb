//! The rules of `--base REV` bind the change that removes or loosens them. Each row is an attempt to open a client.
//!
//! Owns the check of one attempt: `plan` exits 1, and no PUT arrives.

use std::fs;

use serde_json::json;

use crate::world::{Ran, World};

/// A project with these lines on main, and a branch that has them no more.
fn world(lines: &str) -> World {
    let world = World::new().project(lines).live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: RU}");
    let world = world.repository();
    world.git(&["checkout", "-q", "-b", "change"]);
    world
}

/// Puts these lines in the place of those behind the endpoint.
fn project(world: &World, lines: &str) {
    let text = world.read("ringform.yaml");
    let endpoint = text.lines().next().unwrap();
    fs::write(world.path("ringform.yaml"), format!("{endpoint}\n{lines}\n")).unwrap();
}

/// What blocks client 12 in a plan, as name and message.
fn blocked(ran: &Ran) -> Vec<(String, String)> {
    let client = ran.client("12");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    client["blocked"].as_array().unwrap().iter().map(|one| (text(&one["name"]), text(&one["message"]))).collect()
}

#[test]
fn a_change_that_removes_a_guard_is_still_judged_by_it_and_passes_after_two_merges() {
    let mut world = world("guards: [open-geo]");
    project(&world, "");
    world.declare(12, "{geo_list: \"*\"}");
    world.commit("remove the rule and open the door");
    let message = "geo_list: \"RU\" → \"*\" is against guard open-geo of main, which this change removes";
    for trust in ["", " --trust-project"] {
        let ran = world.run(&format!("plan --base main --format json{trust}")).status(1).requests(1, 1, 0);
        assert_eq!(blocked(&ran), [("open-geo".to_owned(), message.to_owned())]);
        world.run(&format!("plan --base main{trust}")).status(1).prints(&[message]);
        world.run(&format!("apply --base main --yes{trust}")).status(1).requests(1, 1, 0);
    }
    world.run("plan --base main --offline").status(1).sends_nothing().prints(&[message]);
    // A saved plan keeps what stops it, though it does not read the base again.
    world.run("plan --base main --out p.json").status(1);
    world.run("apply --plan p.json --yes").status(1).sends_nothing().prints(&[message]);
    assert!(world.puts().is_empty());
    // The first merge brings the rule, the second one the setting.
    world.declare(12, "{geo_list: RU}");
    world.commit("only the rule");
    world.run("plan --base main").ok();
    world.git(&["branch", "-f", "main"]);
    world.declare(12, "{geo_list: \"*\"}");
    world.commit("the setting");
    world.run("apply --base main --yes").ok().requests(1, 1, 1);
    assert_eq!(world.puts(), [json!({"geo_list": "*"})]);
}

/// One attempt to send `*` for client 12: lines of the project file and the document's labels, at the base and now.
struct Attempt {
    what: &'static str,
    then: (&'static str, &'static str),
    now: (&'static str, &'static str),
    /// What follows the name of the guard and of the base in the message; empty for a guard of the work tree.
    why: &'static str,
}

const REMOVES: &str = ", which this change removes";
const CHANGES: &str = ", which this change changes";

const ATTEMPTS: &[Attempt] = &[
    Attempt { what: "removed", then: ("guards: [open-geo]", ""), now: ("", ""), why: REMOVES },
    Attempt {
        what: "renamed and harmless",
        then: ("guards: [{name: few, field: geo_list, deny: {max_countries: 2}}]", ""),
        now: ("guards: [{name: many, field: geo_list, deny: {from: \"*\"}}]", ""),
        why: REMOVES,
    },
    Attempt {
        what: "only a warning now",
        then: ("guards: [open-geo]", ""),
        now: ("guards: [{name: open-geo, warn: {}}]", ""),
        why: CHANGES,
    },
    Attempt {
        what: "of another field",
        then: ("guards: [{name: g, field: geo_list, deny: {}}]", ""),
        now: ("guards: [{name: g, field: timezone, deny: {}}]", ""),
        why: CHANGES,
    },
    Attempt {
        what: "with a condition more",
        then: ("guards: [{name: g, field: geo_list, deny: {to: \"*\"}}]", ""),
        now: ("guards: [{name: g, field: geo_list, deny: {to: \"*\", from: [BY]}}]", ""),
        why: CHANGES,
    },
    Attempt {
        what: "with labels that the client does not carry",
        then: ("guards: [open-geo]", ""),
        now: ("guards: [{name: open-geo, labels: {city: omsk}}]", ""),
        why: CHANGES,
    },
    Attempt {
        what: "the label moved away",
        then: ("guards: [{name: open-geo, labels: {city: omsk}}]", "labels: {city: omsk}"),
        now: ("guards: [{name: open-geo, labels: {city: omsk}}]", "labels: {city: tomsk}"),
        why: "",
    },
    Attempt {
        what: "the label and the guard are gone",
        then: ("guards: [{name: open-geo, labels: {city: omsk}}]", "labels: {city: omsk}"),
        now: ("", ""),
        why: REMOVES,
    },
    Attempt {
        what: "the label is new",
        then: ("guards: [{name: open-geo, labels: {city: omsk}}]", ""),
        now: ("guards: [{name: open-geo, labels: {city: omsk}}]", "labels: {city: omsk}"),
        why: "",
    },
    Attempt { what: "a new guard judges at once", then: ("", ""), now: ("guards: [open-geo]", ""), why: "" },
    Attempt {
        what: "a stricter guard judges at once",
        then: ("guards: [{name: open-geo, warn: {}}]", ""),
        now: ("guards: [open-geo]", ""),
        why: "",
    },
];

#[test]
fn no_change_loosens_the_guard_that_judges_it() {
    for Attempt { what, then, now, why } in ATTEMPTS {
        let world = World::new().project(then.0).live(12, json!({"geo_list": "RU"}));
        let document = |labels: &str, codes: &str| format!("client: 12\nsettings: {{geo_list: {codes}}}\n{labels}\n");
        let mut world = world.file("clients/12.yaml", &document(then.1, "RU")).repository();
        world.git(&["checkout", "-q", "-b", "change"]);
        project(&world, now.0);
        world.write("clients/12.yaml", document(now.1, "\"*\"").as_bytes());
        world.commit("one change");
        // The branch that is merged into goes on, so `main...` has a merge base and a tip.
        world.git(&["checkout", "-q", "main"]);
        world.commit("later");
        world.git(&["checkout", "-q", "change"]);
        for base in ["main", "main...", "main --trust-project", "main... --trust-project", "main --affected"] {
            let ran = world.run(&format!("plan --base {base} --format json")).status(1);
            let stops = blocked(&ran);
            let revision = base.split(' ').next().unwrap();
            assert_eq!(stops.len(), 1, "{what}: {stops:?}");
            let (name, message) = &stops[0];
            if why.is_empty() {
                assert!(message.ends_with("is against the guard"), "{what}: {message}");
            } else {
                assert!(message.ends_with(&format!("is against guard {name} of {revision}{why}")), "{what}: {message}");
            }
            // How the base is written makes no difference to apply, so two of the five are enough.
            if ["main", "main... --trust-project"].contains(&base) {
                world.run(&format!("apply --base {base} --yes")).status(1).requests(1, 1, 0);
            }
        }
        world.run("plan --base main --offline").status(1).sends_nothing();
    }
}

#[test]
fn a_raised_number_of_countries_counts_from_the_next_change_on() {
    let few = |most: u32| format!("guards: [{{name: few, field: geo_list, deny: {{max_countries: {most}}}}}]");
    for (then, now, codes, status) in
        [(2, 5, "[RU, BY, KZ]", 1), (2, 5, "[RU, BY]", 0), (5, 2, "[RU, BY, KZ]", 1), (5, 5, "[RU, BY, KZ]", 0)]
    {
        let mut world = world(&few(then));
        project(&world, &few(now));
        world.declare(12, &format!("{{geo_list: {codes}}}"));
        for trust in ["", " --trust-project"] {
            let ran = world.run(&format!("plan --base main --format json{trust}")).status(status);
            assert_eq!(blocked(&ran).len(), status as usize, "{then} → {now}: {codes}");
            if status == 1 {
                world.run(&format!("apply --base main --yes{trust}")).status(1).requests(1, 1, 0);
            }
        }
    }
}

#[test]
fn the_tip_of_the_branch_that_is_merged_into_binds_too() {
    let mut world = world("");
    world.git(&["checkout", "-q", "main"]);
    project(&world, "guards: [open-geo]");
    world.commit("a new rule");
    world.git(&["checkout", "-q", "change"]);
    world.declare(12, "{geo_list: \"*\"}");
    world.commit("open");
    let ran = world.run("plan --base main... --format json").status(1);
    let message = "geo_list: \"RU\" → \"*\" is against guard open-geo of main, which this branch does not have yet";
    assert_eq!(blocked(&ran), [("open-geo".to_owned(), message.to_owned())]);
    world.run("apply --base main... --yes --trust-project").status(1).requests(1, 1, 0);
}

#[test]
fn the_rules_of_a_broken_project_file_bind_as_far_as_they_can_be_read() {
    let mut world = world("guards: [open-geo, {name: bad, deny: {nosuch: 1}}]\nwaivers: 7");
    project(&world, "");
    world.declare(12, "{geo_list: \"*\"}");
    // A broken base is not to be trusted; who trusts it is still held by its rules.
    world.run("plan --base main").status(1).sends_nothing().says(&["main has no valid ringform.yaml"]);
    let ran = world.run("plan --base main --trust-project --format json").status(1);
    assert_eq!(blocked(&ran)[0].0, "open-geo");
    world.run("apply --base main --trust-project --yes").status(1).requests(1, 1, 0);
}

/// A line of `waivers` for geo_list of client 12.
fn waiver(until: &str) -> String {
    format!("waivers: [{{client: \"12\", field: geo_list, owner: noc, reason: test, until: {until}}}]")
}

#[test]
fn a_waiver_counts_only_as_far_as_the_base_holds_it_too() {
    // The waiver at the base and now, and the status of drift.
    let table = [
        (String::new(), waiver("2099-12-31"), 2),
        (waiver("2099-12-31"), waiver("2099-12-31"), 0),
        (waiver("2020-12-31"), waiver("2099-12-31"), 2),
        (waiver("2098-12-31"), waiver("2099-12-31"), 0),
        (waiver("2099-12-31"), waiver("2020-12-31"), 2),
        (waiver("2099-12-31").replace("field: geo_list, ", ""), waiver("2099-12-31"), 0),
        (waiver("2099-12-31"), waiver("2099-12-31").replace("field: geo_list, ", ""), 2),
        (waiver("2099-12-31").replace("\"12\"", "\"13\""), waiver("2099-12-31"), 2),
        // Who waives, and why, can change.
        (waiver("2099-12-31"), waiver("2099-12-31").replace("noc", "sales"), 0),
        (waiver("2099-12-31"), String::new(), 2),
    ];
    for (then, now, status) in table {
        let mut world = world(&then);
        // Live was opened outside of git, and this change waives it.
        world.server().set(12, "geo_list", json!("*"));
        project(&world, &now);
        world.commit("waive the drift");
        for base in ["main", "main...", "main --trust-project"] {
            let ran = world.run(&format!("drift --base {base}"));
            assert_eq!(ran.status, status, "{base}: {then} → {now}\n{}{}", ran.stdout, ran.stderr);
        }
    }
}

#[test]
fn a_prolonged_waiver_is_shown_until_the_day_of_the_base() {
    let mut world = world(&waiver("2098-12-31"));
    world.server().set(12, "geo_list", json!("*"));
    project(&world, &waiver("2099-12-31"));
    let ran = world.run("drift --base main --format json").ok();
    assert_eq!(ran.json()["run"]["drift"]["findings"][0]["waived"]["until"], "2098-12-31");
    ran.says(&["the waiver of geo_list of client 12 ends later than in main: it counts until 2098-12-31"]);
}
