//! Many clients under one line of a profile: every change is shown once, in few lines.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::support::rendered;
use super::{corpus, dated};
use crate::model::{DatedEvent, Declaration, Difference, Layer, ManagedField, Place, Setting, value};
use crate::plan::drift::{Finding, FindingCause};
use crate::plan::{Blocked, BlockedKind, Change, ClientPlan, Origin, Plan};
use crate::render::Format;
use crate::render::grouping::clients::ClientGroups;
use crate::render::grouping::findings::FindingGroups;
use crate::render::options::TextOptions;

/// A client whose geo_list and timezone are written in a profile, and whose hold_music is its own.
fn client(id: u64, live: Json, own: Option<u64>) -> ClientPlan {
    let managed = |setting: Setting, wanted: Json, line: u32| ManagedField {
        setting,
        wanted: value::live(setting.kind(), &wanted),
        layer: Layer::Profile("standard".into()),
        place: Place::new("ringform.yaml".into(), line, 15),
    };
    let mut declaration = corpus::declaration(id, &[(Setting::HoldMusic, json!(own.unwrap_or(7)))]);
    declaration.managed.push(managed(Setting::GeoList, json!("BY KZ RU"), 9));
    declaration.managed.push(managed(Setting::Timezone, json!("Asia/Omsk"), 10));
    declaration.managed.sort_by_key(|managed| managed.setting);
    let read = |declaration: &Declaration, live| ClientPlan::read(declaration, live, Origin::Unknown);
    read(&declaration, corpus::live(id, "office", live))
}

/// Forty lists of countries: some open, some close, one is odd, one is not set.
fn list(at: usize) -> Json {
    match at {
        0 => json!(null),
        1 => json!("ZZ"),
        2 => json!("*"),
        at => json!(rust_iso3166::ALL_ALPHA2[at..at + 1 + at % 3].join(" ")),
    }
}

/// Two hundred clients under one changed line; a run of each number has the old value of that number.
fn fleet(values: &[usize]) -> Vec<ClientPlan> {
    let one = |(at, value): (usize, &usize)| {
        client(100 + at as u64, json!({"geo_list": list(*value), "timezone": "Asia/Omsk"}), None)
    };
    values.iter().enumerate().map(one).collect()
}

fn text(clients: Vec<ClientPlan>, verbose: bool) -> String {
    rendered(&corpus::plan(clients), Format::Text, &TextOptions { verbose, ..TextOptions::PIPE })
}

/// How many clients the rows of old values name or count.
fn counted(text: &str) -> usize {
    let number = |text: &str| text.replace(',', "").parse::<usize>().unwrap();
    let row = |line: &str| match line.rsplit_once(" clients: ") {
        Some((before, _)) => number(before.rsplit(' ').next().unwrap()),
        None => 1,
    };
    let rest = |line: &str| number(line.split_once(" of ").unwrap().1.split(' ').next().unwrap());
    let rows = text.lines().filter(|line| line.get(3..9) == Some(" from ")).map(row);
    let more = text.lines().filter(|line| line.contains(" more old value")).map(rest);
    rows.chain(more).sum()
}

/// A fleet under one line with a client that also differs in its own document, and with clients that a guard blocks.
pub(super) fn place() -> Plan {
    let mut values: Vec<usize> = (0..200).map(|at| if at < 120 { 3 } else { at % 40 }).collect();
    values[199] = 2;
    let mut clients = fleet(&values);
    // An outlier: it also differs in its own document.
    clients.push(client(77, json!({"geo_list": "RU", "timezone": "Asia/Omsk"}), Some(9)));
    for client in &mut clients[120..160] {
        client.blocked.push(Blocked {
            kind: BlockedKind::Guard,
            name: "no-open-geo".into(),
            message: "every country may register".into(),
            revision: None,
        });
    }
    // Names of strangers in every place where a block shows a name.
    for client in &mut clients {
        client.name = Some("\u{1b}[31m<b>::error::@all|".into());
    }
    corpus::plan(clients)
}

#[test]
fn the_page_shows_each_client_of_a_place_once() {
    let page = rendered(&place(), Format::Html, &TextOptions::PIPE);
    assert!(page.contains("201 clients: <code>geo_list</code>") && page.contains("Client 77"), "{page}");
    assert_eq!(page.matches("Shown with other clients above: geo_list").count(), 1);
}

#[test]
fn a_long_new_value_leaves_fewer_lines_to_the_old_ones() {
    let every = rust_iso3166::ALL_ALPHA2.join(" ");
    let mut clients = fleet(&(0..200).map(|at| at % 40).collect::<Vec<_>>());
    for client in &mut clients {
        client.changes[0].difference.declared = value::live(Setting::GeoList.kind(), &json!(every));
    }
    let text = text(clients, false);
    assert!(text.lines().count() <= 25, "{}\n{text}", text.lines().count());
    assert_eq!(counted(&text), 200, "{text}");
}

/// The findings of a drift report over such a fleet.
fn drifted(values: &[usize]) -> Plan {
    let mut plan = corpus::watched();
    let sample = plan.run.drift.as_ref().unwrap().findings[0].clone();
    let finding = |client: &ClientPlan| Finding {
        client_id: client.client_id,
        cause: FindingCause::Difference(client.changes[0].difference.clone()),
        ..sample.clone()
    };
    plan.clients = fleet(values);
    plan.released_clients.clear();
    for change in plan.clients.iter_mut().flat_map(|client| &mut client.changes) {
        change.difference.origin = Origin::Drift;
    }
    let findings: Vec<Finding> = plan.clients.iter().map(finding).collect();
    plan.run.drift.as_mut().unwrap().findings = findings;
    plan
}

