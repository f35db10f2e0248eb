//! Files to declarations.
//!
//! Owns everything between the bytes of a project, of the work tree or of a git revision, and its declarations: discovery, YAML with places, the shape of documents and
//! project files, layers, and the way back (documents that `import` writes). All problems of all files are collected; none ends
//! the run for the others. It knows no field by name and no HTTP. The texts are untrusted, and so are the file names.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{Declaration, Diagnostic, Place, Untrusted};

mod base;
mod commit;
mod credentials;
mod discover;
mod document;
mod git;
mod globs;
mod guards;
mod lines;
mod mapping;
mod problems;
mod project;
mod revision;
mod schema;
mod settings;
mod syntax;
mod template;
#[cfg(test)]
mod tests;
mod tree;
mod waivers;
mod walk;
mod write;
mod yaml;

pub use base::{Baseline, base};
pub use credentials::Credential;
pub use discover::is_project_file;
pub use project::{Limits, Project, Route, parse_duration};
pub use revision::revision;
pub use schema::{client_schema, project_schema};
pub use template::Template;
pub use write::{Draft, write_document, write_settings};

use document::Claim;
use problems::Problems;
use project::Shape;

/// A file larger than this is refused without being read: a client document is a few hundred bytes.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// What to load.
#[derive(Clone, Debug, Default)]
pub struct ProjectRequest {
    /// The working folder; absolute.
    pub cwd: PathBuf,
    /// Project folders, folders inside one, or single files; none means the working folder.
    pub paths: Vec<PathBuf>,
    /// The project file to use where there are several.
    pub project: Option<PathBuf>,
}

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
    let read = read_all(&found.root, &files, &project.shape);
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
fn project_of(request: &ProjectRequest) -> (Loaded, Option<discover::Found>) {
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

/// What was read of files. Gathered over many of them: a list for each file would cost more than what is in it.
#[derive(Debug, Default)]
struct Gathered {
    declarations: Vec<Declaration>,
    claims: Vec<Claim>,
    diagnostics: Vec<Diagnostic>,
    documents: usize,
}

impl Gathered {
    fn append(&mut self, mut other: Gathered) {
        self.declarations.append(&mut other.declarations);
        self.claims.append(&mut other.claims);
        self.diagnostics.append(&mut other.diagnostics);
        self.documents += other.documents;
    }

    fn file(&mut self, root: &Path, file: &walk::File, shape: &Shape) {
        match read_text(&file.path(root), &file.name) {
            Ok(text) if file.is_outside => {
                self.problems_of(Problems::of_outside(file.name.clone(), &text), &text, shape)
            }
            Ok(text) => self.text(file.name.clone(), &text, shape),
            Err(mut error) => {
                error.line = error.line.filter(|_| !file.is_outside);
                self.diagnostics.push(*error);
            }
        }
    }

    fn text(&mut self, name: Untrusted, text: &str, shape: &Shape) {
        self.problems_of(Problems::of_documents(name, text), text, shape);
    }

    fn problems_of(&mut self, mut problems: Problems<'_>, text: &str, shape: &Shape) {
        let trees = yaml::read(text, &mut problems);
        self.documents += trees.len();
        for (index, tree) in trees.iter().enumerate() {
            let document = document::read(tree, index as u32, shape, &mut problems);
            self.declarations.extend(document.declaration);
            self.claims.extend(document.claim);
        }
        self.diagnostics.append(&mut problems.into_list());
    }
}

/// Reads all files on all cores, this thread among them; the results stand in the order of the files.
fn read_all(root: &Path, files: &[walk::File], shape: &Shape) -> Gathered {
    // Small enough to share the work evenly. What a fleet's chunk is gathered in is so large that it goes back to the system when
    // it was taken over, and leaves no holes between what stays.
    let most = (files.len() / 48).clamp(64, 2048);
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get()).min(files.len().div_ceil(most));
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Gathered>> = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let start = next.fetch_add(most, Ordering::Relaxed);
            let chunk = files.get(start..files.len().min(start + most)).unwrap_or_default();
            if chunk.is_empty() {
                break;
            }
            let mut gathered = Gathered::default();
            gathered.declarations.reserve_exact(chunk.len());
            gathered.claims.reserve_exact(chunk.len());
            for file in chunk {
                gathered.file(root, file, shape);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(start, gathered);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let mut all = Gathered::default();
    all.declarations.reserve_exact(files.len());
    all.claims.reserve_exact(files.len());
    for gathered in done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values() {
        all.append(gathered);
    }
    all
}

/// The text of a file; too large, unreadable and no UTF-8 are problems of the file.
fn read_text(path: &Path, name: &Untrusted) -> Result<String, Box<Diagnostic>> {
    let place = Place::new(name.clone(), 1, 1);
    let unreadable = |error: std::io::Error| {
        let summary = format!("{} cannot be read: {}", name.raw(), discover::plain(&error));
        Box::new(Diagnostic::error("unreadable", place.clone(), summary))
    };
    let file = File::open(path).map_err(unreadable)?;
    // Its size is not asked for: most files fit into the first read, and a file can grow and a pipe has none.
    let mut bytes = Vec::with_capacity(4096);
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    decode(bytes, name)
}

/// The text of the bytes of a file.
fn decode(bytes: Vec<u8>, name: &Untrusted) -> Result<String, Box<Diagnostic>> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Box::new(too_large(name)));
    }
    String::from_utf8(bytes).map_err(|error| Box::new(no_text(&error, name)))
}

