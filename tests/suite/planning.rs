//! `plan`: what people and pipelines see, and what it costs.

use serde_json::json;

use crate::world::World;

fn acme() -> World {
    World::new()
        .live(12, json!({"name": "ringme_test", "geo_list": "RU BY", "hold_music": 7, "timezone": "Europe/Moscow"}))
        .file(
            "clients/acme.yaml",
            "client: \"12\"\nsettings:\n  geo_list: [RU, BY, KZ]\n  dial_rule_id: 19\n  hold_music: null\n",
        )
}

#[test]
fn a_plan_shows_what_differs_and_costs_one_read_a_client() {
    let mut world = acme()
        .live(13, json!({"geo_list": "BY RU"}))
        .declared(13, "{geo_list: [RU, BY]}")
        .live(14, json!({}))
        .declared(14, "{timezone: null}");
    let ran = world.run("plan").ok().requests(1, 3, 0);
    let ran = ran.prints(&[
        "client 12",
        "ringme_test",
        "geo_list",
        "BY RU → BY KZ RU",
        "+KZ",
        "opens",
        "clients/acme.yaml:3",
    ]);
    ran.prints(&["3 clients", "1 to change", "2 in sync", "4 requests"]);
    let again = world.run("plan --detailed-exitcode").status(2);
    assert_eq!(world.run("plan --client 13 --detailed-exitcode").ok().requests(1, 1, 0).status, 0);
    drop(again);
}

#[test]
fn the_json_plan_is_as_documented() {
    let mut world = acme();
    let ran = world.run("plan --format json").ok();
    let plan = ran.json();
    assert_eq!(plan["format_version"], "2.0");
    assert_eq!(plan["endpoint"], "http://SIMULATOR");
    assert_eq!(plan["project"], "ringform.yaml");
    assert_eq!(
        plan["summary"],
        json!({
            "clients": 1, "in_sync": 0, "to_change": 1, "failed": 0, "changes": 3, "security": 2,
            "opens": 1, "closes": 0, "exposed": 0,
            "pending": 0, "drift": 0, "conflict": 0, "released": 0,
        })
    );
    assert_eq!(plan["run"]["requests"], json!({"total": 2, "token": 1, "read": 1, "write": 0, "retries": 0}));
    let client = ran.client("12");
    assert_eq!(client["id"], 12);
    assert_eq!(client["status"], "change");
    assert_eq!(client["name"], "ringme_test");
    assert_eq!(client["put"], json!({"geo_list": "BY KZ RU", "dial_rule_id": 19, "hold_music": null}));
    assert_eq!(client["managed"], json!(["geo_list", "dial_rule_id", "hold_music"]));
    assert_eq!(client["live"]["geo_list"], "RU BY");
    assert_eq!(client["result"], json!(null));
    assert_eq!(client["source"], json!({"file": "clients/acme.yaml", "line": 1, "column": 1}));
    let change = &client["changes"][0];
    assert_eq!(change["field"], "geo_list");
    assert_eq!((&change["before"], &change["after"]), (&json!("BY RU"), &json!("BY KZ RU")));
    assert_eq!(
        (&change["action"], &change["added"], &change["removed"]),
        (&json!("update"), &json!(["KZ"]), &json!([]))
    );
    assert_eq!((&change["severity"], &change["effect"]), (&json!("security"), &json!("opens")));
    assert_eq!(change["exposure"], "closes");
    assert_eq!((&change["origin"], &change["layer"]), (&json!("unknown"), &json!("settings")));
    assert_eq!(change["source"], json!({"file": "clients/acme.yaml", "line": 3, "column": 13}));
    assert_eq!(client["changes"][2]["action"], "clear");
    assert_eq!(client["changes"][1]["action"], "set");
}

