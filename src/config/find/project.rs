//! Which project: the one file that the paths of a run belong to.
//!
//! Owns the meaning of PATH and `--project`, and the errors when no project is found. It opens no file.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::config::find::names::{PROJECT, is_project};
use crate::git::GitEnvironment;
use crate::model::{Diagnostic, RunInstant};

/// The next step for a path that cannot be read.
const CHECK_PATH: &str = "check the PATH and its permissions";

/// What to load.
#[derive(Clone, Debug, Default)]
pub struct ProjectRequest {
    /// The working folder; absolute.
    pub cwd: PathBuf,
    /// Project folders, folders inside one, or single files; none means the working folder.
    pub paths: Vec<PathBuf>,
    /// The project file to use where there are several.
    pub project: Option<PathBuf>,
    /// What git runs with.
    pub git: GitEnvironment,
    /// The files that the run is about to write.
    pub outputs: Vec<PathBuf>,
    /// The instant that dated settings are judged at.
    pub at: RunInstant,
}

/// A project file that was found, and the paths that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectLocation {
    pub(crate) root: PathBuf,
    pub(crate) file: String,
    /// Where documents are looked for: all at or below `root` as it is spelt, unless a link leads out of it.
    pub(crate) paths: Vec<PathBuf>,
}

/// Finds the one project file that the paths belong to, at each path and then upwards.
pub(crate) fn locate(request: &ProjectRequest) -> Result<ProjectLocation, Vec<Diagnostic>> {
    if let Some(named) = request.project.as_deref().filter(|named| named.components().count() > 1) {
        return at_its_place(request, named);
    }
    let mut found: Option<ProjectLocation> = None;
    let mut errors = Vec::new();
    for path in paths(request) {
        let shown = self::shown(&request.cwd, &path);
        let folder = match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => path.clone(),
            Ok(_) => path.parent().map(Path::to_owned).unwrap_or_else(|| PathBuf::from("/")),
            Err(error) => {
                let summary = format!("{shown} cannot be read: {}", crate::model::io_cause(&error));
                errors.push(Diagnostic::error("unreadable", None, summary).help(CHECK_PATH.to_owned()));
                continue;
            }
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // A project file as PATH means itself, whatever other project files its folder has.
        let itself = (folder != path && is_project(&name)).then(|| (folder.clone(), name.into_owned()));
        let this = itself.or_else(|| upwards(&folder, request.project.as_deref()));
        let wanted = request.project.as_deref().map(file_name);
        match (this, &mut found) {
            (Some((root, file)), None) if wanted.as_ref().is_none_or(|wanted| *wanted == file) => {
                found = Some(ProjectLocation { root, file, paths: vec![path] });
            }
            (Some((root, file)), Some(first)) if first.file == file && same_folder(&first.root, &root) => {
                // One folder can be spelt in two ways when links lead to it; the first spelling counts.
                let below = path.strip_prefix(&root).map(Path::to_owned).unwrap_or_default();
                first.paths.push(if below.as_os_str().is_empty() {
                    first.root.clone()
                } else {
                    first.root.join(below)
                });
            }
            (Some((root, file)), first) => {
                let this = root.join(file).display().to_string();
                let other = first.as_ref().map(|first| first.root.join(&first.file).display().to_string());
                let other = other.or(wanted).unwrap_or_default();
                let summary = format!("the paths belong to two projects: {other} and {this}");
                let error = Diagnostic::error("ambiguous-project", None, summary);
                errors.push(error.help("run once for each".to_owned()));
            }
            (None, _) => errors.push(no_project(request, &folder, &shown)),
        }
    }
    match (errors.is_empty(), found) {
        (true, Some(found)) => Ok(found),
        (_, _) => Err(errors),
    }
}

