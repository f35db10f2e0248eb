//! Runs the examples unchanged, and compares the plan in the README with a real one.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::world::World;

fn ringform(words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringform"));
    let output = command.args(words).env_clear().stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The plan without its times, which vary.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        match line.rfind(" requests") {
            Some(at) => out.push_str(&line[..at]),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_quickstart_shows_the_plan_of_the_readme() {
    let (status, stdout, stderr) = ringform(&["plan", "examples/quickstart"]);
    assert_eq!(status, 0, "{stderr}");
    let readme = std::fs::read_to_string("README.md").unwrap();
    let picture =
        readme.split("```console\n$ ringform plan examples/quickstart\n").nth(1).expect("the README has the picture");
    let picture = picture.split("```").next().unwrap();
    assert_eq!(without_times(picture), without_times(&stdout), "put this into the README:\n{stdout}");
    assert!(!std::path::Path::new("examples/quickstart/.ringform").exists());
}

#[test]
fn every_example_is_valid() {
    for example in ["quickstart", "single-client", "fleet"] {
        let (status, stdout, stderr) = ringform(&["validate", &format!("examples/{example}")]);
        assert_eq!(status, 0, "{stdout}{stderr}");
        assert_eq!(stderr, "");
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
