//! The last step of `import --factor`: what documents share becomes profiles of the project file.
//!
//! Owns the order of the writes. The project file comes first: profiles that no document names change nothing, so every
//! plan stays empty wherever the step ends. A document that people edited is never replaced.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::{
    self, Draft, ExistingProfiles, FEWEST, FactorClient, FactoredDocument, Loaded, SharedProfile, YamlEdit,
};
use crate::files::{read_in_place, read_input};
use crate::model::{ClientId, Declaration, Setting, State};
use crate::run::import::factor_outcome::{FactorError, FactorOutcome, NotEditedReason};
use crate::run::{Environment, ImportRequest};

/// A document that is exactly as import writes it.
struct WrittenDocument {
    /// Its place in the project, as declarations name it.
    name: String,
    /// Its path without links.
    file: PathBuf,
    text: String,
    draft: Draft,
    declared: DeclaredValues,
    client: FactorClient,
}

/// What a document declares, whatever layer each value comes from.
#[derive(Debug, PartialEq)]
struct DeclaredValues {
    managed: Vec<(Setting, State)>,
    expect: Vec<(&'static str, State)>,
    credentials: Option<String>,
    labels: Vec<(String, String)>,
    is_dated: bool,
}

impl DeclaredValues {
    fn of(declaration: &Declaration) -> DeclaredValues {
        DeclaredValues {
            managed: declaration.managed.iter().map(|one| (one.setting, one.wanted.clone())).collect(),
            expect: declaration.expect.iter().map(|one| (one.row.name, one.wanted.clone())).collect(),
            credentials: declaration.credentials.as_deref().map(str::to_owned),
            labels: declaration.labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
            is_dated: declaration.dated.is_some(),
        }
    }
}

/// A file and what it held before.
struct WrittenFile {
    file: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// Factors the documents below a folder. `project_file` is the file that the import read.
pub(super) fn factor(
    request: &ImportRequest,
    folder: &Path,
    project_file: &Path,
    env: &Environment,
) -> Result<FactorOutcome, FactorError> {
    if env.shutdown.is_stopped() {
        return Err(FactorError::Interrupted);
    }
    let broken = || FactorError::BrokenProject(project_file.to_owned());
    let file = fs::canonicalize(project_file).map_err(|_| broken())?;
    let before = read_input(&file).map_err(|_| broken())?;
    let loaded = config::load(&request.files.request(env));
    let Some(project) = &loaded.project else { return Err(broken()) };
    let root = fs::canonicalize(&project.root).map_err(|_| broken())?;
    // Without a document there is no folder yet.
    let Ok(below) = fs::canonicalize(folder) else { return Ok(FactorOutcome::default()) };
    if !below.starts_with(&root) {
        return Err(FactorError::FolderOutside(folder.to_owned()));
    }
    let documents = documents(&loaded, &project.root, &below);
    let factored_before = documents.iter().filter(|document| document.client.is_factored).count();
    let mut outcome = FactorOutcome { documents: documents.len(), factored_before, ..FactorOutcome::default() };
    if documents.len() < FEWEST {
        return Ok(outcome);
    }
    let clients: Vec<FactorClient> = documents.iter().map(|document| document.client.clone()).collect();
    let factoring = config::factor(&clients, &ExistingProfiles::of(project));
    drop((clients, loaded));
    if env.shutdown.is_stopped() {
        return Err(FactorError::Interrupted);
    }
    let edited = add_profiles((project_file, &file, &root), before, &factoring.profiles, env)?;
    let mut written = Vec::new();
    outcome.profiles = factoring.profiles;
    for (document, factored) in documents.iter().zip(&factoring.documents) {
        let Some(factored) = factored else { continue };
        if env.shutdown.is_stopped() {
            outcome.is_interrupted = true;
            break;
        }
        rewrite(document, factored, env, &mut outcome, &mut written);
    }
    let now = config::load(&request.files.request(env));
    match mismatch(&documents, &outcome.changed, &now) {
        Some(client) => Err(FactorError::Mismatch { client, left: restore(edited.as_ref(), &written, env) }),
        None => Ok(outcome),
    }
}

/// The documents of the project that are below the folder and exactly as import writes them.
fn documents(loaded: &Loaded, root: &Path, below: &Path) -> Vec<WrittenDocument> {
    let written = |declaration: &Declaration| {
        let name = declaration.place.file.raw().to_owned();
        // A link that leads elsewhere is followed here, so the file behind it is not below the folder.
        let file = fs::canonicalize(root.join(&name)).ok().filter(|file| file.starts_with(below))?;
        let text = String::from_utf8(read_input(&file).ok()?).ok()?;
        let draft = config::read_document(&text).filter(|draft| draft.client == declaration.client)?;
        let declared = DeclaredValues::of(declaration);
        // An entry of a default profile acts on it: its value of today is not its value of tomorrow.
        if declared.is_dated {
            return None;
        }
        let is_factored = draft.profiles.is_some();
        let (labels, settings) = (declaration.labels.clone(), declared.managed.clone());
        let client = FactorClient { labels, settings, is_factored };
        Some(WrittenDocument { name, file, text, draft, declared, client })
    };
    loaded.declarations.iter().filter_map(written).collect()
}

/// Adds the profiles that the project file lacks; `None` where it has them all.
fn add_profiles(
    (named, file, root): (&Path, &Path, &Path),
    before: Vec<u8>,
    profiles: &[SharedProfile],
    env: &Environment,
) -> Result<Option<WrittenFile>, FactorError> {
    let edits: Vec<YamlEdit> = profiles.iter().filter(|profile| !profile.exists).flat_map(edits).collect();
    if edits.is_empty() {
        return Ok(None);
    }
    let refused = |why| {
        let lines = config::edit(b"profiles:\n", &edits).unwrap_or_default();
        let lines = String::from_utf8_lossy(&lines).into_owned();
        FactorError::NotEdited { file: named.to_owned(), why, lines }
    };
    if !file.starts_with(root) {
        return Err(refused(NotEditedReason::LinkOutside));
    }
    if fs::metadata(file).is_ok_and(|found| found.permissions().readonly()) {
        return Err(refused(NotEditedReason::ReadOnly));
    }
    let after = config::edit(&before, &edits).map_err(|refusal| refused(NotEditedReason::Refused(refusal)))?;
    // The profiles were compared with those of the file as it was read.
    if read_in_place(file).ok().as_ref() != Some(&before) {
        return Err(FactorError::Changed(named.to_owned()));
    }
    (env.persist)(file, &after).map_err(|error| refused(NotEditedReason::NotWritten(error)))?;
    Ok(Some(WrittenFile { file: file.to_owned(), before, after }))
}

/// One edit for each value, so that a profile has one line for each.
fn edits(profile: &SharedProfile) -> impl Iterator<Item = YamlEdit> {
    profile.settings().map(|(setting, state)| YamlEdit {
        document: 0,
        path: vec!["profiles".to_owned(), profile.name.to_string(), setting.name().to_owned()],
        value: config::write_value(setting, state),
    })
}

/// Replaces a document whole, where it changes.
fn rewrite(
    document: &WrittenDocument,
    factored: &FactoredDocument,
    env: &Environment,
    outcome: &mut FactorOutcome,
    written: &mut Vec<WrittenFile>,
) {
    let settings = document.client.settings.iter().filter(|(setting, _)| factored.settings.contains(*setting));
    let draft = Draft {
        profiles: factored.profiles.clone(),
        settings: settings.cloned().collect(),
        ignore: factored.ignore,
        ..document.draft.clone()
    };
    let (before, after) = (document.text.as_bytes(), config::write_document(&draft).into_bytes());
    if before == after {
        return;
    }
    let file = document.file.clone();
    if read_in_place(&file).ok().as_deref() != Some(before) {
        outcome.changed.push(file);
        return;
    }
    match (env.persist)(&file, &after) {
        Ok(()) => {
            outcome.shortened += 1;
            written.push(WrittenFile { file, before: before.to_owned(), after });
        }
        Err(error) => outcome.not_written.push((file, error)),
    }
}

/// The first client whose document no longer declares what it declared. Those that someone changed do not count.
fn mismatch(documents: &[WrittenDocument], changed: &[PathBuf], now: &Loaded) -> Option<ClientId> {
    let first = documents.first()?.draft.client;
    if now.project.is_none() {
        return Some(first);
    }
    let mut declarations = now.declarations.iter();
    // Both lists have the order of the files.
    let differs = |document: &&WrittenDocument| {
        let found = declarations.find(|one| one.place.file.raw() == document.name);
        found.map(DeclaredValues::of).as_ref() != Some(&document.declared)
    };
    documents
        .iter()
        .filter(|document| !changed.contains(&document.file))
        .find(differs)
        .map(|document| document.draft.client)
}

/// Puts back the files that still hold what this run wrote. Returns those that it could not put back.
fn restore(project: Option<&WrittenFile>, documents: &[WrittenFile], env: &Environment) -> Vec<PathBuf> {
    let is_left = |one: &&WrittenFile| {
        read_in_place(&one.file).ok().as_ref() != Some(&one.after) || (env.persist)(&one.file, &one.before).is_err()
    };
    let mut left: Vec<PathBuf> = documents.iter().filter(is_left).map(|one| one.file.clone()).collect();
    // A profile must not go while a document names it.
    let stays = project.into_iter().filter(|one| !left.is_empty() || is_left(one)).map(|one| one.file.clone());
    left.extend(stays.collect::<Vec<_>>());
    left
}
