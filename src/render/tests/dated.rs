//! Plans and drift reports with dated settings: what began, what ended, what is overdue, what is scheduled.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::corpus;
use super::support::rendered;
use crate::model::{Because, DatedCause, DatedEvent, Difference, Layer, Place, Setting, Untrusted, value};
use crate::plan::drift::{DriftReport, Finding, FindingCause, FindingState};
use crate::plan::scheduled::ScheduledChange;
use crate::plan::{Blocked, BlockedKind, ClientPlan, DocumentKind, Origin, Plan};
use crate::render::options::TextOptions;
use crate::render::{Format, slack};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The end of 2026-11-20 in Moscow.
pub(super) const END: &str = "2026-11-20T21:00:00Z";

fn own_place(id: u64, line: u32) -> Place {
    Place::new(Untrusted::new(format!("clients/c{id}.yaml")), line, 5)
}

pub(super) fn because(event: DatedEvent, until: &str, owner: &str, source: &Place) -> Because {
    Because { temporary: event, until: until.into(), owner: owner.into(), source: source.clone() }
}

/// Sets the cause of a change. An entry that began declares the value.
pub(super) fn explain(difference: &mut Difference, because: Because, overdue: bool) {
    if because.temporary == DatedEvent::Began {
        difference.layer = Layer::Temporary { until: because.until.raw().into(), owner: because.owner.clone() };
        difference.place = because.source.clone();
    }
    let overdue_since = overdue.then(|| at(END));
    difference.dated = Some(Box::new(DatedCause { because: Some(because), overdue_since, opens_for_days: None }));
}

/// A client whose entry began.
pub(super) fn began(id: u64) -> ClientPlan {
    let mut one = corpus::client(id, "on a trip", &[(Setting::GeoList, json!("BY RU TR"))], json!({}));
    let because = because(DatedEvent::Began, "2026-12-14", "anna", &own_place(id, 9));
    explain(&mut one.changes[0].difference, because, false);
    one.valid_until = Some(at("2026-12-14T21:00:00Z"));
    one
}

/// A client whose entry ended, and whose live value still has what it gave.
pub(super) fn ended(id: u64, until: &str, owner: &str) -> ClientPlan {
    let settings = [(Setting::GeoList, json!("BY RU"))];
    let mut one = corpus::client(id, "back home", &settings, json!({"geo_list": "RU BY TR"}));
    let because = because(DatedEvent::Ended, until, owner, &own_place(id, 9));
    explain(&mut one.changes[0].difference, because, true);
    one
}

pub(super) fn scheduled(setting: Setting, [before, after]: [Json; 2], source: Place) -> ScheduledChange {
    let state = |json: &Json| value::live(setting.kind(), json);
    ScheduledChange {
        opens_for_days: None,
        setting,
        before: state(&before),
        after: state(&after),
        from: Some("2026-12-24T18:00+03:00".into()),
        until: "2027-01-06".into(),
        begins_at: Some(at("2026-12-24T15:00:00Z")),
        ends_at: at("2027-01-06T21:00:00Z"),
        owner: "noc".into(),
        reason: "holidays".into(),
        source,
    }
}

fn guard() -> Blocked {
    let message = "geo_list opens without an end within 30 days".into();
    Blocked { kind: BlockedKind::Guard, name: "opening-needs-end".into(), message, revision: None }
}

/// Each kind of dated change, and dated settings of clients in sync: one that a guard stops, and three of a profile.
pub(super) fn dated() -> Plan {
    let mut music = corpus::client(3, "music", &[(Setting::HoldMusic, json!(7))], json!({"hold_music": 77}));
    let source = Place::new("ringform.yaml".into(), 14, 9);
    explain(&mut music.changes[0].difference, because(DatedEvent::Ended, "2026-11-23", "noc", &source), false);
    let mut waits = corpus::in_sync(4);
    waits.scheduled = Box::new([scheduled(Setting::GeoList, [json!("BY RU"), json!("BY GE RU TR")], own_place(4, 12))]);
    waits.valid_until = Some(at("2026-12-24T15:00:00Z"));
    waits.blocked.push(guard());
    let mut clients = vec![began(1), ended(2, "2026-11-20", "anna"), music, waits];
    let trip = scheduled(Setting::GeoList, [json!("BY RU"), json!("BY RU TR")], own_place(1, 9));
    let ends_at = at("2026-12-14T21:00:00Z");
    let trip = ScheduledChange { from: None, begins_at: None, until: "2026-12-14".into(), ends_at, ..trip };
    clients[0].scheduled =
        Box::new([ScheduledChange { owner: "anna".into(), reason: "trade fair in Tbilisi".into(), ..trip }]);
    clients.extend((5..8).map(|id| {
        let mut one = corpus::in_sync(id);
        let entry = |setting, values| scheduled(setting, values, Place::new("ringform.yaml".into(), 20, 9));
        one.scheduled = Box::new([
            entry(Setting::HoldMusic, [json!(7), json!(77)]),
            entry(Setting::DialRuleId, [json!(null), json!(21)]),
        ]);
        one
    }));
    let mut plan = corpus::plan(clients);
    plan.base = Some("origin/main".into());
    plan
}

