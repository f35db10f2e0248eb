//! Every built-in guard and every condition, as (live, declared, outcome).

use super::*;
use crate::model::guard::{BUILT_IN, BuiltIn, Condition, Enforcement};
use crate::model::{DatedCause, Guard, Untrusted};
use crate::plan::scheduled::ScheduledChange;
use crate::plan::{BlockedKind, GuardList, guards};

/// What a guard did with a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Pass,
    Warn,
    Deny,
}
use Outcome::{Deny, Pass, Warn};

fn judge(guard: &Guard, client: &mut ClientPlan) -> Outcome {
    let warnings = guards::judge(&GuardList::new(std::slice::from_ref(guard), &[]), client);
    match (client.blocked.len(), warnings.len()) {
        (0, 0) => Pass,
        (0, _) => Warn,
        (_, 0) => {
            assert!(client.blocked.iter().all(|blocked| blocked.kind == BlockedKind::Guard));
            assert_eq!(client.blocked[0].name.raw(), &*guard.name);
            Deny
        }
        (_, _) => panic!("{} denies and warns", guard.name),
    }
}

fn guard(name: &str, field: Option<Setting>, effect: Enforcement, when: Condition) -> Guard {
    let place = Place::new("ringform.yaml".into(), 9, 5);
    Guard {
        name: name.into(),
        field,
        effect,
        when,
        labels: Default::default(),
        message: None,
        place,
        source: Default::default(),
    }
}

/// A built-in guard as a project switches it on by name.
fn built_in(name: &str) -> Guard {
    let BuiltIn { field, effect, max_countries, max_days, to_all, unmanaged, .. } =
        BUILT_IN.iter().find(|one| one.name == name).unwrap();
    let to = to_all.then(|| state(Setting::GeoList, &json!("*")));
    let (max_countries, max_days, unmanaged) = (*max_countries, *max_days, *unmanaged);
    let when = Condition { to, max_countries, max_days, unmanaged, ..Condition::default() };
    guard(name, *field, *effect, when)
}

#[test]
fn every_built_in_guard_judges_as_documented() {
    let ten = "AT BE BG CH CY CZ DE DK EE ES";
    let eleven = "AT BE BG CH CY CZ DE DK EE ES FI";
    let [geo, network, rule] = [Setting::GeoList, Setting::SipNetworkPermissionId, Setting::DialRuleId];
    let table = [
        ("open-geo", geo, json!("RU"), json!("*"), Deny),
        ("open-geo", geo, json!(null), json!("*"), Deny),
        ("open-geo", geo, json!("ZZ"), json!("*"), Deny),
        ("open-geo", geo, json!("RU"), json!("RU BY"), Pass),
        ("open-geo", geo, json!("*"), json!("RU"), Pass),
        ("open-geo", geo, json!("*"), json!("*"), Warn),
        ("too-many-countries", geo, json!("RU"), json!(eleven), Deny),
        ("too-many-countries", geo, json!("RU"), json!("*"), Deny),
        ("too-many-countries", geo, json!("RU"), json!(ten), Pass),
        ("too-many-countries", geo, json!(eleven), json!(null), Pass),
        ("too-many-countries", geo, json!(eleven), json!(eleven), Warn),
        ("opening-needs-end", geo, json!("RU"), json!("RU BY"), Deny),
        ("opening-needs-end", geo, json!("RU"), json!("BY"), Deny),
        ("opening-needs-end", geo, json!("RU"), json!("*"), Deny),
        ("opening-needs-end", geo, json!("RU"), json!(null), Deny),
        ("opening-needs-end", geo, json!(null), json!("*"), Deny),
        ("opening-needs-end", geo, json!(null), json!("RU BY"), Pass),
        ("opening-needs-end", geo, json!("*"), json!("RU BY"), Pass),
        ("opening-needs-end", geo, json!("ZZ"), json!("RU BY"), Pass),
        ("opening-needs-end", geo, json!("RU BY"), json!("RU BY"), Pass),
        ("opening-needs-end", rule, json!(1), json!(2), Pass),
        ("trusted-network-changed", network, json!(1), json!(2), Deny),
        ("trusted-network-changed", network, json!(1), json!(null), Deny),
        ("trusted-network-changed", network, json!(null), json!(2), Deny),
        ("trusted-network-changed", network, json!(2), json!("2"), Pass),
        ("trusted-network-changed", rule, json!(1), json!(2), Pass),
        ("dial-rule-changed", rule, json!(19), json!(20), Deny),
        ("dial-rule-changed", rule, json!(19), json!(null), Deny),
        ("dial-rule-changed", rule, json!(19), json!(19), Pass),
        ("dial-rule-changed", network, json!(1), json!(2), Pass),
        // Two of the three security fields are not managed.
        ("unmanaged-security", geo, json!("RU"), json!("BY"), Warn),
        ("unmanaged-security", geo, json!("RU"), json!("RU"), Warn),
        ("unmanaged-security", Setting::Timezone, json!("UTC"), json!("UTC"), Warn),
    ];
    for (name, setting, live, declared, expected) in &table {
        let mut client = planned(*setting, live, declared);
        assert_eq!(judge(&built_in(name), &mut client), *expected, "{name}: {setting} from {live} to {declared}");
    }
    for one in BUILT_IN {
        assert!(table.iter().any(|row| row.0 == one.name && row.4 != Pass), "{} never acts in the table", one.name);
    }
    let all = [(geo, json!("RU")), (network, json!(1)), (rule, json!(19))];
    let answer = live(&all.clone().map(|(setting, value)| (setting, Some(value))));
    let mut whole = ClientPlan::read(&declaration(&all), answer, Origin::Unknown);
    assert_eq!(judge(&built_in("unmanaged-security"), &mut whole), Pass);
}

