//! The corpus of plans that every format is tested with.

use serde_json::{Value as Json, json};

use crate::model::{
    CalendarTime, Declaration, Diagnostic, Failure, FailureKind, FieldMask, Layer, Live, ManagedField, Place, Setting,
    Untrusted, Waived, Waiver, value,
};
use crate::plan::drift::{DriftReport, Finding, FindingCause, FindingState, Rolling};
use crate::plan::send::ConfirmedBy;
use crate::plan::{
    ApplyResult, Blocked, BlockedKind, ClientPlan, Collateral, Details, DocumentKind, NotConverged, Origin, Plan,
    QuotaUsage, ReleasedClient, ReleasedField, Requests, Run,
};

pub(super) fn declaration(id: u64, settings: &[(Setting, Json)]) -> Declaration {
    let file = format!("clients/c{id}.yaml");
    let managed = settings.iter().enumerate().map(|(at, (setting, wanted))| {
        let is_standard = *setting == Setting::Timezone;
        let place = if is_standard {
            Place::new("ringform.yaml".into(), 9, 5)
        } else {
            Place::new(Untrusted::new(file.clone()), 5 + at as u32, 13)
        };
        ManagedField {
            setting: *setting,
            wanted: value::live(setting.kind(), wanted),
            layer: if is_standard { Layer::Profile("standard".into()) } else { Layer::Settings },
            place,
        }
    });
    let mut managed: Vec<ManagedField> = managed.collect();
    managed.sort_by_key(|managed| managed.setting);
    Declaration {
        client: crate::model::ClientId::parse(&id.to_string()).unwrap(),
        credentials: None,
        labels: Default::default(),
        place: Place::new(Untrusted::new(file.clone()), 2, 1),
        document: 0,
        managed,
        expect: Vec::new(),
        ignored: Default::default(),
        dated: None,
    }
}

pub(super) fn live(id: u64, name: &str, with: Json) -> Live {
    let mut all = json!({
        "id": id, "name": name, "geo_list": "RU BY", "timezone": "Europe/Moscow", "dial_rule_id": null, "hold_music": 7,
        "sip_network_permission_id": null, "disk_space_notify_threshold": null, "disk_space_notify_email": ""
    });
    let object = all.as_object_mut().unwrap();
    object.extend(with.as_object().unwrap().clone());
    Live::parse(all.to_string().as_bytes(), FieldMask::default()).unwrap()
}

pub(super) fn client(id: u64, name: &str, settings: &[(Setting, Json)], with: Json) -> ClientPlan {
    ClientPlan::read(&declaration(id, settings), live(id, name, with), Origin::Pending)
}

pub(super) fn acme(id: u64) -> ClientPlan {
    let settings = [
        (Setting::GeoList, json!("RU BY KZ")),
        (Setting::DialRuleId, json!(19)),
        (Setting::HoldMusic, json!(null)),
        (Setting::Timezone, json!("Asia/Omsk")),
    ];
    client(id, "ringme_test", &settings, json!({}))
}

pub(super) fn in_sync(id: u64) -> ClientPlan {
    client(id, "as declared", &[(Setting::GeoList, json!("BY RU")), (Setting::HoldMusic, json!(7))], json!({}))
}

pub(super) fn failed(id: u64, failure: Failure) -> ClientPlan {
    ClientPlan::failed(&declaration(id, &[(Setting::GeoList, json!("RU"))]), failure)
}

fn forbidden(id: u64) -> Failure {
    let mut failure = Failure::new(FailureKind::Api, format!("the API refuses client {id}: it is blocked"));
    failure.http_status = Some(403);
    failure.status = Some("user_blocked".into());
    failure.help("unblock it, or remove its document")
}

pub(super) fn plan(clients: Vec<ClientPlan>) -> Plan {
    let requests = Requests { total: 4, token: 1, read: 3, write: 0, retries: 0 };
    let (remaining_lowest, limit) = (4711, Some(50_000));
    let acme = Some("acme".into());
    let quota = vec![QuotaUsage { credentials: acme, remaining_lowest, limit, resets_in_s: Some(1800) }];
    Plan {
        ringform_version: "0.0.0".into(),
        endpoint: "https://apiproxy.example".into(),
        project: "ringform.yaml".into(),
        run: Run {
            id: "run".into(),
            started_at: "2026-11-24T10:00:00Z".into(),
            duration_ms: 840,
            requests,
            quota,
            ..Run::default()
        },
        clients,
        ..Plan::default()
    }
}

pub(super) fn done(mut client: ClientPlan, outcome: ApplyResult, message: Option<&str>) -> ClientPlan {
    let details = Details { message: message.map(Untrusted::from), ..Details::default() };
    client.finish(outcome, Some(details));
    client
}

