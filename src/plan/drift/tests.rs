//! Stories over several runs of drift.

mod overdue;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::model::{
    CalendarTime, ClientId, DayZone, Declaration, DeclaredClient, Failure, FailureKind, FieldMask, Layer, Live,
    ManagedField, Origin, Place, Setting, Waived, Waiver, value,
};
use crate::plan::{ClientPlan, Plan};

fn declaration(id: u64, fields: &[(Setting, Json)]) -> Declaration {
    let managed = fields.iter().map(|(setting, wanted)| ManagedField {
        setting: *setting,
        wanted: value::live(setting.kind(), wanted),
        layer: Layer::Settings,
        place: Place::new(format!("clients/{id}.yaml").into(), 3, 5),
    });
    let mut managed: Vec<ManagedField> = managed.collect();
    managed.sort_by_key(|managed| managed.setting);
    Declaration {
        client: ClientId::parse(&id.to_string()).unwrap(),
        credentials: None,
        labels: Default::default(),
        place: Place::new(format!("clients/{id}.yaml").into(), 1, 1),
        document: 0,
        managed,
        expect: Vec::new(),
        ignored: Default::default(),
        dated: None,
    }
}

/// A client that declares `RU` and `UTC`.
fn standard(id: u64) -> Declaration {
    declaration(id, &[(Setting::GeoList, json!("RU")), (Setting::Timezone, json!("UTC"))])
}

fn read(declaration: &Declaration, geo: &str, zone: &str) -> ClientPlan {
    let id = declaration.client.number();
    let all = json!({
        "id": id, "name": "n", "geo_list": geo, "timezone": zone, "dial_rule_id": null, "hold_music": null,
        "sip_network_permission_id": null, "disk_space_notify_threshold": null, "disk_space_notify_email": null
    });
    let live = Live::parse(all.to_string().as_bytes(), FieldMask::default()).unwrap();
    ClientPlan::read(declaration, live, Origin::Drift)
}

fn failed(declaration: &Declaration, kind: FailureKind) -> ClientPlan {
    ClientPlan::failed(declaration, Failure::new(kind, "no"))
}

/// Runs one after the other over one set of declarations.
struct Runs {
    known: Vec<DeclaredClient>,
    whole: bool,
    waivers: Vec<Waiver>,
    instant: &'static str,
    at: u32,
    past: Option<PreviousReport>,
}

impl Runs {
    fn of(declarations: &[Declaration]) -> Runs {
        let known = declarations.iter().map(DeclaredClient::from).collect();
        Runs { known, whole: true, waivers: Vec::new(), instant: "2026-11-24T23:59:59Z", at: 0, past: None }
    }

    fn run(&mut self, clients: &[ClientPlan], budget: Option<u64>) -> DriftReport {
        let at = format!("2026-11-24T10:00:{:02}Z", self.at);
        self.at += 1;
        let now = RunContext {
            at: &at,
            instant: self.instant.parse().unwrap(),
            declared: &self.known,
            selected: &self.known,
            whole: self.whole,
            waivers: &self.waivers,
            never_waived: Default::default(),
            budget,
        };
        let report = compare(clients, self.past.as_ref(), &now);
        self.past = Some(previous(&at, &report));
        report
    }
}

fn previous(at: &str, report: &DriftReport) -> PreviousReport {
    PreviousReport { started_at: at.to_owned(), drift: report.clone(), endpoint: "e".into(), project: "p".into() }
}

fn found(report: &DriftReport) -> Vec<(String, FindingState)> {
    let word = |finding: &Finding| {
        let field = finding.field().map_or("read", Setting::name);
        (format!("{}/{field}", finding.client_id), finding.state)
    };
    report.findings.iter().map(word).collect()
}

fn states(report: &DriftReport) -> Vec<FindingState> {
    report.findings.iter().map(|finding| finding.state).collect()
}

use FindingState::{Continuing, New, Resolved, Unread};

