//! Outputs of a run that are files of a project.
//!
//! Owns the comparison of an output with what a run reads, and the question whether a path is that of a client document.
//! It must not know formats or flags.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::find::names::{PROJECT, is_document, is_guard_test, is_project};
use crate::config::find::walk::WalkedDocuments;
use crate::files::FileIdentity;

/// What a file is for a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectInput {
    /// The project file.
    ProjectFile,
    /// A client document.
    Document,
    /// The seed of the simulator.
    Seed,
    /// A file of guard tests.
    GuardTest,
    /// A file that the command of a credential names: its program or an argument.
    Helper,
}

/// An output that the run reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputClash {
    /// The output, as the request names it.
    pub output: PathBuf,
    /// What it is for the project.
    pub input: ProjectInput,
}

/// The outputs of a run, and the first of them that the run reads.
#[derive(Debug, Default)]
pub(crate) struct RunOutputs {
    outputs: Vec<(PathBuf, FileIdentity)>,
    clash: Option<OutputClash>,
}

impl RunOutputs {
    /// The outputs of these names. What cannot be followed is an error of its own.
    pub(crate) fn of(cwd: &Path, names: &[PathBuf]) -> RunOutputs {
        let identified = names.iter().filter_map(|name| Some((name.clone(), FileIdentity::of(&cwd.join(name))?)));
        RunOutputs { outputs: identified.collect(), clash: None }
    }

    /// Whether the run writes no file.
    pub(crate) fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Compares with one file that the run reads.
    pub(crate) fn compare(&mut self, file: &Path, input: ProjectInput) {
        if self.outputs.is_empty() || self.clash.is_some() {
            return;
        }
        let Some(file) = FileIdentity::of(file) else { return };
        let found = self.outputs.iter().find(|(_, output)| output.is(&file));
        self.clash = found.map(|(output, _)| OutputClash { output: output.clone(), input });
    }

    /// Compares with the documents. Only links and files of several names need a look at each document.
    pub(crate) fn compare_documents(&mut self, root: &Path, found: &WalkedDocuments) {
        if self.outputs.is_empty() || self.clash.is_some() {
            return;
        }
        let real_root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let is_named = |output: &FileIdentity| {
            let name = output.real().strip_prefix(&real_root).ok().and_then(Path::to_str);
            name.is_some_and(|name| found.files.binary_search_by(|file| file.name.raw().cmp(name)).is_ok())
        };
        let may_be_linked = |output: &FileIdentity| output.exists() && (found.links || output.has_more_names());
        let is_reached = |output: &FileIdentity| found.files.iter().any(|file| output.is_at(&file.path(root)));
        let is_document = |output: &FileIdentity| is_named(output) || (may_be_linked(output) && is_reached(output));
        let clash = self.outputs.iter().find(|(_, output)| is_document(output));
        self.clash = clash.map(|(output, _)| OutputClash { output: output.clone(), input: ProjectInput::Document });
    }

    /// The first output that the run reads.
    pub(crate) fn clash(&self) -> Option<OutputClash> {
        self.clash.clone()
    }
}

/// The project files that may take a file of this real path for a document or for guard tests, the nearest first, each
/// with the name of the file below its folder. `documents:` of each is the caller's to judge.
pub(crate) fn possible_owners(real: &Path) -> Vec<(PathBuf, PathBuf)> {
    let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let mut owners = Vec::new();
    let is_read = |name: &str| is_document(name) || is_guard_test(name);
    if !real.file_name().is_some_and(|name| is_read(&name.to_string_lossy())) || is_hidden(real) {
        return owners;
    }
    for folder in real.ancestors().skip(1) {
        let Ok(below) = real.strip_prefix(folder) else { break };
        let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut files: Vec<PathBuf> = files.filter(|file| is_project_at(file)).collect();
        files.sort();
        // A folder with a ringform.yaml is no part of the projects above it.
        let is_end = files.iter().any(|file| file.file_name().is_some_and(|name| name == PROJECT));
        owners.extend(files.into_iter().map(|file| (file, below.to_owned())));
        if is_end || is_hidden(folder) {
            break;
        }
    }
    owners
}

fn is_project_at(file: &Path) -> bool {
    file.file_name().is_some_and(|name| is_project(&name.to_string_lossy())) && !file.is_dir()
}
