//! Limits on the size of a plan, and the forecast of its requests.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::model::{
    ClientShare, Diagnostic, Failure, FailureKind, LimitBound, LimitKind, LimitSource, Place, SendLimits,
};
use crate::plan::send::{Forecast, exceeded, forecast, loosened, looser_flags};
use crate::plan::{Blocked, BlockedKind, Plan};

/// Clients with this many changes each; `None` is a client that failed.
fn plan(clients: &[Option<usize>]) -> Plan {
    let all = [(Setting::GeoList, json!("RU")), (Setting::HoldMusic, json!(7)), (Setting::DialRuleId, json!(19))];
    let of = |changes: &Option<usize>| match changes {
        Some(n) => ClientPlan::read(&declaration(&all[..*n]), live(&[]), Origin::Unknown),
        None => ClientPlan::failed(&declaration(&all), Failure::new(FailureKind::Timeout, "no answer")),
    };
    Plan { clients: clients.iter().map(of).collect(), ..Plan::default() }
}

fn flag(kind: LimitKind, amount: u64) -> SendLimits {
    SendLimits::of_flags([(kind, Some(amount))])
}

fn share(text: &str) -> SendLimits {
    let (kind, amount) = text.parse::<ClientShare>().unwrap().limit();
    flag(kind, amount)
}

/// A bound of the project file, in line 4.
fn of_project(kind: LimitKind, amount: u64) -> SendLimits {
    let mut limits = SendLimits::default();
    let place = Some(Place::new("ringform.yaml".into(), 4, 9));
    limits.add(kind, LimitBound { amount, source: LimitSource::Project, place });
    limits
}

fn of_base(kind: LimitKind, amount: u64) -> SendLimits {
    of_project(kind, amount).of(&LimitSource::Base("main".into()))
}

#[track_caller]
fn check(limits: &SendLimits, plan: &Plan, expected: &[&str]) {
    let found = exceeded(limits, plan);
    let sentences: Vec<&str> = found.iter().map(|one| one.sentence.raw()).collect();
    assert_eq!(sentences, expected, "{limits:?}");
}

#[test]
fn limits_stop_a_plan_that_is_larger() {
    let four = plan(&[Some(1), Some(2), Some(0), None]);
    let changes = |most| flag(LimitKind::Changes, most);
    check(&SendLimits::default(), &four, &[]);
    check(&changes(3), &four, &[]);
    check(&changes(2), &four, &["3 settings would change, --max-changes allows 2"]);
    check(&changes(0), &four, &["3 settings would change, --max-changes allows 0"]);
    check(&share("2"), &four, &[]);
    check(&share("1"), &four, &["2 clients would change, --max-changed-clients allows 1"]);
    // Of the three that were read.
    check(&share("67%"), &four, &[]);
    check(&share("66%"), &four, &["2 of 3 clients would change, --max-changed-clients allows 66%"]);
    // A number and a percentage do not compare, so both bind.
    let all = [&share("1"), &share("50%"), &changes(1), &flag(LimitKind::Failures, 1), &flag(LimitKind::Canary, 1)];
    let three = [
        "3 settings would change, --max-changes allows 1",
        "2 clients would change, --max-changed-clients allows 1",
        "2 of 3 clients would change, --max-changed-clients allows 50%",
    ];
    check(&SendLimits::strictest(all), &four, &three);
}

#[test]
fn with_affected_a_percentage_counts_the_clients_that_are_as_they_were() {
    let few = Plan { unaffected: Some(18), ..plan(&[Some(1), Some(1)]) };
    check(&share("10%"), &few, &[]);
    check(&share("9.9%"), &few, &["2 of 20 clients would change, --max-changed-clients allows 9.9%"]);
}

#[test]
fn only_changes_that_open_count_as_opening() {
    // Live is not set: a geo_list closes nothing that the values show, so nothing opens.
    check(&flag(LimitKind::Opening, 0), &plan(&[Some(3)]), &[]);
    let wanted = declaration(&[(Setting::GeoList, json!("BY RU")), (Setting::HoldMusic, json!(7))]);
    let opening =
        |live_geo| ClientPlan::read(&wanted, live(&[(Setting::GeoList, Some(json!(live_geo)))]), Origin::Unknown);
    let mut two = Plan { clients: vec![opening("RU"), opening("RU"), opening("*")], ..Plan::default() };
    let sentence = "2 changes would open the PBX to more callers, --max-opening allows 1";
    check(&flag(LimitKind::Opening, 1), &two, &[sentence]);
    check(&flag(LimitKind::Opening, 2), &two, &[]);
    two.clients[0].changes[0].withheld = true;
    check(&flag(LimitKind::Opening, 1), &two, &[]);
    check(&flag(LimitKind::Opening, 0), &two, &["1 change would open the PBX to more callers, --max-opening allows 0"]);
}

