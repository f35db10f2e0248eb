//! Which documents: the walk below the paths of a run.
//!
//! Owns its rules: it skips hidden files, other projects and backups, follows links, and counts a file once. A name
//! that is not text loses no file. It opens no document.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::config::find::globs::{Globs, WrittenGlob};
use crate::config::find::names::{PROJECT, is_document, is_guard_test, is_project, text_of};
use crate::config::find::project::{ProjectLocation, shown};
use crate::files::{open_found, open_regular};
use crate::model::{Diagnostic, Place, Untrusted};

const UNREADABLE: &str = "unreadable";

/// A document file: its name and its path. Ordered by name, then by path: two names that are not text can look alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DocumentFile {
    pub(crate) name: Untrusted,
    /// Its path, when the name below the project's folder does not show it.
    path: Option<PathBuf>,
    /// Whether a link leads out of the project to it. Nothing of such a file is shown: it may be anything on this
    /// machine.
    pub(crate) is_outside: bool,
    /// Whether the walk saw a regular file. Then no second look is needed before it is opened.
    is_regular: bool,
}

impl DocumentFile {
    /// Where the file is.
    pub(crate) fn path(&self, root: &Path) -> PathBuf {
        self.path.clone().unwrap_or_else(|| root.join(self.name.raw()))
    }

    /// Opens the file, and nothing else than a regular one.
    pub(crate) fn open(&self, root: &Path) -> io::Result<File> {
        let path = self.path(root);
        if self.is_regular { open_found(&path) } else { open_regular(&path) }
    }
}

/// What a walk found.
#[derive(Debug)]
pub(crate) struct WalkedDocuments {
    /// The files, in byte order of their project-relative names.
    pub(crate) files: Vec<DocumentFile>,
    /// What cannot be read, and folders without documents.
    pub(crate) errors: Vec<Diagnostic>,
    /// Globs that match nothing, where the walk saw the whole project.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Whether a link, or a second spelling of a folder, may lead to some of the files.
    pub(crate) links: bool,
}

/// Finds the document files below the paths.
pub(crate) fn documents(cwd: &Path, found: &ProjectLocation, globs: Option<&Globs>) -> WalkedDocuments {
    let none = |place: &str| {
        let error = Diagnostic::error("no-documents", None, format!("no documents found in {place}"));
        error.help(
            "documents are the *.yaml and *.yml files below a project that `documents:` of ringform.yaml allows; `ringform import` writes them".to_owned(),
        )
    };
    files(cwd, found, globs, is_document, none)
}

/// Finds the guard test files below the paths, in the same order. `documents:` has no effect on them.
pub(crate) fn guard_tests(cwd: &Path, found: &ProjectLocation) -> WalkedDocuments {
    let none = |place: &str| {
        let error = Diagnostic::error("bad-guard-test", None, format!("no guard tests found in {place}"));
        error.help("guard tests are the *.test.yaml files below a project; write guards.test.yaml".to_owned())
    };
    files(cwd, found, None, is_guard_test, none)
}

/// Finds the files whose names are wanted below the paths. A file that is a path itself counts under every name. `none`
/// is the error for a folder without any.
fn files(
    cwd: &Path,
    found: &ProjectLocation,
    globs: Option<&Globs>,
    is_named: fn(&str) -> bool,
    none: impl Fn(&str) -> Diagnostic,
) -> WalkedDocuments {
    // What two paths have in common may be spelt in two ways.
    let links = found.paths.len() > 1;
    let unmatched = globs.map(|globs| globs.written().iter().collect()).unwrap_or_default();
    let (files, errors) = (Vec::new(), Vec::new());
    let mut walk = FolderWalk { root: &found.root, globs, unmatched, is_named, files, links, errors };
    for path in &found.paths {
        if path.is_dir() {
            let before = walk.files.len();
            walk.folder(path);
            if walk.files.len() == before && walk.errors.is_empty() && walk.none_below(path) {
                walk.errors.push(none(&shown(cwd, path)));
            }
        } else if is_project_name(path) {
            // The project file as PATH means its project.
            walk.folder(&found.root);
        } else {
            walk.links |= path.is_symlink();
            walk.file(path, path.is_file());
        }
    }
    let is_whole = found.paths.iter().any(|path| *path == found.root || is_project_name(path));
    // Where a folder cannot be read, a glob may match what is in it.
    let warns = is_whole && !walk.errors.iter().any(|error| error.rule == UNREADABLE);
    let warnings = walk.unmatched.iter().filter(|_| warns).map(|glob| unmatched_glob(&found.root, glob)).collect();
    let FolderWalk { mut files, links, errors, .. } = walk;
    files.sort_unstable();
    files.dedup();
    if links {
        let mut seen = BTreeSet::new();
        let root = fs::canonicalize(&found.root).unwrap_or_else(|_| found.root.clone());
        files.retain_mut(|file| {
            let path = file.path(&found.root);
            let real = fs::canonicalize(&path).unwrap_or(path);
            file.is_outside = !real.starts_with(&root) || real.components().any(|part| part.as_os_str() == ".git");
            seen.insert(real)
        });
    }
    WalkedDocuments { files, errors, warnings, links }
}

