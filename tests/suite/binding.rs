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
        world.run(&format!("plan --base main --offline{trust}")).status(1).sends_nothing();
    }
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