#[test]
fn a_finding_is_new_then_continues_then_is_resolved_once() {
    let one = standard(12);
    let mut runs = Runs::of(std::slice::from_ref(&one));
    let drifted = [read(&one, "RU", "Asia/Omsk")];
    assert_eq!(found(&runs.run(&drifted, None)), [("12/timezone".into(), New)]);
    let again = runs.run(&drifted, None);
    assert_eq!(states(&again), [Continuing]);
    assert_eq!(again.findings[0].first_seen, "2026-11-24T10:00:00Z");
    assert_eq!(again.since.as_deref(), Some("2026-11-24T10:00:00Z"));
    let clean = [read(&one, "RU", "UTC")];
    assert_eq!(states(&runs.run(&clean, None)), [Resolved]);
    assert_eq!(states(&runs.run(&clean, None)), []);
    let back = runs.run(&drifted, None);
    assert_eq!((states(&back), &*back.findings[0].first_seen), (vec![New], "2026-11-24T10:00:04Z"));
}

#[test]
fn the_gravest_comes_first_and_among_equals_what_is_new() {
    let (one, other) = (standard(12), standard(13));
    let mut runs = Runs::of(&[one.clone(), other.clone()]);
    runs.run(&[read(&one, "RU", "Asia/Omsk"), read(&other, "*", "UTC")], None);
    let report = runs.run(&[read(&one, "*", "Asia/Omsk"), read(&other, "*", "Asia/Omsk")], None);
    let order = [("12/geo_list", New), ("13/geo_list", Continuing), ("13/timezone", New), ("12/timezone", Continuing)];
    assert_eq!(found(&report), order.map(|(who, state)| (who.to_owned(), state)));
}

#[test]
fn the_more_open_a_client_is_the_earlier_it_is_listed() {
    let all: Vec<Declaration> = (1..=3).map(standard).collect();
    let live = ["RU BY", "RU BY KZ", "*"];
    let clients: Vec<ClientPlan> = all.iter().zip(live).map(|(one, geo)| read(one, geo, "UTC")).collect();
    let report = Runs::of(&all).run(&clients, None);
    assert_eq!(found(&report), ["3", "2", "1"].map(|id| (format!("{id}/geo_list"), New)));
}

#[test]
fn another_live_value_of_a_security_field_is_new_again_and_of_others_is_not() {
    let one = standard(12);
    let mut runs = Runs::of(std::slice::from_ref(&one));
    runs.run(&[read(&one, "RU BY", "Asia/Omsk")], None);
    let report = runs.run(&[read(&one, "*", "Asia/Tomsk")], None);
    assert_eq!(found(&report), [("12/geo_list".into(), New), ("12/timezone".into(), Continuing)]);
    assert!(report.findings.iter().all(|finding| finding.first_seen == "2026-11-24T10:00:00Z"));
}

#[test]
fn a_client_that_fails_carries_its_findings_on_and_they_continue_afterwards() {
    let one = standard(12);
    let mut runs = Runs::of(std::slice::from_ref(&one));
    runs.run(&[read(&one, "*", "UTC")], None);
    let report = runs.run(&[failed(&one, FailureKind::Timeout)], None);
    assert_eq!(found(&report), [("12/read".into(), New), ("12/geo_list".into(), Unread)]);
    let report = runs.run(&[failed(&one, FailureKind::Timeout)], None);
    assert_eq!(found(&report), [("12/read".into(), Continuing), ("12/geo_list".into(), Unread)]);
    let report = runs.run(&[read(&one, "*", "UTC")], None);
    assert_eq!(found(&report), [("12/geo_list".into(), Continuing), ("12/read".into(), Resolved)]);
    assert_eq!(report.findings[0].first_seen, "2026-11-24T10:00:00Z");
}

