//! The guards of a revision beside those of the work tree: which bind, and in whose name they speak.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::*;
use crate::model::guard::{Condition, Enforcement, RuleSource};
use crate::model::{ClientKey, Guard};
use crate::plan::{BlockedKind, GuardList, LabelledClient, RevisionGuards, guards};

/// The guard `few` on geo_list.
fn few(most: u32, effect: Enforcement) -> Guard {
    Guard {
        name: "few".into(),
        field: Some(Setting::GeoList),
        effect,
        when: Condition { max_countries: Some(most), ..Condition::default() },
        labels: Default::default(),
        message: None,
        place: Place::new("ringform.yaml".into(), 9, 5),
        source: RuleSource::Project,
    }
}

fn deny(most: u32) -> Guard {
    few(most, Enforcement::Deny)
}

fn labelled(city: &str) -> Guard {
    Guard { labels: [("city".into(), city.into())].into(), ..deny(1) }
}

/// Messages that block a client that goes from RU to `after`, and its warnings.
fn judged(list: &GuardList, after: &str) -> (Vec<String>, usize) {
    let mut client = planned(Setting::GeoList, &json!("RU"), &json!(after));
    let warnings = guards::judge(list, &mut client);
    assert!(client.blocked.iter().all(|one| one.kind == BlockedKind::Guard && one.name.raw() == "few"));
    let messages = client.blocked.iter().map(|one| one.message.raw().replace("geo_list: \"RU\" → ", ""));
    (messages.collect(), warnings.len())
}

fn list(now: &[Guard], base: &[Guard], tip: &[Guard]) -> GuardList {
    let revisions =
        [RevisionGuards { revision: "main...", guards: base }, RevisionGuards { revision: "main", guards: tip }];
    GuardList::new(now, &revisions)
}

#[test]
fn a_guard_of_a_revision_judges_beside_the_work_tree_and_only_one_message_is_shown() {
    let warn = few(1, Enforcement::Warn);
    let own = r#""AZ BY RU" is against the guard"#;
    let of = |revision: &str, why: &str| format!(r#""AZ BY RU" is against guard few of {revision}, which this {why}"#);
    let (removes, changes) = (of("main...", "change removes"), of("main...", "change changes"));
    let (newer, tip_changes) = (of("main", "branch does not have yet"), of("main", "change changes"));
    // The guards now, at the base and at the tip; what blocks, and how many warnings there are.
    let table = [
        (vec![deny(1)], vec![deny(1)], vec![deny(1)], vec![own], 0),
        (vec![], vec![deny(1)], vec![deny(1)], vec![&*removes], 0),
        (vec![], vec![deny(1)], vec![], vec![&*removes], 0),
        (vec![deny(9)], vec![deny(1)], vec![deny(1)], vec![&*changes], 0),
        (vec![warn.clone()], vec![deny(1)], vec![deny(1)], vec![&*changes], 1),
        // A stricter guard judges from now on, and so does a new one.
        (vec![deny(1)], vec![deny(2)], vec![deny(2)], vec![own], 0),
        (vec![deny(1)], vec![deny(9)], vec![], vec![own], 0),
        (vec![deny(1)], vec![warn.clone()], vec![warn.clone()], vec![own], 0),
        (vec![deny(1)], vec![], vec![], vec![own], 0),
        // The branch that is merged into has gone on.
        (vec![], vec![], vec![deny(1)], vec![&*newer], 0),
        (vec![deny(9)], vec![deny(9)], vec![deny(1)], vec![&*newer], 0),
        (vec![deny(9)], vec![deny(8)], vec![deny(1)], vec![&*tip_changes], 0),
        (vec![deny(9)], vec![], vec![deny(1)], vec![&*tip_changes], 0),
        (vec![], vec![], vec![warn], vec![], 1),
    ];
    for (row, (now, base, tip, blocked, warnings)) in table.into_iter().enumerate() {
        let found = judged(&list(&now, &base, &tip), "AZ BY RU");
        assert_eq!((found.0.iter().map(String::as_str).collect::<Vec<_>>(), found.1), (blocked, warnings), "row {row}");
    }
}

#[test]
fn each_part_of_a_rule_is_compared_and_its_words_are_not() {
    let other_words =
        Guard { message: Some("too many".into()), place: Place::new("ringform.yaml".into(), 1, 1), ..deny(1) };
    assert!(deny(1).is_same_rule(&other_words));
    let from = Condition { from: Some(State::NotSet), ..Condition::default() };
    let changed = [
        deny(2),
        few(1, Enforcement::Warn),
        labelled("almaty"),
        Guard { field: Some(Setting::DialRuleId), ..deny(1) },
        Guard { field: None, ..deny(1) },
        Guard { when: from, ..deny(1) },
    ];
    for one in changed {
        assert_eq!(judged(&list(std::slice::from_ref(&one), &[deny(1)], &[]), "AZ BY").0.len(), 1, "{one:?}");
    }
}

#[test]
fn labels_of_the_base_count_as_those_of_now_do() {
    let labels = |city: &str| BTreeMap::from([(Arc::from("city"), Arc::from(city))]);
    let declared = |id: &str, city: &str| Declaration {
        client: ClientId::parse(id).unwrap(),
        labels: labels(city),
        ..declaration(&[(Setting::GeoList, json!("AZ BY"))])
    };
    // The client and its city at the base, whether no document names it now, and whether the guard of Almaty judges.
    let table = [
        (vec![("12", "almaty", false)], true),
        (vec![("12", "moscow", false)], false),
        (vec![("13", "almaty", false)], false),
        (vec![("13", "almaty", true)], false),
        // Client 12 may be the one that `@me` was.
        (vec![("@me", "almaty", true)], true),
        // Another document still names the `@me`, and this run does not read it.
        (vec![("@me", "almaty", false)], true),
        (vec![("12", "moscow", false), ("@me", "almaty", true)], false),
    ];
    for (base, expected) in table {
        let lost: BTreeSet<ClientKey> =
            base.iter().filter(|one| one.2).map(|one| declared(one.0, one.1).key()).collect();
        let then: Vec<Declaration> = base.iter().map(|one| declared(one.0, one.1)).collect();
        let now = [declared("12", "moscow")];
        for list in [list(&[labelled("almaty")], &[], &[]), list(&[], &[labelled("almaty")], &[])] {
            let list = list.with_labels(&then, &lost, None, now.iter().map(LabelledClient::from));
            let answer = live(&[(Setting::GeoList, Some(json!("RU")))]);
            let mut client = ClientPlan::read(&now[0], answer, Origin::Unknown);
            assert!(guards::judge(&list, &mut client).is_empty());
            assert_eq!(!client.blocked.is_empty(), expected, "{base:?}");
        }
    }
}
