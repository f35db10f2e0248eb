//! The formats of CI systems, read back by independent parsers: untrusted text never changes the structure.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value as Json, json};

use super::support::{rendered, snapshot};
use super::{corpus, drifted, hostile};
use crate::model::{ClientId, Revision, Setting};
use crate::plan::{Origin, Plan};
use crate::render::annotations::annotation::AnnotationLevel;
use crate::render::annotations::list::annotations;
use crate::render::options::TextOptions;
use crate::render::{Format, StepSummary, step_summary};

fn of(plan: &Plan, format: Format) -> String {
    rendered(plan, format, &TextOptions::PIPE)
}

/// An annotation as the runner of GitHub reads it.
#[derive(Debug)]
struct WorkflowCommand {
    kind: String,
    properties: BTreeMap<String, String>,
    message: String,
}

/// Reads lines as the runner does (actions/runner, ActionCommand): `::name key=value,…::message`, decoded. `None` for
/// other lines.
fn workflow_command(line: &str) -> Option<WorkflowCommand> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, message) = rest.split_once("::").unwrap_or_else(|| panic!("half a command: {line}"));
    let (kind, properties) = head.split_once(' ').unwrap_or((head, ""));
    let decode = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let mut read = BTreeMap::new();
    for property in properties.split(',') {
        let (key, value) = property.split_once('=').unwrap_or_else(|| panic!("half a property: {line}"));
        assert!(["file", "line", "col", "title"].contains(&key), "{line}");
        assert!(read.insert(key.to_owned(), decode(value)).is_none(), "{line}");
    }
    assert!(["error", "warning", "notice"].contains(&kind), "{line}");
    Some(WorkflowCommand { kind: kind.to_owned(), properties: read, message: decode(message) })
}

/// How many annotations a command represents.
fn represented(one: &WorkflowCommand) -> usize {
    let number = |text: &str| text.replace(',', "").parse::<usize>().ok();
    if let Some(more) = one.message.strip_suffix("; see the step summary and the report") {
        return number(more.split(' ').next().unwrap_or_default()).unwrap();
    }
    let more = one.message.split_once(" more client").or_else(|| one.message.split_once(" more place"));
    let more = more.and_then(|(before, _)| number(before.rsplit(' ').next().unwrap_or_default()));
    more.unwrap_or(0) + 1
}

fn assert_annotations(plan: &Plan, what: &str) {
    let text = of(plan, Format::Github);
    let list: Vec<WorkflowCommand> = text.lines().filter_map(workflow_command).collect();
    for (level, kind) in AnnotationLevel::ALL.into_iter().zip(["error", "warning", "notice"]) {
        let shown: Vec<&WorkflowCommand> = list.iter().filter(|one| one.kind == kind).collect();
        assert!(shown.len() <= 10, "{what}: {} of {kind}", shown.len());
        let all = annotations(plan).iter().filter(|annotation| annotation.level == level).count();
        assert_eq!(shown.iter().map(|one| represented(one)).sum::<usize>(), all, "{what}: {kind}\n{text}");
    }
    // The other lines are the totals and the notes of a base.
    let others = text.lines().filter(|line| workflow_command(line).is_none()).count();
    assert!((1..=8).contains(&others), "{what}: {text}");
}

fn every_plan() -> Vec<(String, Plan)> {
    let mut all: Vec<(String, Plan)> = corpus::all().into_iter().map(|(name, plan)| (name.to_owned(), plan)).collect();
    all.extend(hostile::NASTY.iter().map(|text| (format!("drifted {text:?}"), drifted::drifted(text))));
    for (_, plan) in &mut all {
        plan.revision = Some(Revision { commit: "c".into(), dirty: false, folder: "infra/pbx/".into() });
    }
    all
}

#[test]
fn github_has_only_valid_commands_and_counts_the_annotations_that_it_leaves_out() {
    for (name, plan) in every_plan() {
        assert_annotations(&plan, &name);
    }
    assert_annotations(&corpus::fleet(2_000), "fleet");
}

