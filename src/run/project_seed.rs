//! The seed that a project's simulator starts from.
//!
//! Owns the way from a project to the seed and to the changes that earlier runs stored. It starts no simulator.

use std::path::PathBuf;

use crate::config;
use crate::plan::DocumentKind;
use crate::run::preflight::{EndpointChoice, Target, problems, project};
use crate::run::session::simulator_state;
use crate::run::{ConnectionOptions, Environment, FileOptions, NotStarted};

/// The simulator of a project.
#[derive(Debug, PartialEq, Eq)]
pub struct ProjectSeed {
    /// The seed.
    pub seed: PathBuf,
    /// The file that holds the changes.
    pub state: PathBuf,
}

/// The simulator that the endpoint of a project names; `None`: the endpoint is an API.
pub fn project_seed(files: &FileOptions, env: &Environment) -> Result<Option<ProjectSeed>, NotStarted> {
    let mut loaded = config::load_project(&files.request(env));
    let (project, report) = project(&mut loaded, DocumentKind::Validation, false, env)?;
    let connection = ConnectionOptions::default();
    match EndpointChoice::new(&connection, env).target(&project) {
        Ok(Target::Simulator { seed, .. }) => {
            Ok(Some(ProjectSeed { state: simulator_state(&project.root, &seed), seed }))
        }
        Ok(Target::Api(_)) => Ok(None),
        Err(errors) => Err(problems(report, errors, env)),
    }
}
