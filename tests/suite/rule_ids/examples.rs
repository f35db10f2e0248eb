//! The example of each rule in `ringform explain` leads to its rule, at the severity that it names.

use std::collections::{BTreeMap, BTreeSet};

use ringform::manual::{RuleExample, RuleNote, rule_note};
use ringform::model::Level;
use ringform::model::diagnostic::RULES;

use crate::rule_ids::{assert_none, diagnostics, documents, project, runs};
use crate::world::World;

fn notes() -> Vec<&'static RuleNote> {
    RULES.iter().map(|(id, _)| rule_note(id).unwrap_or_else(|| panic!("{id} has no note"))).collect()
}

/// The severities and rule ids that `validate` reports for a world.
fn found(world: &mut World) -> BTreeSet<String> {
    let ran = world.run("validate --format json").sends_nothing();
    let of_place = |one: &String| one.split(' ').take(2).collect::<Vec<_>>().join(" ");
    diagnostics(&ran, "clients/a.yaml").iter().map(of_place).collect()
}

#[test]
fn the_file_of_an_example_leads_to_its_rule_alone() {
    // Such lists are no values of the keys that hold them.
    const WITH_MORE: [&str; 2] = ["alias-bomb", "too-deep"];
    let mut documents = World::new().file("ringform.yaml", documents::PROJECT);
    let mut projects = World::new().declared(12, "{timezone: UTC}");
    projects.start();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for note in notes() {
        let found = match note.example {
            RuleExample::Document(text) => {
                documents.write("clients/a.yaml", text.as_bytes());
                found(&mut documents)
            }
            RuleExample::Project(text) => {
                projects.write("ringform.yaml", text.as_bytes());
                found(&mut projects)
            }
            RuleExample::Run { .. } | RuleExample::Unprintable => continue,
        };
        tried += 1;
        let expected = format!("{} {}", note.severity(), note.rule);
        let is_alone = found.len() == 1 || WITH_MORE.contains(&note.rule);
        if !found.contains(&expected) || !is_alone {
            wrong.push(format!("{}: found {found:?}, expected {expected}", note.rule));
        }
    }
    assert!(tried > 35, "{tried} examples only");
    assert_none(&wrong);
}

#[test]
fn the_command_of_an_example_is_a_run_that_reports_its_rule() {
    let rows = runs::rows();
    for note in notes() {
        let RuleExample::Run { line, .. } = note.example else { continue };
        let reports = |run: &&runs::Run| run.expected.iter().any(|one| one.split(' ').nth(1) == Some(note.rule));
        assert!(rows.iter().any(|run| run.line == line && reports(&run)), "{}: no row of runs.rs is {line}", note.rule);
    }
}

#[test]
fn the_severity_of_a_rule_is_that_of_its_rows() {
    // A terminal on stdin, and a guard that denies unmanaged fields, give the other severity.
    const ELSEWHERE: [&str; 2] = ["collateral", "unmanaged-by-change"];
    let mut seen: BTreeMap<String, BTreeSet<Level>> = BTreeMap::new();
    let files = documents::rows().into_iter().chain(project::rows()).flat_map(|row| row.expected);
    let runs = runs::rows().into_iter().flat_map(|run| run.expected.iter().map(|one| (*one).to_owned()));
    for one in files.chain(runs) {
        let (level, rest) = one.split_once(' ').unwrap();
        let level = if level == "error" { Level::Error } else { Level::Warning };
        seen.entry(rest.split(' ').next().unwrap().to_owned()).or_default().insert(level);
    }
    for note in notes() {
        let (stated, seen) = (BTreeSet::from_iter(note.levels.iter().copied()), &seen[note.rule]);
        let fits = if ELSEWHERE.contains(&note.rule) { seen.is_subset(&stated) } else { *seen == stated };
        assert!(fits, "{}: stated {stated:?}, seen {seen:?}", note.rule);
    }
}
