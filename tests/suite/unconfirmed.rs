//! A client whose `expect` fails is compared all the same: nothing is sent, and what is open is not hidden.

use serde_json::{Value as Json, json};

use crate::world::World;

const AGAIN: &str = "drift --since last.json --format json=last.json";

const DOCUMENT: &str = "client: 12\nexpect: {name: acme}\nsettings:\n  geo_list: [RU]\n  timezone: UTC\n";

/// Client 12, renamed and opened to every country.
fn renamed() -> World {
    World::new()
        .live(12, json!({"name": "mallory", "geo_list": "*", "timezone": "Asia/Omsk"}))
        .file("clients/12.yaml", DOCUMENT)
}

/// The findings of the last report: field, state, whether the client was as expected.
fn findings(world: &World) -> Vec<(String, String, bool)> {
    let report: Json = serde_json::from_str(&world.read("last.json")).unwrap();
    let found = report["run"]["drift"]["findings"].as_array().unwrap().iter();
    let found = found.map(|one| {
        let field = one["field"].as_str().unwrap_or("read").to_owned();
        (field, one["state"].as_str().unwrap().to_owned(), !one["unconfirmed"].as_bool().unwrap())
    });
    found.collect()
}

fn is(list: &[(&str, &str, bool)]) -> Vec<(String, String, bool)> {
    list.iter().map(|(field, state, expected)| ((*field).to_owned(), (*state).to_owned(), *expected)).collect()
}

#[test]
fn the_document_lists_what_differs_and_sends_nothing() {
    let mut world = renamed();
    let ran = world.run("plan --format json").status(1).requests(1, 1, 0);
    let client = ran.client("12");
    assert_eq!((&client["status"], &client["error"]["kind"]), (&json!("failed"), &json!("expect")));
    assert_eq!((&client["changes"], &client["put"]), (&json!([]), &json!({})));
    let unconfirmed = client["unconfirmed"].as_array().unwrap();
    let fields: Vec<&str> = unconfirmed.iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["geo_list", "timezone"]);
    let geo = &unconfirmed[0];
    for (key, value) in [
        ("before", json!("*")),
        ("after", json!("RU")),
        ("action", json!("update")),
        ("exposure", json!("opens")),
        ("severity", json!("security")),
        ("withheld", json!(false)),
        ("layer", json!("settings")),
        ("source", json!({"file": "clients/12.yaml", "line": 4, "column": 13})),
    ] {
        assert_eq!(geo[key], value, "{key}");
    }
    let summary = &ran.json()["summary"];
    assert_eq!(summary["exposed"], 1);
    for key in ["changes", "security", "opens", "closes", "to_change", "pending", "drift", "conflict"] {
        assert_eq!(summary[key], 0, "{key}");
    }
    let ran = world.run("apply --yes --format json").status(1).requests(1, 1, 0);
    assert_eq!(ran.client("12")["result"], "refused");
    assert_eq!(ran.client("12")["unconfirmed"].as_array().unwrap().len(), 2);
    assert_eq!(ran.client("12")["changes"], json!([]));
}

#[test]
fn every_other_client_has_an_empty_list() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU"}))
        .declared(12, "{geo_list: [RU]}")
        .live(13, json!({"geo_list": "*"}))
        .declared(13, "{geo_list: [RU]}")
        .declared(14, "{geo_list: [RU]}");
    let ran = world.run("plan --format json").status(1);
    for id in ["12", "13", "14"] {
        assert_eq!(ran.client(id)["unconfirmed"], json!([]), "client {id}");
    }
}

#[test]
fn drift_finds_the_security_fields_of_a_renamed_client() {
    let mut world = renamed();
    let ran = world.run(AGAIN).status(1).requests(1, 1, 0);
    ran.prints(&["2 new (1 security)", "! open", "RU → * (every country)", "not confirmed", "is not as expected"]);
    let found = is(&[("geo_list", "new", false), ("read", "new", false)]);
    assert_eq!(findings(&world), found);
    world.run(AGAIN).status(1);
    assert_eq!(findings(&world), is(&[("geo_list", "continuing", false), ("read", "continuing", false)]));
    // Closed again, and still renamed: the same kind of answer shows that it has ended.
    world.server().set(12, "geo_list", json!("RU"));
    world.run(AGAIN).status(1);
    assert_eq!(findings(&world), is(&[("read", "continuing", false), ("geo_list", "resolved", false)]));
    world.server().set(12, "geo_list", json!("*"));
    world.run(AGAIN).status(1);
    // Named as expected again: the finding goes on, now confirmed.
    world.server().set(12, "name", json!("acme"));
    world.run(AGAIN).status(2).prints(&["1 continuing"]);
    let states = findings(&world);
    assert!(states.contains(&("geo_list".into(), "continuing".into(), true)), "{states:?}");
    assert!(states.contains(&("timezone".into(), "new".into(), true)), "{states:?}");
    world.server().set(12, "geo_list", json!("RU"));
    world.server().set(12, "timezone", json!("UTC"));
    world.run(AGAIN).ok();
    assert!(findings(&world).iter().all(|(_, state, _)| state == "resolved"), "{:?}", findings(&world));
}