/// What `drift` finds of openings that outlived their end: one alone, and five equal ones.
pub(super) fn drifted() -> Plan {
    let mut clients = vec![ended(2, "2026-11-20", "anna")];
    clients.extend((10..15).map(|id| ended(id, "2026-11-22", "noc")));
    let finding = |client: &ClientPlan| Finding {
        client_id: client.client_id,
        credentials: None,
        name: client.name.clone(),
        cause: FindingCause::Difference(client.changes[0].difference.clone()),
        state: FindingState::New,
        first_seen: "2026-11-24T10:00:00Z".into(),
        notified: true,
        waived: None,
        unconfirmed: false,
    };
    let findings: Vec<Finding> = clients.iter().map(finding).collect();
    let mut plan = corpus::plan(clients);
    plan.kind = DocumentKind::Drift;
    plan.run.drift = Some(DriftReport { findings, ..DriftReport::default() });
    plan
}

fn text(plan: &Plan) -> String {
    rendered(plan, Format::Text, &TextOptions::PIPE)
}

/// Two hundred clients under one dated entry of a profile, with forty old values.
fn fleet(event: DatedEvent, overdue: bool) -> Plan {
    let source = Place::new("ringform.yaml".into(), 20, 9);
    let one = |at: usize| {
        let list = json!(rust_iso3166::ALL_ALPHA2[at % 40..at % 40 + 1 + at % 3].join(" "));
        let mut one =
            corpus::client(100 + at as u64, "office", &[(Setting::GeoList, json!("TR"))], json!({"geo_list": list}));
        let difference = &mut one.changes[0].difference;
        difference.layer = Layer::Profile("standard".into());
        difference.place = Place::new("ringform.yaml".into(), 9, 15);
        explain(difference, because(event, "2026-12-14", "noc", &source), overdue);
        one.valid_until = Some(self::at("2026-12-14T21:00:00Z"));
        let entry = [json!("BY RU"), json!("BY RU TR")];
        one.scheduled = Box::new([scheduled(Setting::GeoList, entry, source.clone())]);
        one
    };
    let mut plan = corpus::plan((0..200).map(one).collect());
    plan.base = Some("origin/main".into());
    plan
}

#[test]
fn a_fleet_under_one_dated_entry_takes_few_lines() {
    for (event, overdue, layer) in [
        (DatedEvent::Began, false, "temporary until 2026-12-14 (noc) began, ringform.yaml:20\n"),
        (
            DatedEvent::Ended,
            true,
            "because  ! overdue since 2026-11-20T21:00:00Z, temporary until 2026-12-14 (noc) ended, ringform.yaml:20\n",
        ),
    ] {
        let text = text(&fleet(event, overdue));
        assert!(text.lines().count() <= 25, "{} lines\n{text}", text.lines().count());
        assert!(text.starts_with("200 clients  geo_list → TR") && text.contains(layer), "{text}");
        assert_eq!(text.matches("(noc)").count(), 1, "{text}");
        assert!(text.contains("geo_list  +TR  200 clients: 100, 101"), "{text}");
        assert!(text.contains("valid until 2026-12-14T21:00:00Z, when client 100 and 199 more change."), "{text}");
        assert_eq!(text.contains("! overdue since 2026-11-20T21:00:00Z"), overdue, "{text}");
    }
}