#[test]
fn the_most_severe_annotations_come_first_and_waived_ones_last() {
    let text = of(&drifted::drifted("x"), Format::Github);
    let first = text.lines().find_map(workflow_command).unwrap();
    assert_eq!(first.kind, "error");
    assert_eq!(first.properties["title"], "ringform: opened outside of git");
    assert!(first.message.starts_with("client 1 (x): geo_list was changed outside of git"), "{first:?}");
    assert!(
        text.lines().filter_map(workflow_command).next_back().unwrap().message.contains("waived by x until 2026-12-31")
    );
}

/// Counts elements and checks that the totals of the report are those of its cases.
fn read_junit(text: &str, what: &str) -> BTreeMap<String, usize> {
    let forbidden = |c: char| !matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}');
    assert!(!text.contains(forbidden), "{what}: {text:?}");
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut totals = BTreeMap::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{what}: {error}\n{text}")) {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap_or_else(|error| panic!("{what}: {error}\n{text}"));
                    if name == "testsuites" {
                        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                        totals.insert(key, String::from_utf8(attribute.value.into_owned()).unwrap());
                    }
                }
                *counts.entry(name).or_default() += 1;
            }
            Event::CData(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => panic!("{what}: {text}"),
            _ => {}
        }
    }
    for (total, element) in
        [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
    {
        assert_eq!(totals[total], counts.get(element).copied().unwrap_or(0).to_string(), "{what}: {total}\n{text}");
    }
    counts
}

#[test]
fn junit_has_a_case_for_each_client_and_counts_right() {
    for (name, plan) in every_plan() {
        let counts = read_junit(&of(&plan, Format::Junit), &name);
        let errors = plan.diagnostics.iter().filter(|one| one.is_error()).count();
        let report = plan.run.drift.as_ref();
        // Some clients are in the earlier report only.
        let planned: BTreeSet<_> = plan.clients.iter().map(|client| client.client_id).collect();
        let found = report.iter().flat_map(|report| &report.findings).map(|finding| finding.client_id);
        let elsewhere: BTreeSet<_> = found.filter(|id| !planned.contains(id)).collect();
        let others =
            plan.released_clients.len() + elsewhere.len() + report.map_or(0, |report| report.expired_waivers.len());
        assert_eq!(counts["testcase"], plan.clients.len() + errors.max(1) + others, "{name}");
    }
}

#[test]
fn sarif_has_valid_rules_places_and_fingerprints() {
    for (name, plan) in every_plan() {
        let log: Json = serde_json::from_str(&of(&plan, Format::Sarif)).unwrap();
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        let expected = annotations(&plan).iter().filter(|annotation| !annotation.rule.is_good()).count();
        assert_eq!(results.len(), expected, "{name}");
        let mut fingerprints = BTreeSet::new();
        for result in results {
            assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"], "{name}");
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~%".contains(c);
            assert!(uri.starts_with("infra/pbx/") && uri.chars().all(plain), "{name}: {uri}");
            assert!(!result["message"]["text"].as_str().unwrap().contains("]("), "{name}: {result}");
            let identity = (result["ruleId"].to_string(), result["partialFingerprints"].to_string());
            assert!(fingerprints.insert(identity), "{name}: twice the same alert: {result}");
        }
    }
}

#[test]
fn sarif_has_at_most_25000_results_and_counts_the_others() {
    let mut plan = corpus::fleet(13_000);
    plan.clients[12_999].changes.iter_mut().for_each(|change| change.difference.origin = Origin::Conflict);
    let log: Json = serde_json::from_str(&of(&plan, Format::Sarif)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 25_000);
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(*notification, json!("And 1,000 more results, too many for one run."));
    assert!(run["results"][0]["message"]["text"].as_str().unwrap().starts_with("client 13000"), "the worst is first");
}

/// The fingerprints of a plan, in order.
fn fingerprints(plan: &Plan) -> Vec<String> {
    annotations(plan).into_iter().map(|annotation| annotation.fingerprint).collect()
}