#[test]
fn an_answer_that_is_not_as_expected_ends_no_confirmed_finding() {
    let mut world = World::new()
        .live(12, json!({"name": "acme", "geo_list": "*", "timezone": "UTC"}))
        .file("clients/12.yaml", DOCUMENT);
    world.run(AGAIN).status(2);
    world.start();
    // It may be another client that is as declared.
    world.server().set(12, "name", json!("other"));
    world.server().set(12, "geo_list", json!("RU"));
    world.run(AGAIN).status(1);
    assert_eq!(findings(&world), is(&[("read", "new", false), ("geo_list", "unread", true)]));
}

#[test]
fn a_waiver_of_the_client_quiets_what_is_not_confirmed_and_1_wins_over_2() {
    let waiver = "waivers: [{client: 12, field: geo_list, owner: noc, reason: moving, until: 2099-01-01}]";
    renamed().project(waiver).run("drift").status(1).prints(&["1 waived (1 security)", "1 new"]);
    let waiver = "waivers: [{client: 12, owner: noc, reason: moving, until: 2099-01-01}]";
    renamed().project(waiver).run("drift").ok().prints(&["2 waived (1 security)"]);
}

#[test]
fn fields_that_open_nothing_are_no_finding_of_such_a_client() {
    let mut world = World::new()
        .live(12, json!({"name": "mallory", "geo_list": "RU", "timezone": "Asia/Omsk"}))
        .file("clients/12.yaml", DOCUMENT);
    world.run(AGAIN).status(1);
    assert_eq!(findings(&world), is(&[("read", "new", false)]));
}

#[test]
fn every_format_shows_what_is_open() {
    let mut world = renamed();
    let headline = "1 client is not as expected; its differences are not confirmed and never sent";
    let text = world.run("plan").status(1);
    text.prints(&[
        headline,
        "! open  geo_list  RU → * (every country)",
        "timezone  UTC → Asia/Omsk",
        "client 12  mallory",
        "clients/12.yaml:4",
        "! 1 setting is more open than declared, at clients that are not as expected.",
        "Not confirmed: 2 managed settings of 1 client that is not as expected.",
    ]);
    let show = |format: &str| renamed().run(&format!("plan --format {format}")).status(1);
    show("markdown").prints(&[
        headline,
        "| 12 <code>mallory</code> | `geo_list` | <code>RU</code> |",
        "⚠ **security: open**",
    ]);
    show("html").prints(&["<section id=\"unconfirmed\"", headline, "<code>geo_list</code>", "open</span>"]);
    show("github").prints(&["::error file=clients/12.yaml,line=4", "geo_list of a client that is not as expected"]);
    show("junit").prints(&["<error", "geo_list of a client that is not as expected: declared RU, live *"]);
    let sarif = show("sarif").json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let geo = results.iter().find(|one| one["message"].to_string().contains("geo_list")).unwrap();
    assert_eq!((&geo["level"], &geo["ruleId"]), (&json!("error"), &json!("difference-security")));
    assert!(results.iter().all(|one| !one["message"].to_string().contains("timezone")), "{results:?}");
    let terraform = show("terraform").json();
    assert_eq!((&terraform["errored"], &terraform["resource_changes"]), (&json!(true), &json!([])));
    let problems = terraform["checks"][0]["instances"][0]["problems"].to_string();
    assert!(problems.contains("geo_list is more open than declared"), "{problems}");
    assert_eq!(show("gitlab").json(), json!({"create": 0, "update": 0, "delete": 0}));
    let metrics = renamed().run("drift --format prometheus").status(1);
    metrics.prints(&[
        "ringform_findings{project=\"FOLDER/ringform.yaml\",state=\"new\",severity=\"security\",waived=\"false\"} 1",
    ]);
    let drift = |format: &str| renamed().run(&format!("drift --format {format}")).status(1);
    drift("markdown").prints(&["`geo_list`", "not confirmed", "is not as expected"]);
    drift("html").prints(&["not confirmed", "is not as expected"]);
    drift("github").prints(&["::error file=clients/12.yaml,line=4", "; new"]);
}

