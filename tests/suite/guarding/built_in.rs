//! The six built-in guards, each where it speaks and where it lets pass.

use ringform::model::guard::BUILT_IN;
use serde_json::{Value as Json, json};

use crate::guarding::{Client, Deny, InSync, InSyncWarn, Pass, Verdict, Warn, check, client};
use crate::rule_ids::diagnostics;
use crate::world::World;

const TEN: &str = "AM AZ BY DE FR GE KG KZ RU UZ";
const ELEVEN: &str = "AM AZ BY DE FR GE IT KG KZ RU UZ";

fn geo(live: impl Into<Json>, declared: &str, expected: Verdict) -> Client {
    let live: Json = live.into();
    client(json!({"geo_list": live}), &format!("{{geo_list: {declared}}}"), expected)
}

/// Clients of one number field: set, changed, cleared, in sync, and not declared.
fn number(field: &str) -> Vec<Client> {
    let one = |live: Json, declared: &str, expected| {
        client(json!({field: live}), &format!("{{{field}: {declared}}}"), expected)
    };
    vec![
        one(json!(null), "5", Deny(1)),
        one(json!(5), "6", Deny(1)),
        one(json!(5), "null", Deny(1)),
        one(json!("odd"), "5", Deny(1)),
        one(json!(5), "5", InSync),
        one(json!("5"), "5", InSync),
        one(json!(null), "null", InSync),
        client(json!({field: 5}), "{geo_list: [RU]}", Pass),
        client(json!({field: 5}), "{timezone: UTC}", Pass),
    ]
}

/// The built-in guards by name, with their clients.
fn rows() -> Vec<(&'static str, Vec<Client>)> {
    let all = json!({"geo_list": "RU", "sip_network_permission_id": 5, "dial_rule_id": 19});
    let whole = "geo_list: [RU], sip_network_permission_id: 5, dial_rule_id: 19";
    vec![
        (
            "open-geo",
            vec![
                geo("RU", "\"*\"", Deny(1)),
                geo(Json::Null, "\"*\"", Deny(1)),
                geo("ZZ", "\"*\"", Deny(1)),
                geo("*", "\"*\"", InSyncWarn(1)),
                geo("*", "[RU]", Pass),
                geo("RU", "[RU, BY]", Pass),
                geo("RU", "null", Pass),
                client(json!({"geo_list": "*"}), "{timezone: UTC}", Pass),
            ],
        ),
        (
            "too-many-countries",
            vec![
                geo("RU", ELEVEN, Deny(1)),
                geo("*", ELEVEN, Deny(1)),
                geo("RU", "\"*\"", Deny(1)),
                geo("RU", TEN, Pass),
                geo(ELEVEN, TEN, Pass),
                geo(ELEVEN, ELEVEN, InSyncWarn(1)),
                client(json!({"geo_list": ELEVEN}), "{timezone: UTC}", Pass),
            ],
        ),
        (
            "opening-needs-end",
            vec![
                geo("RU", "[RU, BY]", Deny(1)),
                geo("RU", "[BY]", Deny(1)),
                geo("RU", "\"*\"", Deny(1)),
                geo("RU", "null", Deny(1)),
                geo(Json::Null, "[RU, BY]", Pass),
                geo("RU BY", "[RU]", Pass),
                geo("*", "[RU]", Pass),
                geo("RU BY", "[RU, BY]", InSync),
                client(json!({"dial_rule_id": 19}), "{dial_rule_id: 20}", Pass),
            ],
        ),
        ("trusted-network-changed", number("sip_network_permission_id")),
        ("dial-rule-changed", number("dial_rule_id")),
        (
            "unmanaged-security",
            vec![
                client(json!({}), "{timezone: UTC}", Warn(3)),
                client(json!({}), "{geo_list: [RU]}", Warn(2)),
                client(all.clone(), "{geo_list: [RU], dial_rule_id: 20}", Warn(1)),
                client(json!({}), &format!("{{{whole}}}"), Pass),
                client(all.clone(), &format!("{{{whole}, timezone: UTC}}"), Pass),
                client(all.clone(), &format!("{{{whole}}}"), InSync),
                client(json!({"timezone": "UTC"}), "{timezone: UTC}", InSyncWarn(3)),
                client(all, "{geo_list: [RU], dial_rule_id: 19}", InSyncWarn(1)),
            ],
        ),
    ]
}

#[test]
fn each_built_in_guard_speaks_of_its_change_and_of_nothing_else() {
    for (name, clients) in rows() {
        check(&format!("- {name}\n"), &clients);
    }
}

#[test]
fn every_built_in_guard_has_rows_that_speak_and_rows_that_let_pass() {
    let rows = rows();
    for guard in BUILT_IN {
        let (_, clients) = rows.iter().find(|(name, _)| *name == guard.name).expect(guard.name);
        let has = |speaks: bool| {
            clients.iter().any(|one| match one.expected {
                Deny(_) | Warn(_) => speaks,
                Pass => !speaks,
                InSync | InSyncWarn(_) => false,
            })
        };
        assert!(has(true) && has(false), "{}", guard.name);
    }
    assert_eq!(rows.len(), BUILT_IN.len());
}