#[test]
fn json_plans_fit_their_schema_and_two_runs_differ_in_run_alone() {
    let mut world =
        acme().live(13, json!({"id": 13})).fault("error=user_blocked,client=13").declared(13, "{timezone: UTC}");
    let schema: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string("schemas/plan.schema.json").unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut one = world.run("plan --format json").status(1).json();
    let mut two = world.run("plan --format json").status(1).json();
    let problems: Vec<String> = schema.iter_errors(&one).map(|error| error.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
    one["run"].take();
    two["run"].take();
    assert_eq!(one, two);
}

#[test]
fn odd_live_values_are_shown_as_they_are_and_never_fail() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "ZZ", "timezone": "MSK", "disk_space_notify_threshold": 0}))
        .declared(12, "{geo_list: [RU], timezone: Europe/Moscow, hold_music: null}");
    let client = world.run("plan --format json").ok().client("12");
    assert_eq!(client["changes"][0]["before"], "ZZ");
    assert_eq!(client["changes"][0]["effect"], "unclear");
    assert_eq!(client["changes"][1]["before"], "MSK");
    assert_eq!(client["live"]["disk_space_notify_threshold"], 0);
    assert_eq!(client["changes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_failed_client_is_reported_and_the_others_too() {
    let mut world =
        acme().live(13, json!({})).fault("error=user_blocked,client=13,on=get").declared(13, "{timezone: UTC}");
    let ran = world.run("plan").status(1).requests(1, 2, 0);
    ran.prints(&["client 12", "client 13", "user_blocked", "1 failed"]);
    let client = world.run("plan --format json --detailed-exitcode").status(1).client("13");
    assert_eq!(client["status"], "failed");
    assert_eq!(client["error"]["kind"], "api");
    assert_eq!(client["error"]["http_status"], 403);
    assert_eq!(client["error"]["status"], "user_blocked");
    assert_eq!((&client["changes"], &client["put"]), (&json!([]), &json!({})));
}

#[test]
fn answers_that_cannot_be_compared_fail_before_any_difference() {
    for (fault, kind) in [
        ("wrong-id=99", "wrong_client"),
        ("wrong-id=absent", "incomplete_answer"),
        ("empty-object", "incomplete_answer"),
        ("array", "bad_answer"),
        ("not-json", "bad_answer"),
        ("oversize", "bad_answer"),
        ("redirect", "redirect"),
    ] {
        let mut world = acme().fault(&format!("{fault},on=get"));
        let ran = world.run("plan --format json").status(1);
        assert_eq!(ran.client("12")["error"]["kind"], kind, "{fault}");
        assert_eq!(ran.client("12")["changes"], json!([]), "{fault}");
    }
}

#[test]
fn a_missing_key_is_not_null() {
    let mut world = acme().live(13, json!({})).declared(13, "{timezone: UTC}");
    world = world.semantics(ringform::sandbox::Semantics { missing: vec!["hold_music".into()], ..Default::default() });
    let ran = world.run("plan --format json").status(1);
    assert_eq!(ran.client("12")["error"]["kind"], "incomplete_answer");
    assert!(ran.client("12")["error"]["message"].as_str().unwrap().contains("hold_music"));
    assert_eq!(ran.client("13")["status"], "change", "a client that does not manage the field is compared");
}

#[test]
fn expectations_stop_a_client_with_or_without_a_difference() {
    let mut world = World::new().live(12, json!({"name": "acme", "timezone": "UTC", "extension_len": 3})).file(
        "clients/a.yaml",
        "client: 12\nexpect: {name: globex, extension_len: \"3\"}\nsettings: {timezone: UTC}\n",
    );
    let ran = world.run("plan --format json").status(1);
    assert_eq!(ran.client("12")["error"]["kind"], "expect");
    let ran = world.run("apply --yes --format json").status(1).requests(1, 1, 0);
    assert_eq!(ran.results(), ["refused"]);
}

#[test]
fn two_documents_that_are_one_client_both_fail() {
    let mut world = World::new().live(12, json!({})).file(
        "clients/a.yaml",
        "client: 12\nsettings: {timezone: UTC}\n---\nclient: \"@me\"\nsettings: {timezone: UTC}\n",
    );
    let ran = world.run("plan --format json").status(1);
    for id in ["12", "@me"] {
        assert_eq!(ran.client(id)["error"]["kind"], "duplicate_client");
    }
}

#[test]
fn guards_block_and_warn() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU"}))
        .live(13, json!({"geo_list": "RU"}))
        .declared(12, "{geo_list: \"*\"}")
        .declared(13, "{geo_list: [RU, KZ]}")
        .project("guards:\n- open-geo\n- {name: at-home, field: geo_list, warn: {allow: [RU]}, message: stay at home}");
    let ran = world.run("plan --format json").status(1);
    assert_eq!(ran.client("12")["status"], "change");
    assert_eq!(ran.client("12")["blocked"][0]["kind"], "guard");
    assert_eq!(ran.client("12")["blocked"][0]["name"], "open-geo");
    assert_eq!(ran.client("12")["put"], json!({"geo_list": "*"}), "put follows from the changes, blocked or not");
    assert_eq!(ran.client("13")["blocked"], json!([]));
    assert!(ran.stderr.contains("stay at home"), "{}", ran.stderr);
    let ran = world.run("apply --yes --format json").status(1).requests(1, 2, 1);
    assert_eq!(ran.results(), ["refused", "applied"]);
    assert_eq!(world.stored(12, "geo_list"), "RU");
}