/// The project file that is named with its folder. Without paths it means its whole project, from any working folder.
fn at_its_place(request: &ProjectRequest, named: &Path) -> Result<ProjectLocation, Vec<Diagnostic>> {
    let folder = lexical(&request.cwd.join(named.parent().unwrap_or(Path::new(""))));
    let file = file_name(named);
    if !is_there(&folder.join(&file)) {
        let shown = self::shown(&request.cwd, &folder.join(&file));
        return Err(vec![
            Diagnostic::error("no-project", None, format!("the project file {shown} does not exist"))
                .help("check the path after --project".to_owned()),
        ]);
    }
    let mut found = ProjectLocation { root: folder, file, paths: Vec::new() };
    if request.paths.is_empty() {
        let here = request.cwd.starts_with(&found.root);
        found.paths.push(if here { request.cwd.clone() } else { found.root.clone() });
        return Ok(found);
    }
    let root = fs::canonicalize(&found.root).unwrap_or_else(|_| found.root.clone());
    for path in paths(request) {
        let shown = self::shown(&request.cwd, &path);
        let real = match fs::canonicalize(&path) {
            Ok(real) => real,
            Err(error) => {
                let summary = format!("{shown} cannot be read: {}", crate::model::io_cause(&error));
                return Err(vec![Diagnostic::error("unreadable", None, summary).help(CHECK_PATH.to_owned())]);
            }
        };
        match (path.starts_with(&found.root), real.strip_prefix(&root)) {
            (true, _) => found.paths.push(path),
            (false, Ok(below)) => found.paths.push(found.root.join(below)),
            (false, Err(_)) => {
                let summary = format!("{shown} is not part of the project {}", found.root.join(&found.file).display());
                return Err(vec![Diagnostic::error("ambiguous-project", None, summary)]);
            }
        }
    }
    Ok(found)
}

fn same_folder(one: &Path, other: &Path) -> bool {
    one == other || matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether a run in this folder belongs to no project: no project file is here or above, and the request names none.
pub fn is_outside_of_projects(request: &ProjectRequest) -> bool {
    request.project.is_none() && upwards(&request.cwd, None).is_none() && project_files(&request.cwd).is_empty()
}

/// The project files of a folder, those with a name of their own too.
fn project_files(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<String> =
        files.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| is_project(name)).collect();
    files.sort();
    files
}

fn no_project(request: &ProjectRequest, folder: &Path, shown: &str) -> Diagnostic {
    if let Some(named) = &request.project {
        let summary = format!("{shown} and the folders above it have no project file {}", file_name(named));
        return Diagnostic::error("no-project", None, summary).help("check the name after --project".to_owned());
    }
    let others = project_files(folder);
    let help = match others.is_empty() {
        true => {
            "run in the folder of a project, name it as PATH or with --project, or write a new one with `ringform init`"
                .to_owned()
        }
        false => format!("name one of them with --project: {}", others.join(", ")),
    };
    Diagnostic::error("no-project", None, format!("{shown} and the folders above it have no {PROJECT}")).help(help)
}

/// The folder and the name of the next project file upwards.
fn upwards(folder: &Path, named: Option<&Path>) -> Option<(PathBuf, String)> {
    let file = named.map_or_else(|| PROJECT.to_owned(), file_name);
    let root = folder.ancestors().find(|folder| is_there(&folder.join(&file)))?;
    Some((root.to_owned(), file))
}

/// Whether a project file exists here. A link that leads nowhere counts too: it is an error to report, not a file to
/// skip.
fn is_there(file: &Path) -> bool {
    fs::symlink_metadata(file).is_ok() && !file.is_dir()
}

/// `staging` and `staging.ringform.yaml` mean the same file.
fn file_name(named: &Path) -> String {
    let name = named.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if is_project(&name) { name } else { format!("{name}.{PROJECT}") }
}

/// The paths of the request, absolute and without `.` and `..`; the working folder when there are none.
fn paths(request: &ProjectRequest) -> Vec<PathBuf> {
    match request.paths.is_empty() {
        true => vec![request.cwd.clone()],
        false => request.paths.iter().map(|path| lexical(&request.cwd.join(path))).collect(),
    }
}

/// The path without `.` and `..`. A `..` behind a link is asked of the file system, where it means something else.
fn lexical(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if clean.is_symlink() {
                    clean = fs::canonicalize(&clean).unwrap_or(clean);
                }
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

pub(crate) fn shown(cwd: &Path, path: &Path) -> String {
    let shown = path.strip_prefix(cwd).unwrap_or(path);
    if shown.as_os_str().is_empty() { ".".to_owned() } else { shown.display().to_string() }
}