#[test]
fn every_condition_holds_as_documented() {
    let geo = |text: &str| state(Setting::GeoList, &json!(text));
    let any = Condition::default;
    let from = |text: &str| Condition { from: Some(geo(text)), ..any() };
    let to = |state: State| Condition { to: Some(state), ..any() };
    let allow = |states: &[State]| Condition { allow: Some(states.to_vec()), ..any() };
    let most = |most| Condition { max_countries: Some(most), ..any() };
    let unmanaged = || Condition { unmanaged: true, ..any() };
    let null = || State::NotSet;
    let table = [
        (any(), json!("RU"), json!("BY"), Deny),
        (any(), json!("RU BY"), json!("BY RU"), Pass),
        (from("RU"), json!("RU"), json!("BY"), Deny),
        (from("RU"), json!("RU KZ"), json!("BY"), Pass),
        (from("*"), json!("*"), json!("RU"), Deny),
        (Condition { from: Some(null()), ..any() }, json!(null), json!("RU"), Deny),
        (Condition { from: Some(null()), ..any() }, json!("RU"), json!("BY"), Pass),
        (to(geo("*")), json!("RU"), json!("*"), Deny),
        (to(geo("BY RU")), json!("RU"), json!("RU BY"), Deny),
        (to(geo("*")), json!("RU"), json!("BY"), Pass),
        (to(null()), json!("RU"), json!(null), Deny),
        (allow(&[geo("RU BY")]), json!("KZ"), json!("RU"), Pass),
        (allow(&[geo("RU BY")]), json!("KZ"), json!("BY RU"), Pass),
        (allow(&[geo("RU"), geo("BY")]), json!("KZ"), json!("BY RU"), Pass),
        (allow(&[geo("RU BY")]), json!("RU"), json!("RU KZ"), Deny),
        (allow(&[geo("RU BY")]), json!("RU"), json!("*"), Deny),
        (allow(&[geo("RU BY")]), json!("RU"), json!(null), Deny),
        (allow(&[geo("RU"), null()]), json!("RU BY"), json!(null), Pass),
        (allow(&[geo("*")]), json!("RU"), json!("*"), Pass),
        (most(2), json!("RU"), json!("RU BY"), Pass),
        (most(2), json!("RU"), json!("RU BY KZ"), Deny),
        (most(2), json!("RU"), json!("*"), Deny),
        (most(0), json!("RU"), json!(null), Pass),
        (unmanaged(), json!("RU"), json!("BY"), Pass),
        // All that are given must hold.
        (Condition { from: Some(geo("RU")), ..to(geo("*")) }, json!("RU"), json!("*"), Deny),
        (Condition { from: Some(geo("BY")), ..to(geo("*")) }, json!("RU"), json!("*"), Pass),
        (Condition { from: Some(geo("RU")), ..most(1) }, json!("RU"), json!("RU BY"), Deny),
        (Condition { from: Some(geo("RU")), ..most(2) }, json!("RU"), json!("RU BY"), Pass),
    ];
    for (when, live, declared, expected) in table {
        for effect in [Enforcement::Deny, Enforcement::Warn] {
            let mut client = planned(Setting::GeoList, &live, &declared);
            let expected = if expected == Deny && effect == Enforcement::Warn { Warn } else { expected };
            let guard = guard("g", Some(Setting::GeoList), effect, when.clone());
            assert_eq!(judge(&guard, &mut client), expected, "{when:?}: from {live} to {declared}");
        }
    }
}

