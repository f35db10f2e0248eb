//! Runs the examples unchanged. `tests/docs` compares what the pages show of them.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::world::World;

fn ringform(words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringform"));
    let output = command.args(words).env_clear().stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn every_example_is_valid() {
    for example in ["quickstart", "single-client", "fleet"] {
        let (status, stdout, stderr) = ringform(&["validate", &format!("examples/{example}")]);
        assert_eq!(status, 0, "{stdout}{stderr}");
        assert_eq!(stderr, "");
    }
    // An entry that ended long ago is a warning, so the day is fixed.
    let (status, stdout, stderr) = ringform(&["validate", "examples/trips", "--at", "2026-12-05"]);
    assert_eq!((status, stderr.as_str()), (0, ""), "{stdout}");
}

#[test]
fn the_trips_begin_and_end_on_their_days() {
    // The day, the countries of the clients 12 to 15 on it, and the music of all of them.
    let table = [
        ("2026-11-30", ["RU", "RU", "AE RU", "RU"], 7),
        ("2026-12-01", ["GE RU TR", "RU", "AE RU", "RU"], 7),
        ("2026-12-06T08:59:59+03:00", ["GE RU TR", "RU TR", "AE RU", "RU"], 7),
        ("2026-12-06T09:00+03:00", ["GE RU TR", "RU TR", "RU", "RU"], 7),
        ("2026-12-08", ["GE RU TR", "RU TR", "RU", "RU"], 7),
        ("2026-12-09", ["GE RU TR", "KZ RU", "RU", "RU"], 7),
        ("2026-12-13", ["BY GE RU TR", "BY KZ RU", "BY RU", "BY RU"], 7),
        ("2026-12-14", ["GE RU TR", "KZ RU", "RU", "RU"], 7),
        ("2026-12-15", ["RU", "KZ RU", "RU", "RU"], 7),
        ("2026-12-24T17:59:59+03:00", ["RU", "RU", "RU", "RU"], 7),
        ("2026-12-24T18:00+03:00", ["RU", "RU", "RU", "RU"], 77),
    ];
    for (at, countries, music) in table {
        let (status, stdout, stderr) = ringform(&["resolve", "examples/trips", "--at", at, "--format", "json"]);
        assert_eq!((status, stderr.as_str()), (0, ""), "{at}");
        let clients: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        for (client, expected) in clients["clients"].as_array().unwrap().iter().zip(countries) {
            let value = |field: &str| client["settings"][field]["value"].clone();
            assert_eq!((value("geo_list"), value("hold_music")), (json!(expected), json!(music)), "{at} {client}");
        }
    }
    let (status, stdout, _) = ringform(&["plan", "examples/trips", "--at", "2026-12-09", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((status, &plan["summary"]["opens"], &plan["summary"]["closes"]), (0, &json!(2), &json!(1)));
    assert!(!std::path::Path::new("examples/trips/.ringform").exists());
}

#[test]
fn the_page_on_dated_settings_shows_the_files_of_the_trips() {
    let page = std::fs::read_to_string("docs/dated.md").unwrap();
    // Each recipe is a file of the example, or a part of its project file.
    for file in ["acme", "globex", "initech"] {
        let text = std::fs::read_to_string(format!("examples/trips/clients/{file}.yaml")).unwrap();
        let shown: String = text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect();
        assert!(page.contains(&format!("```yaml\n# clients/{file}.yaml\n{shown}```")), "{file}");
    }
    let project = std::fs::read_to_string("examples/trips/ringform.yaml").unwrap();
    for reason in ["holiday greeting", "company weekend in Minsk, ticket 4720"] {
        let entry = project.split("      - settings:").find(|entry| entry.contains(reason)).unwrap();
        let lines = entry.split_inclusive('\n').take(5).collect::<String>();
        assert!(page.contains(&format!("      - settings:{lines}")), "{lines}");
    }
}

#[test]
fn the_guards_of_the_fleet_pass_their_tests() {
    let (status, stdout, stderr) = ringform(&["guard", "test", "examples/fleet"]);
    assert_eq!((status, stderr.as_str()), (0, ""), "{stdout}");
    assert_eq!(stdout, "5 cases in 1 file: every verdict is as expected.\n");
}

/// Copies an example, starts a simulator and applies the copy.
fn apply_in_a_copy(example: &str, mut world: World) {
    world = world.env("ALMATY_TOKEN", "any");
    world.start();
    let endpoint = world.server().endpoint();
    let copied =
        Command::new("cp").args(["-r", &format!("examples/{example}")]).arg(world.path("copy")).status().unwrap();
    assert!(copied.success());
    world.run(&format!("plan copy --endpoint {endpoint} --detailed-exitcode")).status(2);
    world.run(&format!("apply copy --yes --endpoint {endpoint}")).ok();
    world.run(&format!("plan copy --endpoint {endpoint} --detailed-exitcode")).ok();
}

#[test]
fn the_single_client_example_applies() {
    apply_in_a_copy("single-client", World::new().live(7, json!({"geo_list": "RU KZ"})));
}

#[test]
fn the_fleet_example_applies() {
    let world = World::new()
        .live(101, json!({}))
        .live(102, json!({"geo_list": "RU"}))
        .live(103, json!({"timezone": "Asia/Tomsk"}))
        .live(201, json!({"domain": "sip.warehouse.example", "geo_list": "RU"}));
    apply_in_a_copy("fleet", world);
}

#[test]
fn editors_find_the_schemas() {
    for file in [
        "examples/quickstart/ringform.yaml",
        "examples/quickstart/clients/acme.yaml",
        "examples/fleet/clients/moscow/offices.yaml",
        "examples/trips/ringform.yaml",
        "examples/trips/clients/globex.yaml",
    ] {
        let text = std::fs::read_to_string(file).unwrap();
        let named = text.lines().next().unwrap().strip_prefix("# yaml-language-server: $schema=").unwrap();
        let schema = std::path::Path::new(file).parent().unwrap().join(named);
        let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        for document in serde_yaml::Deserializer::from_str(&text) {
            let value: serde_json::Value = serde::Deserialize::deserialize(document).unwrap();
            let problems: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(problems, Vec::<String>::new(), "{file}");
        }
    }
}
