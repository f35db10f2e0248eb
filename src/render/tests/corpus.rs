//! The corpus of plans that every format is tested with.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::model::{
    Declaration, Diagnostic, Failure, FailureKind, FieldMask, Layer, Live, ManagedField, Place, Setting, State,
    Untrusted, Waived, Waiver, value,
};
use crate::plan::drift::{DriftReport, Finding, FindingCause, FindingState, Rolling};
use crate::plan::send::ConfirmedBy;
use crate::plan::{
    ApplyResult, Blocked, BlockedKind, ClientPlan, Collateral, Details, DocumentKind, NotConverged, Origin, Plan,
    QuotaUsage, ReleasedClient, ReleasedField, Requests, Run,
};

/// Everything that terminals, CI logs and Markdown have been seen to obey.
pub(super) const NASTY: &[&str] = &[
    "\u{1b}[31mred\u{1b}[0m",
    "\u{9b}31mC1",
    "\u{7}bell\0nul\u{7f}del",
    "a\r\n::warning::y",
    "::error file=x::y",
    " \u{200b}::warning::z",
    "##[error]no ##vso[task.complete result=Failed;]x",
    "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}bidi\u{61c}",
    "zero\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}width\u{ad}",
    "\u{2028}line\u{2029}",
    "a | b || c \\| d \\",
    "`one` ``two`` ```\nfence\n```",
    "<script>alert(1)</script></details></code>",
    "@user and #1, !2, org/repo#3, GH-4",
    "![x](https://evil.example/x.png) [y](javascript:alert(1)) https://evil.example www.evil.example",
    "**bold** _under_ ~~gone~~ # head\n- item\n> quote",
    "&lt;b&gt; &#27; ]]>",
    "\u{e0041}\u{e007f}tag",
];

