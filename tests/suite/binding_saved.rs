//! What binds a saved plan and a narrow run although they do not read all of the base. Each row is an attempt to open a
//! client: no PUT may arrive.

use std::fs;

use serde_json::{Value as Json, json};

use crate::world::World;

const OPEN: &str = "{geo_list: \"*\"}";

/// A project on main with these lines and this document, and a branch for the change.
fn world(lines: &str, document: &str) -> World {
    let world = World::new().project(lines).live(12, json!({"geo_list": "RU"})).file("clients/12.yaml", document);
    let world = world.repository();
    world.git(&["checkout", "-q", "-b", "change"]);
    world
}

/// Puts these lines in the place of those behind the endpoint.
fn project(world: &World, lines: &str) {
    let text = world.read("ringform.yaml");
    fs::write(world.path("ringform.yaml"), format!("{}\n{lines}\n", text.lines().next().unwrap())).unwrap();
}

fn edited(world: &World, edit: impl Fn(&mut Json)) {
    let mut plan: Json = serde_json::from_str(&world.read("p.json")).unwrap();
    edit(&mut plan);
    fs::write(world.path("edited.json"), plan.to_string()).unwrap();
}

#[test]
fn an_override_passes_no_guard_of_the_base_that_stands_behind_one_of_its_name() {
    let mut world = world("guards: [open-geo]", "client: 12\nsettings: {geo_list: RU}\n");
    // Both guards of the name refuse; the plan shows the message of the work tree.
    project(&world, "guards: [{name: open-geo, deny: {max_countries: 5}}]");
    world.declare(12, OPEN);
    world.commit("one change");
    world.run("plan --base main --out p.json").status(1);
    for plan in ["p.json", "edited.json"] {
        edited(&world, |plan| plan["base"] = json!(null));
        let line = format!("apply --plan {plan} --yes --override-guard open-geo --reason x");
        world.run(&line).status(1).prints(&["open-geo"]);
        world.run(&format!("apply --plan {plan} --yes")).status(1);
    }
    world.run("apply --base main --yes --override-guard open-geo --reason x").status(1);
    assert!(world.puts().is_empty());
}

#[test]
fn limits_of_the_base_bind_a_saved_plan() {
    let lines =
        "limits: {max_opening: 0, max_failures: 3, canary: 2, max_read_age: 5s, max_changed_clients: \"12.5%\"}";
    let mut world = world(lines, "client: 12\nsettings: {geo_list: RU}\n");
    project(&world, "limits: {max_read_age: 2h}");
    world.declare(12, OPEN);
    world.commit("one change");
    world.run("plan --base main --out p.json --affected").ok();
    let plan: Json = serde_json::from_str(&world.read("p.json")).unwrap();
    let limits: Vec<_> =
        plan["base_limits"].as_array().unwrap().iter().map(|one| (&one["limit"], &one["amount"])).collect();
    let limits = serde_json::to_value(&limits).unwrap();
    let expected = json!([
        ["max_changed_share", 12_500_000],
        ["max_opening", 0],
        ["max_failures", 3],
        ["canary", 2],
        ["max_read_age", 5000]
    ]);
    assert_eq!(limits, expected);
    let says = ["1 change would open the PBX to more callers, max_opening of main (ringform.yaml:2) allows 0"];
    world.run("apply --plan p.json --yes").status(1).sends_nothing().prints(&says);
    edited(&world, |plan| plan["diagnostics"] = json!([]));
    world.run("apply --plan edited.json --yes").status(1).sends_nothing().prints(&says);
    // A looser flag has no effect here either.
    let flags = "--canary 1 --max-failures 9";
    world.run(&format!("apply --plan p.json --yes {flags}")).status(1).prints(&[
        "--canary 1 has no effect: main (ringform.yaml:2) asks for 2",
        "--max-failures 9 has no effect: main (ringform.yaml:2) allows 3",
    ]);
    assert!(world.puts().is_empty());
}

const GUARD: &str = "guards: [{name: g, field: geo_list, deny: {to: \"*\"}, labels: {city: omsk}}]";

/// One client under two names, of which a narrow run reads one: the labels of the other one at the base count.
#[test]
fn a_second_name_of_a_client_does_not_shed_its_labels() {
    for (old, new) in [("12", "\"@me\""), ("\"@me\"", "12")] {
        let document = |name: &str, codes: &str| format!("client: {name}\nsettings: {{geo_list: {codes}}}\n");
        let mut world = world(GUARD, &format!("{}labels: {{city: omsk}}\n", document(old, "RU")));
        world.write("clients/second.yaml", document(new, "\"*\"").as_bytes());
        world.commit("a second name");
        for narrow in ["--affected", &format!("--client {}", new.trim_matches('"')), "clients/second.yaml", ""] {
            world.run(&format!("apply --base main --yes {narrow}")).status(1);
            world.run(&format!("plan --base main {narrow}")).status(1);
        }
        for shard in ["1/2", "2/2", "1/3", "2/3", "3/3"] {
            world.run(&format!("apply --base main --yes --shard {shard}"));
        }
        assert!(world.puts().is_empty(), "{old} → {new}");
    }
}
