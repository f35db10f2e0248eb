//! What an audit works on: the project or its defaults, the clients, and the guards that judge their state.
//!
//! Owns which clients an audit reads and with which credentials. A document with an error leaves its own client out and
//! stops no other: the report shows the error.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::{self, Loaded, Project};
use crate::model::{Advice, ClientId, Declaration, Diagnostic};
use crate::plan::audit::{AuditTarget, StateGuards};
use crate::plan::select::Selection;
use crate::plan::{DocumentKind, Plan};
use crate::run::preflight::{self, chosen_credentials, narrow, problems, used_credentials};
use crate::run::{AuditRequest, Environment, NotStarted};

/// Everything that is known before the first request.
pub(super) struct AuditScope {
    /// The project; outside of one, its defaults.
    pub(super) project: Project,
    /// The clients to read.
    pub(super) targets: Vec<AuditTarget>,
    /// The guards that judge them.
    pub(super) guards: StateGuards,
    /// The report so far.
    pub(super) report: Plan,
}

/// Finds the project, and the clients to read.
pub(super) fn audit_scope(request: &AuditRequest, env: &Environment) -> Result<AuditScope, NotStarted> {
    let files = request.files.request(env);
    if config::is_outside_of_projects(&files) {
        return outside(request, env);
    }
    let mut loaded = config::load(&files);
    let broken = take_document_errors(&mut loaded, request);
    if request.clients.is_empty() {
        narrow(&mut loaded, &request.selection);
    }
    let reads_nothing = request.clients.is_empty() && loaded.declarations.is_empty();
    let (stops, shown) = if loaded.has_errors() || reads_nothing { (broken, Vec::new()) } else { (Vec::new(), broken) };
    loaded.diagnostics.extend(stops);
    let (project, mut report) = preflight::project(&mut loaded, DocumentKind::Validation, false, env)?;
    report.diagnostics.splice(0..0, shown);
    report.shard = request.selection.shard;
    let targets = targets(loaded.declarations, &project, request)?;
    let guards = StateGuards::of(&project.guards);
    Ok(AuditScope { project, targets, guards, report })
}

/// Takes the errors of documents out: the audit shows them and reads the other clients. Errors of the project file stay,
/// because that file names endpoint and credentials.
fn take_document_errors(loaded: &mut Loaded, request: &AuditRequest) -> Vec<Diagnostic> {
    if loaded.project.is_none() {
        return Vec::new();
    }
    let names_clients = !request.clients.is_empty();
    // Clients that the request names need no document.
    loaded.diagnostics.retain(|one| !(names_clients && one.rule == "no-documents"));
    let is_of_document = |one: &Diagnostic| one.is_error() && one.rule != "no-documents";
    let (broken, rest) = std::mem::take(&mut loaded.diagnostics).into_iter().partition(is_of_document);
    loaded.diagnostics = rest;
    broken
}

/// The clients of the request, else those that the documents declare. A client that documents declare is read with
/// their credentials.
fn targets(
    declarations: Vec<Declaration>,
    project: &Project,
    request: &AuditRequest,
) -> Result<Vec<AuditTarget>, NotStarted> {
    if request.clients.is_empty() {
        return Ok(declarations.into_iter().map(AuditTarget::from).collect());
    }
    let named = request.credentials.as_ref();
    let credentials = chosen_credentials(project, named)?;
    let mut undeclared: BTreeSet<ClientId> = request.clients.iter().copied().collect();
    // Each credential has a client `@me` of its own.
    let is_meant = |one: &Declaration| one.client != ClientId::Me || named.is_none() || one.credentials == credentials;
    let mut targets = Vec::new();
    for declaration in declarations.into_iter().filter(is_meant) {
        if request.clients.contains(&declaration.client) {
            undeclared.remove(&declaration.client);
            targets.push(AuditTarget::from(declaration));
        }
    }
    let undeclared = undeclared.into_iter().map(|client| AuditTarget::undeclared(client, credentials.clone(), true));
    Ok(targets.into_iter().chain(undeclared).collect())
}

/// An audit without a project: the clients of the request, or that of the token.
fn outside(request: &AuditRequest, env: &Environment) -> Result<AuditScope, NotStarted> {
    let wrong = |what: &str, help: &str| Err(NotStarted::Failed(Advice::new(what, help).into()));
    if selects(&request.selection) {
        let help = "name the clients by their ids, or run in the folder of a project";
        return wrong("--client, --label and --shard select clients of a project, and this folder has none", help);
    }
    if request.credentials.is_some() {
        let help = "set RINGFORM_TOKEN, or RINGFORM_APP_ID and RINGFORM_APP_SECRET";
        return wrong("--credentials names credentials of a project, and this folder has none", help);
    }
    let files = request.files.request(env);
    let project = Project::without_file(files.cwd, files.git, &files.at);
    let mut clients: BTreeSet<ClientId> = request.clients.iter().copied().collect();
    if clients.is_empty() {
        clients.insert(ClientId::Me);
    }
    let targets = clients.into_iter().map(|client| AuditTarget::undeclared(client, None, false)).collect();
    let report = Plan { ringform_version: env.version.to_owned(), ..Plan::default() };
    Ok(AuditScope { project, targets, guards: StateGuards::of(&[]), report })
}

fn selects(selection: &Selection) -> bool {
    !selection.clients.is_empty() || !selection.labels.is_empty() || selection.shard.is_some()
}

impl AuditScope {
    /// The names of the credentials that the clients need.
    pub(super) fn credentials(&self) -> Vec<Option<Arc<str>>> {
        used_credentials(self.targets.iter().map(|target| &target.credentials))
    }

    /// A run that does not start because of these errors.
    pub(super) fn refuse(self, errors: Vec<Diagnostic>, env: &Environment) -> NotStarted {
        problems(self.report, errors, env)
    }
}
