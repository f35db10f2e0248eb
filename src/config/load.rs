//! One project and its documents, from a request to declarations.
//!
//! Owns the order of the steps and the list of all problems. A problem of one file must not stop the reading of the others.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::batch::{duplicates, read_all};
use crate::config::find::project::{self as discover, ProjectRequest};
use crate::config::find::walk;
use crate::config::sections::project::{self, Project};
use crate::config::text::read_text;
use crate::config::yaml::{self, Problems};
use crate::model::{Declaration, Diagnostic, Untrusted};

/// What was loaded.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The project; `None` when there is none or its file has errors.
    pub project: Option<Project>,
    /// The project's folder, also when its file has errors.
    pub root: Option<PathBuf>,
    /// The valid documents, in byte order of their files, then of their order in the file.
    pub declarations: Vec<Declaration>,
    /// Every problem, by file, line and column.
    pub diagnostics: Vec<Diagnostic>,
    /// How many documents there are, valid or not.
    pub documents: usize,
    /// How many files they stand in.
    pub files: usize,
}

impl Loaded {
    /// Whether anything must be mended before a request may be made.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Loads a project and its documents.
pub fn load(request: &ProjectRequest) -> Loaded {
    let (mut loaded, found) = project_of(request);
    let (Some(found), Some(project)) = (found, &loaded.project) else { return loaded };
    let (files, errors) = walk::documents(&request.cwd, &found, project.documents.as_ref());
    loaded.diagnostics.extend(errors);
    loaded.files = files.len();
    let read = read_all(&found.root, &files, &project.inheritance);
    drop(files);
    loaded.documents = read.documents;
    loaded.declarations = read.declarations;
    loaded.diagnostics.extend(read.diagnostics);
    if loaded.documents == 0 && !loaded.has_errors() {
        loaded.diagnostics.push(Diagnostic::error("no-documents", None, "there is no document to work on"));
    }
    duplicates(read.claims, &found.root, &mut loaded.diagnostics);
    sort(&mut loaded.diagnostics);
    if loaded.diagnostics.iter().any(|one| one.is_error() && is_of(one, &found.file)) {
        loaded.project = None;
    }
    loaded
}

/// Loads the project file alone.
pub fn load_project(request: &ProjectRequest) -> Loaded {
    let (mut loaded, found) = project_of(request);
    sort(&mut loaded.diagnostics);
    if found.is_some_and(|found| loaded.diagnostics.iter().any(|one| one.is_error() && is_of(one, &found.file))) {
        loaded.project = None;
    }
    loaded
}

fn is_of(diagnostic: &Diagnostic, file: &str) -> bool {
    diagnostic.range.as_ref().is_some_and(|place| place.file.raw() == file)
}

fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|one, other| (&one.range, &one.rule).cmp(&(&other.range, &other.rule)));
}

/// Finds and reads the project file. The project is there even when it has errors, so that the documents can be checked too.
fn project_of(request: &ProjectRequest) -> (Loaded, Option<discover::ProjectLocation>) {
    let mut loaded = Loaded::default();
    let found = match discover::project(request) {
        Ok(found) => found,
        Err(errors) => {
            loaded.diagnostics = errors;
            return (loaded, None);
        }
    };
    loaded.root = Some(found.root.clone());
    let name = Untrusted::from(found.file.as_str());
    match read_text(&found.root.join(&found.file), &name) {
        Ok(text) => {
            let mut problems = Problems::of_project(name, &text);
            let documents = yaml::read(&text, &mut problems);
            let file = Arc::from(found.file.as_str());
            loaded.project = Some(project::read(found.root.clone(), file, &documents, &mut problems));
            loaded.diagnostics = problems.into_list();
        }
        Err(error) => loaded.diagnostics.push(Diagnostic { line: None, ..*error }),
    }
    (loaded, Some(found))
}
