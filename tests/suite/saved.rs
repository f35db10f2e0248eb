//! Saved plans: shown again, applied later, and refused when they are not what they were.

use serde_json::{Value as Json, json};

use crate::world::World;

fn planned() -> World {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU", "hold_music": 7}))
        .live(13, json!({"timezone": "UTC", "hold_music": 7}))
        .declared(12, "{geo_list: [RU, KZ]}")
        .declared(13, "{timezone: Asia/Omsk}");
    world.run("plan --out plan.json").ok();
    world
}

#[test]
fn a_saved_plan_is_shown_and_applied() {
    let mut world = planned();
    world.run("show plan.json").ok().sends_nothing().prints(&["client 12", "RU → KZ RU"]);
    world.run("show plan.json --detailed-exitcode --format markdown").status(2).prints(&["KZ RU"]);
    let mut saved: Json = serde_json::from_str(&world.read("plan.json")).unwrap();
    saved["endpoint"] = json!("http://SIMULATOR");
    assert_eq!(world.run("show plan.json --format json").ok().json(), saved);
    // The documents may change meanwhile: the plan is what was agreed to.
    world = world.declared(12, "{geo_list: \"*\"}");
    world.run("apply --plan plan.json --yes --format json=report.json").ok().requests(1, 2, 2);
    assert_eq!(world.stored(12, "geo_list"), "KZ RU");
    let again = world.run("apply --plan plan.json --yes --format json").ok().requests(1, 2, 0);
    assert_eq!(again.results(), ["unchanged", "unchanged"]);
    world.run("show report.json").ok().prints(&["applied"]);
    world.run("apply --plan report.json --yes").status(1).says(&["report"]).sends_nothing();
}

#[test]
fn a_half_applied_plan_runs_again_to_its_end() {
    let mut world = planned();
    world.server().set(12, "geo_list", json!("KZ RU"));
    let ran = world.run("apply --plan plan.json --yes --format json").ok().requests(1, 2, 1);
    assert_eq!(ran.results(), ["unchanged", "applied"]);
}

#[test]
fn a_client_that_moved_since_is_stale() {
    let mut world = planned();
    world.server().set(12, "geo_list", json!("DE"));
    let ran = world.run("apply --plan plan.json --yes --format json").status(1).requests(1, 2, 1);
    assert_eq!(ran.results(), ["stale", "applied"]);
    assert_eq!(world.stored(12, "geo_list"), "DE");
}

#[test]
fn plans_that_are_not_what_they_were_are_refused_before_any_request() {
    let mut world = planned();
    let text = world.read("plan.json");
    let plan: Json = serde_json::from_str(&text).unwrap();
    let refuse = |world: &mut World, bytes: &[u8], says: &str| {
        world.write("other.json", bytes);
        for line in ["apply --plan other.json --yes", "show other.json"] {
            world.run(line).status(1).sends_nothing().says(&[says]);
        }
    };
    refuse(&mut world, &text.as_bytes()[..text.len() / 2], "cut short");
    refuse(&mut world, b"", "cut short");
    refuse(&mut world, b"[]", "format_version");
    refuse(&mut world, text.replace("KZ RU", "*").as_bytes(), "digest");
    refuse(&mut world, text.replace("\"format_version\": \"2.0\"", "\"format_version\": \"3.0\"").as_bytes(), "3.0");
    let tight = serde_json::to_string(&plan).unwrap();
    world.write("other.json", tight.as_bytes());
    world.run("show other.json").ok();
    let mut elsewhere = plan.clone();
    elsewhere["endpoint"] = json!("https://elsewhere.example");
    refuse(&mut world, elsewhere.to_string().as_bytes(), "digest");
    world
        .run("apply --plan plan.json --yes --endpoint https://elsewhere.example")
        .status(1)
        .sends_nothing()
        .says(&["endpoint"]);
    world.run("apply --plan nosuch.json --yes").status(1).sends_nothing().says(&["nosuch.json"]);
}

