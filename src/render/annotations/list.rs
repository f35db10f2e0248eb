//! All annotations of a plan or a report in one list, the most severe first.
//!
//! Owns which facts get an annotation, and their order. It knows no format and leaves nothing out; a format that shows
//! fewer counts the others.

use std::collections::BTreeMap;

use crate::model::{Diagnostic, Level, Place, Untrusted};
use crate::plan::{Plan, ReleasedClient};
use crate::render::annotations::annotation::{
    AnnotatedClient, Annotation, AnnotationLevel, AnnotationRank, SENTENCE, fingerprint,
};
use crate::render::annotations::path::path;
use crate::render::annotations::rule::{self, AnnotationRule};
use crate::render::annotations::{client, drift};
use crate::render::escape::cut;
use crate::render::wording::change::MarkBy;

/// Every annotation of a plan or a report, the most severe first, then in the order of the plan.
pub(crate) fn annotations(plan: &Plan) -> Vec<Annotation<'_>> {
    let report = plan.run.drift.as_ref();
    let findings = drift::index(report);
    let mut list = problems(&plan.diagnostics);
    for one in &plan.clients {
        client::annotations(one, MarkBy::of(plan), &findings, &mut list);
    }
    list.extend(report.into_iter().flat_map(drift::annotations));
    list.extend(plan.released_clients.iter().map(|one| released(one, &plan.project)));
    // One repository may hold two projects that declare the same client.
    let project = path(plan, &plan.project);
    for annotation in &mut list {
        annotation.fingerprint = fingerprint(&["project", project.raw(), &annotation.fingerprint]);
    }
    // Sorting is stable.
    list.sort_by_key(|annotation| (annotation.level, annotation.rank));
    list
}

/// Problems of the files and warnings of guards. Their fingerprint counts those of one rule in one file, because a
/// summary may quote a value.
fn problems(list: &[Diagnostic]) -> Vec<Annotation<'_>> {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut annotations = Vec::with_capacity(list.len());
    for one in list {
        let file = one.range.as_ref().map_or("", |range| range.file.raw());
        let nth = seen.entry((&one.rule, file)).or_default();
        *nth += 1;
        let help = one.help.as_ref().map(|help| format!("; {}", cut(help, SENTENCE).raw())).unwrap_or_default();
        annotations.push(Annotation {
            level: if one.severity == Level::Error { AnnotationLevel::Error } else { AnnotationLevel::Warning },
            // A warning of the files comes last, because it is the first that a limit may leave out.
            rank: if one.is_error() { AnnotationRank::Problem } else { AnnotationRank::Rest },
            rule: AnnotationRule::of_diagnostic(&one.rule),
            client: None,
            credentials: None,
            name: None,
            field: None,
            message: format!("{}{help}", cut(&one.summary, SENTENCE).raw()).into(),
            place: one.range.clone(),
            has_line: true,
            state: None,
            first_seen: None,
            waived: None,
            fingerprint: fingerprint(&["file", file, &one.rule, &nth.to_string()]),
        });
    }
    annotations
}

/// A client whose document was removed. Its file is not in this work tree any more; the ledger names none, so the
/// project file takes its place.
fn released<'p>(released: &'p ReleasedClient, project: &Untrusted) -> Annotation<'p> {
    let source = released.source.clone().unwrap_or_else(|| Place::new(project.clone(), 1, 1));
    let who = AnnotatedClient { client: released.client_id, credentials: released.credentials.as_deref(), name: None };
    let message = "the client is no longer declared and left as it is".into();
    let annotation =
        who.annotation(AnnotationLevel::Note, AnnotationRank::Rest, rule::RELEASED, None, message, &source);
    Annotation { has_line: false, ..annotation }
}