#[test]
fn clients_with_different_causes_share_no_line() {
    let source = Place::new("ringform.yaml".into(), 20, 9);
    let other = Place::new("ringform.yaml".into(), 26, 9);
    let causes: [(&str, Option<Because>, bool); 4] = [
        ("none", None, false),
        ("ended", Some(because(DatedEvent::Ended, "2026-12-14", "noc", &source)), false),
        ("overdue", Some(because(DatedEvent::Ended, "2026-12-14", "noc", &source)), true),
        ("other", Some(because(DatedEvent::Ended, "2026-12-20", "anna", &other)), false),
    ];
    // Of a profile, whose changes form a block by place, and of documents, whose equal changes form one.
    for layer in [Layer::Profile("standard".into()), Layer::Settings] {
        let mut clients = Vec::new();
        for at in 0..40_u64 {
            let (name, cause, overdue) = &causes[at as usize % 4];
            let settings = [(Setting::GeoList, json!("RU"))];
            let mut one = corpus::client(100 + at, name, &settings, json!({}));
            if let Some(cause) = cause {
                explain(&mut one.changes[0].difference, cause.clone(), *overdue);
            }
            let difference = &mut one.changes[0].difference;
            difference.layer = layer.clone();
            difference.place = Place::new("ringform.yaml".into(), 9, 15);
            clients.push(one);
        }
        let plan = corpus::plan(clients.clone());
        let text = text(&plan);
        let markdown = rendered(&plan, Format::Markdown, &TextOptions::PIPE);
        let html = rendered(&plan, Format::Html, &TextOptions::PIPE);
        for (form, all) in [("text", &text), ("markdown", &markdown), ("html", &html)] {
            assert!(all.matches("10 clients").count() >= 4, "{form}, {layer:?}\n{all}");
            assert!(!all.contains("20 clients") && !all.contains("30 clients"), "{form}, {layer:?}\n{all}");
            assert_eq!(all.matches("(anna)").count(), 1, "{form}, {layer:?}\n{all}");
            assert_eq!(all.matches("(noc)").count(), 2, "{form}, {layer:?}\n{all}");
        }
        // The same of findings.
        let mut report = drifted();
        let sample = report.run.drift.as_ref().unwrap().findings[1].clone();
        let finding = |client: &ClientPlan| Finding {
            client_id: client.client_id,
            cause: FindingCause::Difference(client.changes[0].difference.clone()),
            ..sample.clone()
        };
        report.run.drift.as_mut().unwrap().findings = clients.iter().map(finding).collect();
        report.clients = clients;
        let text = self::text(&report);
        assert_eq!(text.matches("10 clients: ").count(), 4, "{layer:?}\n{text}");
        assert_eq!((text.matches("(anna)").count(), text.matches("(noc)").count()), (1, 2), "{layer:?}\n{text}");
        assert_eq!(text.matches("! overdue  geo_list").count(), 1, "{layer:?}\n{text}");
    }
}

#[test]
fn entries_of_documents_that_say_the_same_are_one_line_without_a_place() {
    let clients = (1..=5).map(|id| ended(id, "2026-11-20", "anna")).collect();
    let text = text(&corpus::plan(clients));
    assert!(text.starts_with("5 clients with the same change\n"), "{text}");
    assert!(text.contains("overdue since 2026-11-20T21:00:00Z, temporary until 2026-11-20 (anna) ended\n"), "{text}");
}

#[test]
fn what_is_overdue_is_loud_whatever_its_origin_and_waiver() {
    for origin in [Origin::Pending, Origin::Drift, Origin::Conflict, Origin::Unknown] {
        let mut plan = drifted();
        for finding in &mut plan.run.drift.as_mut().unwrap().findings {
            let FindingCause::Difference(difference) = &mut finding.cause else { panic!("a difference") };
            difference.origin = origin;
        }
        plan.run.drift.as_mut().unwrap().findings[0].waived = Some(corpus::waived_by("ops"));
        plan.clients.iter_mut().for_each(|client| client.changes[0].difference.origin = origin);
        let text = text(&plan);
        assert_eq!(text.matches("! overdue  geo_list").count(), 2, "{origin:?}\n{text}");
        assert!(!text.contains("waived:\n"), "{origin:?}\n{text}");
        let github = rendered(&plan, Format::Github, &TextOptions::PIPE);
        assert_eq!(github.matches("::error file=").count(), 2, "{origin:?}\n{github}");
        assert!(github.contains("title=ringform%3A open past its end::"), "{origin:?}\n{github}");
        assert!(!github.contains("opened to more callers outside of git"), "{origin:?}\n{github}");
        let sarif = rendered(&plan, Format::Sarif, &TextOptions::PIPE);
        assert_eq!(sarif.matches("\"ruleId\": \"overdue-opening\"").count(), 6, "{origin:?}\n{sarif}");
        assert!(!sarif.contains("suppressions"), "{origin:?}\n{sarif}");
        let mut message = Vec::new();
        slack(&plan, &mut message).unwrap();
        let message = String::from_utf8(message).unwrap();
        assert!(message.contains("*security: overdue*") && message.contains("overdue since 2026-11-20"), "{message}");
    }
}

