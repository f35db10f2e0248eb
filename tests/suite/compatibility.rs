//! What docs/compatibility.md promises, as far as a test can hold it: the names that exist, the exit statuses, and what
//! happens to files of another version.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::{fs, iter};

use ringform::config::keys;
use ringform::manual::{self, EntryKind};
use ringform::model::diagnostic::RULES;
use ringform::plan::document::{FORMAT_VERSION, load, plan_schema};
use ringform::render::{AuditFormat, Format, RunListFormat};
use ringform::run::ExitStatus;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

const LIST: &str = "tests/contract/names.txt";
const PROMISE: &str = "docs/compatibility.md";

fn ringform(words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringform"));
    let ran = command.args(words).env_clear().stdin(Stdio::null()).output().unwrap();
    (ran.status.code(), String::from_utf8(ran.stdout).unwrap())
}

/// The commands, flags and words for flags of one help page, and of those below it.
fn commands(path: &[&str], names: &mut BTreeSet<String>) {
    let words: Vec<&str> = path.iter().copied().chain(iter::once("--help")).collect();
    let (status, help) = ringform(&words);
    assert_eq!(status, Some(0), "{words:?}");
    let command = iter::once("ringform").chain(path.iter().copied()).collect::<Vec<_>>().join(" ");
    let (usage, rest) = help.split_once("\n\nCommands:\n").unwrap_or((&help, ""));
    let (below, flags) = if rest.is_empty() { ("", usage) } else { rest.split_once("\n\n").unwrap() };
    let flags = flags.split("\nExamples:\n").next().unwrap();
    // Words without a flag are those of an argument.
    let mut flag = command.clone();
    for line in flags.lines() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if indent > 0 && indent < 8 && text.starts_with('-') {
            let name = text.split([' ', '.', '<']).find(|word| word.starts_with("--")).unwrap();
            flag = format!("{command} {name}");
            // Every command takes the flags of the program.
            if !names.contains(&format!("ringform {name}")) {
                names.insert(flag.clone());
            }
        } else if let Some((word, _)) = text.strip_prefix("- ").and_then(|text| text.split_once(':')) {
            names.insert(format!("{flag} {word}"));
        }
    }
    for line in below.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let name = line.trim().split(' ').next().unwrap();
        names.insert(format!("{command} {name}"));
        if name != "help" {
            commands(&[path, &[name]].concat(), names);
        }
    }
}

/// The keys and fixed words of a JSON Schema, as paths from the top of the document.
fn schema_paths(root: &Json, schema: &Json, path: &str, open: &mut Vec<String>, names: &mut BTreeSet<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        if open.iter().any(|name| name == target) {
            return;
        }
        open.push(target.to_owned());
        schema_paths(root, root.pointer(target.trim_start_matches('#')).unwrap(), path, open, names);
        open.pop();
    }
    for (key, below) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        names.insert(format!("plan document {path}"));
        schema_paths(root, below, &path, open, names);
    }
    schema_paths_of(root, &schema["items"], &format!("{path}[]"), open, names);
    for choice in ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
        schema_paths(root, choice, path, open, names);
    }
    let words = schema["enum"].as_array().into_iter().flatten().chain(iter::once(&schema["const"]));
    names.extend(words.filter_map(Json::as_str).map(|word| format!("plan document {path} = {word}")));
}

fn schema_paths_of(root: &Json, items: &Json, path: &str, open: &mut Vec<String>, names: &mut BTreeSet<String>) {
    if items.is_object() {
        schema_paths(root, items, path, open, names);
    }
}

/// Every name that the promise covers and a table of the program holds.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    commands(&[], &mut names);
    names.extend(RULES.iter().map(|(id, _)| format!("rule {id}")));
    for (heading, section) in keys::ALL {
        names.extend(section.rows.iter().map(|row| format!("key of {heading}: {}", row.name)));
    }
    names.extend(Format::ALL.iter().map(|format| format!("format {}", format.name())));
    names.extend(RunListFormat::ALL.iter().map(|format| format!("format of log {}", format.name())));
    names.extend(AuditFormat::ALL.iter().map(|format| format!("format of audit {}", format.name())));
    let kinds = [EntryKind::Guard, EntryKind::Annotation];
    let entries = manual::entries().into_iter().filter(|entry| kinds.contains(&entry.kind));
    names.extend(entries.map(|entry| format!("{} {}", entry.kind.name(), entry.name)));
    let variables = ringform(&["help", "environment"]).1;
    let lines = variables.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names.extend(lines.flat_map(|line| line.split(", ")).map(|name| format!("variable {name}")));
    let schema = plan_schema();
    schema_paths(&schema, &schema, "", &mut Vec::new(), &mut names);
    names
}