/// The eight results, each once, and applied four times more.
fn report() -> Plan {
    let mut clients = vec![
        done(in_sync(1), ApplyResult::Unchanged, None),
        done(acme(2), ApplyResult::Applied, None),
        done(acme(3), ApplyResult::Stale, Some("hold_music is 8 and was 7 when the plan was made; nothing was sent")),
        done(acme(4), ApplyResult::Refused, None),
        done(acme(5), ApplyResult::NotConverged, Some("geo_list: sent \"BY KZ RU\", stored \"BY RU\"")),
        done(acme(6), ApplyResult::Collateral, Some("timezone moved from \"Asia/Omsk\" to null")),
        done(
            acme(7),
            ApplyResult::Failed,
            Some("the API answered 503; the write may have landed: the next run reports it"),
        ),
        done(acme(8), ApplyResult::Skipped, Some("stopped after the collateral of client 6")),
        done(failed(9, forbidden(9)), ApplyResult::Failed, None),
    ];
    clients[3].blocked.push(guard());
    clients[1].details.as_mut().unwrap().confirmed_by = Some(ConfirmedBy::Reading);
    let details = clients[4].details.as_mut().unwrap();
    details.not_converged.push(NotConverged {
        field: Setting::GeoList,
        sent: json!("BY KZ RU"),
        stored: json!("BY RU"),
    });
    let details = clients[5].details.as_mut().unwrap();
    details.collateral.push(Collateral { field: Setting::Timezone, before: json!("Asia/Omsk"), after: json!(null) });
    clients.extend((20..24).map(|id| done(acme(id), ApplyResult::Applied, None)));
    clients.extend(
        (30..40).map(|id| done(acme(id), ApplyResult::Skipped, Some("stopped after the collateral of client 6"))),
    );
    Plan { kind: DocumentKind::Report, ..plan(clients) }
}

fn guard() -> Blocked {
    Blocked {
        kind: BlockedKind::Guard,
        name: "no-open-geo".into(),
        message: "every country may register".into(),
        revision: None,
    }
}

fn odd() -> Plan {
    let settings = [
        (Setting::GeoList, json!("*")),
        (Setting::Timezone, json!("Asia/Omsk")),
        (Setting::DialRuleId, json!(null)),
        (Setting::DiskSpaceNotifyThreshold, json!(90)),
        (Setting::DiskSpaceNotifyEmail, json!("ops@example.com")),
    ];
    let with = json!({"geo_list": "ZZ", "timezone": "MSK", "dial_rule_id": {"id": [1, 2]},
        "disk_space_notify_threshold": 0, "disk_space_notify_email": "x".repeat(70)});
    let mut one = client(12, "odd", &settings, with);
    one.changes[0].difference.origin = Origin::Drift;
    one.changes[1].difference.origin = Origin::Conflict;
    one.blocked.push(guard());
    one.blocked.push(Blocked {
        kind: BlockedKind::Conflict,
        name: "timezone".into(),
        message: "declared, base and live all differ".into(),
        revision: None,
    });
    let mut released = in_sync(13);
    released.released.push(ReleasedField {
        field: Setting::Timezone,
        live: json!("Europe/Moscow"),
        source: Some(Place::new("clients/c13.yaml".into(), 7, 3)),
    });
    let every = rust_iso3166::ALL_ALPHA2.join(" ");
    let some: String = every.chars().skip(60).take(90 * 3 - 1).collect();
    let other = client(15, "both long", &[(Setting::GeoList, json!(every))], json!({"geo_list": some}));
    plan(vec![one, released, client(14, "long", &[(Setting::GeoList, json!(every))], json!({})), other])
}

fn many() -> Plan {
    let mut clients: Vec<ClientPlan> = (100..130).map(acme).collect();
    clients.insert(3, client(7, "an outlier", &[(Setting::HoldMusic, json!(8))], json!({})));
    clients.extend((200..205).map(|id| {
        let mut one = client(id, "open", &[(Setting::GeoList, json!("*"))], json!({}));
        one.blocked.push(guard());
        one
    }));
    clients.extend((300..1600).map(in_sync));
    let mut plan = plan(clients);
    plan.diagnostics = (1..=6)
        .map(|id| {
            let place = Place::new(Untrusted::new(format!("clients/c{id}.yaml")), 2, 1);
            Diagnostic::warning("guard", place, format!("client {id}: geo_list is not managed"))
                .help("guard `unmanaged-security`".to_owned())
        })
        .collect();
    plan
}

