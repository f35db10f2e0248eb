//! Validate: the files, offline, without secrets.

use crate::config;
use crate::model::DeclaredClient;
use crate::plan::drift::unused_waivers;
use crate::plan::{DocumentKind, Plan, Run, guards};
use crate::run::preflight::{BindingRules, floor, is_whole, project, wrong_endpoint};
use crate::run::{Environment, NotStarted, RunRequest};

/// The result of a validation without errors.
#[derive(Debug)]
pub struct Validation {
    /// Its warnings.
    pub report: Plan,
    /// How many documents there are.
    pub documents: usize,
    /// How many files hold them.
    pub files: usize,
}

/// Checks the files.
pub fn validate(request: &RunRequest, env: &Environment) -> Result<Validation, NotStarted> {
    let files = request.project(env);
    let mut loaded = config::load(&files);
    loaded.diagnostics.extend(loaded.project.as_ref().and_then(wrong_endpoint));
    // The readers of a validation may be strangers, as in a pull request of a fork.
    let floor = floor::read(&mut loaded, request.floor.as_deref(), env).without_text();
    let at = request.named_instant(loaded.project.as_ref());
    let (project, mut report) = match project(&mut loaded, DocumentKind::Validation, request.names_commit, env) {
        Ok(ready) => ready,
        Err(NotStarted::Problems(mut report)) => {
            report.run.at = at;
            return Err(NotStarted::Problems(report));
        }
        Err(other) => return Err(other),
    };
    report.run = Run { at, ..env.run_without_requests() };
    if request.names_commit {
        report.revision = project.revision();
    }
    let rules = BindingRules::without_base(&project, floor);
    report.diagnostics.extend(rules.waiver_warnings);
    for declaration in &loaded.declarations {
        report.diagnostics.extend(guards::judge_declared(&rules.guards, declaration));
    }
    if is_whole(&files, &project) {
        let declared: Vec<DeclaredClient> = loaded.declarations.iter().map(DeclaredClient::from).collect();
        report.diagnostics.extend(unused_waivers(&project.waivers, &declared));
    }
    Ok(Validation { report, documents: loaded.documents, files: loaded.files })
}
