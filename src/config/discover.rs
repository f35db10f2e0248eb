//! Which files: the project file and the documents below it.
//!
//! Owns the walk and its rules: hidden files, other projects and backups are no documents, links are followed, and a file reached
//! twice counts once. It opens no document.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use globset::GlobSet;
use ignore::WalkBuilder;

use crate::config::Request;
use crate::model::{Diagnostic, Place, Untrusted};

/// The name of the project file.
pub(super) const PROJECT: &str = "ringform.yaml";

/// A project file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) root: PathBuf,
    pub(super) file: String,
}

/// Finds the one project file that the paths belong to, at each path and then upwards.
pub(super) fn project(request: &Request) -> Result<Found, Vec<Diagnostic>> {
    let mut found: Option<Found> = None;
    let mut errors = Vec::new();
    for path in paths(request) {
        let shown = request_path(request, &path);
        let folder = match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => path.clone(),
            Ok(_) => path.parent().map(Path::to_owned).unwrap_or_else(|| PathBuf::from("/")),
            Err(error) => {
                let summary = format!("{shown} cannot be read: {}", plain(&error));
                errors.push(Diagnostic::error("unreadable", None, summary));
                continue;
            }
        };
        match (upwards(&folder, request.project.as_deref()), &found) {
            (Some(this), None) => found = Some(this),
            (Some(this), Some(other)) if this == *other => {}
            (Some(this), Some(other)) => {
                let summary = format!(
                    "the paths belong to two projects: {} and {}",
                    other.root.join(&other.file).display(),
                    this.root.join(&this.file).display()
                );
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

fn no_project(request: &Request, folder: &Path, shown: &str) -> Diagnostic {
    if let Some(named) = &request.project {
        let summary = format!("there is no project file {} at {shown} or above", file_name(named));
        return Diagnostic::error("no-project", None, summary);
    }
    let others = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut others: Vec<String> =
        others.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| is_project(name)).collect();
    others.sort();
    let help = match others.is_empty() {
        true => "write a ringform.yaml with the endpoint in it".to_owned(),
        false => format!("name one of them with --project: {}", others.join(", ")),
    };
    Diagnostic::error("no-project", None, format!("there is no {PROJECT} at {shown} or above")).help(help)
}

fn upwards(folder: &Path, named: Option<&Path>) -> Option<Found> {
    if let Some(path) = named.filter(|path| path.components().count() > 1) {
        let root = path.parent()?.to_owned();
        return path.is_file().then(|| Found { root, file: file_name(path) });
    }
    let file = named.map_or_else(|| PROJECT.to_owned(), file_name);
    let root = folder.ancestors().find(|folder| folder.join(&file).is_file())?;
    Some(Found { root: root.to_owned(), file })
}

/// `staging` and `staging.ringform.yaml` mean the same file.
fn file_name(named: &Path) -> String {
    let name = named.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if is_project(&name) { name } else { format!("{name}.{PROJECT}") }
}

/// Whether a file is a project file, this one's or another's.
fn is_project(name: &str) -> bool {
    name == PROJECT || name.strip_suffix(PROJECT).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// The paths of the request, absolute and without `.` and `..`; the working folder when there are none.
fn paths(request: &Request) -> Vec<PathBuf> {
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

fn request_path(request: &Request, path: &Path) -> String {
    let shown = path.strip_prefix(&request.cwd).unwrap_or(path);
    if shown.as_os_str().is_empty() { ".".to_owned() } else { shown.display().to_string() }
}

/// A document file: where it is and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) name: String,
}

/// Finds the document files below the paths, in byte order of their project-relative names.
pub(super) fn documents(request: &Request, found: &Found, globs: Option<&GlobSet>) -> (Vec<File>, Vec<Diagnostic>) {
    let mut walk = Walk { root: &found.root, globs, files: BTreeMap::new(), links: false, errors: Vec::new() };
    for path in paths(request) {
        if path.is_dir() {
            let before = walk.files.len();
            walk.folder(&path);
            if walk.files.len() == before && walk.errors.is_empty() && walk.none_below(&path) {
                let summary = format!("there is no document in {}", request_path(request, &path));
                walk.errors.push(Diagnostic::error("no-documents", None, summary).help(
                    "documents are the *.yaml and *.yml files below a project; see also `documents:` in ringform.yaml".to_owned(),
                ));
            }
        } else if is_project(&path.file_name().unwrap_or_default().to_string_lossy()) {
            // The project file as PATH means its project.
            walk.folder(&found.root);
        } else {
            walk.file(&path);
        }
    }
    let Walk { files, links, errors, .. } = walk;
    let mut files: Vec<File> = files.into_iter().map(|(name, path)| File { path, name }).collect();
    if links {
        let mut seen = BTreeSet::new();
        files.retain(|file| seen.insert(fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone())));
    }
    (files, errors)
}

struct Walk<'a> {
    root: &'a Path,
    globs: Option<&'a GlobSet>,
    files: BTreeMap<String, PathBuf>,
    links: bool,
    errors: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path) {
        self.links |= folder.is_symlink();
        let top = folder.to_owned();
        let mut walker = WalkBuilder::new(folder);
        walker.standard_filters(false).hidden(true).follow_links(true);
        walker.filter_entry(move |entry| {
            let is_other_project = entry.file_type().is_some_and(|kind| kind.is_dir())
                && entry.path() != top
                && entry.path().join(PROJECT).is_file();
            !is_other_project
        });
        for entry in walker.build() {
            match entry {
                Ok(entry) => {
                    self.links |= entry.path_is_symlink();
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    if is_file && is_document(entry.file_name()) && self.is_wanted(entry.path()) {
                        self.file(entry.path());
                    }
                }
                Err(error) => self.unreadable(&error),
            }
        }
    }

    fn is_wanted(&self, path: &Path) -> bool {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        self.globs.is_none_or(|globs| globs.is_match(relative))
    }

    fn file(&mut self, path: &Path) {
        self.links |= path.is_symlink();
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        let parts: Vec<String> =
            relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        self.files.insert(parts.join("/"), path.to_owned());
    }

    /// Whether nothing that was found lies below a folder: a second path into the same folder finds nothing new.
    fn none_below(&self, folder: &Path) -> bool {
        !self.files.values().any(|file| file.starts_with(folder))
    }

    fn unreadable(&mut self, error: &ignore::Error) {
        let (path, cause) = parts_of(error);
        let path =
            path.map(|path| path.strip_prefix(self.root).unwrap_or(path).display().to_string()).unwrap_or_default();
        let place = (!path.is_empty()).then(|| Place::new(Untrusted::from(path.clone()), 1, 1));
        self.errors.push(Diagnostic::error("unreadable", place, format!("{path} cannot be read: {cause}")));
    }
}

fn parts_of(error: &ignore::Error) -> (Option<&Path>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), parts_of(err).1),
        ignore::Error::WithDepth { err, .. } => parts_of(err),
        ignore::Error::Loop { child, .. } => (Some(child), "its links lead in a circle".to_owned()),
        ignore::Error::Io(error) => (None, plain(error)),
        other => (None, other.to_string()),
    }
}

/// The cause of an error without the number of the operating system.
pub(super) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn is_document(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let ends = name.ends_with(".yaml") || name.ends_with(".yml");
    ends && !is_project(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_files_are_no_documents_and_backups_neither() {
        for name in ["a.yaml", "a.yml", "ringform.yml", "xringform.yaml"] {
            assert!(is_document(OsStr::new(name)), "{name}");
        }
        for name in
            ["ringform.yaml", "staging.ringform.yaml", "a.yaml~", "a.yaml.bak", ".a.yaml.swp", "#a.yaml#", "a.json"]
        {
            assert!(!is_document(OsStr::new(name)), "{name}");
        }
    }
}
