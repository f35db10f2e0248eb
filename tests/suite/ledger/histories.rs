//! Histories that random trials found: what the records say after them, and that `log --verify` accepts each.

use serde_json::json;

use crate::ledger::site::{Said, Site, until};
use crate::world::World;

const VERIFY: &str = "log --verify";

#[test]
fn a_client_whose_credentials_get_another_name_keeps_its_record_at_a_new_path() {
    let entry = |name: &str| {
        format!("  {name}: {{app_id: \"${{RINGFORM_APP_ID}}\", app_secret: \"${{RINGFORM_APP_SECRET}}\"}}\n")
    };
    let lines = format!("ledger: git\ncredentials:\n{}{}", entry("default"), entry("east"));
    let world = World::new().live(12, json!({"hold_music": 7}));
    let mut site = Site::with(world.declared(12, "{hold_music: 7}"), lines.trim_end());
    site.run("apply --yes").ok();
    let document = "client: 12\ncredentials: east\nsettings: {hold_music: 7}\n";
    site.world.write("clients/12.yaml", document.as_bytes());
    site.merge("east");
    site.run("apply --yes").ok().requests(1, 1, 0);
    let records = site.paths().into_iter().filter(|path| path.contains("/clients/")).collect::<Vec<_>>();
    assert_eq!(records, ["ringform.yaml/clients/east/12.json"]);
    site.run(VERIFY).ok();
}

#[test]
fn a_saved_plan_whose_values_are_live_already_leaves_a_report_that_can_be_read() {
    let world = World::new().live(12, json!({"hold_music": 7, "dial_rule_id": 1}));
    let mut site = Site::new(world.declared(12, "{hold_music: 7, dial_rule_id: 1}"));
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 8, dial_rule_id: 2}");
    site.merge("second");
    site.run("plan --out p.json").ok();
    for (live, status) in [([8, 2], 0), ([8, 3], 1)] {
        for (field, value) in ["hold_music", "dial_rule_id"].into_iter().zip(live) {
            site.world.server().set(12, field, json!(value));
        }
        site.run("apply --yes --plan p.json").status(status).requests(1, 1, 0);
        site.run(VERIFY).ok();
        // What the run saw in sync is recorded; the field that has moved keeps its record.
        let expected = json!({"hold_music": {"value": 8}, "dial_rule_id": {"value": 2}});
        assert_eq!(site.record("12"), expected);
    }
}

#[test]
fn a_signal_wins_over_a_record_that_fails() {
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 8}");
    site.merge("second");
    // The claim passes, the record does not.
    site.hook("pre-receive", "[ -e claimed ] && exit 1\n: > claimed");
    site.world.server().fault("latency=500ms,on=put".parse().unwrap());
    let at = site.world.folder().to_owned();
    let child = site.spawn(&at, "apply --yes");
    until("the PUT", || site.puts() == 1);
    let signal = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let said = Said::of(child.wait_with_output().unwrap()).status(130);
    said.says(&["the ledger has no record of this run: its claim stays", "--take-over"]);
    assert_eq!(site.open().len(), 1);
    let run = site.open()[0].clone();
    site.without_hooks();
    site.run(&format!("apply --yes --take-over {run}")).ok().requests(1, 1, 0);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
    site.run(VERIFY).ok();
}
