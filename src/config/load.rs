//! One project and its documents, from a request to declarations.
//!
//! Owns the order of the steps and the list of all problems. A problem of one file must not stop the reading of the
//! others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::batch::{DocumentBatch, duplicates, read_all};
use crate::config::find::names::is_guard_test;
use crate::config::find::outputs::{ProjectInput, RunOutputs, possible_owners};
use crate::config::find::project::{ProjectLocation, ProjectRequest, locate};
use crate::config::find::walk;
use crate::config::git::Repository;
use crate::config::sections::Template;
use crate::config::sections::project::{self, Project};
use crate::config::text::read_text;
use crate::config::yaml::{self, Problems};
use crate::git::GitEnvironment;
use crate::model::{Declaration, Diagnostic, Untrusted};

/// What was loaded.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The project; `None` when it was not found or its file has errors.
    pub project: Option<Project>,
    /// Where the project is, also when its file has errors.
    pub(crate) location: Option<ProjectLocation>,
    /// The repository around the project's folder, also when the project file has errors.
    pub repository: Option<Repository>,
    /// The valid documents, in byte order of their files, then of their order in the file.
    pub declarations: Vec<Declaration>,
    /// Every problem, by file, line and column.
    pub diagnostics: Vec<Diagnostic>,
    /// How many documents there are, valid or not.
    pub documents: usize,
    /// How many files hold them.
    pub files: usize,
    /// The outputs of the run, compared with the files that were read.
    pub(crate) outputs: RunOutputs,
}

impl Loaded {
    /// Whether a problem must be fixed before the first request.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Sorts the problems. A project whose own file has errors is not given out.
    pub(crate) fn complete(mut self) -> Loaded {
        self.diagnostics.sort_by(|one, other| (&one.range, &one.rule).cmp(&(&other.range, &other.rule)));
        let is_broken = |file: &str| {
            let is_of = |one: &Diagnostic| one.range.as_ref().is_some_and(|place| place.file.raw() == file);
            self.diagnostics.iter().any(|one| one.is_error() && is_of(one))
        };
        if self.location.as_ref().is_some_and(|location| is_broken(&location.file)) {
            self.project = None;
        }
        self
    }
}

/// Loads a project and its documents.
pub fn load(request: &ProjectRequest) -> Loaded {
    let mut loaded = read_project(request);
    let (Some(location), Some(project)) = (&loaded.location, &loaded.project) else { return loaded };
    let found = walk::documents(&request.cwd, location, project.documents.as_ref());
    loaded.outputs.compare_documents(&location.root, &found);
    loaded.diagnostics.extend(found.errors);
    loaded.diagnostics.extend(found.warnings);
    loaded.files = found.files.len();
    let read = read_all(&location.root, &found.files, &project.inheritance);
    drop(found.files);
    loaded.documents = read.documents;
    loaded.declarations = read.declarations;
    loaded.diagnostics.extend(read.diagnostics);
    if loaded.documents == 0 && !loaded.has_errors() {
        loaded.diagnostics.push(Diagnostic::error("no-documents", None, "the project has no documents"));
    }
    duplicates(read.claims, &location.root, &mut loaded.diagnostics);
    loaded.complete()
}

/// Loads the project file only.
pub fn load_project(request: &ProjectRequest) -> Loaded {
    read_project(request).complete()
}

/// Loads a project whose file is not written yet: `text` is the ringform.yaml of this folder, which may not exist.
pub fn load_project_text(folder: &Path, text: &str, request: &ProjectRequest) -> Loaded {
    let location = ProjectLocation { root: folder.to_owned(), file: "ringform.yaml".to_owned(), paths: Vec::new() };
    let repository = Repository::around(folder, request.git.clone());
    let mut loaded = Loaded::default();
    read_project_text(text, &location, &repository, request, &mut loaded);
    loaded.repository = Some(repository);
    loaded.location = Some(location);
    loaded.complete()
}

/// The declarations that a text would have as a file of the project, and its problems.
pub fn declarations_of(project: &Project, name: Untrusted, text: &str) -> (Vec<Declaration>, Vec<Diagnostic>) {
    let mut batch = DocumentBatch::default();
    batch.text(name, text, &project.inheritance);
    (batch.declarations, batch.diagnostics)
}

/// The project file of which a file of this real path is a client document or holds guard tests, or would, and which of
/// the two.
pub fn project_of(real: &Path, git: &GitEnvironment) -> Option<(PathBuf, ProjectInput)> {
    if is_guard_test(&real.file_name()?.to_string_lossy()) {
        let (file, _) = possible_owners(real).into_iter().next()?;
        return Some((file, ProjectInput::GuardTest));
    }
    possible_owners(real).into_iter().find_map(|(file, name)| {
        let request = ProjectRequest {
            cwd: file.parent()?.to_owned(),
            project: Some(file.clone()),
            git: git.clone(),
            ..ProjectRequest::default()
        };
        // A project file with errors may mean any document.
        let project = load_project(&request).project;
        let reads = project.is_none_or(|project| project.documents.is_none_or(|globs| globs.find(&name)));
        reads.then_some((file, ProjectInput::Document))
    })
}

/// Finds and reads the project file. A file with errors gives a project too, so that the documents can be checked.
pub(crate) fn read_project(request: &ProjectRequest) -> Loaded {
    let outputs = RunOutputs::of(&request.cwd, &request.outputs);
    let mut loaded = Loaded { outputs, ..Loaded::default() };
    let location = match locate(request) {
        Ok(location) => location,
        Err(errors) => {
            loaded.diagnostics = errors;
            return loaded;
        }
    };
    loaded.outputs.compare(&location.root.join(&location.file), ProjectInput::ProjectFile);
    let repository = Repository::around(&location.root, request.git.clone());
    let name = Untrusted::from(location.file.as_str());
    match read_text(&location.root.join(&location.file), &name) {
        Ok(text) => read_project_text(&text, &location, &repository, request, &mut loaded),
        Err(error) => loaded.diagnostics.push(Diagnostic { line: None, ..*error }),
    }
    loaded.repository = Some(repository);
    loaded.location = Some(location);
    loaded
}

/// Reads the text of a project file.
fn read_project_text(
    text: &str,
    location: &ProjectLocation,
    repository: &Repository,
    request: &ProjectRequest,
    loaded: &mut Loaded,
) {
    let mut problems = Problems::of_project(Untrusted::from(location.file.as_str()), text);
    let documents = yaml::read(text, &mut problems);
    let (root, file) = (location.root.clone(), Arc::from(location.file.as_str()));
    let project = project::read(root, file, repository.clone(), &documents, &request.at, &mut problems);
    let endpoint = project.endpoint.as_ref().map(Template::text).unwrap_or_default();
    if let Some(seed) = endpoint.strip_prefix("sandbox:") {
        loaded.outputs.compare(&location.root.join(seed), ProjectInput::Seed);
    }
    loaded.project = Some(project);
    loaded.diagnostics = problems.into_list();
}
