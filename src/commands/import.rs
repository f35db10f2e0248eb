//! `ringform import`: writes client documents from live clients.
//!
//! All seven fields are written, null too, with `expect`. Nothing is overwritten without `--force`, no client is declared twice,
//! and file names are made safe from what the API answers. One failing client does not stop the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use ringform::api::Shutdown;
use ringform::config::{self, Draft, Loaded, Project};
use ringform::model::{ClientId, Failure, FieldMask, FieldRow, Live, Setting, State};
use ringform::render::escape;

use crate::cli::{Files, Import, Talk};
use crate::commands::{Exit, files, output, setup, signals};

/// Runs the command.
pub(crate) fn run(args: &Import, talk: &Talk) -> anyhow::Result<Exit> {
    setup::block_on(import(args, talk))
}

async fn import(args: &Import, talk: &Talk) -> anyhow::Result<Exit> {
    let stop = Shutdown::new();
    signals::listen(&stop, talk.quiet);
    let files = Files { paths: Vec::new(), project: args.project.clone() };
    let mut loaded = config::load(&setup::request(&files)?);
    // An empty project is what import is for.
    loaded.diagnostics.retain(|one| one.rule != "no-documents");
    output::diagnose(&loaded.diagnostics, talk);
    let failed = loaded.has_errors();
    let Loaded { project, declarations, .. } = loaded;
    let project = match project {
        Some(project) if !failed => project,
        Some(_) | None => return Ok(Exit::Error),
    };
    let credentials = match credentials(&project, args.credentials.as_deref()) {
        Ok(credentials) => credentials,
        Err(why) => anyhow::bail!(why),
    };
    let session = match setup::connect(&project, std::iter::once(credentials.clone()), &args.connect, &stop).await {
        Ok(session) => session,
        Err(errors) => {
            output::diagnose(&errors, talk);
            return Ok(Exit::Error);
        }
    };
    let mut clients = args.clients.clone();
    if clients.is_empty() {
        clients.push(ClientId::Me);
    }
    let mut seen = BTreeSet::new();
    clients.retain(|client| seen.insert(*client));
    let folder = match &args.out {
        Some(out) => std::path::absolute(out)?,
        None => project.root.join("clients"),
    };
    let mut declared: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
    let mut documents: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut me = Vec::new();
    for declaration in &declarations {
        let path = project.root.join(declaration.place.file.raw());
        *documents.entry(path.clone()).or_default() += 1;
        let expected = declaration.expect.iter().find(|expected| expected.row.name == "id");
        let id = match (declaration.client.number(), expected.map(|expected| &expected.wanted)) {
            (Some(id), _) => Some(id),
            (None, Some(State::Is(ringform::model::Value::Id(id)))) => Some(id.get()),
            (None, _) => None,
        };
        if declaration.client == ClientId::Me && declaration.credentials == credentials {
            me.push(path.clone());
        }
        if let Some(id) = id {
            declared.entry(id).or_default().push(path);
        }
    }
    let shelf = Shelf { folder, declared, me, documents, force: args.force };
    let default = project.default_credentials.clone();
    let named = credentials.clone().filter(|name| Some(name) != default.as_ref() && name.as_ref() != "default");
    let mut exit = Exit::Done;
    for client in clients {
        let read = session.reader.read(client, credentials.as_ref(), FieldMask::all()).await;
        let written = read.map_err(sentence).and_then(|live| shelf.write(client, &live, named.as_ref()));
        match written {
            Ok((path, warnings)) => {
                output::print(&format!("client {client} → {}\n", files::escaped(&path)))?;
                for warning in warnings {
                    output::note(&format!("warning: client {client}: {warning}"));
                }
            }
            Err(why) => {
                output::note(&format!("error: client {client}: {why}"));
                exit = Exit::Error;
            }
        }
    }
    session.close().await?;
    Ok(exit.or_interrupted(stop.is_stopped()))
}