#[test]
fn several_formats_leave_files_behind() {
    let mut world = acme();
    world.run("plan --format markdown=plan.md --format json=plan.json").ok().prints(&["client 12"]);
    assert!(world.read("plan.md").contains("BY KZ RU"));
    serde_json::from_str::<serde_json::Value>(&world.read("plan.json")).unwrap();
    world.run("plan --format markdown --format json").status(1).says(&["only one format"]).sends_nothing();
}

#[test]
fn the_diff_is_one_of_yaml() {
    acme().run("plan --diff").ok().prints(&[
        "--- ",
        "+++ ",
        "-hold_music: 7",
        "+hold_music: null",
        "+dial_rule_id: 19",
    ]);
}

#[test]
fn plan_and_its_kin_write_nothing() {
    let mut world = acme();
    world.run("plan").ok();
    world.run("validate").ok().sends_nothing();
    assert!(!world.path(".ringform").exists());
}

#[test]
fn a_selection_that_matches_nothing_is_an_error() {
    let mut world = acme();
    world.run("plan --client 99").status(1).says(&["--client 99"]).sends_nothing();
    world.run("plan --label city=moscow").status(1).says(&["city=moscow"]).sends_nothing();
    world.run("plan nosuchfolder").status(1).says(&["nosuchfolder"]).sends_nothing();
    world.run("plan --field geo_list").ok().requests(1, 1, 0).prints(&["1 setting"]);
    world.run("plan --field domain").status(1).sends_nothing();
}

#[test]
fn wrong_usage_is_one_and_not_two() {
    let mut world = acme();
    for line in ["plan --fromat x", "drfit", "", "plan --format nosuch", "show"] {
        world.run(line).status(1);
    }
    world.run("--version").ok().prints(&["ringform 0.1.0"]);
    world.run("plan --help").ok().prints(&["--detailed-exitcode"]);
}

#[test]
fn programs_get_one_document_even_when_the_files_are_wrong() {
    let mut world = World::new().file("clients/a.yaml", "client: 12\nsettings: {time_zone: UTC}\n");
    let ran = world.run("plan --format json").status(1).sends_nothing();
    let json = ran.json();
    assert_eq!(json["clients"], json!([]));
    assert_eq!(json["diagnostics"][0]["rule"], "unknown-key");
    assert_eq!(json["diagnostics"][0]["range"]["line"], 2);
    world.run("plan").status(1).says(&["time_zone", "did you mean", "timezone"]);
}