#[test]
fn the_generated_list_of_names_only_grows() {
    let names = names();
    for sample in ["ringform plan --out", "ringform guard test", "rule bad-setting", "variable RINGFORM_TOKEN_FILE"] {
        assert!(names.contains(sample), "{sample}");
    }
    for sample in ["guard open-geo", "annotation drift-opened", "format of audit csv"] {
        assert!(names.contains(sample), "{sample}");
    }
    for sample in ["plan document .clients[].changes[].field", "plan document .kind = report"] {
        assert!(names.contains(sample), "{sample}");
    }
    let committed = fs::read_to_string(LIST).unwrap_or_default();
    let promised: BTreeSet<String> = committed.lines().map(str::to_owned).collect();
    let gone: Vec<&String> = promised.difference(&names).collect();
    assert!(
        gone.is_empty(),
        "these names no longer exist: {gone:#?}\n{PROMISE} says how a name is removed; then remove its line from {LIST}"
    );
    if std::env::var_os("UPDATE").is_some() {
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        return fs::write(LIST, text).unwrap();
    }
    let new: Vec<&String> = names.difference(&promised).collect();
    assert!(
        new.is_empty(),
        "new names, which {PROMISE} then promises to keep: {new:#?}\nadd them: `UPDATE=1 cargo test generated`"
    );
}

#[test]
fn exit_statuses_are_those_of_the_promise() {
    let text = fs::read_to_string(PROMISE).unwrap();
    for (status, code) in
        [(ExitStatus::Done, 0), (ExitStatus::Error, 1), (ExitStatus::Difference, 2), (ExitStatus::Interrupted, 130)]
    {
        assert_eq!(status.code(), code);
        assert!(text.contains(&format!("`{code}`")), "{PROMISE} lacks the exit status {code}");
    }
    let quickstart = ["plan", "--detailed-exitcode", "examples/quickstart"];
    for (words, code) in [(&["--version"][..], 0), (&["plan", "--no-such-flag"], 1), (&quickstart, 2)] {
        assert_eq!(ringform(words).0, Some(code), "{words:?}");
    }
}

#[test]
fn the_promise_names_the_versions_of_the_program() {
    let text = fs::read_to_string(PROMISE).unwrap();
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let rust = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap().trim_matches('"');
    for part in [format!("`format_version` {FORMAT_VERSION}"), format!("Rust {rust}"), LIST.to_owned()] {
        assert!(text.contains(&part), "{PROMISE} does not name {part}");
    }
    for folder in ["schemas/client.schema.json", "schemas/project.schema.json", "schemas/plan.schema.json"] {
        assert!(fs::metadata(folder).is_ok() && text.contains(folder), "{folder}");
    }
}

/// A plan as JSON, with the digest that belongs to its contents.
fn plan_with(change: impl Fn(&mut Json)) -> Vec<u8> {
    let (_, text) = ringform(&["plan", "examples/quickstart", "--format", "json"]);
    let mut plan: Json = serde_json::from_str(&text).unwrap();
    change(&mut plan);
    let part = |key: &str| plan[key].clone();
    let covered = json!({
        "clients": part("clients"), "endpoint": part("endpoint"),
        "format_version": part("format_version"), "kind": part("kind"),
    });
    let hex: String = Sha256::digest(covered.to_string()).iter().map(|byte| format!("{byte:02x}")).collect();
    plan["digest"] = format!("sha256:{hex}").into();
    plan.to_string().into_bytes()
}

#[test]
fn a_plan_of_a_later_minor_version_is_read_and_of_another_major_refused() {
    let (major, minor) = FORMAT_VERSION.split_once('.').unwrap();
    let number = |text: &str| text.parse::<u32>().unwrap();
    let later = format!("{major}.{}", number(minor) + 1);
    let same = load(&plan_with(|_| {})).unwrap();
    let read = load(&plan_with(|plan| {
        plan["format_version"] = later.clone().into();
        plan["of_a_later_version"] = json!({"any": 1});
        plan["run"]["of_a_later_version"] = json!([1]);
        plan["clients"][0]["of_a_later_version"] = json!("x");
        plan["clients"][0]["changes"][0]["of_a_later_version"] = json!(null);
    }));
    assert_eq!(read.unwrap().clients, same.clients);
    for other in [number(major) - 1, number(major) + 1] {
        let version = format!("{other}.0");
        let error = load(&plan_with(|plan| plan["format_version"] = version.clone().into())).unwrap_err().sentence();
        assert!(error.contains(&version) && error.contains(FORMAT_VERSION), "{error}");
        assert!(error.ends_with("make the plan again with this program"), "{error}");
    }
}
