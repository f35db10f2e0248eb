//! The report of a run before it has clients.
//!
//! Owns who made a report and where the project is on this machine.

use std::fs;

use crate::config::Project;
use crate::model::{Diagnostic, Untrusted};
use crate::plan::{DocumentKind, Plan, Run};
use crate::run::{Environment, NotStarted};

/// A report that says only who made it, and of which project.
pub(in crate::run) fn empty(kind: DocumentKind, project: Option<&Project>, env: &Environment) -> Plan {
    Plan {
        kind,
        ringform_version: env.version.to_owned(),
        project: project.map(|project| Untrusted::new(project.file.clone())).unwrap_or_default(),
        location: location(project, env),
        ..Plan::default()
    }
}

/// Where the project file is on this machine; without a project, the working folder.
fn location(project: Option<&Project>, env: &Environment) -> Untrusted {
    let path = match project {
        Some(project) => project.root.join(&*project.file),
        None => env.folder.clone(),
    };
    let absolute = fs::canonicalize(&path).unwrap_or(path);
    Untrusted::new(absolute.to_string_lossy())
}

/// A run that does not start because of these errors.
pub(in crate::run) fn problems(mut report: Plan, errors: Vec<Diagnostic>, env: &Environment) -> NotStarted {
    report.diagnostics.extend(errors);
    report.run = Run { at: report.run.at, ..env.run_without_requests() };
    NotStarted::Problems(Box::new(report))
}

/// The same, with the commit in the report, so that annotations find their files.
pub(in crate::run) fn problems_at_commit(
    mut report: Plan,
    errors: Vec<Diagnostic>,
    project: &Project,
    env: &Environment,
) -> NotStarted {
    if report.revision.is_none() {
        report.revision = project.revision();
    }
    problems(report, errors, env)
}
