//! One project and its guard tests, from a request to cases.
//!
//! Owns the reading of the files. A problem of one file must not stop the reading of the others.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::find::project::ProjectRequest;
use crate::config::find::walk;
use crate::config::load::{Loaded, read_project};
use crate::config::sections::guard_case;
use crate::config::text::read_text;
use crate::config::yaml::{self, Problems};
use crate::model::{Diagnostic, GuardCase};

/// A project with its guard tests.
#[derive(Debug)]
pub struct GuardTests {
    /// The project and every problem. It has no declarations.
    pub loaded: Loaded,
    /// The valid cases, in byte order of their files, then of their order in the file.
    pub cases: Vec<GuardCase>,
}

/// Loads the project file and the guard tests at or below the paths; no client document is read.
pub fn load_guard_tests(request: &ProjectRequest) -> GuardTests {
    let mut loaded = read_project(request);
    let mut cases = Vec::new();
    if let (Some(location), Some(project)) = (&loaded.location, &loaded.project) {
        let guards: BTreeSet<Arc<str>> = project.guards.iter().map(|guard| guard.name.clone()).collect();
        // A project file with errors may lack guards only because they are not valid.
        let guards = (!loaded.has_errors()).then_some(&guards);
        let found = walk::guard_tests(&request.cwd, location);
        loaded.diagnostics.extend(found.errors);
        loaded.files = found.files.len();
        for file in &found.files {
            match read_text(&file.path(&location.root), &file.name) {
                Ok(text) => {
                    let mut problems = match file.is_outside {
                        true => Problems::of_outside(file.name.clone(), &text),
                        false => Problems::of_documents(file.name.clone(), &text),
                    };
                    let documents = yaml::read(&text, &mut problems);
                    cases.extend(guard_case::read(&documents, guards, &project.zone, &mut problems));
                    loaded.diagnostics.extend(problems.into_list());
                }
                Err(mut error) => {
                    error.line = error.line.filter(|_| !file.is_outside);
                    loaded.diagnostics.push(*error);
                }
            }
        }
        if cases.is_empty() && !loaded.has_errors() {
            let help = "write `- {name: …, live: {…}, declared: {…}, expect: deny}`, one a case";
            let error = Diagnostic::error("bad-guard-test", None, "the guard test files hold no case");
            loaded.diagnostics.push(error.help(help.to_owned()));
        }
    }
    GuardTests { loaded: loaded.complete(), cases }
}
