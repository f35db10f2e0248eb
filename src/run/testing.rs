//! An environment for tests: a fixed time, fixed variables and no chance.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;

use crate::api::Shutdown;
use crate::config::{self, GitEnvironment, Project, ProjectRequest};
use crate::run::environment::{Clock, Environment, Variables};

fn timestamp() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// An environment with these variables, in the system's folder for temporary files.
pub(super) fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Environment {
        folder: std::env::temp_dir(),
        variables: Variables::from_iter(variables),
        git: GitEnvironment::default(),
        clock: Clock { started_at: timestamp(), started: Instant::now(), timestamp, instant: Instant::now },
        random_seed: 7,
        version: "0.0.0",
        shutdown: Shutdown::new(),
        persist: |path, bytes| std::fs::write(path, bytes),
    }
}

/// The project of this text, in a folder of its own.
pub(super) fn project(folder: &Path, text: &str) -> Project {
    std::fs::write(folder.join("ringform.yaml"), text).unwrap();
    let request = ProjectRequest { cwd: folder.to_owned(), ..ProjectRequest::default() };
    let loaded = config::load_project(&request);
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    loaded.project.unwrap()
}
