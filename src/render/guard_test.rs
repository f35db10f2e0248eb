//! Results of guard tests: text, JSON and JUnit.
//!
//! Owns these three formats. Names and messages are the users' own text, so each format escapes them.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::json;

use crate::model::GuardVerdict;
use crate::plan::guard_test::{GuardCaseResult, GuardStatement};
use crate::render::escape::{terminal, xml};
use crate::render::json::document;
use crate::render::wording::numbers::count;

/// The cases with another verdict than the expected one, then the totals.
pub fn guard_test_text(cases: &[GuardCaseResult], files: usize) -> String {
    let mut text = String::new();
    for case in cases.iter().filter(|case| !case.passed) {
        let place = &case.source;
        let at = format!("{}:{}:{}", terminal(&place.file), place.line, place.column);
        text.push_str(&format!("{at}: {}: {}\n", terminal(&case.name), verdicts(case)));
        for line in said(case, |untrusted| terminal(untrusted).to_string()) {
            text.push_str(&format!("  {line}\n"));
        }
        text.push('\n');
    }
    let failed = cases.iter().filter(|case| !case.passed).count();
    let all = format!("{} in {}", count(cases.len(), "case"), count(files, "file"));
    let verdict = match failed {
        0 => "every verdict is as expected".to_owned(),
        _ => format!("{} as expected, {failed} not", cases.len() - failed),
    };
    text + &format!("{all}: {verdict}.\n")
}

/// The same for programs, every case included.
pub fn guard_test_json(cases: &[GuardCaseResult], out: &mut dyn Write) -> io::Result<()> {
    let failed = cases.iter().filter(|case| !case.passed).count();
    let summary = json!({"cases": cases.len(), "passed": cases.len() - failed, "failed": failed});
    document(&json!({"kind": "guard_test", "summary": summary, "cases": cases}), out)
}

/// The same as test results of a CI system: one suite a file.
pub fn guard_test_junit(cases: &[GuardCaseResult], out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new("ringform guard test");
    for file in cases.chunk_by(|one, other| one.source.file == other.source.file) {
        let mut suite = TestSuite::new(xml(&file[0].source.file));
        suite.add_test_cases(file.iter().map(junit_case));
        report.add_test_suite(suite);
    }
    report.serialize(out).map_err(io::Error::other)
}

fn junit_case(case: &GuardCaseResult) -> TestCase {
    let status = match case.passed {
        true => TestCaseStatus::success(),
        false => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(verdicts(case)).set_type("verdict");
            status.set_description(said(case, xml).join("\n"));
            status
        }
    };
    let mut junit = TestCase::new(xml(&case.name), status);
    let file = xml(&case.source.file);
    junit.set_classname(file.clone());
    junit.extra.insert("file".into(), file.into());
    junit.extra.insert("line".into(), case.source.line.to_string().into());
    junit
}

fn verdicts(case: &GuardCaseResult) -> String {
    format!("expected {}, got {}", case.expected.word(), case.actual.word())
}

/// What each guard said, one line each.
fn said<'c, T: std::fmt::Display>(
    case: &'c GuardCaseResult,
    escape: impl Fn(&'c crate::model::Untrusted) -> T,
) -> Vec<String> {
    let line = |one: &'c GuardStatement| {
        let does = if one.verdict == GuardVerdict::Deny { "denies" } else { "warns" };
        format!("guard {} {does}: {}", escape(&one.name), escape(&one.message))
    };
    match (case.guards.is_empty(), &case.guard) {
        (true, Some(guard)) => vec![format!("guard {} does not apply", escape(guard))],
        (true, None) => vec!["no guard applies".to_owned()],
        (false, _) => case.guards.iter().map(line).collect(),
    }
}
