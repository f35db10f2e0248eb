//! The formats `html` and `terraform` from every command that has a plan or a report.

use serde_json::{Value as Json, json};

use crate::world::World;

const FILES: &str = "--format html=p.html --format terraform=p.json --format prometheus=p.prom";

fn world() -> World {
    World::new()
        .live(12, json!({"geo_list": "RU", "name": "<script>alert(1)</script>"}))
        .live(13, json!({"geo_list": "RU"}))
        .declared(12, "{geo_list: [RU, BY]}")
        .declared(13, "{geo_list: RU}")
}

fn actions(text: &str) -> Vec<String> {
    let document: Json = serde_json::from_str(text).unwrap();
    let changes = document["resource_changes"].as_array().unwrap();
    changes.iter().map(|one| one["change"]["actions"][0].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_command_with_a_plan_writes_them() {
    let mut world = world();
    world.run(&format!("plan --out plan.json {FILES}")).ok();
    let page = world.read("p.html");
    assert!(page.contains("<h1>1 client to change</h1>") && page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert_eq!(actions(&world.read("p.json")), ["update", "no-op"]);
    world.write("p.html", b"");
    world.run(&format!("show plan.json {FILES}")).ok().sends_nothing();
    assert_eq!(world.read("p.html"), page);
    world.run(&format!("validate {FILES}")).ok().sends_nothing();
    assert!(world.read("p.html").contains("No clients were compared"));
    world.run(&format!("apply --yes {FILES}")).ok();
    assert!(world.read("p.html").contains("<h1>1 setting changed, all as declared</h1>"));
    assert!(world.read("p.prom").contains("result=\"applied\"} 1\n"));
    assert_eq!(actions(&world.run("plan --format terraform").ok().stdout), ["no-op", "no-op"]);
}

#[test]
fn a_failed_client_is_never_a_resource_nor_a_success() {
    let mut world = world().declared(14, "{geo_list: RU}");
    let ran = world.run("plan --format terraform --format html=p.html").status(1);
    assert_eq!(actions(&ran.stdout), ["update", "no-op"]);
    assert_eq!(ran.json()["errored"], true);
    assert_eq!(ran.json()["checks"][0]["instances"][0]["address"]["instance_key"], "14");
    assert!(world.read("p.html").contains("<h1>1 client to change, 1 failed</h1>"));
    // What did not begin is told in every format too.
    world.write("clients/14.yaml", b"client: 14\nsettings: {geo_list: }\n");
    let ran = world.run("plan --format terraform --format html=p.html").status(1).sends_nothing();
    assert_eq!(ran.json()["errored"], true);
    assert!(world.read("p.html").contains("Nothing was compared: 1 error"));
}