#[test]
fn a_client_that_was_interrupted_was_not_read() {
    let one = standard(12);
    let mut runs = Runs::of(std::slice::from_ref(&one));
    runs.run(&[read(&one, "*", "UTC")], None);
    let report = runs.run(&[failed(&one, FailureKind::Interrupted)], None);
    assert_eq!(found(&report), [("12/geo_list".into(), Unread)]);
    assert_eq!(report.last_read[0].at.as_deref(), Some("2026-11-24T10:00:00Z"));
}

#[test]
fn a_client_without_a_document_has_ended_but_one_outside_of_a_path_has_not() {
    let (one, other) = (standard(12), standard(13));
    let both = [read(&one, "*", "UTC"), read(&other, "*", "UTC")];
    for (whole, state) in [(true, Resolved), (false, Unread)] {
        let mut runs = Runs::of(&[one.clone(), other.clone()]);
        runs.run(&both, None);
        runs.known.pop();
        runs.whole = whole;
        let report = runs.run(&both[..1], None);
        assert_eq!(found(&report), [("12/geo_list".into(), Continuing), ("13/geo_list".into(), state)]);
        assert_eq!(report.last_read.len(), if whole { 1 } else { 2 });
    }
}

#[test]
fn a_field_outside_of_the_selection_is_unread_and_one_no_longer_managed_has_ended() {
    let one = standard(12);
    let mut narrow = one.clone();
    narrow.managed.retain(|managed| managed.setting == Setting::Timezone);
    let clients = [read(&narrow, "*", "UTC")];
    let mut runs = Runs::of(std::slice::from_ref(&one));
    runs.run(&[read(&one, "*", "UTC")], None);
    assert_eq!(found(&runs.run(&clients, None)), [("12/geo_list".into(), Unread)]);
    runs.known = vec![DeclaredClient::from(&narrow)];
    assert_eq!(found(&runs.run(&clients, None)), [("12/geo_list".into(), Resolved)]);
}

#[test]
fn a_pending_change_is_a_finding_only_where_live_is_more_open_than_declared() {
    let one = standard(12);
    for (live, open) in [("*", true), ("RU BY", true), ("", true), ("RU", false)] {
        let mut client = read(&one, live, "Asia/Omsk");
        client.changes.iter_mut().for_each(|change| change.difference.origin = Origin::Pending);
        let expected: Vec<(String, FindingState)> = open.then(|| ("12/geo_list".into(), New)).into_iter().collect();
        assert_eq!(found(&Runs::of(std::slice::from_ref(&one)).run(&[client], None)), expected, "live {live:?}");
    }
}

fn waiver(field: Option<Setting>, until: &str) -> Waiver {
    let terms = Waived { owner: "noc".into(), reason: "moving".into(), until: CalendarTime::parse(until).unwrap() };
    let (client, source) = (ClientId::parse("12").unwrap(), Place::new("ringform.yaml".into(), 9, 5));
    let end = terms.until.end(&DayZone::default());
    Waiver { client, credentials: None, field, terms, source, end }
}

#[test]
fn a_waiver_covers_until_its_last_day_and_then_the_finding_is_new_again() {
    let one = standard(12);
    let mut runs = Runs::of(std::slice::from_ref(&one));
    runs.waivers = vec![waiver(Some(Setting::GeoList), "2026-11-24")];
    let drifted = [read(&one, "*", "UTC")];
    let report = runs.run(&drifted, None);
    assert!(report.findings[0].waived.is_some() && !report.findings[0].is_news());
    assert_eq!(states(&runs.run(&drifted, None)), [Continuing]);
    // No run reads it on the day after; the next read makes it new.
    runs.instant = "2026-11-25T00:00:00Z";
    let report = runs.run(&[failed(&one, FailureKind::Interrupted)], None);
    assert_eq!((states(&report), report.expired_waivers.len()), (vec![Unread], 1));
    let report = runs.run(&drifted, None);
    assert!(report.findings[0].is_news());
    assert_eq!(report.findings[0].first_seen, "2026-11-24T10:00:00Z");
    assert_eq!(states(&runs.run(&drifted, None)), [Continuing]);
}