#[test]
fn withheld_changes_do_not_count() {
    let mut plan = plan(&[Some(2)]);
    let most = |changes| SendLimits::strictest([&flag(LimitKind::Changes, changes), &share("0")]);
    plan.clients[0].changes[0].withheld = true;
    check(&most(1), &plan, &["1 client would change, --max-changed-clients allows 0"]);
    plan.clients[0].changes[1].withheld = true;
    check(&most(0), &plan, &[]);
}

#[test]
fn an_exceeded_limit_names_its_source() {
    let one = plan(&[Some(1)]);
    let project = of_project(LimitKind::Changes, 0);
    check(&project, &one, &["1 setting would change, max_changes of ringform.yaml:4 allows 0"]);
    assert_eq!(exceeded(&project, &one)[0].place, Some(Place::new("ringform.yaml".into(), 4, 9)));
    let base = of_base(LimitKind::Changes, 0);
    check(&base, &one, &["1 setting would change, max_changes of main (ringform.yaml:4) allows 0"]);
    assert_eq!(exceeded(&base, &one)[0].place, None, "the work tree may have another line there");
    let warning = exceeded(&base, &one)[0].warning();
    assert!(!warning.is_error() && warning.summary.raw().ends_with("allows 0; apply would send nothing"));
    assert!(exceeded(&base, &one)[0].error().is_error());
}

fn summaries(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|one| one.summary.raw()).collect()
}

#[test]
fn a_flag_that_is_looser_has_no_effect() {
    let rules = [
        of_project(LimitKind::Changes, 50),
        of_project(LimitKind::ChangedShare, 10_000_000),
        of_base(LimitKind::Canary, 3),
    ];
    let rules = SendLimits::strictest(&rules);
    let looser = |flags: &SendLimits| looser_flags(flags, &rules);
    let found = looser(&flag(LimitKind::Changes, 100));
    assert_eq!(summaries(&found), ["--max-changes 100 has no effect: ringform.yaml:4 allows 50"]);
    let found = looser(&flag(LimitKind::Canary, 2));
    assert_eq!(summaries(&found), ["--canary 2 has no effect: main (ringform.yaml:4) asks for 3"]);
    let found = looser(&share("10.5%"));
    assert_eq!(summaries(&found), ["--max-changed-clients 10.5% has no effect: ringform.yaml:4 allows 10%"]);
    for flags in [share("1000"), share("10%"), flag(LimitKind::Changes, 50), flag(LimitKind::Canary, 4)] {
        assert_eq!(looser(&flags), [], "{flags:?}");
    }
}

#[test]
fn a_limit_that_a_change_loosens_binds_and_is_named() {
    let now = of_project(LimitKind::Changes, 100);
    let found = loosened(&of_base(LimitKind::Changes, 50), &now);
    assert_eq!(summaries(&found), ["max_changes 50 of main (ringform.yaml:4) binds: the work tree has 100"]);
    let found = loosened(&of_base(LimitKind::Canary, 3), &now);
    assert_eq!(summaries(&found), ["canary 3 of main (ringform.yaml:4) binds: the work tree has none"]);
    assert_eq!(loosened(&of_base(LimitKind::Changes, 100), &now), []);
    assert_eq!(loosened(&of_base(LimitKind::Changes, 101), &now), []);
}

#[test]
fn the_forecast_counts_one_write_for_each_client_that_sends() {
    let mut plan = plan(&[Some(1), Some(2), Some(1), Some(0), None, Some(1)]);
    plan.clients[2].credentials = Some("acme".into());
    plan.clients[5].blocked.push(Blocked {
        kind: BlockedKind::Guard,
        name: "g".into(),
        message: "no".into(),
        revision: None,
    });
    let line = |text: &str, short| Forecast { text: text.into(), short };
    let found = forecast(&plan, |name: Option<&Arc<str>>| match name {
        None => Some((1, Some(Duration::from_secs(90)))),
        Some(_) => Some((1, None)),
    });
    assert_eq!(
        found,
        [
            line(
                "warning: credentials of the environment: at least 2 requests to come, 1 left until the reset in 90 s",
                true
            ),
            line("credentials `acme`: at least 1 requests to come, 1 left", false),
        ]
    );
    assert_eq!(forecast(&plan, |_| None), []);
}