#[test]
fn guards_are_judged_anew_when_a_saved_plan_is_applied() {
    let mut world = planned();
    let project = world.read("ringform.yaml") + "guards: [{name: frozen, field: geo_list, deny: {}}]\n";
    world.write("ringform.yaml", project.as_bytes());
    let ran = world.run("apply --plan plan.json --yes --format json").status(1).requests(1, 1, 1);
    assert_eq!(ran.results(), ["refused", "applied"]);
}

#[test]
fn shards_cover_every_client_once_and_merge_into_one_report() {
    let mut world = World::new();
    for id in 1..=20 {
        world = world.live(id, json!({})).declared(id, "{timezone: UTC}");
    }
    for shard in 1..=3 {
        world.run(&format!("plan --shard {shard}/3 --out {shard}.json")).ok();
    }
    let all = world.run("show 3.json 1.json 2.json --format json --detailed-exitcode").status(2).json();
    let whole = world.run("plan --format json").ok().json();
    assert_eq!(all["clients"], whole["clients"]);
    world.run("show 1.json 3.json").status(1).says(&["shard 2/3 is missing"]).prints(&["client"]);
    world.run("show 1.json 2.json 2.json 3.json").status(1).says(&["shard 2/3 is given more than once"]);
}

#[test]
fn documents_of_two_kinds_are_never_one_report() {
    let mut world = World::new();
    for id in 1..=20 {
        world = world.live(id, json!({})).declared(id, "{timezone: UTC}");
    }
    world.run("drift --shard 1/2 --format json=drift.json").status(2);
    world.run("plan --shard 2/2 --out plan.json").ok();
    let drifted: Json = serde_json::from_str(&world.read("drift.json")).unwrap();
    let planned: Json = serde_json::from_str(&world.read("plan.json")).unwrap();
    let both = ["drift.json is a report of drift", "plan.json is a plan", "different kinds"];
    for (line, first, gap) in [
        ("show drift.json plan.json", &drifted, "shard 2/2 is missing"),
        ("show plan.json drift.json", &planned, "shard 1/2 is missing"),
    ] {
        world.run(line).status(1).says(&both).says(&[gap]).prints(&["clients"]);
        let ran = world.run(&format!("{line} --format json --detailed-exitcode")).status(1).says(&both);
        assert_eq!((&ran.json()["clients"], &ran.json()["kind"]), (&first["clients"], &first["kind"]), "{line}");
    }
    // A plan beside the report of its apply, without shards.
    world.run("plan --out all.json").ok();
    world.run("apply --yes --format json=report.json").ok();
    world.run("validate --format json=checked.json").ok();
    let ran = world.run("show all.json report.json checked.json").status(1).prints(&["20 clients"]);
    ran.says(&["all.json is a plan, report.json is the report of an apply, checked.json is the result of validate"]);
}

#[test]
fn a_plan_that_cannot_be_saved_is_shown_all_the_same() {
    let mut world = planned();
    // A full disk shows only while the file is written.
    std::os::unix::fs::symlink("/dev/full", world.path("full")).unwrap();
    for line in ["plan --out full", "plan --format markdown=full"] {
        let ran = world.run(line).status(1).prints(&["RU → KZ RU"]);
        assert!(ran.stderr.ends_with(": no space left on device\n"), "{}", ran.stderr);
    }
}

#[test]
fn a_report_says_what_the_sent_writes_opened_and_closed() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU"}))
        .live(13, json!({"geo_list": "*"}))
        .live(14, json!({"geo_list": "RU BY"}))
        .declared(12, "{geo_list: [RU, KZ]}")
        .declared(13, "{geo_list: [RU]}")
        .declared(14, "{geo_list: [RU]}");
    let plan = world.run("plan --format json").ok().json();
    let count = |key: &str| plan["summary"][key].as_u64().unwrap();
    assert_eq!((count("opens"), count("closes"), count("exposed"), count("security")), (1, 2, 2, 3));
    world.run("plan").ok().prints(&["! opens", "closes", "! 1 change opens the PBX to more callers."]);
    let ran = world.run("apply --yes").ok();
    ran.prints(&["! 1 change opened the PBX to more callers, 2 closed it."]);
}
