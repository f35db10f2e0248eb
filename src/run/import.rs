//! Import: client documents out of live clients.
//!
//! Owns where a document may be written: it replaces no file without `force` and declares no client twice. One client
//! that fails stops no other. The untouched example of `init` counts for nothing and goes once there are documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::config::{self, Project};
use crate::model::{ClientId, Declaration, Failure, FieldMask, Live, State, Value};
use crate::plan::DocumentKind;
use crate::run::import_document::{self, ImportWarning};
use crate::run::preflight::{self, project};
use crate::run::session::Session;
use crate::run::{Environment, ImportRequest, Listener, NotStarted, Persist, RunEvent};

/// A client and what import did with it.
#[derive(Debug)]
pub struct ImportedClient {
    /// The client.
    pub client: ClientId,
    /// The path of its document, or why there is none.
    pub result: ImportResult,
}

/// The path of a document with its warnings, or why there is none.
pub type ImportResult = Result<(PathBuf, Vec<ImportWarning>), ImportError>;

/// Why a client has no new document.
#[derive(Debug)]
pub enum ImportError {
    /// The client could not be read.
    NotRead(Failure),
    /// The answer holds no valid `id`.
    NoId,
    /// The answer is another client.
    OtherClient(u64),
    /// A document declares the client already; `--force` would replace it.
    Declared(PathBuf),
    /// A document that `--force` does not replace declares the client: of another file, or one of several in its file.
    DeclaredElsewhere(PathBuf),
    /// The document has dated settings, which `--force` does not replace.
    Dated(PathBuf),
    /// The file exists.
    Exists(PathBuf),
    /// The file cannot be written.
    NotWritten(PathBuf, std::io::Error),
}

/// The result of an import.
#[derive(Debug)]
pub struct ImportOutcome {
    /// Whether every client has a document.
    pub complete: bool,
    /// The untouched example of `init`, which was removed because documents took its place.
    pub removed_example: Option<PathBuf>,
    /// What failed at the end of the connection.
    pub finished: anyhow::Result<()>,
}

/// Reads the clients and writes their documents. `check_folder` judges the folder of the documents before the first
/// request. `each` receives every client as soon as it is done; its error ends the import.
pub async fn import(
    request: &ImportRequest,
    env: &Environment,
    listener: &Listener,
    check_folder: fn(&Path) -> anyhow::Result<()>,
    mut each: impl FnMut(ImportedClient) -> anyhow::Result<()>,
) -> Result<ImportOutcome, NotStarted> {
    let mut loaded = config::load(&request.files.request(env));
    // Import is for a project without documents too: it writes what a glob is there for.
    loaded.diagnostics.retain(|one| one.rule != "no-documents" && one.rule != "unmatched-glob");
    let (project, report) = project(&mut loaded, DocumentKind::Validation, false, env)?;
    let credentials = credentials(&project, request)?;
    let folder = match &request.out {
        Some(out) => env.folder.join(out),
        None => project.root.join("clients"),
    };
    check_folder(&folder)?;
    let session = match Session::connect(&project, vec![credentials.clone()], &request.connection, env).await {
        Ok(session) => session,
        Err(errors) => return Err(preflight::problems(report, errors, env)),
    };
    listener(RunEvent::Warnings(report.diagnostics));
    let documents = Documents::of(&project, &loaded.declarations, credentials.as_ref());
    let target = ImportTarget { folder, documents, force: request.force, persist: env.persist };
    let default = project.default_credentials.as_ref();
    let named = credentials.clone().filter(|name| Some(name) != default && name.as_ref() != "default");
    let (mut complete, mut any) = (true, false);
    for client in clients(request) {
        let read = session.reader.read(client, credentials.as_ref(), FieldMask::all()).await;
        let result = read.map_err(ImportError::NotRead).and_then(|live| target.write(client, &live, named.clone()));
        complete &= result.is_ok();
        any |= result.is_ok();
        each(ImportedClient { client, result })?;
    }
    let removed_example = target.documents.example.filter(|_| any);
    if let Some(example) = &removed_example {
        fs::remove_file(example).with_context(|| format!("cannot remove the example {}", example.display()))?;
    }
    Ok(ImportOutcome { complete, removed_example, finished: session.close().await })
}

