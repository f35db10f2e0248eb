//! What plan, apply and drift have in common before the first request: files, base, selection, connection.
//!
//! Owns the order of these checks and the report that stands for a run that did not begin.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use ringform::api::Shutdown;
use ringform::config::{self, Project};
use ringform::model::DeclaredClient;
use ringform::model::{Declaration, Diagnostic, Untrusted};
use ringform::plan::{DocumentKind, Origin, Origins, Plan};

use crate::cli::{BaseArgs, Connect, Files, Select};
use crate::commands::based::Based;
use crate::commands::setup::{self, Session};

/// What a run was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Which files.
    pub files: &'a Files,
    /// Which clients.
    pub select: &'a Select,
    /// How the API is reached.
    pub connect: &'a Connect,
    /// What is known of the past.
    pub base: &'a BaseArgs,
    /// The origin of every difference where no base is named.
    pub otherwise: Origin,
    /// The kind of document that the run makes.
    pub kind: DocumentKind,
}

/// Everything that is known before anything is read.
pub(crate) struct Chosen {
    /// The project.
    pub project: Project,
    /// Every client of the documents that were found, selected or not.
    pub declared: Vec<DeclaredClient>,
    /// Whether the documents that were found are all of the project, and not those of a PATH inside it.
    pub whole: bool,
    /// The selected declarations.
    pub declarations: Vec<Declaration>,
    /// By what differences are judged.
    pub origins: Arc<Origins>,
    /// With `--affected`, what the run will cost: to be told before it begins.
    pub forecast: Option<String>,
    /// The report so far: everything but clients and run.
    pub report: Plan,
    based: Based,
}

/// Everything that is needed to read.
pub(crate) struct Prepared {
    /// What was chosen, and the report so far, which names the endpoint by now.
    pub chosen: Chosen,
    /// The connection.
    pub session: Session,
}

/// A report that holds nothing but problems.
pub(crate) type Refused = Box<Plan>;

/// Loads, reads the base and selects, all offline. `Err` is the report of a run that did not begin; its diagnostics say why.
pub(crate) fn choose(asked: &Asked<'_>) -> anyhow::Result<Result<Chosen, Refused>> {
    let request = setup::request(asked.files)?;
    let selection = setup::selection(asked.select);
    let mut loaded = config::load(&request);
    let based = Based::read(&mut loaded, asked.base, &selection, asked.otherwise);
    let declared = loaded.declarations.iter().map(DeclaredClient::from).collect();
    setup::narrow(&mut loaded, asked.select);
    let failed = loaded.has_errors();
    let mut report = empty(asked.kind, loaded.project.as_ref());
    report.shard = asked.select.shard;
    report.base = asked.base.base.as_deref().map(Untrusted::from);
    report.diagnostics = loaded.diagnostics;
    let project = match loaded.project {
        Some(project) if !failed => project,
        Some(_) | None => {
            report.revision = loaded.repository.and_then(|repository| repository.revision());
            return Ok(Err(Box::new(report)));
        }
    };
    let mut declarations = loaded.declarations;
    let revision = asked.base.base.as_deref().filter(|_| asked.base.affected);
    let affected = revision
        .and_then(|revision| based.affected(&project, asked.connect, &mut declarations, revision, selection.fields));
    let (unaffected, forecast) = affected.unzip();
    report.unaffected = unaffected;
    if let Some(revision) = &asked.base.base {
        report.diagnostics.extend(based.loosened(&project, revision));
    }
    report.released_clients = based.released(&selection);
    let origins = Arc::new(based.origins.clone());
    let whole = setup::is_whole(&request, &project);
    Ok(Ok(Chosen { project, declared, whole, declarations, origins, forecast, report, based }))
}

/// Loads, selects and connects. `Err` is the report of a run that did not begin; its diagnostics say why.
pub(crate) async fn prepare(asked: &Asked<'_>, stop: &Shutdown) -> anyhow::Result<Result<Prepared, Refused>> {
    let mut chosen = match choose(asked)? {
        Ok(chosen) => chosen,
        Err(refused) => return Ok(Err(refused)),
    };
    let refuse = |mut chosen: Chosen, errors: Vec<Diagnostic>| {
        chosen.report.diagnostics.extend(errors);
        chosen.report.revision = chosen.project.revision();
        Ok(Err(Box::new(chosen.report)))
    };
    let revision = asked.base.base.as_deref().filter(|_| !asked.base.trust_project);
    let distrust = revision.map(|revision| chosen.based.distrust(&chosen.project, asked.connect, revision));
    if let Some(distrust) = distrust.filter(|found| !found.is_empty()) {
        chosen.report.released_clients.clear();
        return refuse(chosen, distrust);
    }
    let names = setup::used(&chosen.declarations);
    match setup::connect(&chosen.project, names.into_iter(), asked.connect, stop).await {
        Ok(session) => {
            chosen.report.endpoint = session.endpoint.clone();
            Ok(Ok(Prepared { chosen, session }))
        }
        Err(errors) => refuse(chosen, errors),
    }
}

/// A report with nothing in it but who made it.
pub(crate) fn empty(kind: DocumentKind, project: Option<&Project>) -> Plan {
    Plan {
        kind,
        ringform_version: env!("CARGO_PKG_VERSION").to_owned(),
        project: project.map(|project| Untrusted::new(project.file.clone())).unwrap_or_default(),
        location: location(project),
        ..Plan::default()
    }
}

/// Where the project file is on this machine; where no project was found, the folder in which it was looked for.
fn location(project: Option<&Project>) -> Untrusted {
    let path = match project {
        Some(project) => project.root.join(&*project.file),
        None => PathBuf::from("."),
    };
    let absolute = fs::canonicalize(&path).unwrap_or(path);
    Untrusted::new(absolute.to_string_lossy())
}
