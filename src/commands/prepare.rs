//! What plan, apply and drift have in common before the first request: files, selection, connection.
//!
//! Owns the order of these checks and the report that stands for a run that did not begin.

use std::fs;
use std::path::PathBuf;

use ringform::api::Stop;
use ringform::config::{self, Project};
use ringform::model::{Declaration, Untrusted};
use ringform::plan::Plan;
use ringform::plan::since::Known;

use crate::cli::{Connect, Files, Select};
use crate::commands::setup::{self, Session};

/// Everything that is needed to read.
pub(crate) struct Prepared {
    /// The project.
    pub project: Project,
    /// Every client of the documents that were found, selected or not.
    pub declared: Vec<Known>,
    /// Whether the documents that were found are all of the project, and not those of a PATH inside it.
    pub whole: bool,
    /// The selected declarations.
    pub declarations: Vec<Declaration>,
    /// The connection.
    pub session: Session,
    /// The report so far: everything but clients and run.
    pub report: Plan,
}

/// A report that holds nothing but problems.
pub(crate) type Refused = Box<Plan>;

/// Loads, selects and connects. `Err` is the report of a run that did not begin; its diagnostics say why.
pub(crate) async fn prepare(
    files: &Files,
    select: &Select,
    connect: &Connect,
    stop: &Stop,
) -> anyhow::Result<Result<Prepared, Refused>> {
    let request = setup::request(files)?;
    let mut loaded = config::load(&request);
    let declared = loaded.declarations.iter().map(Known::from).collect();
    setup::narrow(&mut loaded, select);
    let failed = loaded.has_errors();
    let mut report = empty(loaded.project.as_ref());
    report.shard = select.shard;
    report.diagnostics = loaded.diagnostics;
    let project = match loaded.project {
        Some(project) if !failed => project,
        Some(_) | None => {
            report.revision = loaded.root.as_deref().and_then(config::revision);
            return Ok(Err(Box::new(report)));
        }
    };
    let names = setup::used(&loaded.declarations);
    match setup::connect(&project, names.into_iter(), connect, stop).await {
        Ok(session) => {
            report.endpoint = session.endpoint.clone();
            let whole = setup::is_whole(&request, &project);
            Ok(Ok(Prepared { project, declared, whole, declarations: loaded.declarations, session, report }))
        }
        Err(errors) => {
            report.diagnostics.extend(errors);
            report.revision = config::revision(&project.root);
            Ok(Err(Box::new(report)))
        }
    }
}

/// A report with nothing in it but who made it.
pub(crate) fn empty(project: Option<&Project>) -> Plan {
    Plan {
        ringform_version: env!("CARGO_PKG_VERSION").to_owned(),
        project: project.map(|project| Untrusted::new(project.file.clone())).unwrap_or_default(),
        location: location(project),
        ..Plan::default()
    }
}

/// Where the project file is on this machine; where no project was found, the folder in which it was looked for.
fn location(project: Option<&Project>) -> Untrusted {
    let path = match project {
        Some(project) => project.root.join(&*project.file),
        None => PathBuf::from("."),
    };
    let absolute = fs::canonicalize(&path).unwrap_or(path);
    Untrusted::new(absolute.to_string_lossy())
}
