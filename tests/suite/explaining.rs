//! `ringform explain`: each name, each spelling, names that do not exist, and examples that the program accepts.

use std::fs;

use ringform::manual::{EntryKind, KEY_EXAMPLES, KeyFile, ManualEntry, anchor, entries};
use ringform::model::FIELDS;
use serde_json::Value as Json;

use crate::world::{Ran, World};

const KEYS: [&str; 8] = ["about", "accepted", "docs", "example", "kind", "name", "severity", "type"];

fn explain(line: &str) -> Ran {
    World::new().run(&format!("explain {line}")).sends_nothing()
}

fn keys(entry: &Json) -> Vec<&str> {
    let mut keys: Vec<&str> = entry.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_field_is_explained_with_what_it_accepts_and_an_example() {
    explain("geo_list").ok().prints(&[
        "geo_list (field)\n  Countries from whose addresses the SIP account may be used.\n",
        "  type:     string\n",
        "  accepted: a list of country codes (ISO 3166 alpha-2, and XK), the same as text, or \"*\" in quotes; null clears it\n",
        "  severity: info or security\n",
        "  docs:     docs/fields.md#geo_list\n",
        "  example:\n    settings:\n      geo_list: [RU, BY]\n",
    ]);
}

#[test]
fn a_rule_is_explained_as_a_message_shows_it() {
    for name in ["bad-setting", "BAD_SETTING", "error[bad-setting]", "warning[bad-setting]"] {
        explain(name).ok().prints(&[
            "bad-setting (rule)\n  A value is not valid for its field.\n",
            "  fix:      Write a value that the field accepts",
            "  severity: error\n",
            "      timezone: MSK\n",
        ]);
    }
}

#[test]
fn a_name_of_several_things_shows_all_of_them_and_json_the_first() {
    let ran = explain("drift").ok();
    let heads: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("drift (")).collect();
    assert_eq!(heads, ["drift (topic)", "drift (origin)", "drift (word)", "drift (annotation)"]);
    assert!(ran.stdout.contains("`ringform help drift` shows the help of the command."), "{}", ran.stdout);
    assert_eq!(explain("drift --format json").ok().json()["kind"], "topic");
    assert_eq!(explain("origin:drift --format json").ok().json()["kind"], "origin");
}

#[test]
fn json_has_every_key_of_one_entry_and_of_all() {
    let one = explain("max_changes --format json").ok().json();
    assert_eq!(keys(&one), KEYS);
    assert_eq!((&one["name"], &one["kind"]), (&"limits.max_changes".into(), &"key".into()));
    assert_eq!((&one["severity"], &one["docs"]), (&Json::Null, &"docs/keys.md#limits".into()));
    // A cure is a part of the meaning.
    let rule = explain("empty-value --format json").ok().json();
    assert_eq!(rule["about"], "A key has no value. Write `null` to clear a field, or remove the key.");
    let all = explain("--format json").ok().json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), entries().len());
    assert!(all.iter().all(|entry| keys(entry) == KEYS));
}

