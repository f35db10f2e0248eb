//! Test results: one case a client, as every CI system shows them.
//!
//! Owns what is a failure (a difference), an error (not read, blocked, not applied, an invalid file) and what is
//! skipped. The escape comes first, so the XML writer finds no character that it would drop.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::model::{ClientId, Diagnostic, Place, Untrusted};
use crate::plan::drift::FindingState;
use crate::plan::{ClientPlan, Plan};
use crate::render::annotations::annotation::{Annotation, waived_words};
use crate::render::annotations::list::annotations;
use crate::render::annotations::path::path;
use crate::render::escape::xml;
use crate::render::totals::word;
use crate::render::wording::numbers::count;

/// The client of a test case: its id and its credentials.
type CaseKey<'p> = (ClientId, Option<&'p str>);

/// Writes the report: a suite of the files and one of the clients.
pub(in crate::render) fn junit(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let annotations = annotations(plan);
    let name = if plan.is_report() { "ringform apply" } else { "ringform plan" };
    let mut report = Report::new(name);
    report.set_time(Duration::from_millis(plan.run.duration_ms));
    report.add_test_suite(files(plan));
    report.add_test_suite(clients(plan, &annotations));
    report.serialize(&mut *out).map_err(io::Error::other)
}

/// Problems of the files, each an error. Without problems one case passes, because readers take an empty report for a
/// broken one. Warnings go to the output of the suite.
fn files(plan: &Plan) -> TestSuite {
    let mut suite = TestSuite::new("files");
    let errors: Vec<&Diagnostic> = plan.diagnostics.iter().filter(|one| one.is_error()).collect();
    for one in &errors {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(xml(&one.summary)).set_type(xml(&one.rule.as_str().into()));
        status.set_description(problem_line(one));
        let name = match &one.range {
            Some(range) => format!("{}:{}:{} {}", range.file.raw(), range.line, range.column, one.rule),
            None => one.rule.clone(),
        };
        let mut case = TestCase::new(xml(&name.into()), status);
        let nowhere = Place::new(plan.project.clone(), 1, 1);
        locate(plan, &mut case, one.range.as_ref().unwrap_or(&nowhere));
        suite.add_test_case(case);
    }
    if errors.is_empty() {
        let mut case = TestCase::new("the files are valid", TestCaseStatus::success());
        case.set_classname(xml(&path(plan, &plan.project)));
        suite.add_test_case(case);
    }
    let warnings: Vec<String> = plan.diagnostics.iter().filter(|one| !one.is_error()).map(problem_line).collect();
    if !warnings.is_empty() {
        suite.set_system_out(warnings.join("\n"));
    }
    suite
}

/// A problem in one line, escaped.
fn problem_line(one: &Diagnostic) -> String {
    let place = one.range.as_ref();
    let place = place.map(|at| format!("{}:{}:{}: ", at.file.raw(), at.line, at.column)).unwrap_or_default();
    let help = one.help.as_ref().map(|help| format!(" ({})", help.raw())).unwrap_or_default();
    let level = if one.is_error() { "error" } else { "warning" };
    xml(&format!("{place}{level}[{}]: {}{help}", one.rule, one.summary.raw()).into())
}