#[test]
fn a_client_with_a_scheduled_setting_only_is_shown_with_the_guard_that_stops_it() {
    let mut plan = dated();
    plan.clients.retain(|client| client.client_id.number() >= Some(4));
    plan.clients.truncate(1);
    for format in [Format::Text, Format::Markdown, Format::Html, Format::Github, Format::Sarif, Format::Junit] {
        let text = rendered(&plan, format, &TextOptions::PIPE);
        for word in ["opening-needs-end", "2027-01-06", "noc", "holidays"] {
            assert!(text.contains(word), "{format}: no {word}\n{text}");
        }
        assert!(!text.contains("Everything is as declared"), "{format}\n{text}");
    }
    let text = text(&plan);
    assert!(text.contains("1 client: no difference now, but 1 blocked; 2 settings compared."), "{text}");
    assert!(text.contains("! 1 scheduled setting opens the PBX to more callers for a time."), "{text}");
}

#[test]
fn the_first_instant_of_many_is_until_when_a_plan_is_valid() {
    let line = |plan: &Plan| text(plan).lines().find(|line| line.contains("valid until")).map(str::to_owned);
    let mut plan = dated();
    let first = "This plan is valid until 2026-12-14T21:00:00Z, when client 1 changes.";
    assert_eq!(line(&plan).as_deref(), Some(first));
    plan.clients[2].valid_until = plan.clients[0].valid_until;
    let two = "This plan is valid until 2026-12-14T21:00:00Z, when client 1 and 1 more change.";
    assert_eq!(line(&plan).as_deref(), Some(two));
    // A report cannot be applied.
    for kind in [DocumentKind::Drift, DocumentKind::Report] {
        assert_eq!(line(&Plan { kind, ..plan.clone() }), None, "{kind:?}");
    }
    plan.clients.iter_mut().for_each(|client| client.valid_until = None);
    assert_eq!(line(&plan), None);
}

/// Both kinds of documents in one, with a text in every place that a person writes in an entry.
pub(super) fn dated_by(text: &str) -> Plan {
    let mut plan = dated();
    let cause = |difference: &mut Difference| {
        let Some(because) = difference.dated.as_mut().and_then(|dated| dated.because.as_mut()) else { return };
        (because.until, because.owner) = (text.into(), text.into());
        if let Layer::Temporary { until, owner } = &mut difference.layer {
            (*until, *owner) = (text.into(), text.into());
        }
    };
    let found = drifted();
    plan.run.drift = found.run.drift;
    plan.clients.extend(found.clients.into_iter().skip(1));
    for client in &mut plan.clients {
        client.changes.iter_mut().for_each(|change| cause(&mut change.difference));
        for one in &mut client.scheduled {
            (one.from, one.until) = (Some(text.into()), text.into());
            (one.owner, one.reason) = (text.into(), text.into());
        }
    }
    for finding in plan.run.drift.iter_mut().flat_map(|report| &mut report.findings) {
        if let FindingCause::Difference(difference) = &mut finding.cause {
            cause(difference);
        }
    }
    plan
}

#[test]
fn a_text_of_ten_thousand_characters_leaves_every_format_small() {
    let short = dated_by("x");
    for text in ["x".repeat(10_000), "\u{1b}".repeat(10_000), "北京&|<@`".repeat(1_500)] {
        let long = dated_by(&text);
        for format in Format::ALL.into_iter().filter(|format| *format != Format::Json) {
            let [short, long] = [&short, &long].map(|plan| rendered(plan, format, &TextOptions::PIPE));
            assert!(long.len() < short.len() + 100_000, "{format}: {} and {}", short.len(), long.len());
            // An annotation, a row and a line are short too.
            let lines = long.lines().filter(|_| format != Format::Terraform);
            let widest = lines.map(str::len).max().unwrap_or_default();
            assert!(widest < 8_000, "{format}: {widest}");
        }
        let mut message = Vec::new();
        slack(&long, &mut message).unwrap();
        assert!(message.len() < 8_000, "{}", message.len());
    }
}

#[test]
fn a_document_with_hostile_owners_reads_back_as_the_same() {
    for text in super::hostile::NASTY.iter().copied().chain(["a (b", "b) (c", ")", "(", "", "\n"]) {
        let json = rendered(&dated_by(text), Format::Json, &TextOptions::PIPE);
        let again = crate::plan::document::load(json.as_bytes())
            .unwrap_or_else(|error| panic!("{text:?}: {}", error.sentence()));
        assert_eq!(rendered(&again, Format::Json, &TextOptions::PIPE), json, "{text:?}");
    }
}