#[test]
fn fingerprints_depend_on_project_client_and_field_only() {
    let plan = |with: Json, line| {
        let mut one =
            corpus::client(12, "a", &[(Setting::HoldMusic, json!(8)), (Setting::Timezone, json!("UTC"))], with);
        one.source.file = "one.yaml".into();
        one.changes.iter_mut().for_each(|change| change.difference.place.line = line);
        corpus::plan(vec![one])
    };
    let first = fingerprints(&plan(json!({"hold_music": 3}), 5));
    assert_eq!(first, fingerprints(&plan(json!({"hold_music": 4, "timezone": "Asia/Omsk"}), 99)));
    assert_ne!(first[0], first[1]);
    // Two clients in one file with the same change.
    let mut other = plan(json!({}), 5);
    other.clients[0].client_id = ClientId::parse("13").unwrap();
    assert!(fingerprints(&other).iter().all(|one| !first.contains(one)));
    // `@me` is another client under other credentials; a number is the same client.
    let with = |id: &str, credentials: &str| {
        let mut plan = plan(json!({}), 5);
        plan.clients[0].client_id = ClientId::parse(id).unwrap();
        plan.clients[0].credentials = Some(credentials.into());
        fingerprints(&plan)
    };
    // Another project of the repository, in another folder or beside this one.
    let mut other = plan(json!({}), 5);
    other.project = "staging.ringform.yaml".into();
    assert!(fingerprints(&other).iter().all(|one| !first.contains(one)));
    other = plan(json!({}), 5);
    other.revision = Some(Revision { commit: "c".into(), dirty: false, folder: "infra/staging/".into() });
    assert!(fingerprints(&other).iter().all(|one| !first.contains(one)));
    assert_ne!(with("@me", "a"), with("@me", "b"));
    assert_eq!(with("12", "a"), with("12", "b"));
}

#[test]
fn gitlab_gets_three_whole_numbers_and_no_text() {
    for (name, plan) in every_plan() {
        let counts: BTreeMap<String, u64> = serde_json::from_str(&of(&plan, Format::Gitlab)).unwrap();
        assert_eq!(counts.keys().map(String::as_str).collect::<Vec<_>>(), ["create", "delete", "update"], "{name}");
        assert_eq!(counts["update"], plan.summary().to_change as u64, "{name}");
        assert_eq!(counts["create"] + counts["delete"], 0, "{name}");
    }
}

#[test]
fn a_step_summary_fills_the_room_that_is_left() {
    let plan = corpus::fleet(5_000);
    for used in [0, 400_000, 900_000, 990_000] {
        let StepSummary::Page(text) = step_summary(&plan, used) else { panic!("nothing at {used}") };
        let whole = used as usize + text.len();
        assert!(whole < 1_000_000, "{used}: {whole}");
        assert!(whole > 980_000, "{used}: room is left over: {whole}");
        assert!(text.trim_end().ends_with("too many for this summary."), "{}", &text[text.len() - 200..]);
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
    assert_eq!(step_summary(&plan, 999_000), StepSummary::NoRoom);
    assert_eq!(step_summary(&plan, u64::MAX), StepSummary::NoRoom);
    assert_eq!(step_summary(&corpus::plan(Vec::new()), 0), StepSummary::Nothing);
}

#[test]
fn snapshots() {
    let plans = corpus::all()
        .into_iter()
        .filter(|(name, _)| ["one", "broken", "failures", "report", "dated", "dated_drift"].contains(name));
    let drifted = [("drifted", drifted::drifted("text")), ("origins", drifted::origins())];
    for (name, mut plan) in plans.chain(drifted) {
        let folder = if name == "one" { "infra/pbx/" } else { "" };
        plan.revision = Some(Revision { commit: "c".into(), dirty: false, folder: folder.into() });
        for format in [Format::Github, Format::Junit] {
            snapshot(format!("{name}_{format}"), of(&plan, format));
        }
        if matches!(name, "one" | "drifted" | "dated" | "dated_drift") {
            snapshot(format!("{name}_sarif"), of(&plan, Format::Sarif));
        }
    }
}
