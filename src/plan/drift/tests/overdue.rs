//! Openings that outlived the end of their dated setting: no waiver, origin or state silences them.

use jiff::Timestamp;

use super::*;
use crate::model::{
    Because, CalendarTime, DatedCause, DatedDeclaration, DatedEffect, DatedEntry, DatedEvent, DatedLayer, DatedValue,
    DayZone, FieldKind, SettingSet, Severity, State,
};

const END: &str = "2026-11-30T00:00:00Z";

/// A client that declares `RU`, `UTC` and rule 19, and for a time `TR` and rule 21, which ended (or did not).
fn trip(id: u64, ended: bool) -> Declaration {
    let fields = [(Setting::GeoList, json!("RU")), (Setting::Timezone, json!("UTC")), (Setting::DialRuleId, json!(19))];
    let mut declaration = declaration(id, &fields);
    let set = |setting, effect| DatedValue { setting, effect, place: declaration.place.clone() };
    let added = value::live(FieldKind::Countries, &json!("TR")).countries().unwrap().clone();
    let rule = value::live(FieldKind::Id, &json!(21));
    let entry = DatedEntry {
        settings: vec![
            set(Setting::GeoList, DatedEffect::Add(added)),
            set(Setting::DialRuleId, DatedEffect::Set(rule)),
        ],
        from: None,
        until: CalendarTime::parse("2026-11-29").unwrap(),
        begin: None,
        end: END.parse().unwrap(),
        owner: "anna".into(),
        reason: "a trip".into(),
        place: declaration.place.clone(),
    };
    assert_eq!(entry.end, entry.until.end(&DayZone::default()));
    let layer = DatedLayer::new(declaration.managed.clone(), [entry].into());
    let at: Timestamp = if ended { END } else { "2026-11-29T23:59:59Z" }.parse().unwrap();
    let dated = DatedDeclaration::new(vec![layer], SettingSet::default(), at).unwrap();
    for now in dated.managed_at(at) {
        let managed = declaration.managed.iter_mut().find(|managed| managed.setting == now.setting);
        *managed.unwrap() = now;
    }
    declaration.dated = Some(Box::new(dated));
    declaration
}

/// The client as read, with one origin for all differences.
fn with_rule(declaration: &Declaration, geo: &str, rule: u64, origin: Origin) -> ClientPlan {
    let all = json!({
        "id": declaration.client.number(), "name": "n", "geo_list": geo, "timezone": "UTC", "dial_rule_id": rule,
        "hold_music": null, "sip_network_permission_id": null, "disk_space_notify_threshold": null,
        "disk_space_notify_email": null
    });
    let live = Live::parse(all.to_string().as_bytes(), FieldMask::default()).unwrap();
    ClientPlan::read(declaration, live, origin)
}

/// The client that still holds what the trip gave.
fn left_open(ended: bool) -> ClientPlan {
    with_rule(&trip(12, ended), "RU TR", 21, Origin::Pending)
}

fn runs() -> Runs {
    Runs::of(&[trip(12, true)])
}

#[test]
fn what_outlives_its_end_is_a_grave_finding_whatever_its_origin() {
    for origin in [Origin::Pending, Origin::Drift, Origin::Conflict, Origin::Unknown] {
        let report = runs().run(&[with_rule(&trip(12, true), "RU TR", 21, origin)], None);
        assert_eq!(found(&report), [("12/geo_list".into(), New), ("12/dial_rule_id".into(), New)], "{origin:?}");
        for one in &report.findings {
            assert!(one.is_overdue() && one.is_open() && one.is_news(), "{origin:?}");
            assert_eq!(one.risk().severity, Severity::Security, "{origin:?}");
        }
    }
    // Before the end nothing differs, and what was never given is only pending.
    assert_eq!(found(&runs().run(&[left_open(false)], None)), []);
    let other = with_rule(&trip(12, true), "RU", 22, Origin::Pending);
    assert_eq!(found(&runs().run(&[other], None)), []);
}

#[test]
fn no_waiver_silences_it_and_the_waiver_is_shown() {
    for field in [None, Some(Setting::GeoList)] {
        let mut runs = runs();
        runs.waivers = vec![waiver(field, "2026-12-31")];
        let report = runs.run(&[left_open(true)], None);
        let geo = &report.findings[0];
        assert!(geo.waived.is_some() && !geo.is_silenced() && geo.is_open() && geo.is_news(), "{field:?}");
        // It continues, and the day on which the waiver ends makes it no news.
        runs.instant = "2027-01-01T00:00:00Z";
        let report = runs.run(&[left_open(true)], None);
        assert_eq!(states(&report), [Continuing, Continuing], "{field:?}");
        assert!(report.findings[0].waived.is_none() && report.findings[0].is_open());
    }
}

#[test]
fn a_finding_that_becomes_overdue_is_new_again_once() {
    for waived in [false, true] {
        let mut runs = runs();
        runs.waivers = waived.then(|| waiver(Some(Setting::DialRuleId), "2027-12-31")).into_iter().collect();
        // Live holds what the trip gives: changed outside of git before it began, and the trip is not applied.
        let mut before = with_rule(&trip(12, true), "RU", 21, Origin::Drift);
        before.changes.iter_mut().for_each(|change| change.difference.dated = None);
        assert_eq!(states(&runs.run(std::slice::from_ref(&before), None)), [New]);
        let report = runs.run(&[before], None);
        assert_eq!((states(&report), report.findings[0].is_open()), (vec![Continuing], !waived));
        let after = with_rule(&trip(12, true), "RU", 21, Origin::Drift);
        let report = runs.run(std::slice::from_ref(&after), None);
        assert!(report.findings[0].is_news() && report.findings[0].is_open(), "waived {waived}");
        assert_eq!(report.findings[0].first_seen, "2026-11-24T10:00:00Z");
        let report = runs.run(&[after], None);
        assert_eq!((states(&report), report.findings[0].is_open()), (vec![Continuing], true), "waived {waived}");
    }
}