#[test]
fn put_stands_in_the_order_of_the_table() {
    let mut world = World::new().live(12, json!({})).declared(
        12,
        "{hold_music: 1, timezone: UTC, geo_list: [RU], disk_space_notify_email: a@b.example, disk_space_notify_threshold: 9, dial_rule_id: 2, sip_network_permission_id: 3}",
    );
    let ran = world.run("plan --format json").ok();
    let put = ran.stdout.split("\"put\": {").nth(1).unwrap().split('}').next().unwrap();
    let keys: Vec<&str> = put.lines().filter_map(|line| line.trim().split('"').nth(1)).collect();
    let names: Vec<&str> = ringform::model::Setting::ALL.iter().map(|setting| setting.name()).collect();
    assert_eq!(keys, names);
}

#[test]
fn a_diff_does_not_hide_what_failed_or_is_stopped() {
    let mut world = acme()
        .live(13, json!({}))
        .declared(13, "{timezone: UTC}")
        .fault("error=user_blocked,client=13,on=get")
        .live(14, json!({}))
        .declared(14, "{geo_list: \"*\"}")
        .project("guards: [open-geo]");
    let ran = world.run("plan --diff").status(1).prints(&["+hold_music: null"]);
    ran.says(&["client 13 failed", "client 14 is stopped by open-geo"]);
}

#[test]
fn an_answer_for_another_client_counts_for_nobody() {
    let world = || {
        World::new()
            .live(12, json!({"timezone": "UTC"}))
            .declared(12, "{timezone: UTC}")
            .live(13, json!({"timezone": "Asia/Omsk"}))
            .declared(13, "{timezone: UTC}")
            .fault("wrong-id=13,client=12")
    };
    let ran = world().run("plan --format json").status(1);
    assert_eq!(ran.client("12")["error"]["kind"], "wrong_client");
    assert_eq!((&ran.client("13")["status"], &ran.client("13")["error"]), (&json!("change"), &json!(null)));
    let mut world = world();
    let ran = world.run("apply --yes --format json").status(1);
    assert_eq!(ran.results(), ["failed", "applied"]);
    assert_eq!(world.stored(13, "timezone"), "UTC");
    // Two wrong answers with one id are no duplicates of each other either.
    let mut world = World::new().fault("wrong-id=99,on=get");
    for id in [12, 13] {
        world = world.live(id, json!({"timezone": "UTC"})).declared(id, "{timezone: UTC}");
    }
    let ran = world.run("plan --format json").status(1);
    assert_eq!(["12", "13"].map(|id| ran.client(id)["error"]["kind"].clone()), ["wrong_client", "wrong_client"]);
    // `@me` may be the right client under another name: that stays a duplicate.
    let mut world = World::new()
        .live(13, json!({"timezone": "UTC"}))
        .live(12, json!({"timezone": "UTC"}))
        .declared(12, "{timezone: UTC}")
        .declared(13, "{timezone: UTC}")
        .file("clients/me.yaml", "client: \"@me\"\nsettings: {timezone: UTC}\n")
        .fault("wrong-id=13,client=12")
        .fault("wrong-id=13,client=@me");
    let ran = world.run("plan --format json").status(1);
    let kinds = ["12", "13", "@me"].map(|id| ran.client(id)["error"]["kind"].clone());
    assert_eq!(kinds, ["wrong_client", "duplicate_client", "duplicate_client"]);
}

#[test]
fn a_failure_names_its_http_status_once() {
    let mut world = World::new().declared(12, "{timezone: UTC}");
    for format in ["text", "markdown"] {
        let ran = world.run(&format!("plan --format {format}")).status(1);
        assert_eq!(ran.stdout.matches("404").count(), 1, "{}", ran.stdout);
        assert!(!ran.stdout.contains("HTTP 404"), "{}", ran.stdout);
    }
}
