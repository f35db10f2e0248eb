//! Files to declarations.
//!
//! Owns everything between the bytes of a project and its declarations: discovery, YAML with places, the shape of documents and
//! project files, layers, and the way back (documents that `import` writes). All problems of all files are collected; none ends
//! the run for the others. It knows no field by name and no HTTP. The texts are untrusted, and so are the file names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{ClientId, Declaration, Diagnostic, Place, Untrusted};

mod credentials;
mod discover;
mod document;
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
mod walk;
mod write;
mod yaml;

pub use credentials::Credential;
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
pub struct Request {
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
pub fn load(request: &Request) -> Loaded {
    let (mut loaded, found) = project_of(request);
    let (Some(found), Some(project)) = (found, &loaded.project) else { return loaded };
    let (files, errors) = walk::documents(&request.cwd, &found, project.documents.as_ref());
    loaded.diagnostics.extend(errors);
    loaded.files = files.len();
    let read = read_all(&files, &project.shape);
    loaded.declarations.reserve(read.iter().map(|one| one.declarations.len()).sum());
    let mut claims = Vec::new();
    for one in read {
        claims.extend(one.claims);
        loaded.documents += one.documents;
        loaded.declarations.extend(one.declarations);
        loaded.diagnostics.extend(one.diagnostics);
    }
    if loaded.documents == 0 && !loaded.has_errors() {
        loaded.diagnostics.push(Diagnostic::error("no-documents", None, "there is no document to work on"));
    }
    duplicates(claims, &mut loaded.diagnostics);
    sort(&mut loaded.diagnostics);
    if loaded.diagnostics.iter().any(|one| one.is_error() && is_of(one, &found.file)) {
        loaded.project = None;
    }
    loaded
}

/// Loads the project file alone.
pub fn load_project(request: &Request) -> Loaded {
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
fn project_of(request: &Request) -> (Loaded, Option<discover::Found>) {
    let mut loaded = Loaded::default();
    let found = match discover::project(request) {
        Ok(found) => found,
        Err(errors) => {
            loaded.diagnostics = errors;
            return (loaded, None);
        }
    };
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

/// What one file holds.
#[derive(Debug, Default)]
struct OfFile {
    declarations: Vec<Declaration>,
    claims: Vec<Claim>,
    diagnostics: Vec<Diagnostic>,
    documents: usize,
}

/// Reads all files on all cores; the results stand in the order of the files.
fn read_all(files: &[walk::File], shape: &Shape) -> Vec<OfFile> {
    let workers =
        std::thread::available_parallelism().map_or(1, |cores| cores.get()).min(files.len().div_ceil(64).max(1));
    if workers == 1 {
        return files.iter().map(|file| read_file(file, shape)).collect();
    }
    const CHUNK: usize = 32;
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Vec<OfFile>>> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let start = next.fetch_add(CHUNK, Ordering::Relaxed);
                    let Some(chunk) =
                        files.get(start..files.len().min(start + CHUNK)).filter(|chunk| !chunk.is_empty())
                    else {
                        break;
                    };
                    let read = chunk.iter().map(|file| read_file(file, shape)).collect();
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(start, read);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().flatten().collect()
}

fn read_file(file: &walk::File, shape: &Shape) -> OfFile {
    let name = Untrusted::from(file.name.as_str());
    match read_text(&file.path, &name) {
        Ok(text) => read_documents(name, &text, shape),
        Err(error) => OfFile { diagnostics: vec![*error], ..OfFile::default() },
    }
}

fn read_documents(name: Untrusted, text: &str, shape: &Shape) -> OfFile {
    let mut problems = Problems::of_documents(name, text);
    let trees = yaml::read(text, &mut problems);
    let mut of_file = OfFile { documents: trees.len(), ..OfFile::default() };
    for (index, tree) in trees.iter().enumerate() {
        let document = document::read(tree, index as u32, shape, &mut problems);
        of_file.declarations.extend(document.declaration);
        of_file.claims.extend(document.claim);
    }
    of_file.diagnostics = problems.into_list();
    of_file
}

/// The text of a file; too large, unreadable and no UTF-8 are problems of the file.
fn read_text(path: &Path, name: &Untrusted) -> Result<String, Box<Diagnostic>> {
    let place = Place::new(name.clone(), 1, 1);
    let unreadable = |error: std::io::Error| {
        let summary = format!("{} cannot be read: {}", name.raw(), discover::plain(&error));
        Box::new(Diagnostic::error("unreadable", place.clone(), summary))
    };
    let too_large = || {
        let summary = format!("{} is larger than 16 MiB", name.raw());
        Box::new(Diagnostic::error("too-large", place.clone(), summary).help("split it into several files".to_owned()))
    };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size > MOST_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    // A file can grow while it is read, and a pipe has no size.
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|error| Box::new(no_text(&error, name)))
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
fn duplicates(claims: Vec<Claim>, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(ClientId, Option<Arc<str>>), Place> = BTreeMap::new();
    for Claim { client, credentials, place, line } in claims {
        match seen.entry((client, credentials)) {
            Entry::Vacant(free) => {
                free.insert(place);
            }
            Entry::Occupied(first) => {
                let first = first.get();
                let summary =
                    format!("client {client} is declared twice; first in {}:{}", first.file.raw(), first.line);
                let mut error = Diagnostic::error("duplicate-client", place, summary).other(first.clone());
                error.line = line;
                diagnostics.push(error.help("keep one document for this client".to_owned()));
            }
        }
    }
}