fn too_large(name: &Untrusted) -> Diagnostic {
    let summary = format!("{} is larger than 16 MiB", name.raw());
    let error = Diagnostic::error("too-large", Place::new(name.clone(), 1, 1), summary);
    error.help("split it into several files".to_owned())
}

/// A file that is no UTF-8, with its line as far as it can be shown; a project file's is taken away by the caller.
fn no_text(error: &std::string::FromUtf8Error, name: &Untrusted) -> Diagnostic {
    let (good, rest) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
    let good = std::str::from_utf8(good).unwrap_or_default();
    let before = good.rsplit('\n').next().unwrap_or_default();
    let number = good.matches('\n').count() as u32 + 1;
    let column = before.chars().count() as u32 + 1;
    let rest: Vec<u8> = rest.iter().take_while(|byte| **byte != b'\n').take(200).copied().collect();
    let mut error = Diagnostic::error("bad-text", Place::new(name.clone(), number, column), "this is not UTF-8")
        .help("save the file as UTF-8".to_owned());
    if before.len() <= 4_000 {
        error.line = Some(format!("{before}{}", String::from_utf8_lossy(&rest)).into());
    }
    error
}

/// Two documents for one number, or two `@me` under one credential: whichever comes later is told, with the place of the first.
fn duplicates(mut claims: Vec<Claim>, root: &Path, diagnostics: &mut Vec<Diagnostic>) {
    claims.sort_unstable();
    for same in claims.chunk_by(|one, other| one.key == other.key) {
        let Some((first, later)) = same.split_first() else { continue };
        let first = &first.place;
        for Claim { key, place, is_shown } in later {
            let summary =
                format!("client {} is declared twice; first in {}:{}", key.client(), first.file.raw(), first.line);
            let mut error = Diagnostic::error("duplicate-client", place.clone(), summary).other(first.clone());
            error.line = is_shown.then(|| line_of(root, place)).flatten();
            diagnostics.push(error.help("keep one document for this client".to_owned()));
        }
    }
}

/// The line of a place, read again: keeping the line of every client for the few that stand twice would cost a fleet dearly.
fn line_of(root: &Path, place: &Place) -> Option<Untrusted> {
    let text = read_text(&root.join(place.file.raw()), &place.file).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Some(lines::Lines::of(text).get(place.line as usize).into())
}