#[test]
fn a_second_entry_that_ends_is_news_too() {
    let mut runs = runs();
    let ended = |until: &str, line: u32, temporary: DatedEvent| {
        let mut client = left_open(true);
        let place = Place::new("clients/12.yaml".into(), line, 5);
        let because = Because { temporary, until: until.into(), owner: "anna".into(), source: place };
        let overdue_since = Some(END.parse().unwrap());
        client.changes.retain(|change| change.difference.setting == Setting::GeoList);
        client.changes[0].difference.dated = DatedCause { because: Some(because), overdue_since, opens_for_days: None }.or_none();
        client
    };
    // Until, line, what it did, and the state; an entry that moves in its file is the same.
    let story = [
        ("2026-11-29", 4, DatedEvent::Ended, New),
        ("2026-11-29", 9, DatedEvent::Ended, Continuing),
        ("2026-12-05", 5, DatedEvent::Ended, New),
        ("2026-12-05", 5, DatedEvent::Ended, Continuing),
        ("2026-12-31", 6, DatedEvent::Began, Continuing),
        ("2026-12-05", 5, DatedEvent::Ended, Continuing),
    ];
    for (until, line, event, expected) in story {
        let report = runs.run(&[ended(until, line, event)], None);
        assert_eq!(states(&report), [expected], "{until} {line} {event:?}");
    }
}

#[test]
fn a_client_that_is_not_read_keeps_it_and_closing_resolves_it() {
    let mut runs = runs();
    runs.waivers = vec![waiver(Some(Setting::GeoList), "2026-12-31")];
    runs.run(&[left_open(true)], None);
    let report = runs.run(&[failed(&trip(12, true), FailureKind::Timeout)], None);
    let kept = &report.findings[1];
    assert_eq!((kept.field(), kept.state, kept.is_overdue()), (Some(Setting::GeoList), Unread, true));
    assert!(kept.waived.is_some() && !kept.is_silenced() && kept.notified);
    // The waiver ends before the next read: it raised its alert already.
    runs.instant = "2027-01-01T00:00:00Z";
    runs.run(&[failed(&trip(12, true), FailureKind::Interrupted)], None);
    let report = runs.run(&[left_open(true)], None);
    assert_eq!(states(&report), [Continuing, Continuing, Resolved]);
    let closed = with_rule(&trip(12, true), "RU", 19, Origin::Pending);
    assert_eq!(states(&runs.run(std::slice::from_ref(&closed), None)), [Resolved, Resolved]);
    assert_eq!(states(&runs.run(&[closed], None)), []);
}

#[test]
fn a_client_that_is_not_as_expected_is_overdue_too() {
    let mut one = trip(12, true);
    let row = crate::model::FIELDS.iter().find(|row| row.name == "name").unwrap();
    let wanted = State::Is(crate::model::Value::Text("other".into()));
    one.expect.push(crate::model::Expectation { row, wanted, place: one.place.clone() });
    let client = with_rule(&one, "RU TR", 21, Origin::Pending);
    assert!(client.is_unconfirmed());
    let mut runs = runs();
    runs.waivers = vec![waiver(None, "2026-12-31")];
    let report = runs.run(&[client], None);
    let of_field: Vec<&Finding> = report.findings.iter().filter(|one| one.field().is_some()).collect();
    assert_eq!(of_field.len(), 2);
    assert!(of_field.iter().all(|one| one.unconfirmed && one.is_overdue() && one.is_news()));
    assert!(report.findings.iter().all(|one| one.waived.is_some() && (one.field().is_some() || one.is_silenced())));
}

#[test]
fn the_document_keeps_since_when() {
    let report = runs().run(&[left_open(true)], None);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["findings"][0]["overdue_since"], END);
    assert_eq!(json["findings"][0]["because"]["temporary"], "ended");
    assert_eq!(serde_json::from_value::<DriftReport>(json).unwrap(), report);
}

proptest! {
    /// Over any story with waivers that come and go: what is overdue is open wherever it was read, raises one alert,
    /// and is news again only where live changed.
    #[test]
    fn an_overdue_finding_is_always_open_and_news_once(
        story in proptest::collection::vec((0_usize..4, any::<bool>(), any::<bool>()), 1..8),
    ) {
        let mut runs = runs();
        let mut alerted: Option<&str> = None;
        for (live, is_read, is_waived) in story {
            let live = ["RU TR", "RU TR BY", "*", "RU"][live];
            runs.waivers = is_waived.then(|| waiver(None, "2026-12-31")).into_iter().collect();
            let client = match is_read {
                true => with_rule(&trip(12, true), live, 19, Origin::Pending),
                false => failed(&trip(12, true), FailureKind::Timeout),
            };
            let report = runs.run(&[client], None);
            let geo = report.findings.iter().find(|one| one.field() == Some(Setting::GeoList) && one.state != Resolved);
            if !is_read {
                prop_assert_eq!(geo.is_some(), alerted.is_some());
                prop_assert!(geo.is_none_or(|geo| geo.state == Unread && geo.is_overdue()));
            } else if live == "RU" {
                prop_assert!(geo.is_none());
                alerted = None;
            } else {
                let geo = geo.unwrap();
                prop_assert!(geo.is_overdue() && geo.is_open());
                prop_assert_eq!(geo.is_news(), alerted != Some(live), "live {}, before {:?}", live, alerted);
                alerted = Some(live);
            }
        }
    }
}