fn failures() -> Plan {
    let mut clients: Vec<ClientPlan> = (14..34).map(|id| failed(id, forbidden(id))).collect();
    clients.push(failed(40, Failure::new(FailureKind::Timeout, "no answer within 30 s")));
    clients.push(in_sync(13));
    plan(clients)
}

pub(super) fn waived_by(text: &str) -> Waived {
    Waived { owner: text.into(), reason: text.into(), until: CalendarTime::parse("2026-12-31").unwrap() }
}

fn finding(client: &ClientPlan, at: usize, state: FindingState, first_seen: &str) -> Finding {
    Finding {
        client_id: client.client_id,
        credentials: client.credentials.clone(),
        name: client.name.clone(),
        cause: FindingCause::Difference(client.changes[at].difference.clone()),
        state,
        first_seen: first_seen.into(),
        notified: true,
        waived: None,
        unconfirmed: false,
    }
}

/// A report of `drift`: findings in every state, waivers, and the rotation of a fleet.
pub(super) fn watched() -> Plan {
    let mut clients = vec![acme(2), acme(3), in_sync(4), failed(14, forbidden(14))];
    for change in clients.iter_mut().flat_map(|client| &mut client.changes) {
        change.difference.origin = Origin::Drift;
    }
    clients[1].changes[0].difference.origin = Origin::Conflict;
    let earlier = "2026-11-20T10:00:00Z";
    let now = "2026-11-24T10:00:00Z";
    let mut findings = vec![
        finding(&clients[0], 0, FindingState::New, now),
        finding(&clients[0], 1, FindingState::Continuing, earlier),
        finding(&clients[1], 0, FindingState::Continuing, earlier),
        finding(&clients[1], 2, FindingState::Resolved, earlier),
    ];
    findings[1].waived = Some(waived_by(super::hostile::NASTY[12]));
    findings.push(Finding { client_id: clients[2].client_id, state: FindingState::Unread, ..findings[2].clone() });
    findings.push(Finding {
        client_id: clients[3].client_id,
        cause: FindingCause::Unreadable(clients[3].source.clone()),
        ..findings[0].clone()
    });
    let expired = Waiver {
        client: clients[0].client_id,
        credentials: None,
        field: Some(Setting::HoldMusic),
        terms: Waived { until: CalendarTime::parse("2026-11-01").unwrap(), ..waived_by("ops") },
        source: Place::new("ringform.yaml".into(), 20, 5),
        end: Default::default(),
    };
    let mut plan = plan(clients);
    plan.kind = DocumentKind::Drift;
    plan.base = Some("origin/main".into());
    plan.released_clients.push(ReleasedClient {
        client_id: crate::model::ClientId::parse("77").unwrap(),
        credentials: Some("acme".into()),
        source: Some(Place::new("clients/gone.yaml".into(), 1, 1)),
    });
    plan.run.drift = Some(DriftReport {
        since: Some("2026-11-24T09:00:00Z".into()),
        findings,
        expired_waivers: vec![expired],
        last_read: Vec::new(),
        rolling: Some(Rolling { budget: 4, clients: 20, read: 4, never: 3, oldest_s: Some(90_000) }),
    });
    plan
}

/// Every plan with its name.
pub(super) fn all() -> Vec<(&'static str, Plan)> {
    let mut one = plan(vec![acme(12), in_sync(13), failed(14, forbidden(14))]);
    one.base = Some("origin/main".into());
    let mut broken = plan(Vec::new());
    broken.diagnostics = vec![Diagnostic::error("no-documents", None, "no client documents here")];
    vec![
        ("empty", plan(Vec::new())),
        ("broken", broken),
        ("in_sync", plan(vec![in_sync(1), in_sync(2)])),
        ("one", one),
        ("many", many()),
        ("failures", failures()),
        ("odd", odd()),
        ("place", super::fleets::place()),
        ("nasty", super::hostile::nasty()),
        ("report", report()),
        ("watched", watched()),
        ("dated", super::dated::dated()),
        ("dated_drift", super::dated::drifted()),
        (
            "report_unchanged",
            Plan { kind: DocumentKind::Report, ..plan(vec![done(in_sync(1), ApplyResult::Unchanged, None)]) },
        ),
    ]
}

/// A plan whose clients all differ from one another.
pub(super) fn fleet(clients: u64) -> Plan {
    let one = |id: u64| {
        let settings = [(Setting::HoldMusic, json!(id + 10)), (Setting::GeoList, json!("RU BY KZ"))];
        client(id, "клиент \u{1b}|<b>@all", &settings, json!({}))
    };
    plan((1..=clients).map(one).collect())
}
