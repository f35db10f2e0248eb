//! After a PUT that moved other fields, no run without a terminal sends anything until a person has looked.

use std::fs;

use ringform::sandbox::Semantics;
use serde_json::{Value as Json, json};

use crate::asking::answered;
use crate::world::{Ran, World};

/// An API that replaces. Client 12 loses its music with a PUT, client 13 has nothing to lose.
pub fn replacing() -> World {
    World::new()
        .semantics(Semantics { replace: true, ..Default::default() })
        .live(12, json!({"hold_music": 7, "timezone": "UTC"}))
        .declared(12, "{timezone: Asia/Omsk}")
        .live(13, json!({"timezone": "UTC"}))
        .declared(13, "{timezone: Asia/Omsk}")
}

/// The name of the run of a JSON report.
pub fn run_of(report: &Json) -> String {
    report["run"]["id"].as_str().unwrap().to_owned()
}

/// The diagnostics with the rule `collateral`: severity, summary, help.
fn said(ran: &Ran) -> Vec<(String, String, String)> {
    let report = ran.json();
    let text = |one: &Json, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let all = report["diagnostics"].as_array().unwrap().iter().filter(|one| one["rule"] == "collateral");
    all.map(|one| (text(one, "severity"), text(one, "summary"), text(one, "help"))).collect()
}

/// The first run: client 12 is damaged and client 13 skipped.
fn damaged() -> (World, String) {
    let mut world = replacing();
    let ran = world.run("apply --yes --format json").status(1).requests(1, 2, 1);
    assert_eq!(ran.results(), ["collateral", "skipped"]);
    assert_eq!(said(&ran), [], "the run itself has no earlier one");
    (world, run_of(&ran.json()))
}

#[test]
fn the_next_run_sends_nothing_and_names_the_run_the_client_and_the_field() {
    let (mut world, first) = damaged();
    world.run("plan --out plan.json").ok();
    for line in ["apply --yes --format json", "apply --plan plan.json --yes --format json"] {
        let ran = world.run(line).status(1);
        assert_eq!(ran.results(), ["unchanged", "skipped"], "{line}");
        let [(severity, summary, help)] = &said(&ran)[..] else { panic!("{}", ran.stdout) };
        assert_eq!(severity, "error");
        assert_eq!(
            summary,
            &format!(
                "a PUT of run {first} moved hold_music of client 12 along with what it sent, so this run, which has no \
                 terminal, sends nothing"
            )
        );
        let expected =
            format!("look at client 12, and at `ringform log {first}`, then run with --after-collateral {first}");
        assert_eq!(help, &expected);
        assert_eq!(ran.client("13")["details"]["message"], "not sent: an earlier run ended with a collateral");
    }
    assert_eq!(world.puts().len(), 1, "nothing but the first PUT");
    world.run("plan").ok();
    world.run(&format!("log {first}")).ok().prints(&["collateral", "hold_music"]);
}

#[test]
fn the_flag_names_exactly_that_run_and_lets_later_runs_pass() {
    let (mut world, first) = damaged();
    for wrong in ["20260101T000000Z-00aa11", "", &first[..first.len() - 1]] {
        let mut command = world.command("apply --yes --format json --after-collateral");
        let output = command.arg(wrong).output().unwrap();
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{report}");
        let error = &report["diagnostics"][0];
        let summary = error["summary"].as_str().unwrap();
        assert!(
            summary.starts_with(&format!("--after-collateral names {wrong}, and the run to name is {first}: a PUT"))
        );
        assert!(error["help"].as_str().unwrap().ends_with(&format!("--after-collateral {first}")), "{error}");
    }
    assert_eq!(world.puts().len(), 1);
    let ran = world.run(&format!("apply --yes --format json --after-collateral {first}")).ok();
    assert_eq!(ran.results(), ["unchanged", "applied"]);
    let [(severity, summary, _)] = &said(&ran)[..] else { panic!("{}", ran.stdout) };
    assert_eq!(severity, "warning");
    assert!(summary.ends_with("; --after-collateral lets this run send"), "{summary}");
    let world = world.declared(13, "{timezone: Asia/Tomsk}");
    let mut world = world.declared(12, "{timezone: Asia/Tomsk}");
    let ran = world.run("apply --yes --format json").ok();
    assert_eq!((ran.results(), said(&ran)), (vec!["applied".to_owned(), "applied".to_owned()], Vec::new()));
    // Now the name is wrong, in a run without anything to send too.
    let ran = world.run(&format!("apply --yes --format json --after-collateral {first}")).status(1);
    assert_eq!(said(&ran)[0].1, format!("--after-collateral names {first}, and no run keeps this one from sending"));
}

#[test]
fn a_run_with_a_collateral_of_its_own_blocks_again_and_its_name_covers_the_earlier_one() {
    let mut world = replacing().live(14, json!({"hold_music": 7, "timezone": "UTC"}));
    world = world.declared(14, "{timezone: Asia/Omsk}").live(15, json!({"timezone": "UTC"}));
    let mut world = world.declared(15, "{timezone: Asia/Omsk}").declared(13, "{timezone: UTC}");
    let first = run_of(&world.run("apply --yes --format json").status(1).json());
    let ran = world.run(&format!("apply --yes --format json --after-collateral {first}")).status(1);
    assert_eq!(ran.results(), ["unchanged", "unchanged", "collateral", "skipped"]);
    let second = run_of(&ran.json());
    let ran = world.run("apply --yes --format json").status(1);
    let (_, summary, _) = &said(&ran)[0];
    assert!(summary.contains(&second) && !summary.contains(&first), "the first is acknowledged: {summary}");
    world.run(&format!("apply --yes --after-collateral {first}")).status(1).says(&[&format!("is {second}: a PUT of")]);
    world.run(&format!("apply --yes --after-collateral {second}")).ok();
    assert_eq!(world.stored(15, "timezone"), "Asia/Omsk");
}