#[test]
fn only_a_waiver_of_the_whole_client_waives_a_failed_read() {
    let one = standard(12);
    for (field, waived) in [(None, true), (Some(Setting::GeoList), false)] {
        let mut runs = Runs::of(std::slice::from_ref(&one));
        runs.waivers = vec![waiver(field, "2026-12-31")];
        let report = runs.run(&[failed(&one, FailureKind::Api)], None);
        assert_eq!((report.findings[0].waived.is_some(), report.findings[0].is_failure()), (waived, !waived));
    }
}

#[test]
fn a_finding_whose_notification_failed_stays_new_also_over_runs_that_did_not_read() {
    let one = standard(12);
    let mut runs = Runs::of(std::slice::from_ref(&one));
    let drifted = [read(&one, "RU", "Asia/Omsk")];
    let mut report = runs.run(&drifted, None);
    report.notification_failed();
    runs.past = Some(previous("2026-11-24T10:00:00Z", &report));
    assert_eq!(states(&runs.run(&[], None)), [Unread]);
    assert_eq!(states(&runs.run(&drifted, None)), [New]);
    assert_eq!(states(&runs.run(&drifted, None)), [Continuing]);
}

#[test]
fn turns_begin_with_those_never_seen_and_say_when_all_were() {
    let all: Vec<Declaration> = (1..=5).map(standard).collect();
    let mut runs = Runs::of(&all);
    let mut turns = Vec::new();
    let mut rolled = Vec::new();
    for _ in 0..4 {
        let mut chosen = all.clone();
        take_turn(&mut chosen, runs.past.as_ref().map_or(&[], |past| &past.drift.last_read), 2);
        turns.push(chosen.iter().filter_map(|one| one.client.number()).collect::<Vec<u64>>());
        let clients: Vec<ClientPlan> = chosen.iter().map(|one| read(one, "RU", "UTC")).collect();
        let rolling = runs.run(&clients, Some(2)).rolling.unwrap();
        rolled.push((rolling.read, rolling.never, rolling.oldest_s));
    }
    assert_eq!(turns, [[1, 2], [3, 4], [1, 5], [2, 3]]);
    assert_eq!(rolled, [(2, 3, None), (2, 1, None), (2, 0, Some(2)), (2, 0, Some(2))]);
}

#[test]
fn a_used_up_quota_is_not_a_read_and_any_other_failure_is_one() {
    let one = standard(12);
    for (kind, seen) in [(FailureKind::Quota, false), (FailureKind::Timeout, true), (FailureKind::Credentials, true)] {
        let mut runs = Runs::of(std::slice::from_ref(&one));
        let report = runs.run(&[failed(&one, kind)], Some(1));
        assert_eq!((report.last_read[0].at.is_some(), report.findings.len()), (seen, 1), "{kind:?}");
    }
}

#[test]
fn of_two_parts_the_one_that_read_the_client_decides() {
    let (one, other) = (standard(12), standard(13));
    let both = [read(&one, "*", "UTC"), read(&other, "*", "UTC")];
    let mut runs = Runs::of(&[one.clone(), other.clone()]);
    let before = runs.run(&both, None);
    let part = |clients: &[ClientPlan], budget| {
        let mut runs = Runs::of(&[one.clone(), other.clone()]);
        runs.at = 7;
        runs.past = Some(previous("2026-11-24T10:00:00Z", &before));
        runs.run(clients, budget)
    };
    let (first, second) = (part(&[read(&one, "RU", "UTC")], Some(1)), part(&both[1..], Some(1)));
    for joined in [first.clone().join(second.clone()), second.join(first)] {
        assert_eq!(found(&joined), [("13/geo_list".into(), Continuing), ("12/geo_list".into(), Resolved)]);
        assert!(joined.last_read.iter().all(|seen| seen.at.as_deref() == Some("2026-11-24T10:00:07Z")));
        assert_eq!(joined.rolling.unwrap().read, 2);
    }
}