#[test]
fn unmanaged_needs_no_change_and_denies_only_a_client_that_sends() {
    let unmanaged = Condition { unmanaged: true, ..Condition::default() };
    let guard = guard("g", Some(Setting::GeoList), Enforcement::Deny, unmanaged);
    for (live, declared, expected) in [(json!("UTC"), json!("Asia/Omsk"), Deny), (json!("UTC"), json!("UTC"), Warn)] {
        let mut client = planned(Setting::Timezone, &live, &declared);
        assert_eq!(judge(&guard, &mut client), expected, "from {live} to {declared}");
    }
}

#[test]
fn a_guard_with_labels_judges_only_clients_that_carry_them_all() {
    let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    let mut guard = guard("g", Some(Setting::GeoList), Enforcement::Deny, Condition::default());
    guard.labels = labels(&[("city", "almaty"), ("tier", "gold")]);
    let table: [(&[(&str, &str)], Outcome); 5] = [
        (&[("city", "almaty"), ("tier", "gold")], Deny),
        (&[("city", "almaty"), ("tier", "gold"), ("extra", "x")], Deny),
        (&[("city", "almaty")], Pass),
        (&[("city", "moscow"), ("tier", "gold")], Pass),
        (&[], Pass),
    ];
    for (own, expected) in table {
        let mut client = planned(Setting::GeoList, &json!("RU"), &json!("*"));
        client.labels = labels(own);
        assert_eq!(judge(&guard, &mut client), expected, "{own:?}");
    }
}

#[test]
fn a_withheld_change_is_a_warning_and_a_failed_client_is_not_judged() {
    let guard = built_in("open-geo");
    let mut client = planned(Setting::GeoList, &json!("RU"), &json!("*"));
    client.changes[0].withheld = true;
    assert_eq!(judge(&guard, &mut client), Warn);
    let failure = crate::model::Failure::new(crate::model::FailureKind::Timeout, "no answer");
    let mut failed = ClientPlan::failed(&declaration(&[(Setting::GeoList, json!("*"))]), failure);
    assert_eq!(judge(&guard, &mut failed), Pass);
}

#[test]
fn an_opening_passes_for_as_many_days_as_the_guard_allows() {
    let few = Condition { max_days: Some(14), ..Condition::default() };
    let own = guard("own", Some(Setting::GeoList), Enforcement::Deny, few);
    let end = |days: u32| format!("it opens for {days} days, and at most");
    let lasts = "it opens without an end; declare what it adds under `temporary`, for at most".to_owned();
    let table = [
        // Days of the change, the verdicts of 30 and of 14 days, and how their messages go on.
        (Some(1), Pass, Pass, String::new()),
        (Some(14), Pass, Pass, String::new()),
        (Some(15), Pass, Deny, end(15)),
        (Some(30), Pass, Deny, end(30)),
        (Some(31), Deny, Deny, end(31)),
        (None, Deny, Deny, lasts),
    ];
    for (opens_for_days, of_30, of_14, sentence) in table {
        for (guard, expected, most) in [(&built_in("opening-needs-end"), of_30, 30), (&own, of_14, 14)] {
            let mut client = planned(Setting::GeoList, &json!("RU"), &json!("RU TR"));
            let cause = DatedCause { opens_for_days, ..DatedCause::default() };
            client.changes[0].difference.dated = cause.or_none();
            assert_eq!(judge(guard, &mut client), expected, "{opens_for_days:?}, {most}");
            if expected == Deny {
                let message = client.blocked[0].message.raw();
                assert!(message.contains(&format!("is against the guard: {sentence} {most}")), "{message}");
            }
        }
    }
}

