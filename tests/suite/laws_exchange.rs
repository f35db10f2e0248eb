//! The conversation of one write, over every sequence of events up to a useful length.

use std::time::Duration;

use ringform::model::{Failure, FailureKind, Live, Setting};
use ringform::plan::send::{Event, Exchange, NextAction, TRIES};
use ringform::plan::{ApplyResult, ClientPlan, Origin};
use serde_json::json;

use crate::fixtures::{answer, declaration, live, wanted};

const DEPTH: usize = 8;

/// What the tests know of a conversation beside the machine itself.
#[derive(Clone, Copy, Default)]
struct LastRead {
    sends: u32,
    /// A PUT may have landed and the client was not read since.
    in_doubt: bool,
    too_old: u32,
}

struct Script {
    planned: Live,
    stored: Live,
    moved: Live,
    collateral: Live,
    wrong: Live,
    partial: Live,
}

fn failure() -> Failure {
    Failure::new(FailureKind::Connection, "as the test wants it")
}

fn client() -> ClientPlan {
    let managed = [(Setting::GeoList, wanted(Setting::GeoList, "RU KZ"))];
    let before = answer(&[(Setting::GeoList, Some(json!("RU"))), (Setting::HoldMusic, Some(json!(7)))]);
    ClientPlan::read(&declaration(&managed), live(&before), Origin::Unknown)
}

fn script() -> Script {
    let with = |geo: &str, music: serde_json::Value| {
        answer(&[(Setting::GeoList, Some(json!(geo))), (Setting::HoldMusic, Some(music))])
    };
    let mut wrong = with("RU KZ", json!(7));
    wrong["id"] = json!(13);
    Script {
        planned: live(&with("RU", json!(7))),
        stored: live(&with("KZ RU", json!(7))),
        moved: live(&with("BY", json!(7))),
        collateral: live(&with("KZ RU", json!(null))),
        wrong: live(&wrong),
        partial: live(&answer(&[(Setting::GeoList, Some(json!("KZ RU"))), (Setting::HoldMusic, None)])),
    }
}

fn answers_to(action: &NextAction, script: &Script, seen: LastRead) -> Vec<Event> {
    match action {
        NextAction::Finish(..) => vec![],
        NextAction::Wait(_) => vec![Event::Waited, Event::Stopped("stopped".into())],
        NextAction::Read => vec![
            Event::Read(script.planned.clone()),
            Event::Read(script.stored.clone()),
            Event::Read(script.moved.clone()),
            Event::Read(script.wrong.clone()),
            Event::ReadFailed(failure()),
        ],
        NextAction::Send { .. } | NextAction::Renew { .. } => {
            let mut events = vec![
                Event::Answered(script.stored.clone()),
                Event::Answered(script.collateral.clone()),
                Event::Answered(script.moved.clone()),
                Event::Answered(script.partial.clone()),
                Event::Answered(script.wrong.clone()),
                Event::Refused(failure()),
                Event::Unauthorized(failure()),
                Event::Throttled { failure: failure(), spent: false, wait: None },
                Event::Throttled { failure: failure(), spent: true, wait: None },
                Event::Throttled { failure: failure(), spent: true, wait: Some(Duration::from_secs(1)) },
                Event::NotSent(failure()),
                Event::FateUnknown(failure()),
                Event::Stopped("stopped".into()),
                Event::Expired("2026-12-14T21:00:00Z".parse().unwrap()),
            ];
            if matches!(action, NextAction::Send { just_read: false, .. }) && seen.too_old < 2 {
                events.push(Event::TooOld);
            }
            events
        }
    }
}