pub(super) fn declaration(id: u64, settings: &[(Setting, Json)]) -> Declaration {
    let file = format!("clients/c{id}.yaml");
    let managed = settings.iter().enumerate().map(|(at, (setting, wanted))| {
        let house = *setting == Setting::Timezone;
        let place = if house {
            Place::new("ringform.yaml".into(), 9, 5)
        } else {
            Place::new(Untrusted::new(file.clone()), 5 + at as u32, 13)
        };
        ManagedField {
            setting: *setting,
            wanted: value::live(setting.kind(), wanted),
            layer: if house { Layer::Profile("house".into()) } else { Layer::Settings },
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

fn acme(id: u64) -> ClientPlan {
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
    let quota = vec![QuotaUsage { credentials: Some("acme".into()), remaining_lowest: 4711, resets_in_s: Some(1800) }];
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
            drift: None,
        },
        clients,
        ..Plan::default()
    }
}

fn done(mut client: ClientPlan, outcome: ApplyResult, message: Option<&str>) -> ClientPlan {
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
        done(acme(7), ApplyResult::Failed, Some("the API answered 503; the write may have landed: the next run tells")),
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
    Blocked { kind: BlockedKind::Guard, name: "no-open-geo".into(), message: "every country may register".into() }
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
    });
    let mut released = in_sync(13);
    released.released.push(ReleasedField {
        field: Setting::Timezone,
        live: json!("Europe/Moscow"),
        source: Place::new("clients/c13.yaml".into(), 7, 3),
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

fn nasty() -> Plan {
    hostile(NASTY)
}

/// The hostile plan, and the same plan with a harmless word in place of each text: formats must give both one structure.
pub(super) fn twins() -> (Plan, Plan) {
    let words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r"]
        .map(|word| word.repeat(3));
    let tame: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(tame.len(), NASTY.len());
    (hostile(NASTY), hostile(&tame))
}

/// A plan in which each text stands wherever strangers can put one.
fn hostile(texts: &[&str]) -> Plan {
    let mut clients = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let id = at as u64 + 1;
        let with = json!({"timezone": text, "disk_space_notify_email": text});
        let settings = [(Setting::Timezone, json!("Asia/Omsk")), (Setting::DiskSpaceNotifyEmail, json!(null))];
        let mut one = client(id, text, &settings, with);
        one.source.file = (*text).into();
        one.changes[0].difference.layer = Layer::Profile(Arc::from(*text));
        one.changes[1].difference.place.file = (*text).into();
        one.blocked.push(Blocked { kind: BlockedKind::Guard, name: (*text).into(), message: (*text).into() });
        one.labels.insert(Arc::from(*text), Arc::from(*text));
        clients.push(one);
        let mut failure = Failure::new(FailureKind::Api, *text).help(*text);
        failure.status = Some((*text).into());
        clients.push(failed(id + 1000, failure));
        clients.push(done(acme(id + 2000), ApplyResult::Collateral, Some(text)));
        clients.push(done(acme(id + 3000), ApplyResult::Skipped, Some(text)));
    }
    let mut plan = plan(clients);
    plan.kind = DocumentKind::Report;
    plan.endpoint = texts.concat().into();
    plan.base = Some(texts.concat().into());
    plan.diagnostics = texts.iter().map(|text| problem(text)).collect();
    plan
}

/// A diagnostic that quotes a text everywhere.
pub(super) fn problem(text: &str) -> Diagnostic {
    let place = Place { width: 3, ..Place::new(text.into(), 3, 2) };
    let mut one = Diagnostic::warning("guard", place.clone(), text).help(text.to_owned()).other(place);
    one.rule = text.to_owned();
    one.line = Some(text.into());
    one
}

fn waived_by(text: &str) -> Waived {
    Waived { owner: text.into(), reason: text.into(), until: "2026-12-31".into() }
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
    }
}

/// What `drift` reports: findings in every state, waivers, and a fleet that is read in turns.
fn watched() -> Plan {
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
    findings[1].waived = Some(waived_by(NASTY[12]));
    findings.push(Finding { client_id: clients[2].client_id, state: FindingState::Unread, ..findings[2].clone() });
    findings.push(Finding {
        client_id: clients[3].client_id,
        cause: FindingCause::Unreadable(clients[3].source.clone()),
        ..findings[0].clone()
    });
    let expired = Waiver {
        client: clients[0].client_id,
        field: Some(Setting::HoldMusic),
        terms: Waived { until: "2026-11-01".into(), ..waived_by("ops") },
        source: Place::new("ringform.yaml".into(), 20, 5),
    };
    let mut plan = plan(clients);
    plan.kind = DocumentKind::Drift;
    plan.base = Some("origin/main".into());
    plan.released_clients.push(ReleasedClient {
        client_id: crate::model::ClientId::parse("77").unwrap(),
        credentials: Some("acme".into()),
        source: Place::new("clients/gone.yaml".into(), 1, 1),
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

/// A drift report in which every text is one that strangers chose, for each of those texts.
pub(super) fn nasty_watches() -> Vec<Plan> {
    let nasty = |text: &&str| {
        let mut plan = watched();
        let Some(watch) = &mut plan.run.drift else { return plan };
        watch.since = Some((*text).to_owned());
        for finding in &mut watch.findings {
            finding.name = Some((*text).into());
            finding.first_seen = (*text).to_owned();
            match &mut finding.cause {
                FindingCause::Difference(difference) => {
                    difference.live = State::Odd(Json::from(*text));
                    difference.place.file = (*text).into();
                }
                FindingCause::Unreadable(document) => document.file = (*text).into(),
            }
            if let Some(waived) = &mut finding.waived {
                *waived = Waived { until: (*text).to_owned(), ..waived_by(text) };
            }
        }
        for waiver in &mut watch.expired_waivers {
            waiver.terms = Waived { until: (*text).to_owned(), ..waived_by(text) };
            waiver.source.file = (*text).into();
        }
        plan
    };
    NASTY.iter().map(nasty).collect()
}

/// Every plan with its name.
pub(super) fn all() -> Vec<(&'static str, Plan)> {
    let mut one = plan(vec![acme(12), in_sync(13), failed(14, forbidden(14))]);
    one.base = Some("origin/main".into());
    let mut broken = plan(Vec::new());
    broken.diagnostics = vec![Diagnostic::error("no-documents", None, "there is no client document here")];
    vec![
        ("empty", plan(Vec::new())),
        ("broken", broken),
        ("in_sync", plan(vec![in_sync(1), in_sync(2)])),
        ("one", one),
        ("many", many()),
        ("failures", failures()),
        ("odd", odd()),
        ("nasty", nasty()),
        ("report", report()),
        ("watched", watched()),
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