/// A dated setting that client 12 gets in December.
fn scheduled(setting: Setting, before: &Json, after: &Json) -> ScheduledChange {
    ScheduledChange {
        setting,
        before: state(setting, before),
        after: state(setting, after),
        from: Some("2026-12-01".into()),
        until: "2026-12-14".into(),
        begins_at: Some("2026-12-01T00:00:00Z".parse().unwrap()),
        ends_at: "2026-12-15T00:00:00Z".parse().unwrap(),
        owner: "anna".into(),
        reason: "fair".into(),
        source: Place::new("clients/12.yaml".into(), 4, 3),
        opens_for_days: Some(14),
    }
}

#[test]
fn a_dated_setting_to_come_is_judged_like_a_change_and_stops_a_client_in_sync() {
    let geo = |effect, when| guard("g", Some(Setting::GeoList), effect, when);
    let to = |json: Json| Condition { to: Some(state(Setting::GeoList, &json)), ..Condition::default() };
    let any = Condition::default;
    let table = [
        (geo(Enforcement::Deny, any()), json!("RU"), json!("RU TR"), Deny),
        (geo(Enforcement::Warn, any()), json!("RU"), json!("RU TR"), Warn),
        (geo(Enforcement::Deny, to(json!("RU TR"))), json!("RU"), json!("RU TR"), Deny),
        (geo(Enforcement::Deny, to(json!("RU"))), json!("BY"), json!("BY TR"), Pass),
        // An entry that changes nothing.
        (geo(Enforcement::Deny, any()), json!("RU TR"), json!("RU TR"), Pass),
        (built_in("opening-needs-end"), json!("RU"), json!("RU TR"), Pass),
        (built_in("dial-rule-changed"), json!("RU"), json!("RU TR"), Pass),
    ];
    for (guard, before, after, expected) in table {
        let mut client = planned(Setting::HoldMusic, &json!(7), &json!(7));
        client.scheduled = Box::new([scheduled(Setting::GeoList, &before, &after)]);
        assert_eq!(judge(&guard, &mut client), expected, "{before} → {after}, {:?}", guard.when);
        // A run that can only close begins no entry.
        client.blocked.clear();
        client.only_closing = true;
        assert_eq!(judge(&guard, &mut client), Pass, "{before} → {after}, {:?}", guard.when);
    }
    // The change of now says it already. Where the run withholds that, the entry stops the client.
    let guard = geo(Enforcement::Deny, any());
    let mut client = planned(Setting::GeoList, &json!("RU"), &json!("RU TR"));
    client.scheduled = Box::new([scheduled(Setting::GeoList, &json!("RU"), &json!("RU TR"))]);
    assert_eq!(judge(&guard, &mut client), Deny);
    assert_eq!(client.blocked.len(), 1);
    assert!(!client.blocked[0].message.raw().contains("entry"), "{:?}", client.blocked);
    client.blocked.clear();
    client.changes[0].withheld = true;
    let warnings = guards::judge(&GuardList::new(std::slice::from_ref(&guard), &[]), &mut client);
    assert_eq!((client.blocked.len(), warnings.len()), (1, 1));
    assert!(client.blocked[0].message.raw().contains("the entry of clients/12.yaml:4:3, which begins on 2026-12-01"));
}

#[test]
fn every_guard_that_denies_is_listed_and_says_its_message() {
    let mut own = guard("own", Some(Setting::GeoList), Enforcement::Deny, Condition::default());
    own.message = Some(Untrusted::from("toll-fraud risk"));
    let mut client = planned(Setting::GeoList, &json!("RU"), &json!("*"));
    let warnings =
        guards::judge(&GuardList::new(&[own, built_in("open-geo"), built_in("too-many-countries")], &[]), &mut client);
    assert!(warnings.is_empty());
    let blocked: Vec<(&str, &str)> =
        client.blocked.iter().map(|blocked| (blocked.name.raw(), blocked.message.raw())).collect();
    let sentence = "geo_list: \"RU\" → \"*\" is against the guard";
    assert_eq!(blocked, [("own", "toll-fraud risk"), ("open-geo", sentence), ("too-many-countries", sentence)]);
}
