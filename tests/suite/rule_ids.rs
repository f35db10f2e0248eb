//! Every rule id of the program, each with the files or the run that lead to it: severity, id, line and column.
//!
//! A row expects the whole list of diagnostics, so that a problem is reported once and at one place.

use std::collections::BTreeSet;

use ringform::model::diagnostic::RULES;
use serde_json::Value as Json;

use crate::world::Ran;

mod documents;
mod examples;
mod ledgers;
mod project;
mod runs;

/// The text of a file, and its diagnostics as `error RULE LINE:COLUMN` or `warning RULE LINE:COLUMN`.
struct Row {
    text: Vec<u8>,
    expected: Vec<String>,
}

fn row(text: impl Into<Vec<u8>>, expected: &[&str]) -> Row {
    Row { text: text.into(), expected: expected.iter().map(|one| (*one).to_owned()).collect() }
}

/// The diagnostics of a run, one line each. A place in `file` is shown without the name of the file.
pub fn diagnostics(ran: &Ran, file: &str) -> Vec<String> {
    let json = ran.json();
    let line = |one: &Json| {
        let word = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        assert!(!word("summary").is_empty(), "a diagnostic without a summary: {one}");
        let range = &one["range"];
        let place = match range["file"].as_str() {
            Some(name) if name == file => format!(" {}:{}", range["line"], range["column"]),
            Some(name) => format!(" {name}:{}:{}", range["line"], range["column"]),
            None => String::new(),
        };
        format!("{} {}{place}", word("severity"), word("rule"))
    };
    json["diagnostics"].as_array().unwrap().iter().map(line).collect()
}

/// Whether a list of diagnostics stops a run.
fn has_errors(diagnostics: &[String]) -> bool {
    diagnostics.iter().any(|one| one.starts_with("error "))
}

/// What differs from the rows, all rows in one failure.
#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} rows are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_id_has_a_row_and_every_row_has_a_known_rule_id() {
    let rows = documents::rows().into_iter().chain(project::rows()).flat_map(|row| row.expected);
    let runs = runs::rows().into_iter().flat_map(|run| run.expected.iter().map(|one| (*one).to_owned()));
    let ids = rows.chain(runs).filter_map(|one| one.split(' ').nth(1).map(str::to_owned));
    let shown: BTreeSet<String> = ids.collect();
    let known: BTreeSet<String> = RULES.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(known.difference(&shown).collect::<Vec<_>>(), Vec::<&String>::new(), "rule ids without a row");
    assert_eq!(shown.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "rows without a rule id");
}
