//! Test results: one case a client, as every CI system shows them.
//!
//! Owns what is a failure (a difference), what an error (not read, stopped, not applied, a file that is wrong) and what is
//! skipped. The escape comes first, so nothing that XML forbids is left for the writer to drop.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::model::{ClientId, Diagnostic, Place};
use crate::plan::drift::FindingState;
use crate::plan::{ClientPlan, Plan};
use crate::render::escape::xml;
use crate::render::phrase::count;
use crate::render::remark::{Remark, remarks, waived_words};
use crate::render::repository;
use crate::render::totals::word;

/// Who a case is about.
type Key<'p> = (ClientId, Option<&'p str>);

/// Writes the report: a suite of the files and one of the clients.
pub(super) fn junit(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let remarks = remarks(plan);
    let name = if plan.is_report() { "ringform apply" } else { "ringform plan" };
    let mut report = Report::new(name);
    report.set_time(Duration::from_millis(plan.run.duration_ms));
    report.add_test_suite(files(plan));
    report.add_test_suite(clients(plan, &remarks));
    report.serialize(&mut *out).map_err(io::Error::other)
}

/// Problems of the files, each an error; one case that passes where there is none, since readers take an empty report for a
/// broken one. Warnings stand beside the cases.
fn files(plan: &Plan) -> TestSuite {
    let mut suite = TestSuite::new("files");
    let errors: Vec<&Diagnostic> = plan.diagnostics.iter().filter(|one| one.is_error()).collect();
    for one in &errors {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(xml(&one.summary)).set_type(xml(&one.rule));
        status.set_description(told(one));
        let name = match &one.range {
            Some(range) => format!("{}:{}:{} {}", range.file.raw(), range.line, range.column, one.rule),
            None => one.rule.clone(),
        };
        let mut case = TestCase::new(xml(&name), status);
        let nowhere = Place::new(plan.project.clone(), 1, 1);
        locate(plan, &mut case, one.range.as_ref().unwrap_or(&nowhere));
        suite.add_test_case(case);
    }
    if errors.is_empty() {
        let mut case = TestCase::new("the files are valid", TestCaseStatus::success());
        case.set_classname(xml(&repository::path(plan, plan.project.raw())));
        suite.add_test_case(case);
    }
    let warnings: Vec<String> = plan.diagnostics.iter().filter(|one| !one.is_error()).map(told).collect();
    if !warnings.is_empty() {
        suite.set_system_out(warnings.join("\n"));
    }
    suite
}

/// A problem in a line, harmless.
fn told(one: &Diagnostic) -> String {
    let place = one.range.as_ref();
    let place = place.map(|at| format!("{}:{}:{}: ", at.file.raw(), at.line, at.column)).unwrap_or_default();
    let help = one.help.as_ref().map(|help| format!(" ({})", help.raw())).unwrap_or_default();
    let level = if one.is_error() { "error" } else { "warning" };
    xml(&format!("{place}{level}[{}]: {}{help}", one.rule, one.summary.raw()))
}

