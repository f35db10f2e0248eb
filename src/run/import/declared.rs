//! The documents that the project has before an import.
//!
//! Owns which clients they declare, and what a file holds that a new document would replace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::config::{self, Project};
use crate::files::open_regular;
use crate::model::{ClientId, Declaration, State, Value};

/// The documents of the project, and which clients they declare.
#[derive(Debug, Default)]
pub(super) struct DeclaredDocuments {
    by_number: BTreeMap<u64, Vec<PathBuf>>,
    /// Those of `@me` by credentials: the client is the same, whatever its number.
    of_me: BTreeMap<Option<Arc<str>>, Vec<PathBuf>>,
    /// The unchanged example of `init`. It declares nothing of the user's.
    pub(super) example: Option<PathBuf>,
    files: BTreeMap<PathBuf, DeclaringFile>,
    /// The files by their paths without links. Only an import that meets a file needs it.
    real: OnceLock<BTreeMap<PathBuf, DeclaringFile>>,
}

/// What a file with documents holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DeclaringFile {
    /// How many documents.
    pub(super) documents: usize,
    /// Whether one of them has dated settings of its own.
    pub(super) is_dated: bool,
}

impl DeclaredDocuments {
    pub(super) fn of(project: &Project, declarations: &[Declaration]) -> DeclaredDocuments {
        let mut found = DeclaredDocuments::default();
        for declaration in declarations {
            let path = project.root.join(declaration.place.file.raw());
            if declaration.managed.is_empty() && is_example(&path) {
                found.example = Some(path);
                continue;
            }
            let file = found.files.entry(path.clone()).or_default();
            file.documents += 1;
            file.is_dated |= declaration.has_own_entries();
            if declaration.client == ClientId::Me {
                found.of_me.entry(declaration.credentials.clone()).or_default().push(path.clone());
            }
            if let Some(id) = declaration.client.number().or_else(|| expected_id(declaration)) {
                found.by_number.entry(id).or_default().push(path);
            }
        }
        found
    }

    /// Whether a document declares this client, as far as that is known before its read.
    pub(super) fn declares(&self, client: ClientId, credentials: Option<&Arc<str>>) -> bool {
        match client.number() {
            Some(id) => self.by_number.contains_key(&id),
            None => self.of_me.contains_key(&credentials.cloned()),
        }
    }

    /// The clients whose documents an earlier import wrote into a folder that the project does not read. A file counts by
    /// its name and by its first line, so a file that another program wrote does not.
    pub(super) fn written_before(&self, folder: &Path) -> BTreeSet<u64> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let found = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let digits = name.split(|letter: char| !letter.is_ascii_digit()).next()?;
            let id = ClientId::parse(digits).ok()?.number().filter(|_| name.ends_with(".yaml"))?;
            if self.by_number.contains_key(&id) {
                return None;
            }
            let begin = format!("client: \"{id}\"\n");
            let mut first = String::new();
            open_regular(&entry.path()).ok()?.take(begin.len() as u64).read_to_string(&mut first).ok()?;
            (first == begin).then_some(id)
        });
        found.collect()
    }

    /// The files that declare the client of this number. `me` are the credentials of `@me`, where it was read so.
    pub(super) fn of_client(&self, id: u64, me: Option<&Option<Arc<str>>>) -> impl Iterator<Item = &PathBuf> {
        let of_me = me.and_then(|credentials| self.of_me.get(credentials));
        self.by_number.get(&id).into_iter().chain(of_me).flatten()
    }

    /// What a file holds that a path leads to.
    pub(super) fn file(&self, path: &Path) -> DeclaringFile {
        let files = self.real.get_or_init(|| {
            let real = |(path, file): (&PathBuf, &DeclaringFile)| Some((fs::canonicalize(path).ok()?, *file));
            self.files.iter().filter_map(real).collect()
        });
        let real = fs::canonicalize(path).ok();
        real.and_then(|real| files.get(&real)).copied().unwrap_or_default()
    }
}

fn is_example(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| config::is_untouched_example(&text))
}

fn expected_id(declaration: &Declaration) -> Option<u64> {
    let expected = declaration.expect.iter().find(|expected| expected.row.name == "id")?;
    match &expected.wanted {
        State::Is(Value::Id(id)) => Some(id.get()),
        _ => None,
    }
}