/// Which credentials to read with: those that were named, else the project's default, else those of the environment.
fn credentials(project: &Project, named: Option<&str>) -> Result<Option<Arc<str>>, String> {
    match named {
        Some(name) => match project.credentials.get_key_value(name) {
            Some((name, _)) => Ok(Some(name.clone())),
            None => Err(format!("ringform.yaml declares no credentials `{}`", escape::terminal(&name.into()))),
        },
        None => Ok(project.default_credentials.clone()),
    }
}

fn sentence(failure: Failure) -> String {
    let help = failure.help.map(|help| format!(". {help}")).unwrap_or_default();
    format!("{}{help}", escape::terminal(&failure.message))
}

/// Where documents are put, and what stands in the project already.
struct Shelf {
    folder: PathBuf,
    declared: BTreeMap<u64, Vec<PathBuf>>,
    /// Where `@me` of the same credentials is declared: whoever that is, there may be one document.
    me: Vec<PathBuf>,
    documents: BTreeMap<PathBuf, usize>,
    force: bool,
}

impl Shelf {
    /// Writes the document of one client. Returns its path and warnings; what they quote is escaped.
    fn write(&self, client: ClientId, live: &Live, named: Option<&Arc<str>>) -> Result<(PathBuf, Vec<String>), String> {
        let id = live.id.ok_or("the answer holds no usable `id`, so nothing was written")?;
        if client.number().is_some_and(|asked| asked != id) {
            return Err(format!("the answer is client {id}, so nothing was written"));
        }
        let path = self.folder.join(file_name(id, live));
        let me = self.me.iter().filter(|_| client == ClientId::Me);
        for place in self.declared.get(&id).into_iter().flatten().chain(me) {
            let alone = self.documents.get(place) == Some(&1);
            if !(self.force && alone && same_file(place, &path)) {
                let place = files::escaped(place);
                return Err(format!("it is declared in {place} already; nothing was written, edit that file instead"));
            }
        }
        if !self.force && fs::symlink_metadata(&path).is_ok() {
            return Err(format!("{} exists; give --force to replace it", files::escaped(&path)));
        }
        let (draft, warnings) = draft(client, live, named);
        let text = config::write_document(&draft);
        let make = || -> anyhow::Result<()> {
            fs::create_dir_all(&self.folder)
                .with_context(|| format!("cannot make {}", files::escaped(&self.folder)))?;
            files::replace(&path, |out| out.write_all(text.as_bytes()))
        };
        make().map_err(|error| format!("{error:#}"))?;
        Ok((path, warnings))
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        (_, _) => false,
    }
}

/// `12-ringme-test.yaml`: the id, and of the name only letters, digits and single hyphens, so that no name leaves the folder.
fn file_name(id: u64, live: &Live) -> String {
    let name = live.name.as_ref().map(|name| name.raw()).unwrap_or_default();
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase).take(48) {
        match c.is_alphanumeric() || c == '_' {
            true => slug.push(c),
            false if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            false => {}
        }
    }
    match slug.trim_end_matches('-') {
        "" => format!("{id}.yaml"),
        slug => format!("{id}-{slug}.yaml"),
    }
}

fn draft(client: ClientId, live: &Live, named: Option<&Arc<str>>) -> (Draft, Vec<String>) {
    let mut warnings = Vec::new();
    let mut draft =
        Draft { client, credentials: named.cloned(), expect: Vec::new(), settings: Vec::new(), odd: Vec::new() };
    let mut wanted = vec!["name", "domain"];
    if client == ClientId::Me {
        wanted.insert(0, "id");
    }
    for row in wanted.into_iter().filter_map(FieldRow::find) {
        // An empty or odd value makes no useful expectation.
        if let Some(state @ State::Is(_)) = live.field(row) {
            draft.expect.push((row, state));
        }
    }
    for setting in Setting::ALL {
        match live.settings.state(setting) {
            Some(State::Odd(raw)) => {
                let shown = raw.to_string();
                let shown = escape::terminal(&shown.as_str().into()).to_string();
                warnings.push(format!("{setting} holds {shown}, which could not be declared; it is left unmanaged"));
                draft.odd.push((setting, raw));
            }
            Some(state) => draft.settings.push((setting, state)),
            None => warnings.push(format!("the answer lacks {setting}; it is left unmanaged")),
        }
    }
    (draft, warnings)
}
