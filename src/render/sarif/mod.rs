//! SARIF 2.1.0, as code scanning reads it.
//!
//! Owns its limits, the levels and what stands where. A result is a changed field, a client that failed or is stopped, or a
//! problem of the files. What tells it from others is its rule and its fingerprint, so it stays the same alert when lines move.
//! What was applied or ended is no result: an alert is closed when it is no longer told.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::Diagnostic;
use crate::plan::Plan;
use crate::plan::drift::FindingState;
use crate::render::escape::{sarif as text, terminal, uri};
use crate::render::json;
use crate::render::phrase::count;
use crate::render::remark::{Remark, RemarkRule, Weight, remarks, waived_words};
use crate::render::repository;

mod shape;

use shape::*;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// GitHub refuses a run with more results.
const RESULTS: usize = 25_000;

/// Writes the log: one run, the worst results first.
pub(super) fn sarif(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let remarks: Vec<Remark<'_>> = remarks(plan).into_iter().filter(|remark| !remark.rule.is_good()).collect();
    let left_out = remarks.len().saturating_sub(RESULTS);
    let shown = &remarks[..remarks.len() - left_out];
    let mut rules: BTreeMap<&str, (RemarkRule<'_>, usize)> = BTreeMap::new();
    for remark in shown {
        rules.insert(remark.rule.id, (remark.rule, 0));
    }
    for (at, (_, index)) in rules.values_mut().enumerate() {
        *index = at;
    }
    let failed = plan.summary().failed > 0 || plan.diagnostics.iter().any(Diagnostic::is_error);
    let notifications = (left_out > 0).then(|| Notification {
        level: "warning",
        message: Message { text: format!("And {}, too many for one run.", count(left_out, "more result")) },
    });
    let run = SarifRun {
        automation_details: Automation { id: category(plan) },
        invocations: [Invocation {
            execution_successful: !failed,
            tool_execution_notifications: notifications.into_iter().collect(),
        }],
        column_kind: "unicodeCodePoints",
        results: shown.iter().map(|remark| result(plan, remark, &rules)).collect(),
        tool: Tool {
            driver: Driver {
                name: "ringform",
                semantic_version: &plan.ringform_version,
                rules: rules.values().map(|(rule, _)| described(rule)).collect(),
            },
        },
    };
    json::document(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

/// What tells the runs of several projects and shards of one repository apart: GitHub replaces the earlier run of a category,
/// which is all before the last `/`.
fn category(plan: &Plan) -> String {
    let project = uri(&repository::path(plan, plan.project.raw()));
    let shard = plan.shard.map(|shard| format!("shard-{}-of-{}/", shard.index, shard.count)).unwrap_or_default();
    format!("ringform/{project}/{shard}")
}

fn described(rule: &RemarkRule<'_>) -> Rule {
    let mut tags = vec!["configuration"];
    tags.extend(rule.security.map(|_| "security"));
    Rule {
        id: terminal(rule.id).to_string(),
        short_description: Message { text: rule.about.to_owned() },
        properties: RuleProperties { tags, security_severity: rule.security },
    }
}

fn result<'r>(plan: &Plan, remark: &'r Remark<'_>, rules: &BTreeMap<&str, (RemarkRule<'_>, usize)>) -> SarifResult<'r> {
    let who = remark.who().map(|who| format!("{who}: ")).unwrap_or_default();
    // Code scanning takes no result without a place: what has none stands at the project file.
    let file = remark.place.as_ref().map_or(plan.project.raw(), |place| place.file.raw());
    let file = if file.is_empty() { "ringform.yaml" } else { file };
    let region = remark.place.as_ref().filter(|_| remark.has_line).map(|place| Region {
        // Whoever edited a saved plan may have written 0.
        start_line: place.line.max(1),
        start_column: place.column.max(1),
    });
    SarifResult {
        rule_id: terminal(remark.rule.id).to_string(),
        rule_index: rules.get(remark.rule.id).map_or(0, |(_, index)| *index),
        level: match remark.weight {
            Weight::Error => "error",
            Weight::Warning => "warning",
            Weight::Note => "note",
        },
        message: Message { text: text(&format!("{who}{}", remark.sentence())) },
        locations: [Location {
            physical_location: Physical {
                artifact_location: Artifact { uri: uri(&repository::path(plan, file)) },
                region,
            },
        }],
        partial_fingerprints: Fingerprints { ringform: &remark.fingerprint },
        baseline_state: remark.state.and_then(|state| match state {
            FindingState::New => Some("new"),
            FindingState::Continuing | FindingState::Unread => Some("unchanged"),
            FindingState::Resolved => None,
        }),
        suppressions: remark
            .waived
            .map(|waived| Suppression {
                kind: "external",
                status: "accepted",
                justification: text(&waived_words(waived)),
            })
            .into_iter()
            .collect(),
    }
}
