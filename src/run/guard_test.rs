//! Guard test: the verdict of the project's guards on the cases of a team, offline.

use crate::config;
use crate::plan::DocumentKind;
use crate::plan::guard_test::{GuardCaseResult, judge_case};
use crate::run::preflight::project;
use crate::run::{Environment, FileOptions, NotStarted};

/// The result of a test run.
#[derive(Debug)]
pub struct GuardTestOutcome {
    /// Every case, in byte order of the files, then of their order in the file.
    pub cases: Vec<GuardCaseResult>,
    /// How many files hold them.
    pub files: usize,
}

impl GuardTestOutcome {
    /// How many cases did not give the expected verdict.
    pub fn failed(&self) -> usize {
        self.cases.iter().filter(|case| !case.passed).count()
    }
}

/// Judges every case of the guard test files.
pub fn guard_test(files: &FileOptions, env: &Environment) -> Result<GuardTestOutcome, NotStarted> {
    let mut tests = config::load_guard_tests(&files.request(env));
    let (project, _) = project(&mut tests.loaded, DocumentKind::Validation, false, env)?;
    let cases = tests.cases.iter().map(|case| judge_case(&project.guards, case)).collect();
    Ok(GuardTestOutcome { cases, files: tests.loaded.files })
}
