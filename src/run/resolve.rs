//! Resolve: the effective declarations, offline.

use crate::config;
use crate::model::Declaration;
use crate::plan::DocumentKind;
use crate::run::preflight::{narrow, project};
use crate::run::{Environment, Listener, NotStarted, RunEvent, RunRequest};

/// The selected declarations, in the order of their files.
pub fn resolve(request: &RunRequest, env: &Environment, listener: &Listener) -> Result<Vec<Declaration>, NotStarted> {
    let mut loaded = config::load(&request.project(env));
    narrow(&mut loaded, &request.selection);
    let (_, report) = project(&mut loaded, DocumentKind::Validation, false, env)?;
    listener(RunEvent::Warnings(report.diagnostics));
    Ok(loaded.declarations)
}