fn clients(plan: &Plan, annotations: &[Annotation<'_>]) -> TestSuite {
    let mut suite = TestSuite::new("clients");
    let mut by_client: BTreeMap<CaseKey<'_>, Vec<&Annotation<'_>>> = BTreeMap::new();
    for annotation in annotations {
        if let Some(client) = annotation.client.filter(|_| !annotation.rule.is_waiver()) {
            by_client.entry((client, annotation.credentials)).or_default().push(annotation);
        }
    }
    for client in &plan.clients {
        let annotations = by_client.remove(&(client.client_id, client.credentials.as_deref())).unwrap_or_default();
        suite.add_test_case(of_client(plan, client, &annotations));
    }
    // Clients that only an earlier run or the base contains.
    for ((client, credentials), annotations) in &by_client {
        let mut case = TestCase::new(name(*client, *credentials), status(annotations, None));
        if let Some(place) = &annotations[0].place {
            locate(plan, &mut case, place);
        }
        suite.add_test_case(case);
    }
    for annotation in annotations.iter().filter(|annotation| annotation.rule.is_waiver()) {
        suite.add_test_case(waiver(plan, annotation));
    }
    suite
}

fn of_client(plan: &Plan, client: &ClientPlan, annotations: &[&Annotation<'_>]) -> TestCase {
    let title = client.name.as_ref().map(|name| format!("name: {}", name.raw()));
    let result = client.result.map(|outcome| format!("result: {}", word(outcome)));
    let mut case =
        TestCase::new(name(client.client_id, client.credentials.as_deref()), status(annotations, Some(client)));
    locate(plan, &mut case, &client.source);
    // The status shows what makes it fail.
    let notes =
        annotations.iter().filter(|annotation| !annotation.rule.is_finding()).map(|annotation| annotation.sentence());
    let out: Vec<String> =
        title.into_iter().chain(result).map(Untrusted::from).chain(notes).map(|line| xml(&line)).collect();
    if !out.is_empty() {
        case.set_system_out(out.join("\n"));
    }
    case
}

/// An expired waiver: a failure of its own.
fn waiver(plan: &Plan, annotation: &Annotation<'_>) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(xml(&annotation.message)).set_type(annotation.rule.id);
    let field = annotation.field.map(|field| format!(", {field}")).unwrap_or_default();
    let who =
        annotation.client.map(|client| format!(" of {}", name(client, annotation.credentials))).unwrap_or_default();
    let mut case = TestCase::new(format!("waiver{who}{field}"), status);
    if let Some(place) = &annotation.place {
        locate(plan, &mut case, place);
    }
    case
}

/// The name of a case: the same in every run, also when the client is renamed.
fn name(client: ClientId, credentials: Option<&str>) -> String {
    match (client, credentials) {
        (ClientId::Me, Some(credentials)) => xml(&format!("client @me of {credentials}").into()),
        (client, _) => format!("client {client}"),
    }
}

/// The status of a case. The most severe annotation decides.
fn status(annotations: &[&Annotation<'_>], client: Option<&ClientPlan>) -> TestCaseStatus {
    let lines = |annotations: &[&Annotation<'_>]| {
        let lines: Vec<String> = annotations.iter().map(|annotation| xml(&annotation.sentence())).collect();
        lines.join("\n")
    };
    let (waived, open): (Vec<&Annotation<'_>>, Vec<&Annotation<'_>>) = annotations
        .iter()
        .copied()
        .filter(|one| one.rule.is_finding())
        .partition(|annotation| annotation.waived.is_some());
    let Some(first) = open.first() else {
        let Some(first) = waived.first().or(annotations.first().filter(|_| client.is_none())) else {
            return TestCaseStatus::success();
        };
        let mut status = TestCaseStatus::skipped();
        let why = first.waived.map_or(first.rule.about.into(), waived_words);
        status.set_message(xml(&why)).set_description(lines(annotations));
        return status;
    };
    let error = open.iter().find(|annotation| annotation.rule.is_error());
    let kind = if error.is_some() { NonSuccessKind::Error } else { NonSuccessKind::Failure };
    let unread = open.iter().all(|annotation| annotation.state == Some(FindingState::Unread));
    let message = match error {
        Some(error) => error.sentence(),
        None => {
            let grave = open.iter().filter(|annotation| annotation.rule.security.is_some()).count();
            let grave = if grave > 0 { format!(", {grave} security") } else { String::new() };
            let unread = if unread { ", not read this time" } else { "" };
            format!("{}{grave}{unread}", count(open.len(), "difference")).into()
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(xml(&message)).set_type(xml(&error.unwrap_or(first).rule.id.into()));
    status.set_description(lines(&open));
    status
}

/// Names the file twice: as the class name, for grouping, and in the attributes that GitLab and others read.
fn locate(plan: &Plan, case: &mut TestCase, place: &Place) {
    let path = xml(&path(plan, &place.file));
    case.set_classname(path.clone());
    case.extra.insert("file".into(), path.into());
    case.extra.insert("line".into(), place.line.to_string().into());
}
