//! The project of a run that needs no documents, or that reads all of them without a selection.
//!
//! Owns the rule that a project with errors starts no run.

use crate::config::{Loaded, Project, ProjectInput, Repository};
use crate::plan::{DocumentKind, Plan};
use crate::run::preflight::endpoint::seed;
use crate::run::preflight::helpers::named_by_commands;
use crate::run::preflight::report;
use crate::run::{Environment, NotStarted};

/// The loaded project with the report so far, or the report that names its errors. `names_commit` says whether that
/// report names the commit too.
pub(in crate::run) fn project(
    loaded: &mut Loaded,
    kind: DocumentKind,
    names_commit: bool,
    env: &Environment,
) -> Result<(Project, Plan), NotStarted> {
    // This comes before all problems: their report would be written into the file.
    if let Some(seed) = loaded.project.as_ref().and_then(|project| seed(project, &env.variables)) {
        loaded.outputs.compare(&seed, ProjectInput::Seed);
    }
    let has_outputs = !loaded.outputs.is_empty();
    let commands = loaded.project.iter().filter(|_| has_outputs);
    for helper in commands.flat_map(|project| named_by_commands(project, env)).filter(|helper| helper.exists()) {
        loaded.outputs.compare(&helper, ProjectInput::Helper);
    }
    if let Some(clash) = loaded.outputs.clash() {
        return Err(NotStarted::OutputIsInput(clash));
    }
    let failed = loaded.has_errors();
    let mut report = report::empty(kind, loaded.project.as_ref(), env);
    report.diagnostics = std::mem::take(&mut loaded.diagnostics);
    if let Some(project) = loaded.project.take_if(|_| !failed) {
        return Ok((project, report));
    }
    if names_commit {
        report.revision = loaded.repository.as_ref().and_then(Repository::revision);
    }
    Err(report::problems(report, Vec::new(), env))
}