#[test]
fn a_report_of_something_else_is_refused() {
    let now = Plan { endpoint: "https://a".into(), project: "ringform.yaml".into(), ..Plan::default() };
    let bytes = |plan: &Plan| serde_json::to_vec(plan).unwrap();
    assert!(PreviousReport::read(&bytes(&now)).unwrap_err().contains("not a report of drift"));
    let mut other = now.clone();
    other.run.drift = Some(DriftReport::default());
    assert!(PreviousReport::read(&bytes(&other)).unwrap_err().contains("a time in it"));
    other.run.started_at = "2026-11-24T10:00:00Z".into();
    let past = PreviousReport::read(&bytes(&other)).unwrap();
    assert_eq!(past.check(&now, &[], true), Ok(()));
    let elsewhere = Plan { endpoint: "https://b".into(), ..now.clone() };
    assert!(past.check(&elsewhere, &[], true).unwrap_err().raw().contains("another endpoint"));
    let staging = Plan { project: "staging.ringform.yaml".into(), ..now };
    assert!(past.check(&staging, &[], true).unwrap_err().raw().contains("another project"));
    assert!(PreviousReport::read(b"{").unwrap_err().contains("cut short"));
}

/// The reply of one client in one run; `None`: the run does not read it.
#[derive(Clone, Debug)]
enum Reply {
    None,
    Failure(FailureKind),
    Values(&'static str, &'static str),
}

fn answers() -> impl Strategy<Value = Vec<Reply>> {
    let one = prop_oneof![
        Just(Reply::None),
        Just(Reply::Failure(FailureKind::Timeout)),
        Just(Reply::Failure(FailureKind::Interrupted)),
        (prop_oneof![Just("RU"), Just("*"), Just("RU BY")], prop_oneof![Just("UTC"), Just("Asia/Omsk")])
            .prop_map(|(geo, zone)| Reply::Values(geo, zone)),
    ];
    proptest::collection::vec(one, 3)
}

proptest! {
    /// Over any story: a finding stays in the report until its client is read, each finding is there once, and a run
    /// with the same answers finds nothing new and ends nothing.
    #[test]
    fn a_finding_never_ends_without_a_read(story in proptest::collection::vec(answers(), 1..6)) {
        let all: Vec<Declaration> = (1..=3).map(standard).collect();
        let mut runs = Runs::of(&all);
        let mut before = DriftReport::default();
        for answers in story {
            let clients: Vec<ClientPlan> = all.iter().zip(&answers).filter_map(|(one, answer)| match answer {
                Reply::None => None,
                Reply::Failure(kind) => Some(failed(one, *kind)),
                Reply::Values(geo, zone) => Some(read(one, geo, zone)),
            }).collect();
            let report = runs.run(&clients, None);
            let mut ids: Vec<_> = report.findings.iter().map(|one| (one.client_id, one.field())).collect();
            ids.sort();
            prop_assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
            for finding in before.findings.iter().filter(|one| one.state != Resolved) {
                let now = report.findings.iter().find(|one| (one.client_id, one.field()) == (finding.client_id, finding.field()));
                let now = now.expect("a finding is lost");
                let at = (finding.client_id.number().unwrap() - 1) as usize;
                let was_read = matches!(answers[at], Reply::Values(..));
                prop_assert!(now.state != Resolved || was_read, "{now:?}");
                prop_assert_eq!(&now.first_seen, &finding.first_seen);
            }
            let open = report.findings.iter().filter(|one| one.is_open() && one.field().is_some()).count();
            prop_assert_eq!(open, clients.iter().map(|client| client.changes.len()).sum::<usize>());
            let again = runs.run(&clients, None);
            prop_assert!(again.findings.iter().all(|one| !one.is_news() && one.state != Resolved));
            before = again;
        }
    }
}
