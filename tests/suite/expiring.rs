//! A saved plan whose declaration has changed since: `apply` sends that client nothing.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::world::World;

#[test]
fn a_saved_plan_sends_nothing_to_a_client_whose_entry_ended() {
    let world = World::new().live(12, json!({"hold_music": 7})).live(13, json!({"hold_music": 7}));
    let mut world = world.declared(13, "{hold_music: 8}");
    // The end comes soon. A slow machine may make the plan after it, and then there is a next end.
    let until = loop {
        let until = Timestamp::from_second(Timestamp::now().as_second() + 2).unwrap().to_string();
        let entry = format!("{{settings: {{hold_music: 77}}, until: \"{until}\", owner: anna, reason: fair}}");
        world.write(
            "clients/12.yaml",
            format!("client: 12\nsettings: {{hold_music: 8}}\ntemporary: [{entry}]\n").as_bytes(),
        );
        let plan = world.run("plan --out plan.json --format json").ok();
        assert_eq!(plan.client("13")["valid_until"], json!(null));
        if plan.client("12")["valid_until"] == until.as_str() {
            break until;
        }
    };
    let left = until.parse::<Timestamp>().unwrap().duration_since(Timestamp::now());
    std::thread::sleep(Duration::try_from(left).unwrap_or_default() + Duration::from_millis(10));
    let ran = world.run("apply --plan plan.json --yes --format json").status(1).requests(1, 1, 1);
    assert_eq!(ran.results(), ["stale", "applied"]);
    let message = format!("its declaration changed at {until}, so this plan of it is over; make a new plan");
    assert_eq!(ran.client("12")["details"]["message"], message.as_str());
    // A new plan is of what is declared now.
    world.run("apply --yes").ok();
    assert_eq!(world.stored(12, "hold_music"), 8);
}
