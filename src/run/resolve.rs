//! Resolve: the effective declarations, offline.

use jiff::Timestamp;

use crate::config;
use crate::model::{Declaration, Untrusted, Waiver};
use crate::plan::DocumentKind;
use crate::run::preflight::{narrow, project};
use crate::run::{Environment, Listener, NotStarted, RunEvent, RunRequest};

/// The selected declarations and what dates them.
#[derive(Clone, Debug)]
pub struct ResolvedProject {
    /// The project file, relative to its folder.
    pub project: Untrusted,
    /// The declarations, in the order of their files.
    pub declarations: Vec<Declaration>,
    /// All waivers of the project.
    pub waivers: Vec<Waiver>,
    /// The instant of the run.
    pub at: Timestamp,
}

/// Loads the files and selects.
pub fn resolve(request: &RunRequest, env: &Environment, listener: &Listener) -> Result<ResolvedProject, NotStarted> {
    let mut loaded = config::load(&request.project(env));
    narrow(&mut loaded, &request.selection);
    let (project, report) = project(&mut loaded, DocumentKind::Validation, false, env)?;
    listener(RunEvent::Warnings(report.diagnostics));
    Ok(ResolvedProject {
        project: report.project,
        declarations: loaded.declarations,
        waivers: project.waivers,
        at: project.at,
    })
}
