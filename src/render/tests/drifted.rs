//! Plans with origins, and with findings of earlier runs.

use serde_json::json;

use super::corpus::{client, failed, in_sync, plan};
use crate::model::{
    CalendarTime, ClientId, Difference, Failure, FailureKind, Layer, Place, Setting, Waived, Waiver, value,
};
use crate::plan::drift::{Finding, FindingCause, FindingState};
use crate::plan::{Blocked, BlockedKind, DocumentKind, DriftReport, Origin, Plan, ReleasedClient};

fn waived(text: &str) -> Waived {
    Waived { owner: text.into(), reason: text.into(), until: CalendarTime::parse("2026-12-31").unwrap() }
}

fn finding(id: &str, field: Option<Setting>, state: FindingState, text: &str) -> Finding {
    let place = Place::new(format!("clients/c{id}.yaml").into(), 5, 13);
    // A client that was open at the last look, and text of strangers elsewhere.
    let live = if state == FindingState::Unread { json!("*") } else { json!(text) };
    let difference = |setting: Setting| {
        let declared = match setting {
            Setting::GeoList => json!("RU"),
            Setting::Timezone => json!("UTC"),
            _ => json!(8),
        };
        FindingCause::Difference(Difference {
            setting,
            declared: value::live(setting.kind(), &declared),
            live: value::live(setting.kind(), &live),
            origin: Origin::Drift,
            layer: Layer::Settings,
            place: place.clone(),
            dated: None,
        })
    };
    Finding {
        client_id: ClientId::parse(id).unwrap(),
        credentials: None,
        name: Some(text.into()),
        cause: field.map_or(FindingCause::Unreadable(place.clone()), difference),
        state,
        notified: true,
        first_seen: "2026-11-20T08:00:00Z".into(),
        waived: None,
        unconfirmed: false,
    }
}

/// A report of `drift` with findings in every state. `text` is the text of every untrusted place.
pub(super) fn drifted(text: &str) -> Plan {
    let drift = |id, settings: &[(Setting, serde_json::Value)], with| {
        let mut one = client(id, text, settings, with);
        one.changes.iter_mut().for_each(|change| change.difference.origin = Origin::Drift);
        one
    };
    let geo = [(Setting::GeoList, json!("RU"))];
    let music = [(Setting::HoldMusic, json!(8))];
    let mut plan = plan(vec![
        drift(1, &geo, json!({"geo_list": "*"})),
        drift(2, &music, json!({})),
        drift(3, &music, json!({})),
        failed(4, Failure::new(FailureKind::Timeout, text).help(text)),
        failed(5, Failure::new(FailureKind::Timeout, text)),
        in_sync(6),
    ]);
    let mut findings = vec![
        finding("1", Some(Setting::GeoList), FindingState::New, text),
        finding("2", Some(Setting::HoldMusic), FindingState::Continuing, text),
        finding("3", Some(Setting::HoldMusic), FindingState::Continuing, text),
        finding("4", None, FindingState::New, text),
        finding("4", Some(Setting::GeoList), FindingState::Unread, text),
        finding("5", None, FindingState::Continuing, text),
        finding("6", Some(Setting::Timezone), FindingState::Resolved, text),
        finding("7", Some(Setting::HoldMusic), FindingState::Unread, text),
    ];
    findings[2].waived = Some(waived(text));
    findings[5].waived = Some(waived(text));
    let waiver = |field| Waiver {
        client: ClientId::parse("2").unwrap(),
        credentials: None,
        field,
        terms: Waived { until: CalendarTime::parse("2026-11-01").unwrap(), ..waived(text) },
        source: Place::new("ringform.yaml".into(), 20, 5),
        end: Default::default(),
    };
    plan.kind = DocumentKind::Drift;
    plan.run.drift = Some(DriftReport {
        since: Some("2026-11-24T09:00:00Z".into()),
        findings,
        expired_waivers: vec![waiver(Some(Setting::GeoList)), waiver(None)],
        ..DriftReport::default()
    });
    plan
}

/// A plan with a base: every origin, with and without a security field.
pub(super) fn origins() -> Plan {
    let all = [
        (Setting::GeoList, json!("RU")),
        (Setting::DialRuleId, json!(19)),
        (Setting::Timezone, json!("Asia/Omsk")),
        (Setting::HoldMusic, json!(8)),
    ];
    let with = json!({"geo_list": "RU BY", "dial_rule_id": 3});
    let mut clients = Vec::new();
    for (id, origin) in [(1, Origin::Pending), (2, Origin::Drift), (3, Origin::Conflict), (4, Origin::Unknown)] {
        let mut one = client(id, "acme", &all, with.clone());
        for change in &mut one.changes {
            change.difference.origin = origin;
            if origin == Origin::Conflict {
                one.blocked.push(Blocked {
                    kind: BlockedKind::Conflict,
                    name: change.difference.setting.name().into(),
                    message: "declared, base and live all differ".into(),
                    revision: None,
                });
            }
        }
        clients.push(one);
    }
    let mut plan = plan(clients);
    plan.base = Some("origin/main".into());
    plan.released_clients = vec![ReleasedClient {
        client_id: ClientId::parse("9").unwrap(),
        credentials: None,
        source: Some(Place::new("clients/c9.yaml".into(), 1, 1)),
    }];
    plan
}