#[test]
fn without_a_name_all_names_are_listed_by_kind() {
    let list = explain("").ok().stdout;
    for heading in ["\nFields:\n", "\nTopics:\n", "\nRules of diagnostics:\n", "\nExit statuses:\n"] {
        assert!(list.contains(heading), "{heading}");
    }
    let missing: Vec<String> = entries()
        .into_iter()
        .map(|entry| entry.name)
        .filter(|name| !list.lines().any(|line| line.trim_start().split(' ').next() == Some(name)))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn an_unknown_name_gets_the_nearest_one_and_is_an_error() {
    for (name, help) in [
        ("geolist", "did you mean `geo_list`? `ringform explain` lists all names"),
        ("rule:bad-seting", "did you mean `bad-setting`?"),
        ("nosuchthing", "`ringform explain` lists all names"),
        ("field:nosuchthing", "`ringform explain` lists all names"),
        ("completions", "`ringform help completions` shows the help of the command"),
    ] {
        for format in ["text", "json"] {
            let ran = explain(&format!("{name} --format {format}")).status(1);
            assert_eq!(ran.stdout, "");
            ran.says(&[&format!("error: `{name}` has no entry\n  help: {help}")]);
        }
    }
}

#[test]
fn an_error_names_the_command_that_explains_its_rule_once() {
    let hints = |ran: &Ran| ran.stderr.matches("ringform explain ").count();
    let mut world = World::new().declared(12, "{timezone: MSK, dial_rule_id: 019}");
    let ran = world.run("validate").status(1);
    assert!(ran.stderr.ends_with("\n`ringform explain bad-setting` shows what the rule means and how to fix it\n"));
    assert_eq!(hints(&ran), 1);
    assert_eq!(hints(&world.run("plan").status(1)), 1);
    assert_eq!(hints(&world.run("validate -q").status(1)), 0);
    // A warning needs no action.
    world.write("clients/12.yaml", b"client: 12\n");
    assert_eq!(hints(&world.run("validate").ok().says(&["warning[manages-nothing]"])), 0);
}

#[test]
fn every_page_and_heading_that_an_entry_names_exists() {
    let mut wrong = Vec::new();
    for ManualEntry { name, docs, .. } in entries() {
        let (path, heading) = docs.split_once('#').map_or((&*docs, None), |(path, heading)| (path, Some(heading)));
        let page = fs::read_to_string(path).unwrap_or_else(|_| panic!("{name}: {path} does not exist"));
        let mut anchors =
            page.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches(['#', ' '])));
        if let Some(heading) = heading
            && !anchors.any(|anchor| anchor == heading)
        {
            wrong.push(format!("{name}: {docs}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_example_of_each_field_is_a_valid_document() {
    let mut world = World::new();
    for (index, row) in FIELDS.iter().enumerate() {
        let example = ringform::manual::field_example(row);
        // A document that only expects something would manage nothing.
        let settings = if row.write.is_some() { "" } else { "settings: {timezone: UTC}\n" };
        world.write(
            &format!("clients/{}.yaml", row.name),
            format!("client: {}\n{example}{settings}", index + 1).as_bytes(),
        );
    }
    let ran = world.run("validate --format json").ok();
    assert_eq!(ran.json()["diagnostics"], Json::Array(Vec::new()), "{}", ran.stderr);
}

#[test]
fn the_example_of_each_section_is_a_file_that_the_program_accepts() {
    for example in &KEY_EXAMPLES {
        let outside = tempfile::tempdir().unwrap();
        let world = World::new().declared(12, "{geo_list: [RU]}");
        let project = "endpoint: https://pbx.example\nprofiles: {standard: {geo_list: [RU]}}\n\
            credentials: {acme: {token: \"${ACME_TOKEN}\"}}\nguards: [opening-needs-end]\n";
        let mut world = world.file("ringform.yaml", project);
        let line = match example.file {
            KeyFile::Document => {
                world.write("clients/12.yaml", example.text.as_bytes());
                "validate".to_owned()
            }
            KeyFile::Project => {
                world.write("ringform.yaml", example.text.as_bytes());
                "validate".to_owned()
            }
            KeyFile::GuardTest => {
                world.write("guards.test.yaml", example.text.as_bytes());
                "guard test".to_owned()
            }
            KeyFile::Floor => {
                let floor = outside.path().join("floor.yaml");
                fs::write(&floor, example.text).unwrap();
                format!("validate --floor {}", floor.display())
            }
        };
        let ran = world.run(&line);
        assert_eq!(ran.status, 0, "{}: {}{}", example.heading, ran.stdout, ran.stderr);
        assert!(!ran.stderr.contains("error["), "{}: {}", example.heading, ran.stderr);
    }
}

#[test]
fn the_example_of_each_topic_and_guard_is_valid_yaml_of_its_file() {
    let rest = "profiles: {standard: {geo_list: [RU]}}\n";
    let mut world = World::new().file("ringform.yaml", "");
    let mut tried = 0;
    for entry in entries().into_iter().filter(|entry| matches!(entry.kind, EntryKind::Topic | EntryKind::Guard)) {
        let example = entry.example.unwrap();
        // Commands are parsed by the tests of the command.
        if example.starts_with("ringform ") {
            continue;
        }
        let is_document = example.starts_with("client:");
        let (document, project) =
            if is_document { (&*example, "") } else { ("client: 12\nsettings: {geo_list: [RU]}\n", &*example) };
        let rest = if project.starts_with("profiles:") { "" } else { rest };
        world.write("clients/12.yaml", document.as_bytes());
        world.write("ringform.yaml", format!("endpoint: https://pbx.example\n{rest}{project}").as_bytes());
        let ran = world.run("validate");
        assert_eq!(ran.status, 0, "{}: {}", entry.name, ran.stderr);
        tried += 1;
    }
    assert!(tried > 12, "{tried} examples only");
}
