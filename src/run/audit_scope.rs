//! What an audit works on: the project or its defaults, the clients, and the guards that judge their state.
//!
//! Owns which clients an audit reads and with which credentials. A document with an error leaves its own client out and
//! stops no other: the report shows the error.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::{self, Loaded, Project};
use crate::model::{Advice, ClientId, Declaration, Diagnostic, Untrusted};
use crate::plan::audit::{AuditTarget, StateGuards};
use crate::plan::select::Selection;
use crate::plan::{DocumentKind, Plan};
use crate::run::preflight::{self, chosen_credentials, floor, narrow, problems, used_credentials};
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
    if !request.names_clients() {
        narrow(&mut loaded, &request.selection);
    }
    let floor = floor::read(&mut loaded, request.floor.as_deref(), env);
    let reads_nothing = !request.names_clients() && loaded.declarations.is_empty();
    let (stops, shown) = if loaded.has_errors() || reads_nothing { (broken, Vec::new()) } else { (Vec::new(), broken) };
    loaded.diagnostics.extend(stops);
    let (project, mut report) = preflight::project(&mut loaded, DocumentKind::Validation, false, env)?;
    report.diagnostics.splice(0..0, shown);
    report.shard = request.selection.shard;
    let targets = match request.names_clients() {
        true => named_targets(loaded.declarations, &project, request, env, &mut report)?,
        false => loaded.declarations.into_iter().map(AuditTarget::from).collect(),
    };
    let guards = StateGuards::of(&project.guards, &floor.guards);
    Ok(AuditScope { project, targets, guards, report })
}

/// Takes the errors of documents out: the audit shows them and reads the other clients. Errors of the project file stay,
/// because that file names endpoint and credentials.
fn take_document_errors(loaded: &mut Loaded, request: &AuditRequest) -> Vec<Diagnostic> {
    if loaded.project.is_none() {
        return Vec::new();
    }
    // Clients that the request names need no document.
    loaded.diagnostics.retain(|one| !(request.names_clients() && one.rule == "no-documents"));
    let is_of_document = |one: &Diagnostic| one.is_error() && one.rule != "no-documents";
    let (broken, rest) = std::mem::take(&mut loaded.diagnostics).into_iter().partition(is_of_document);
    loaded.diagnostics = rest;
    broken
}

/// A client that the request names, and with which credentials it is read where no document declares it.
type ClientToRead = (ClientId, Option<Arc<str>>);

/// The clients of the request. A client that documents declare is read with their credentials.
fn named_targets(
    declarations: Vec<Declaration>,
    project: &Project,
    request: &AuditRequest,
    env: &Environment,
    report: &mut Plan,
) -> Result<Vec<AuditTarget>, NotStarted> {
    let named = named_clients(project, request, env, report)?;
    let one_me = request.from.is_none() && request.credentials.is_none();
    // Each credential has a client `@me` of its own. A number means one client, whoever reads it.
    let key = |client: ClientId, credentials: &Option<Arc<str>>| match client {
        ClientId::Me if !one_me => (client, credentials.clone()),
        _ => (client, None),
    };
    let mut undeclared: BTreeMap<ClientToRead, Option<Arc<str>>> =
        named.into_iter().map(|(client, credentials)| (key(client, &credentials), credentials)).collect();
    let asked: BTreeSet<ClientToRead> = undeclared.keys().cloned().collect();
    let mut targets = Vec::new();
    for declaration in declarations {
        let key = key(declaration.client, &declaration.credentials);
        if asked.contains(&key) {
            undeclared.remove(&key);
            targets.push(AuditTarget::from(declaration));
        }
    }
    let undeclared =
        undeclared.into_iter().map(|((client, _), credentials)| AuditTarget::undeclared(client, credentials, true));
    Ok(targets.into_iter().chain(undeclared).collect())
}

/// The clients that the request names, or that its list names. A wrong row of the list becomes an error of the report.
fn named_clients(
    project: &Project,
    request: &AuditRequest,
    env: &Environment,
    report: &mut Plan,
) -> Result<Vec<ClientToRead>, NotStarted> {
    let credentials = chosen_credentials(project, request.credentials.as_ref())?;
    let Some(from) = &request.from else {
        return Ok(request.clients.iter().map(|client| (*client, credentials.clone())).collect());
    };
    let name = Untrusted::from(from.display().to_string());
    match config::load_client_list(&env.folder.join(from), &name, project, credentials.as_ref()) {
        Ok(list) => {
            report.diagnostics.extend(list.diagnostics);
            Ok(list.clients.into_iter().map(|one| (one.client, one.credentials)).collect())
        }
        Err(errors) => Err(problems(std::mem::take(report), errors, env)),
    }
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
    let mut report = Plan { ringform_version: env.version.to_owned(), ..Plan::default() };
    let mut loaded = Loaded::default();
    let floor = floor::read(&mut loaded, request.floor.as_deref(), env);
    if loaded.has_errors() {
        return Err(problems(report, loaded.diagnostics, env));
    }
    let mut clients: BTreeSet<ClientToRead> = named_clients(&project, request, env, &mut report)?.into_iter().collect();
    if !request.names_clients() {
        clients.insert((ClientId::Me, None));
    }
    let targets =
        clients.into_iter().map(|(client, credentials)| AuditTarget::undeclared(client, credentials, false)).collect();
    Ok(AuditScope { project, targets, guards: StateGuards::of(&[], &floor.guards), report })
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