#[test]
fn findings_of_one_place_are_few_lines_and_none_is_lost() {
    let plan = drifted(&(0..200).map(|at| at % 40).collect::<Vec<_>>());
    let report = plan.run.drift.as_ref().unwrap();
    let open = FindingGroups::of(report).open;
    assert_eq!(open.iter().map(|group| group.findings.len()).sum::<usize>(), 200);
    assert!(open.iter().all(|group| {
        let exposure = group.sample().risk().exposure;
        group.findings.iter().all(|finding| finding.risk().exposure == exposure)
    }));
    let text = rendered(&plan, Format::Text, &TextOptions::PIPE);
    assert!(text.lines().count() <= 25, "{} lines\n{text}", text.lines().count());
    assert!(text.contains(" more live values") && text.contains("profile standard, ringform.yaml:9"), "{text}");
}

/// Every change of every client in the groups, and every reason that blocks one.
fn represented(plan: &Plan) -> (BTreeMap<(String, Setting), usize>, usize) {
    let groups = ClientGroups::of(plan);
    let mut changes = BTreeMap::new();
    for one in groups.places.iter().flat_map(|group| &group.values) {
        for client in &one.clients {
            *changes.entry((client.client_id.to_string(), one.change.difference.setting)).or_default() += 1;
        }
    }
    for group in groups.many.iter().chain(&groups.alone) {
        for client in &group.clients {
            for change in &group.changes {
                *changes.entry((client.client_id.to_string(), change.difference.setting)).or_default() += 1;
            }
        }
    }
    let own = groups.many.iter().chain(&groups.alone).map(|group| group.blocked.len() * group.clients.len());
    let blocked = groups.blocked.iter().map(|group| group.clients.len()).chain(own).sum();
    (changes, blocked)
}

/// Sets one of six causes: none, two owners, two ends, and an opening that is overdue.
fn explained(difference: &mut Difference, cause: usize) {
    let (until, owner) = [("", ""), ("2026-12-14", "anna"), ("2026-12-14", "noc"), ("2026-12-20", "noc")][cause.min(3)];
    let event = if cause == 4 { DatedEvent::Began } else { DatedEvent::Ended };
    if cause > 0 {
        let source = Place::new("ringform.yaml".into(), 20 + cause as u32, 9);
        dated::explain(difference, dated::because(event, until, owner, &source), cause == 5);
    }
}

/// The lines that stand for clients whose causes differ from the one that they show.
fn mixed(plan: &Plan) -> Vec<String> {
    let groups = ClientGroups::of(plan);
    let mut lines: Vec<(&Change, &[&ClientPlan])> = Vec::new();
    for value in groups.places.iter().flat_map(|group| &group.values) {
        lines.push((value.change, &value.clients));
    }
    for group in groups.many.iter().chain(&groups.alone) {
        lines.extend(group.changes.iter().map(|change| (*change, group.clients.as_slice())));
    }
    let is_other = |change: &Change, client: &ClientPlan| {
        let of_field = |one: &&Change| one.difference.setting == change.difference.setting;
        client.changes.iter().find(of_field).map(|one| &one.difference.dated) != Some(&change.difference.dated)
    };
    let wrong = lines.iter().filter(|(change, clients)| clients.iter().any(|client| is_other(change, client)));
    wrong.map(|(change, _)| format!("{:?}", change.difference)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn two_hundred_clients_take_at_most_25_lines(values in prop::collection::vec(0..40_usize, 200), turn in 0..200_usize) {
        let short = text(fleet(&values), false);
        prop_assert!(short.lines().count() <= 25, "{} lines\n{short}", short.lines().count());
        prop_assert_eq!(counted(&short), 200, "{}", short);
        prop_assert_eq!(counted(&text(fleet(&values), true)), 200);
        // The order of clients makes no difference.
        let mut turned = fleet(&values);
        turned.rotate_left(turn);
        turned.swap(0, 100);
        prop_assert_eq!(text(turned, false), short);
    }

    #[test]
    fn every_change_is_in_one_group(
        clients in prop::collection::vec((0..8_usize, prop::bool::ANY, 0..4_u64, prop::bool::ANY, 0..3_u8), 0..60),
        causes in prop::collection::vec(0..6_usize, 60),
    ) {
        let one = |(at, (list_of, same_zone, own, conflict, result)): (usize, (usize, bool, u64, bool, u8))| {
            let zone = if same_zone { "Asia/Omsk" } else { "UTC" };
            let live = json!({"geo_list": list(list_of), "timezone": zone});
            let mut client = client(1 + at as u64, live, (own > 0).then_some(own + 6));
            if conflict && let Some(change) = client.changes.first_mut() {
                change.difference.origin = Origin::Conflict;
                let name = change.difference.setting.name().into();
                let message = format!("client {at}").as_str().into();
                client.blocked.push(Blocked { kind: BlockedKind::Conflict, name, message, revision: None });
            }
            client.changes.iter_mut().for_each(|change| explained(&mut change.difference, causes[at]));
            if result > 0 && !client.changes.is_empty() {
                client.finish(crate::plan::ApplyResult::Applied, None);
            }
            client
        };
        let plan = corpus::plan(clients.into_iter().enumerate().map(one).collect());
        let (changes, blocked) = represented(&plan);
        prop_assert!(changes.values().all(|n| *n == 1), "{changes:?}");
        prop_assert_eq!(mixed(&plan), Vec::<String>::new());
        let all: usize = plan.clients.iter().map(|client| client.changes.len()).sum();
        prop_assert_eq!(changes.len(), all);
        prop_assert_eq!(blocked, plan.clients.iter().map(|client| client.blocked.len()).sum::<usize>());
    }
}