fn is_project_name(path: &Path) -> bool {
    is_project(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// The warning about a glob that matches nothing. It is most often misspelt, and its clients are then not managed.
fn unmatched_glob(root: &Path, glob: &WrittenGlob) -> Diagnostic {
    let summary = format!("no document matches the glob `{}`", glob.text);
    let folder = glob.plain_name().filter(|name| root.join(name).is_dir());
    let help = match folder {
        Some(name) => format!("write \"{name}/**\" for the documents in the folder {name}"),
        None => "correct its spelling or remove it; a glob is relative to the folder of this file".to_owned(),
    };
    Diagnostic::warning("unmatched-glob", glob.place.clone(), summary).help(help)
}

struct FolderWalk<'a> {
    root: &'a Path,
    globs: Option<&'a Globs>,
    /// The globs that no document has matched so far.
    unmatched: Vec<&'a WrittenGlob>,
    is_named: fn(&str) -> bool,
    files: Vec<DocumentFile>,
    links: bool,
    errors: Vec<Diagnostic>,
}

impl FolderWalk<'_> {
    fn folder(&mut self, folder: &Path) {
        self.links |= folder.is_symlink();
        // Links can lead to one folder in countless ways; the files in it count once anyway.
        let mut entered: HashSet<PathBuf> = HashSet::new();
        let entries = WalkDir::new(folder).follow_links(true).into_iter();
        for entry in entries.filter_entry(|entry| entry.depth() == 0 || is_entered(entry, &mut entered)) {
            match entry {
                Ok(entry) => {
                    self.links |= entry.path_is_symlink();
                    let name = entry.file_name().to_string_lossy();
                    // A FIFO or a device of such a name is an error of its own, and not a file to pass over.
                    if !entry.file_type().is_dir() && (self.is_named)(&name) && self.is_wanted(entry.path()) {
                        self.file(entry.path(), entry.file_type().is_file());
                    }
                }
                Err(error) => self.unreadable(&error),
            }
        }
    }

    fn is_wanted(&mut self, path: &Path) -> bool {
        let Some(globs) = self.globs else { return true };
        let name = path.strip_prefix(self.root).unwrap_or(path);
        self.unmatched.retain(|glob| !glob.matches(name));
        globs.find(name)
    }

    /// Whether a path that cannot be opened might be a document, or a folder with documents.
    fn may_be_wanted(&self, path: &Path) -> bool {
        let name = path.strip_prefix(self.root).unwrap_or(path);
        let is_named = (self.is_named)(&path.file_name().unwrap_or_default().to_string_lossy());
        self.globs.is_none_or(|globs| match is_named && !path.is_dir() {
            true => globs.find(name),
            false => name.as_os_str().is_empty() || globs.may_find_below(name),
        })
    }

    fn file(&mut self, path: &Path, is_regular: bool) {
        let (name, path) = match path.strip_prefix(self.root).ok().and_then(Path::to_str) {
            Some(name) if cfg!(unix) => (name.into(), None),
            Some(_) | None => {
                let relative = path.strip_prefix(self.root).unwrap_or(path);
                let parts: Vec<String> =
                    relative.components().map(|part| text_of(part.as_os_str().as_encoded_bytes())).collect();
                (parts.join("/").into(), Some(path.to_owned()))
            }
        };
        self.files.push(DocumentFile { name, path, is_outside: false, is_regular });
    }

    /// Whether nothing that was found lies below a folder: a second path into the same folder finds nothing new.
    fn none_below(&self, folder: &Path) -> bool {
        !self.files.iter().any(|file| file.path(self.root).starts_with(folder))
    }

    fn unreadable(&mut self, error: &walkdir::Error) {
        // Links that lead in a circle are not an error: the walk reaches what they lead to by its own name.
        if error.loop_ancestor().is_some() {
            return;
        }
        let path = error.path();
        let name = path.and_then(Path::file_name).unwrap_or_default();
        // The walk looks at hidden links too, and editors leave some that lead nowhere.
        if name.as_encoded_bytes().starts_with(b".") {
            return;
        }
        // Another link that leads nowhere matters only if its name is that of a document.
        if path.is_some_and(Path::is_symlink) && !(self.is_named)(&name.to_string_lossy()) {
            return;
        }
        // What `documents` leaves out is not read, so it need not be readable.
        if path.is_some_and(|path| !self.may_be_wanted(path)) {
            return;
        }
        let cause = error.io_error().map_or_else(|| error.to_string(), crate::model::io_cause);
        let path =
            path.map(|path| path.strip_prefix(self.root).unwrap_or(path).display().to_string()).unwrap_or_default();
        let place = (!path.is_empty()).then(|| Place::new(Untrusted::from(path.clone()), 1, 1));
        let error = Diagnostic::error(UNREADABLE, place, format!("{path} cannot be read: {cause}"));
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}

/// Whether the walk goes on below an entry: not a hidden one, not another project, and no linked folder for a second
/// time.
fn is_entered(entry: &DirEntry, entered: &mut HashSet<PathBuf>) -> bool {
    let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
    let is_folder = entry.file_type().is_dir();
    if is_hidden || (is_folder && entry.path().join(PROJECT).is_file()) {
        return false;
    }
    if !is_folder || !entry.path_is_symlink() {
        return true;
    }
    entered.insert(fs::canonicalize(entry.path()).unwrap_or_else(|_| entry.path().to_owned()))
}
