//! A fleet under one profile: what people read when one line changes many clients.

use serde_json::json;

use crate::world::World;

/// Clients that a profile's geo_list reaches, with many different live lists.
fn fleet(clients: u64) -> World {
    const CODES: [&str; 8] = ["AM", "AZ", "BY", "GE", "KG", "RU", "UA", "UZ"];
    let mut world =
        World::new().project("defaults: {profiles: [standard]}\nprofiles:\n  standard: {geo_list: [BY, KZ, RU]}");
    let mut documents = String::new();
    for id in 1..=clients {
        let at = (id % 40) as usize;
        let list = [CODES[at % 8], CODES[(at + 1 + at / 8) % 8]].join(" ");
        world = world.live(id, json!({"geo_list": list, "hold_music": 7}));
        documents.push_str(&format!("---\nclient: {id}\n"));
    }
    world.file("clients/all.yaml", &documents)
}

#[test]
fn two_hundred_clients_under_one_changed_line_are_one_block() {
    let mut world = fleet(200).file("clients/outlier.yaml", "client: 999\nsettings: {hold_music: 9}\n");
    world = world.live(999, json!({"geo_list": "BY KZ RU", "hold_music": 7}));
    let run = world.run("plan --format text --format json=plan.json");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let lines = run.stdout.lines().count();
    assert!(lines <= 25 + 3, "{lines} lines\n{}", run.stdout);
    assert_eq!(run.stdout.matches("ringform.yaml:").count(), 1, "the line is named once: {}", run.stdout);
    assert!(run.stdout.contains("200 clients  geo_list → BY KZ RU"), "{}", run.stdout);
    assert!(run.stdout.contains("client 999"), "the outlier is in full: {}", run.stdout);
    let plan: serde_json::Value = serde_json::from_str(&world.read("plan.json")).unwrap();
    let summary = &plan["summary"];
    assert_eq!(summary["to_change"], 201);
    let totals = format!("201 clients: 201 to change ({} settings", summary["changes"]);
    assert!(run.stdout.contains(&totals), "{totals}\n{}", run.stdout);
    // After the write the block says what was sent.
    let run = world.run("apply --yes");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("200 clients  geo_list") && run.stdout.contains("✓ applied"), "{}", run.stdout);
    assert!(run.stdout.lines().count() <= 25 + 4, "{}", run.stdout);
}

#[test]
fn a_change_of_a_fleet_shows_what_blocks_it() {
    let guard = "guards:\n  - {name: only-near, field: geo_list, deny: {to: BY KZ RU}, labels: {city: omsk}}";
    let mut world = fleet(20).project(guard);
    let blocked =
        (21..=30).fold(String::new(), |text, id| format!("{text}---\nclient: {id}\nlabels: {{city: omsk}}\n"));
    for id in 21..=30 {
        let list = ["RU", "BY", "AM", "GE", "UA"][id as usize % 5];
        world = world.live(id, json!({"geo_list": list}));
    }
    let run = world.file("clients/omsk.yaml", &blocked).run("plan");
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(
        run.stdout.contains("✗ 10 clients blocked: guard only-near: the values differ, for example"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("clients 21, 22, 23, 24, 25, 26, 27, 28, 29, 30"), "{}", run.stdout);
}
