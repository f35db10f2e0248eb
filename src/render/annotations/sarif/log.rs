//! SARIF 2.1.0, as code scanning reads it.
//!
//! Owns the limits, the levels and the place of each fact. A result is a changed field, a client that failed or is
//! blocked, or a problem of the files. Its rule and its fingerprint identify it, so it stays the same alert when lines
//! move. Applied changes and resolved findings are not results, because code scanning closes an alert that a run does
//! not report.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::{Diagnostic, Untrusted};
use crate::plan::Plan;
use crate::plan::drift::FindingState;
use crate::render::annotations::annotation::{Annotation, AnnotationLevel, waived_words};
use crate::render::annotations::list::annotations;
use crate::render::annotations::path::path;
use crate::render::annotations::rule::AnnotationRule;
use crate::render::annotations::sarif::schema::*;
use crate::render::escape::{sarif as text, terminal, uri};
use crate::render::json;
use crate::render::wording::numbers::count;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// GitHub refuses a run with more results.
const RESULTS: usize = 25_000;

/// Writes the log: one run, the most severe results first.
pub(in crate::render) fn sarif(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let annotations: Vec<Annotation<'_>> =
        annotations(plan).into_iter().filter(|annotation| !annotation.rule.is_good()).collect();
    let left_out = annotations.len().saturating_sub(RESULTS);
    let shown = &annotations[..annotations.len() - left_out];
    let mut rules: BTreeMap<&str, (AnnotationRule<'_>, usize)> = BTreeMap::new();
    for annotation in shown {
        rules.insert(annotation.rule.id, (annotation.rule, 0));
    }
    for (at, (_, index)) in rules.values_mut().enumerate() {
        *index = at;
    }
    let failed = plan.summary().failed > 0 || plan.diagnostics.iter().any(Diagnostic::is_error);
    let notifications = (left_out > 0).then(|| SarifNotification {
        level: "warning",
        message: SarifMessage { text: format!("And {}, too many for one run.", count(left_out, "more result")) },
    });
    let run = SarifRun {
        automation_details: SarifAutomation { id: category(plan) },
        invocations: [SarifInvocation {
            execution_successful: !failed,
            tool_execution_notifications: notifications.into_iter().collect(),
        }],
        column_kind: "unicodeCodePoints",
        results: shown.iter().map(|annotation| result(plan, annotation, &rules)).collect(),
        tool: SarifTool {
            driver: SarifDriver {
                name: "ringform",
                semantic_version: &plan.ringform_version,
                rules: rules.values().map(|(rule, _)| described(rule)).collect(),
            },
        },
    };
    json::document(&SarifLog { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

/// The category of a run, by project and shard. GitHub replaces the earlier run of the same category, which is the text
/// before the last `/`.
fn category(plan: &Plan) -> String {
    let project = uri(&path(plan, &plan.project));
    let shard = plan.shard.map(|shard| format!("shard-{}-of-{}/", shard.index, shard.count)).unwrap_or_default();
    format!("ringform/{project}/{shard}")
}

fn described(rule: &AnnotationRule<'_>) -> SarifRule {
    let mut tags = vec!["configuration"];
    tags.extend(rule.security.map(|_| "security"));
    SarifRule {
        id: terminal(&rule.id.into()).to_string(),
        short_description: SarifMessage { text: rule.about.to_owned() },
        properties: SarifRuleProperties { tags, security_severity: rule.security },
    }
}

fn result<'r>(
    plan: &Plan,
    annotation: &'r Annotation<'_>,
    rules: &BTreeMap<&str, (AnnotationRule<'_>, usize)>,
) -> SarifResult<'r> {
    let who = annotation.who().map(|who| format!("{}: ", who.raw())).unwrap_or_default();
    // Code scanning requires a place. A result without one gets the project file.
    let file = annotation.place.as_ref().map_or(&plan.project, |place| &place.file);
    let file = if file.is_empty() { Untrusted::from("ringform.yaml") } else { file.clone() };
    let region = annotation.place.as_ref().filter(|_| annotation.has_line).map(|place| SarifRegion {
        // An edited plan file may contain 0.
        start_line: place.line.max(1),
        start_column: place.column.max(1),
    });
    SarifResult {
        rule_id: terminal(&annotation.rule.id.into()).to_string(),
        rule_index: rules.get(annotation.rule.id).map_or(0, |(_, index)| *index),
        level: match annotation.level {
            AnnotationLevel::Error => "error",
            AnnotationLevel::Warning => "warning",
            AnnotationLevel::Note => "note",
        },
        message: SarifMessage { text: text(&format!("{who}{}", annotation.sentence().raw()).into()) },
        locations: [SarifLocation {
            physical_location: SarifPhysicalLocation {
                artifact_location: SarifArtifact { uri: uri(&path(plan, &file)) },
                region,
            },
        }],
        partial_fingerprints: SarifFingerprints { ringform: &annotation.fingerprint },
        baseline_state: annotation.state.and_then(|state| match state {
            FindingState::New => Some("new"),
            FindingState::Continuing | FindingState::Unread => Some("unchanged"),
            FindingState::Resolved => None,
        }),
        suppressions: annotation
            .waived
            .map(|waived| SarifSuppression {
                kind: "external",
                status: "accepted",
                justification: text(&waived_words(waived)),
            })
            .into_iter()
            .collect(),
    }
}