fn walk(
    exchange: &Exchange<'_>,
    action: &NextAction,
    script: &Script,
    seen: LastRead,
    depth: usize,
    counts: &mut [u64; 9],
) {
    if let NextAction::Finish(outcome, details) = action {
        counts[*outcome as usize] += 1;
        match outcome {
            ApplyResult::Applied => assert!(seen.sends > 0 && details.confirmed_by.is_some()),
            ApplyResult::Collateral => assert!(!details.collateral.is_empty()),
            ApplyResult::NotConverged => assert!(!details.not_converged.is_empty()),
            ApplyResult::Stale | ApplyResult::Failed | ApplyResult::Skipped | ApplyResult::Refused => {
                assert!(details.message.is_some())
            }
            ApplyResult::Unchanged => assert!(seen.sends == 0 || !seen.in_doubt),
        }
        if seen.in_doubt && *outcome == ApplyResult::Failed {
            assert!(details.message.as_ref().unwrap().raw().contains("write"), "a doubt is told: {details:?}");
        }
        return;
    }
    if depth == 0 {
        counts[8] += 1;
        return;
    }
    for event in answers_to(action, script, seen) {
        let mut next = seen;
        let sends = matches!(action, NextAction::Send { .. } | NextAction::Renew { .. });
        if let Event::Expired(_) = event {
            let action = exchange.clone().step(event);
            let NextAction::Finish(ApplyResult::Stale, details) = action else { panic!("goes on: {action:?}") };
            assert!(details.message.unwrap().raw().contains("changed at 2026-12-14T21:00:00Z"));
            assert!(!details.in_doubt, "the client was read since its last PUT");
            counts[ApplyResult::Stale as usize] += 1;
            continue;
        }
        if sends && !matches!(event, Event::TooOld | Event::Stopped(_)) {
            assert!(!seen.in_doubt, "sent again without a reading between");
            next.sends += 1;
            assert!(next.sends <= TRIES, "more than {TRIES} tries");
        }
        match &event {
            Event::FateUnknown(_) => next.in_doubt = true,
            Event::Answered(live) => next.in_doubt = *live == script.partial || *live == script.wrong,
            Event::Read(_) => next.in_doubt = false,
            Event::TooOld => next.too_old += 1,
            _ => {}
        }
        if let Event::ReadFailed(_) = &event {
            next.in_doubt = seen.in_doubt;
        }
        let mut exchange = exchange.clone();
        let action = exchange.step(event);
        walk(&exchange, &action, script, next, depth - 1, counts);
    }
}

#[test]
fn every_sequence_of_events_ends_well() {
    let client = client();
    let script = script();
    let mut counts = [0; 9];
    for begin in [None, Some(script.planned.clone()), Some(script.moved.clone()), Some(script.stored.clone())] {
        let mut exchange = Exchange::new(&client, begin, Default::default());
        let action = exchange.begin();
        walk(&exchange, &action, &script, LastRead::default(), DEPTH, &mut counts);
    }
    // Each kind of end was reached, so the assertions above were tried.
    for outcome in [
        ApplyResult::Applied,
        ApplyResult::Unchanged,
        ApplyResult::Stale,
        ApplyResult::NotConverged,
        ApplyResult::Collateral,
        ApplyResult::Failed,
        ApplyResult::Skipped,
    ] {
        assert!(counts[outcome as usize] > 0, "{outcome:?} was never reached");
    }
}

#[test]
fn a_conversation_that_is_interrupted_before_its_put_is_skipped_and_not_failed() {
    let client = client();
    let interrupted = || Failure::new(FailureKind::Interrupted, "interrupted");
    let mut exchange = Exchange::new(&client, None, Default::default());
    assert!(matches!(exchange.begin(), NextAction::Read));
    let action = exchange.step(Event::ReadFailed(interrupted()));
    assert!(matches!(action, NextAction::Finish(ApplyResult::Skipped, _)), "{action:?}");
    // No fresh token came because of it.
    let mut exchange = Exchange::new(&client, Some(script().planned), Default::default());
    exchange.begin();
    assert!(matches!(exchange.step(Event::Unauthorized(failure())), NextAction::Renew { .. }));
    let action = exchange.step(Event::Refused(interrupted()));
    assert!(matches!(action, NextAction::Finish(ApplyResult::Skipped, _)), "{action:?}");
    // What may have landed is no mere skip.
    let mut exchange = Exchange::new(&client, Some(script().planned), Default::default());
    exchange.begin();
    exchange.step(Event::FateUnknown(failure()));
    assert!(matches!(exchange.step(Event::Waited), NextAction::Read));
    let action = exchange.step(Event::ReadFailed(interrupted()));
    assert!(matches!(action, NextAction::Finish(ApplyResult::Failed, _)), "{action:?}");
}

#[test]
fn a_field_that_was_set_and_vanished_is_collateral() {
    let client = client();
    let mut exchange = Exchange::new(&client, Some(script().planned), Default::default());
    exchange.begin();
    assert!(matches!(exchange.step(Event::Answered(script().partial)), NextAction::Read));
    let NextAction::Finish(outcome, details) = exchange.step(Event::Read(script().partial)) else { panic!("no end") };
    assert_eq!(outcome, ApplyResult::Collateral);
    assert_eq!((details.collateral[0].field, &details.collateral[0].before), (Setting::HoldMusic, &json!(7)));
    assert!(details.message.unwrap().raw().contains("missing"));
}

#[test]
fn nothing_is_sent_to_a_client_that_is_blocked() {
    let mut client = client();
    client.blocked.push(ringform::plan::Blocked {
        kind: ringform::plan::BlockedKind::Guard,
        name: "open-geo".into(),
        message: "no".into(),
        revision: None,
    });
    let mut exchange = Exchange::new(&client, Some(script().planned), Default::default());
    assert!(matches!(exchange.begin(), NextAction::Finish(ApplyResult::Refused, _)));
}
