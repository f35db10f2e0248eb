//! Many document files at a time: read on all cores, collected, checked for clients declared twice.
//!
//! Owns the collection of what documents hold. It must not know git or the project's discovery.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::config::example::is_untouched_example;
use crate::config::find::walk;
use crate::config::sections::document::{self, ClientClaim};
use crate::config::sections::inheritance::Inheritance;
use crate::config::text::{read_opened, read_text};
use crate::config::yaml::{self, Problems, lines};
use crate::model::{Declaration, Diagnostic, Place, Untrusted};

/// What was read from files, collected over many of them: a list for each file would cost more than its content.
#[derive(Debug, Default)]
pub(crate) struct DocumentBatch {
    pub(crate) declarations: Vec<Declaration>,
    pub(crate) claims: Vec<ClientClaim>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) documents: usize,
}

impl DocumentBatch {
    fn append(&mut self, mut other: DocumentBatch) {
        self.declarations.append(&mut other.declarations);
        self.claims.append(&mut other.claims);
        self.diagnostics.append(&mut other.diagnostics);
        self.documents += other.documents;
    }

    fn file(&mut self, root: &Path, file: &walk::DocumentFile, inheritance: &Inheritance) {
        match read_opened(file.open(root), &file.name) {
            Ok(text) if file.is_outside => {
                self.problems_of(Problems::of_outside(file.name.clone(), &text), &text, inheritance)
            }
            Ok(text) => self.text(file.name.clone(), &text, inheritance),
            Err(mut error) => {
                error.line = error.line.filter(|_| !file.is_outside);
                self.diagnostics.push(*error);
            }
        }
    }

    pub(crate) fn text(&mut self, name: Untrusted, text: &str, inheritance: &Inheritance) {
        self.problems_of(Problems::of_documents(name, text), text, inheritance);
    }

    fn problems_of(&mut self, mut problems: Problems<'_>, text: &str, inheritance: &Inheritance) {
        let trees = yaml::read(text, &mut problems);
        self.documents += trees.len();
        for (index, tree) in trees.iter().enumerate() {
            let document = document::read(tree, index as u32, inheritance, &mut problems);
            self.declarations.extend(document.declaration);
            self.claims.extend(document.claim);
        }
        let mut found = problems.into_list();
        if !found.is_empty() && is_untouched_example(text) {
            found.retain(|one| one.rule != "manages-nothing");
        }
        self.diagnostics.append(&mut found);
    }
}

/// Reads all files on all cores, this thread among them; the results keep the order of the files.
pub(crate) fn read_all(root: &Path, files: &[walk::DocumentFile], inheritance: &Inheritance) -> DocumentBatch {
    // A chunk is small enough to share the work evenly. The list of a large fleet's chunk is big enough that the
    // allocator returns it to the system whole, so memory does not fragment.
    let most = (files.len() / 48).clamp(64, 2048);
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get()).min(files.len().div_ceil(most));
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, DocumentBatch>> = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let start = next.fetch_add(most, Ordering::Relaxed);
            let chunk = files.get(start..files.len().min(start + most)).unwrap_or_default();
            if chunk.is_empty() {
                break;
            }
            let mut gathered = DocumentBatch::default();
            gathered.declarations.reserve_exact(chunk.len());
            gathered.claims.reserve_exact(chunk.len());
            for file in chunk {
                gathered.file(root, file, inheritance);
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
    let mut all = DocumentBatch::default();
    all.declarations.reserve_exact(files.len());
    all.claims.reserve_exact(files.len());
    for gathered in done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values() {
        all.append(gathered);
    }
    all
}

/// Reports two documents for one number, or two `@me` under one credential. The error points at the later one and
/// names the place of the first.
pub(crate) fn duplicates(mut claims: Vec<ClientClaim>, root: &Path, diagnostics: &mut Vec<Diagnostic>) {
    claims.sort_unstable();
    for same in claims.chunk_by(|one, other| one.key == other.key) {
        let Some((first, later)) = same.split_first() else { continue };
        let first = &first.place;
        for ClientClaim { key, place, is_shown } in later {
            let summary =
                format!("client {} is declared twice; first in {}:{}", key.client(), first.file.raw(), first.line);
            let mut error = Diagnostic::error("duplicate-client", place.clone(), summary).other(first.clone());
            error.line = is_shown.then(|| line_of(root, place)).flatten();
            diagnostics.push(error.help("keep one document for this client".to_owned()));
        }
    }
}

/// The line of a place, read again. To keep the line of every client for the few duplicates would cost a large fleet
/// much memory.
fn line_of(root: &Path, place: &Place) -> Option<Untrusted> {
    let text = read_text(&root.join(place.file.raw()), &place.file).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Some(lines::LineIndex::of(text).get(place.line as usize).into())
}