/// The clients of the request, each once; `@me` when it names none.
fn clients(request: &ImportRequest) -> Vec<ClientId> {
    let mut clients = request.clients.clone();
    if clients.is_empty() {
        clients.push(ClientId::Me);
    }
    let mut seen = BTreeSet::new();
    clients.retain(|client| seen.insert(*client));
    clients
}

/// The credentials to read with: those of the request, else the default of the project, else those of the environment.
fn credentials(project: &Project, request: &ImportRequest) -> Result<Option<Arc<str>>, NotStarted> {
    match &request.credentials {
        Some(name) => match project.credentials.get_key_value(name) {
            Some((name, _)) => Ok(Some(name.clone())),
            None => Err(NotStarted::UndeclaredCredentials(name.clone())),
        },
        None => Ok(project.default_credentials.clone()),
    }
}

/// The documents of the project, and which clients they declare.
#[derive(Default)]
struct Documents {
    by_client: BTreeMap<u64, Vec<PathBuf>>,
    /// Those of `@me` under the credentials of the import: the client is the same, whatever its number.
    of_me: Vec<PathBuf>,
    /// The unchanged example of `init`. It declares nothing of the user's.
    example: Option<PathBuf>,
    /// How many documents each file holds.
    in_file: BTreeMap<PathBuf, usize>,
    /// The files with dated settings of their own.
    dated: BTreeSet<PathBuf>,
}

impl Documents {
    fn of(project: &Project, declarations: &[Declaration], credentials: Option<&Arc<str>>) -> Documents {
        let mut found = Documents::default();
        for declaration in declarations {
            let path = project.root.join(declaration.place.file.raw());
            if declaration.managed.is_empty() && is_example(&path) {
                found.example = Some(path);
                continue;
            }
            *found.in_file.entry(path.clone()).or_default() += 1;
            if declaration.has_own_entries() {
                found.dated.insert(path.clone());
            }
            if declaration.client == ClientId::Me && declaration.credentials.as_ref() == credentials {
                found.of_me.push(path.clone());
            }
            if let Some(id) = declaration.client.number().or_else(|| expected_id(declaration)) {
                found.by_client.entry(id).or_default().push(path);
            }
        }
        found
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

/// Where import writes.
struct ImportTarget {
    folder: PathBuf,
    documents: Documents,
    force: bool,
    persist: Persist,
}

impl ImportTarget {
    fn write(&self, client: ClientId, live: &Live, credentials: Option<Arc<str>>) -> ImportResult {
        let id = live.id.ok_or(ImportError::NoId)?;
        if client.number().is_some_and(|asked| asked != id) {
            return Err(ImportError::OtherClient(id));
        }
        let path = self.folder.join(import_document::file_name(id, live));
        // A live value is the one of today: a document made of it would forget that it ends.
        if self.documents.dated.iter().any(|dated| is_same_file(dated, &path)) {
            return Err(ImportError::Dated(path));
        }
        let of_me = self.documents.of_me.iter().filter(|_| client == ClientId::Me);
        for declared in self.documents.by_client.get(&id).into_iter().flatten().chain(of_me) {
            let only = self.documents.in_file.get(declared) == Some(&1);
            if !(only && is_same_file(declared, &path)) {
                return Err(ImportError::DeclaredElsewhere(declared.clone()));
            }
            if !self.force {
                return Err(ImportError::Declared(declared.clone()));
            }
        }
        if !self.force && fs::symlink_metadata(&path).is_ok() {
            return Err(ImportError::Exists(path));
        }
        let (draft, warnings) = import_document::draft(client, live, credentials);
        // A link stays a link: the file behind it is replaced.
        let file = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        let written = (self.persist)(&file, config::write_document(&draft).as_bytes());
        match written {
            Ok(()) => Ok((path, warnings)),
            Err(error) => Err(ImportError::NotWritten(path, error)),
        }
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        (_, _) => false,
    }
}