#[test]
fn at_a_terminal_an_earlier_collateral_is_a_warning_and_stays() {
    let (mut world, first) = damaged();
    let (status, text) = answered(&mut world, "apply", "no\n");
    assert_eq!(status, 1);
    let expected =
        format!("a PUT of run {first} moved hold_music of client 12 along with what it sent; without a terminal");
    let shown = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(&expected), "{text}");
    assert!(shown.find(&expected) < shown.find("To send, type"), "the warning comes before the question: {text}");
    let (status, text) = answered(&mut world, "apply --yes", "");
    assert_eq!((status, world.puts().len()), (0, 2), "{text}");
    assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(&expected), "{text}");
    let mut world = world.declared(13, "{timezone: UTC}");
    world.run("apply --yes").status(1).says(&[&first]);
    // A wrong name is an error there too.
    let (status, text) = answered(&mut world, "apply --yes --after-collateral x", "");
    assert_eq!((status, world.puts().len()), (1, 2), "{text}");
}

#[test]
fn a_run_with_nothing_to_send_passes_and_may_acknowledge() {
    let (world, first) = damaged();
    let mut world = world.declared(13, "{timezone: UTC}");
    let ran = world.run("apply --yes --format json").ok();
    assert_eq!(said(&ran), []);
    let ran = world.run("apply --yes --format json --after-collateral 20260101T000000Z-00aa11").status(1);
    assert!(said(&ran)[0].1.contains(&format!("the run to name is {first}")), "{}", ran.stdout);
    world.run(&format!("apply --yes --after-collateral {first}")).ok();
    let mut world = world.declared(13, "{timezone: Asia/Omsk}");
    assert_eq!(world.run("apply --yes --format json").ok().results(), ["unchanged", "applied"]);
}

#[test]
fn a_limit_or_a_no_does_not_acknowledge() {
    let (mut world, first) = damaged();
    world.run(&format!("apply --yes --max-changes 0 --after-collateral {first}")).status(1).says(&["limit-exceeded"]);
    let (status, _) = answered(&mut world, &format!("apply --after-collateral {first}"), "no\n");
    assert_eq!(status, 1);
    let ran = world.run("apply --yes --format json").status(1);
    assert!(said(&ran)[0].1.contains(&first), "{}", ran.stdout);
}

#[test]
fn a_collateral_that_is_allowed_blocks_nothing() {
    let mut world = replacing();
    let ran = world.run("apply --yes --allow-collateral hold_music --format json").ok();
    assert_eq!(ran.results(), ["applied", "applied"]);
    let mut world = world.declared(13, "{timezone: UTC}");
    let ran = world.run("apply --yes --format json").ok();
    assert_eq!((ran.results(), said(&ran)), (vec!["unchanged".to_owned(), "applied".to_owned()], Vec::new()));
}

/// The one journal of the project.
fn journal(world: &World, run: &str) -> (String, String) {
    let path = format!(".ringform/journal/{run}.jsonl");
    let text = world.read(&path);
    (path, text)
}

#[test]
fn the_journal_of_a_killed_run_blocks_too_and_what_cannot_be_read_opens_nothing() {
    let (mut world, first) = damaged();
    let (path, whole) = journal(&world, &first);
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines.len(), 4, "begin, sending, done, end: {whole}");
    assert!(lines[2].contains("\"result\":\"collateral\""), "{whole}");
    let without_end = lines[..3].join("\n") + "\n";
    // A full disk cut the result short, or the first line is gone.
    let torn = without_end[..without_end.find("\"message\"").unwrap()].to_owned();
    let headless = format!("{{half\n{}\n", lines[1..].join("\n"));
    for text in [&without_end, &torn, &headless] {
        world.write(&path, text.as_bytes());
        world.run("apply --yes").status(1).says(&["error[collateral]", &first]);
    }
    assert_eq!(world.puts().len(), 1);
    world.write(&path, whole.as_bytes());
    fs::create_dir(world.path(".ringform/journal/20260101T000000Z-00aa11.jsonl")).unwrap();
    world.run("apply --yes").status(1).says(&["cannot read the journals of earlier runs"]);
    assert_eq!(world.puts().len(), 1);
}

#[test]
fn a_journal_with_an_open_collateral_stays_and_one_of_another_project_is_nothing_here() {
    let (world, first) = damaged();
    let mut world = world.declared(13, "{timezone: UTC}");
    world.write("ringform.yaml", (world.read("ringform.yaml") + "limits: {journal_runs: 1}\n").as_bytes());
    for zone in ["Asia/Omsk", "UTC"] {
        world = world.declared(13, &format!("{{timezone: {zone}}}"));
        world.run("apply --yes --format json");
        let (_, _) = answered(&mut world, "apply --yes", "");
    }
    assert!(world.path(&format!(".ringform/journal/{first}.jsonl")).exists());
    let mut world = world.declared(13, "{timezone: Asia/Tomsk}");
    let (path, text) = journal(&world, &first);
    world.write(&path, text.replace("\"project\":\"ringform.yaml\"", "\"project\":\"shop.ringform.yaml\"").as_bytes());
    world.run("apply --yes").ok();
    world.write(&path, text.replace("http://127.0.0.1", "http://127.0.0.2").as_bytes());
    let mut world = world.declared(13, "{timezone: UTC}");
    world.run("apply --yes").status(1).says(&["client 12", &first]);
}
