//! Limits on the size of a plan, and the forecast of its requests.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::model::{Failure, FailureKind};
use crate::plan::send::{Forecast, Share, SizeLimits, exceeded, forecast};
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

#[test]
fn limits_stop_a_plan_that_is_larger() {
    let four = [Some(1), Some(2), Some(0), None];
    let changes = |most| SizeLimits { changes: Some(most), ..SizeLimits::default() };
    let clients = |text: &str| SizeLimits { clients: Some(text.parse().unwrap()), ..SizeLimits::default() };
    let table = [
        (SizeLimits::default(), vec![]),
        (changes(3), vec![]),
        (changes(2), vec!["3 settings would change, --max-changes allows 2"]),
        (changes(0), vec!["3 settings would change, --max-changes allows 0"]),
        (clients("2"), vec![]),
        (clients("1"), vec!["2 clients would change, --max-changed-clients allows 1"]),
        // Of the three that were read.
        (clients("67%"), vec![]),
        (clients("66%"), vec!["2 of 3 clients would change, --max-changed-clients allows 66%"]),
        (
            SizeLimits { changes: Some(1), clients: Some(Share::Clients(0)) },
            vec![
                "3 settings would change, --max-changes allows 1",
                "2 clients would change, --max-changed-clients allows 0",
            ],
        ),
    ];
    for (limits, expected) in table {
        assert_eq!(exceeded(limits, &plan(&four)), expected, "{limits:?}");
    }
}

#[test]
fn withheld_changes_do_not_count() {
    let mut plan = plan(&[Some(2)]);
    let most = |changes| SizeLimits { changes: Some(changes), clients: Some(Share::Clients(0)) };
    plan.clients[0].changes[0].withheld = true;
    assert_eq!(exceeded(most(1), &plan), ["1 client would change, --max-changed-clients allows 0"]);
    plan.clients[0].changes[1].withheld = true;
    assert_eq!(exceeded(most(0), &plan), Vec::<String>::new());
}

#[test]
fn a_share_is_a_number_or_a_percentage() {
    assert_eq!("5".parse(), Ok(Share::Clients(5)));
    assert_eq!("12.5%".parse(), Ok(Share::Percent(12.5)));
    for text in ["", "%", "-1", "101%", "-1%", "NaN%", "ten", "5 %x"] {
        assert!(text.parse::<Share>().is_err(), "{text}");
    }
}

#[test]
fn the_forecast_counts_one_write_for_each_client_that_sends() {
    let mut plan = plan(&[Some(1), Some(2), Some(1), Some(0), None, Some(1)]);
    plan.clients[2].credentials = Some("acme".into());
    plan.clients[5].blocked.push(Blocked { kind: BlockedKind::Guard, name: "g".into(), message: "no".into() });
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
