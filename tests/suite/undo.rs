//! `undo`: the way back of a past run, from its report, from the journal and from the ledger.

use serde_json::{Value as Json, json};

use crate::world::World;

/// Client 12 after an apply that changed two of its fields, and a client that it did not touch. Its report is in
/// report.json.
fn applied() -> World {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU", "hold_music": 7, "timezone": "UTC"}))
        .live(13, json!({"timezone": "UTC"}))
        .declared(12, "{geo_list: [RU, KZ], hold_music: null, timezone: UTC}")
        .declared(13, "{timezone: UTC}");
    world.run("apply --yes --format json=report.json").ok().requests(1, 2, 1);
    assert_eq!((world.stored(12, "geo_list"), world.stored(12, "hold_music")), (json!("KZ RU"), json!(null)));
    world
}

fn report(world: &World, file: &str) -> Json {
    serde_json::from_str(&world.read(file)).unwrap()
}

/// The name of the run of a report.
fn run_of(world: &World, file: &str) -> String {
    report(world, file)["run"]["id"].as_str().unwrap().to_owned()
}

/// The rules of the warnings of a document.
fn rules(document: &Json) -> Vec<&str> {
    document["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect()
}

#[test]
fn an_undo_puts_the_old_values_back_and_an_undo_of_it_the_new_ones() {
    let mut world = applied();
    let run = run_of(&world, "report.json");
    let shown = world.run("undo report.json --out undo.json").ok().requests(1, 1, 0);
    shown.prints(&[
        "geo_list",
        "KZ RU → RU",
        "not set → 7",
        &format!("Undo of run {run}, which changed 2 settings: 2 go back."),
        "The files declare another value for 2 settings: revert the commit that declares them too.",
    ]);
    let plan = report(&world, "undo.json");
    assert_eq!(plan["undo"], json!({"run": run, "commit": null, "changed": 2, "undeclared": 2}));
    assert_eq!((&plan["kind"], &plan["unaffected"]), (&json!("plan"), &json!(1)));
    let client = &plan["clients"][0];
    assert_eq!(client["put"], json!({"geo_list": "RU", "hold_music": 7}));
    assert_eq!(client["managed"], json!(["geo_list", "hold_music"]));
    let change = &client["changes"][0];
    assert_eq!((&change["origin"], &change["layer"]), (&json!("unknown"), &json!(format!("undo {run}"))));
    assert_eq!(change["source"]["file"], "clients/12.yaml");

    world.run("apply --plan undo.json --yes --format json=undone.json").ok().requests(1, 1, 1);
    assert_eq!((world.stored(12, "geo_list"), world.stored(12, "hold_music")), (json!("RU"), json!(7)));
    assert_eq!(report(&world, "undone.json")["undo"]["run"], json!(run));
    world.run("apply --plan undo.json --yes").ok().requests(1, 1, 0).prints(&[&format!("as before run {run}")]);
    // The files still declare what the run sent.
    world.run("plan").ok().prints(&["RU → KZ RU"]);

    let again = world.run("undo undone.json --out again.json").ok();
    again.prints(&["RU → KZ RU", "which changed 2 settings: 2 go back"]);
    assert_eq!(report(&world, "again.json")["undo"]["undeclared"], json!(0), "the files declare it");
    world.run("apply --plan again.json --yes").ok().requests(1, 1, 1);
    world.run("plan").ok().prints(&["No difference"]);
    world.run("undo report.json").ok().prints(&["KZ RU → RU"]);
}

#[test]
fn every_format_shows_an_undo_and_what_the_files_still_say() {
    let mut world = applied();
    world.run("undo report.json --out undo.json").ok();
    let reverts = "revert the commit that declares them too";
    world.run("show undo.json --format markdown").ok().prints(&["**ringform undo:**", reverts]);
    world.run("show undo.json --format html").ok().prints(&["Plan of an undo", reverts]);
    world.run("show undo.json --format github").ok().prints(&[reverts]);
    world.run("show undo.json --format gitlab").ok().prints(&["\"update\": 1"]);
    world.run("show undo.json --format terraform").ok().prints(&["KZ RU"]);
    world.run("apply --plan undo.json --yes --format html").ok().prints(&["2 settings put back"]);
    world.run("undo report.json --format html").ok().prints(&["Nothing to undo"]);
}

#[test]
fn a_run_is_found_by_its_name_in_the_journal() {
    let mut world = applied();
    let run = run_of(&world, "report.json");
    world.run(&format!("undo {run} --out undo.json")).ok().requests(1, 1, 0).prints(&["KZ RU → RU", &run]);
    world.run("apply --plan undo.json --yes").ok().requests(1, 1, 1);
    assert_eq!(world.stored(12, "geo_list"), json!("RU"));
    world.run(&format!("undo {run}")).ok().prints(&["Nothing to undo: of 2 settings", "none goes back"]);
}

#[test]
fn a_killed_run_is_undone_as_far_as_live_holds_what_it_sent() {
    let mut world = applied();
    let run = run_of(&world, "report.json");
    let file = format!(".ringform/journal/{run}.jsonl");
    // The run was killed after it announced the PUT.
    let lines: Vec<String> = world.read(&file).lines().take(2).map(str::to_owned).collect();
    assert!(lines[1].contains("sending"), "{lines:?}");
    world.write(&file, (lines.join("\n") + "\n{\"event\":\"do").as_bytes());
    world.server().set(12, "hold_music", json!(9));
    let undo = world.run(&format!("undo {run} --format json")).ok();
    assert_eq!(undo.client("12")["put"], json!({"geo_list": "RU"}));
    assert_eq!(rules(&undo.json()), ["moved-on"]);
    undo.says(&["the run may have left null, live has 9"]);
    world.server().set(12, "geo_list", json!("RU"));
    let undo = world.run(&format!("undo {run} --format json")).ok();
    assert_eq!(undo.json()["clients"], json!([]), "that PUT did not arrive, or was taken back");
}

#[test]
fn what_has_moved_on_is_listed_and_left_alone() {
    let mut world = applied();
    world.server().set(12, "geo_list", json!("BY"));
    let undo = world.run("undo report.json --format json --out undo.json").ok();
    assert_eq!(undo.client("12")["put"], json!({"hold_music": 7}));
    assert_eq!(rules(&undo.json()), ["moved-on"]);
    undo.says(&["client 12: geo_list has moved on: the run left \"KZ RU\", live has \"BY\""]);
    world.run("apply --plan undo.json --yes").ok();
    assert_eq!((world.stored(12, "geo_list"), world.stored(12, "hold_music")), (json!("BY"), json!(7)));
    // Nothing of the run is left now.
    world.run("undo report.json --detailed-exitcode").ok().prints(&["Nothing to undo"]);
}

#[test]
fn what_no_document_manages_is_listed_and_left_alone() {
    let mut world = applied();
    world.write("clients/12.yaml", b"client: 12\nsettings: {hold_music: null}\n");
    let undo = world.run("undo report.json --format json").ok();
    assert_eq!(undo.client("12")["put"], json!({"hold_music": 7}));
    undo.says(&["client 12: geo_list is left alone: no document manages it any more", "declare `geo_list: \"RU\"`"]);
    std::fs::remove_file(world.path("clients/12.yaml")).unwrap();
    let undo = world.run("undo report.json --format json").ok().sends_nothing();
    assert_eq!((rules(&undo.json()), &undo.json()["clients"]), (vec!["not-undone"], &json!([])));
    undo.says(&["client 12 is left alone: no document declares it any more; the run changed geo_list, hold_music"]);
}

#[test]
fn an_old_value_that_cannot_be_sent_is_left_alone() {
    let mut world = World::new().live(12, json!({"geo_list": "XX-1"})).declared(12, "{geo_list: [RU]}");
    world.run("apply --yes --format json=report.json").ok();
    let undo = world.run("undo report.json").ok().sends_nothing();
    undo.prints(&["Nothing to undo"]).says(&["it held \"XX-1\" before, which cannot be sent"]);
}

#[test]
fn an_undo_is_guarded_and_limited_like_any_plan() {
    let guards = "guards: [{name: no-world, field: geo_list, deny: {to: \"*\"}}]\nlimits: {max_changed_clients: 50%}\n";
    let mut world = World::new()
        .project(guards)
        .live(12, json!({"geo_list": "*"}))
        .live(13, json!({}))
        .declared(12, "{geo_list: [RU]}")
        .declared(13, "{hold_music: null}");
    world.run("apply --yes --format json=report.json").ok();
    let undo = world.run("undo report.json --out undo.json").status(1);
    undo.prints(&["RU → * (every country)", "! opens", "no-world"]);
    world.run("apply --plan undo.json --yes").status(1).sends_nothing();
    let passed =
        world.run("undo report.json --override-guard no-world --reason outage --format json --out undo.json").ok();
    assert_eq!(passed.json()["run"]["overrides"], json!([{"guard": "no-world", "reason": "outage"}]));
    assert_eq!(rules(&passed.json()), ["guard-overridden"], "one of two clients is not more than half");
    world.run("apply --plan undo.json --yes --override-guard no-world --reason outage").ok().requests(1, 1, 1);
    assert_eq!(world.stored(12, "geo_list"), json!("*"));
}

#[test]
fn a_selection_narrows_an_undo() {
    let mut world = applied();
    let undo = world.run("undo report.json --field hold_music --format json").ok();
    assert_eq!(undo.client("12")["put"], json!({"hold_music": 7}));
    world.run("undo report.json --client 13").ok().sends_nothing().prints(&["Nothing to undo"]);
    world.run("undo report.json --client 99").status(1).says(&["--client 99 matches no client"]).sends_nothing();
    world.run("undo report.json clients/13.yaml").ok().sends_nothing().prints(&["Nothing to undo"]);
    world.run("undo report.json --detailed-exitcode").status(2);
}

#[test]
fn a_field_that_moved_along_goes_back_too() {
    let semantics = ringform::sandbox::Semantics { replace: true, ..Default::default() };
    let mut world = World::new()
        .semantics(semantics)
        .live(12, json!({"geo_list": "RU", "hold_music": 7, "dial_rule_id": 19}))
        .declared(12, "{geo_list: [RU, KZ], hold_music: 7}");
    let ran = world.run("apply --yes --format json=report.json").status(1);
    assert_eq!(world.stored(12, "hold_music"), json!(null), "{}", ran.stdout);
    let undo = world.run("undo report.json --format json").ok();
    assert_eq!(undo.client("12")["put"], json!({"geo_list": "RU", "hold_music": 7}));
    undo.says(&[
        "dial_rule_id is left alone: it moved from 19 to null",
        "put it back in the web cabinet: `dial_rule_id: 19`",
    ]);
    // The journal knows it as well.
    let run = run_of(&world, "report.json");
    let undo = world.run(&format!("undo {run} --format json")).ok();
    assert_eq!(undo.client("12")["put"], json!({"geo_list": "RU", "hold_music": 7}));
}

#[test]
fn a_client_that_is_not_as_expected_or_cannot_be_read_fails() {
    let mut world = applied();
    world.write("clients/12.yaml", b"client: 12\nexpect: {name: other}\nsettings: {geo_list: [KZ, RU]}\n");
    let undo = world.run("undo report.json --format json").status(1);
    let client = undo.client("12");
    assert_eq!((&client["status"], &client["put"]), (&json!("failed"), &json!({})));
    assert_eq!(client["unconfirmed"], json!([]));
}

#[test]
fn a_run_that_changed_nothing_has_nothing_to_undo() {
    let mut world = applied();
    world.run("apply --yes --format json=nothing.json").ok();
    world.run("undo nothing.json").ok().sends_nothing().prints(&["Nothing to undo: run", "changed no setting."]);
}

#[test]
fn what_is_not_a_report_of_this_project_is_refused() {
    let mut world = applied();
    world.run("plan --out plan.json").ok();
    let edited = |from: &str, to: &str| world.read("report.json").replace(from, to);
    let rows = [
        ("edited.json", edited("\"before\": \"RU\"", "\"before\": \"*\""), "its digest does not fit"),
        ("endpoint.json", edited("\"endpoint\": \"http://", "\"endpoint\": \"https://"), "its digest does not fit"),
        (
            "project.json",
            edited("\"project\": \"ringform.yaml\"", "\"project\": \"a.ringform.yaml\""),
            "another project",
        ),
        (
            "name.json",
            edited(&format!("\"id\": \"{}\"", run_of(&world, "report.json")), "\"id\": \"../x\""),
            "by letters",
        ),
        ("text.json", "no report".to_owned(), "it is not JSON"),
    ];
    for (file, text, why) in rows {
        world.write(file, text.as_bytes());
        world.run(&format!("undo {file}")).status(1).sends_nothing().says(&["error[undo]", why]);
    }
    world.run("undo plan.json").status(1).sends_nothing().says(&["plan.json is a plan and not the report of an apply"]);
    world.run("undo ../gone.json").status(1).sends_nothing().says(&["cannot read ../gone.json"]);
    world.run("undo 20261127T100000Z-00aa11").status(1).sends_nothing().says(&["is not known here", "ringform log"]);
    world.run("undo a_run").status(1).sends_nothing().says(&["`a_run` is not the name of a run"]);
    let there = world.run("undo report.json --endpoint http://127.0.0.1:9 --format json").status(1).sends_nothing();
    assert_eq!((rules(&there.json()), &there.json()["clients"]), (vec!["undo"], &json!([])));
    world
        .run("undo report.json --out report.json")
        .status(1)
        .sends_nothing()
        .says(&["report.json is the report to undo"]);
    world.run("undo").status(1).sends_nothing();
}

#[test]
fn a_plan_of_an_undo_cannot_pass_as_another() {
    let mut world = applied();
    world.run("undo report.json --out undo.json").ok();
    let mut plan = report(&world, "undo.json");
    plan["undo"] = Json::Null;
    world.write("undo.json", plan.to_string().as_bytes());
    world.run("apply --plan undo.json --yes").status(1).sends_nothing().says(&["its `undo` does not follow"]);
}