#[test]
fn without_a_guard_nothing_is_stopped() {
    check("", &[geo("RU", "\"*\"", Pass), geo("RU", ELEVEN, Pass), client(json!({}), "{dial_rule_id: 19}", Pass)]);
}

#[test]
fn all_built_in_guards_together_speak_each_for_itself() {
    let all: String = BUILT_IN.iter().map(|guard| format!("- {}\n", guard.name)).collect();
    let three = |geo: &str, network: u8, rule: u8| {
        format!("{{geo_list: {geo}, sip_network_permission_id: {network}, dial_rule_id: {rule}}}")
    };
    let live = json!({"geo_list": "RU", "sip_network_permission_id": 5, "dial_rule_id": 19});
    let clients = [
        // `*` is all of these: every country, more than ten, and without an end.
        client(live.clone(), &three("\"*\"", 6, 20), Deny(5)),
        client(live.clone(), &three(ELEVEN, 5, 20), Deny(3)),
        client(live.clone(), &three("[RU, BY]", 5, 19), Deny(1)),
        client(live.clone(), &three("[UZ]", 6, 19), Deny(2)),
        client(live, &three("[RU]", 5, 19), InSync),
    ];
    check(&all, &clients);
}

#[test]
fn a_field_that_the_selection_leaves_out_is_not_judged_as_unmanaged() {
    let guards = "guards:\n- {name: unmanaged-security, deny: {}}\n";
    let mut world = World::new()
        .project(guards)
        .live(12, json!({"geo_list": "RU"}))
        .declared(12, "{geo_list: [RU], sip_network_permission_id: null, timezone: UTC}")
        .repository();
    let none: [String; 0] = [];
    let plan = world.run("plan --format json --field timezone").ok();
    assert_eq!(diagnostics(&plan, ""), none);
    assert_eq!(plan.client("12")["blocked"], json!([]));
    let left_out = plan.client("12")["not_selected"].as_array().map_or(0, Vec::len);
    assert_eq!(left_out, 6, "all fields but timezone");
    let offline = world.run("plan --format json --offline --base HEAD --field timezone").ok();
    assert_eq!(diagnostics(&offline, ""), none);
    // A selected field, and a run over all fields, are judged.
    for line in ["plan --format json --field timezone --field dial_rule_id", "plan --format json"] {
        let plan = world.run(line).status(1);
        assert_eq!(plan.client("12")["blocked"].as_array().map(Vec::len), Some(1), "{line}");
    }
    // The saved plan holds the selection, so apply judges as plan did.
    world.run("plan --field timezone --out plan.json").ok();
    world.run("apply --plan plan.json --yes").ok();
    assert_eq!(world.puts(), [json!({"timezone": "UTC"})]);
}

#[test]
fn a_built_in_guard_takes_over_what_an_own_one_of_its_name_leaves_out() {
    let three = "geo_list: [RU, BY, KZ]";
    check(
        "- {name: too-many-countries, deny: {max_countries: 3}}\n",
        &[geo("RU", "[RU, BY, KZ, UZ]", Deny(1)), client(json!({}), &format!("{{{three}}}"), Pass)],
    );
    check("- {name: open-geo, warn: {}}\n", &[geo("RU", "\"*\"", Warn(1)), geo("RU", "[BY]", Pass)]);
    check("- {name: open-geo, warn: {from: [RU]}}\n", &[geo("RU", "\"*\"", Warn(1)), geo("BY", "\"*\"", Pass)]);
    let all = json!({"geo_list": "RU"});
    check(
        "- {name: unmanaged-security, deny: {}}\n",
        &[
            client(all.clone(), "{geo_list: [RU, BY]}", Deny(2)),
            client(all, "{geo_list: [RU]}", InSyncWarn(2)),
            client(json!({}), "{geo_list: [RU], sip_network_permission_id: 5, dial_rule_id: 19}", Pass),
        ],
    );
    check(
        "- {name: unmanaged-security, field: dial_rule_id, deny: {}}\n",
        &[client(json!({}), "{geo_list: [RU]}", Deny(1)), client(json!({}), "{dial_rule_id: 19}", Pass)],
    );
    let labelled = |label: &str, expected| Client {
        live: json!({"geo_list": "RU"}),
        document: format!("labels: {{{label}}}\nsettings: {{geo_list: \"*\"}}\n"),
        expected,
    };
    check(
        "- {name: open-geo, labels: {kind: office}}\n",
        &[labelled("kind: office", Deny(1)), labelled("kind: shop", Pass), geo("RU", "\"*\"", Pass)],
    );
}