fn clients(plan: &Plan, remarks: &[Remark<'_>]) -> TestSuite {
    let mut suite = TestSuite::new("clients");
    let mut told: BTreeMap<Key<'_>, Vec<&Remark<'_>>> = BTreeMap::new();
    for remark in remarks {
        if let Some(client) = remark.client.filter(|_| !remark.rule.is_waiver()) {
            told.entry((client, remark.credentials)).or_default().push(remark);
        }
    }
    for client in &plan.clients {
        let remarks = told.remove(&(client.client_id, client.credentials.as_deref())).unwrap_or_default();
        suite.add_test_case(of_client(plan, client, &remarks));
    }
    // Whom only an earlier run or the base knows.
    for ((client, credentials), remarks) in &told {
        let mut case = TestCase::new(name(*client, *credentials), status(remarks, None));
        if let Some(place) = &remarks[0].place {
            locate(plan, &mut case, place);
        }
        suite.add_test_case(case);
    }
    for remark in remarks.iter().filter(|remark| remark.rule.is_waiver()) {
        suite.add_test_case(waiver(plan, remark));
    }
    suite
}

fn of_client(plan: &Plan, client: &ClientPlan, remarks: &[&Remark<'_>]) -> TestCase {
    let title = client.name.as_ref().map(|name| format!("name: {}", name.raw()));
    let result = client.result.map(|outcome| format!("result: {}", word(outcome)));
    let mut case = TestCase::new(name(client.client_id, client.credentials.as_deref()), status(remarks, Some(client)));
    locate(plan, &mut case, &client.source);
    // What makes it fail is told there.
    let notes = remarks.iter().filter(|remark| !remark.rule.is_finding()).map(|remark| remark.sentence());
    let out: Vec<String> = title.into_iter().chain(result).chain(notes).map(|line| xml(&line)).collect();
    if !out.is_empty() {
        case.set_system_out(out.join("\n"));
    }
    case
}

/// A waiver whose date has passed: a failure of its own.
fn waiver(plan: &Plan, remark: &Remark<'_>) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(xml(&remark.message)).set_type(remark.rule.id);
    let field = remark.field.map(|field| format!(", {field}")).unwrap_or_default();
    let who = remark.client.map(|client| format!(" of client {client}")).unwrap_or_default();
    let mut case = TestCase::new(format!("waiver{who}{field}"), status);
    if let Some(place) = &remark.place {
        locate(plan, &mut case, place);
    }
    case
}

/// The name of a case: the same in every run, whatever the client is called.
fn name(client: ClientId, credentials: Option<&str>) -> String {
    match (client, credentials) {
        (ClientId::Me, Some(credentials)) => xml(&format!("client @me of {credentials}")),
        (client, _) => format!("client {client}"),
    }
}

/// What a client's remarks come to: the gravest decides.
fn status(remarks: &[&Remark<'_>], client: Option<&ClientPlan>) -> TestCaseStatus {
    let lines = |remarks: &[&Remark<'_>]| {
        let lines: Vec<String> = remarks.iter().map(|remark| xml(&remark.sentence())).collect();
        lines.join("\n")
    };
    let (waived, open): (Vec<&Remark<'_>>, Vec<&Remark<'_>>) =
        remarks.iter().copied().filter(|one| one.rule.is_finding()).partition(|remark| remark.waived.is_some());
    let Some(first) = open.first() else {
        let Some(first) = waived.first().or(remarks.first().filter(|_| client.is_none())) else {
            return TestCaseStatus::success();
        };
        let mut status = TestCaseStatus::skipped();
        let why = first.waived.map_or(first.rule.about.to_owned(), waived_words);
        status.set_message(xml(&why)).set_description(lines(remarks));
        return status;
    };
    let error = open.iter().find(|remark| remark.rule.is_error());
    let kind = if error.is_some() { NonSuccessKind::Error } else { NonSuccessKind::Failure };
    let unread = open.iter().all(|remark| remark.state == Some(FindingState::Unread));
    let message = match error {
        Some(error) => error.sentence(),
        None => {
            let grave = open.iter().filter(|remark| remark.rule.security.is_some()).count();
            let grave = if grave > 0 { format!(", {grave} security") } else { String::new() };
            let unread = if unread { ", not read this time" } else { "" };
            format!("{}{grave}{unread}", count(open.len(), "difference"))
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(xml(&message)).set_type(xml(error.unwrap_or(first).rule.id));
    status.set_description(lines(&open));
    status
}

/// Names the file, as class for those who group by it and as the attributes that GitLab and others read.
fn locate(plan: &Plan, case: &mut TestCase, place: &Place) {
    let path = xml(&repository::path(plan, place.file.raw()));
    case.set_classname(path.clone());
    case.extra.insert("file".into(), path.into());
    case.extra.insert("line".into(), place.line.to_string().into());
}