#[test]
fn many_clients_that_are_not_as_expected_are_one_line() {
    let mut world = World::new();
    for id in 21..27 {
        let document = format!("client: {id}\nexpect: {{name: acme}}\nsettings: {{geo_list: [RU]}}\n");
        world = world.live(id, json!({"geo_list": "*"})).file(&format!("clients/{id}.yaml"), &document);
    }
    let ran = world.run("plan").status(1);
    ran.prints(&["6 clients are not as expected", "6 clients: 21, 22, 23, 24, 25, 26"]);
    let ran = world.run("plan --format markdown").status(1);
    ran.prints(&["| **6 clients**: 21, 22, 23, 24, 25, 26 | `geo_list` |"]);
}

#[test]
fn saved_documents_keep_it_show_merges_it_and_an_edit_is_found() {
    let mut world = renamed().live(13, json!({"geo_list": "RU"})).declared(13, "{geo_list: [RU]}");
    world.run("plan --shard 1/2 --out one.json").status(1);
    world.run("plan --shard 2/2 --out two.json").ok();
    let both = world.run("show one.json two.json --format json").status(1);
    assert_eq!(both.client("12")["unconfirmed"].as_array().unwrap().len(), 2);
    assert_eq!(both.json()["summary"]["exposed"], 1);
    let schema: Json = serde_json::from_str(&std::fs::read_to_string("schemas/plan.schema.json").unwrap()).unwrap();
    let problems: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&both.json()).map(|error| error.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
    let edited = world.read("one.json").replace("\"before\": \"*\"", "\"before\": \"BY\"");
    world.write("edited.json", edited.as_bytes());
    world.run("show edited.json").status(1).says(&["its digest does not fit"]);
    world.run("apply --yes --plan one.json --format json").status(1).requests(0, 0, 0);
}

#[test]
fn metrics_count_what_is_open_what_opens_and_what_closes() {
    let mut world = renamed()
        .live(13, json!({"geo_list": "*"}))
        .declared(13, "{geo_list: [RU]}")
        .live(14, json!({"geo_list": "RU"}))
        .declared(14, "{geo_list: [RU, BY]}");
    let value = |page: &str, name: &str| {
        let line = page.lines().find(|line| line.starts_with(&format!("{name}{{"))).unwrap_or_else(|| panic!("{page}"));
        line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()
    };
    let names = ["ringform_exposed_fields", "ringform_opening_changes", "ringform_closing_changes"];
    let page = world.run("plan --format prometheus").status(1).stdout;
    assert_eq!(names.map(|name| value(&page, name)), [2, 1, 1]);
    // What is applied is no longer open; the client that is not as expected is.
    let page = world.run("apply --yes --format prometheus").status(1).stdout;
    assert_eq!(names.map(|name| value(&page, name)), [1, 1, 1]);
}

#[test]
fn a_hostile_name_of_such_a_client_is_harmless_in_every_format() {
    let hostile = "\u{1b}[31m<b>x</b>\n::error::y|`z";
    for format in ["text", "markdown", "html", "github", "junit", "sarif", "terraform"] {
        let mut world = World::new()
            .live(12, json!({"name": hostile, "geo_list": "*", "timezone": "\u{1b}[32m<u>y"}))
            .file("clients/12.yaml", DOCUMENT);
        for command in ["plan", "drift"] {
            let text = world.run(&format!("{command} --format {format}")).status(1).stdout;
            assert!(!text.contains('\u{1b}'), "{command} {format}:\n{text}");
            assert!(!text.lines().any(|line| line.starts_with("::error::y")), "{command} {format}:\n{text}");
            let is_markup = ["markdown", "html", "junit"].contains(&format);
            assert!(!is_markup || !(text.contains("<b>x") || text.contains("<u>y")), "{command} {format}:\n{text}");
        }
    }
}
