//! From files and flags to open hands: the project, its declarations, the connection.
//!
//! Owns which endpoint and which credentials count. The environment is read here and handed on as values; the rooms never look.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use ringform::api::{self, CredentialSource, Endpoint, Reader, Secret, Shutdown, Usage, Writer};
use ringform::config::{self, Credential, Loaded, Project, Template};
use ringform::model::{Declaration, Diagnostic, Untrusted};
use ringform::plan::select::Selection;
use ringform::plan::{ClientPlan, SendScope};
use ringform::{journal, sandbox};

use crate::cli::{self, Connect, Files, Select};
use crate::commands::{clock, sandbox_data};

/// The files that the arguments name.
pub(crate) fn request(files: &Files) -> anyhow::Result<config::ProjectRequest> {
    let cwd = std::env::current_dir().context("cannot tell the working folder")?;
    let git = config::GitEnvironment::of(std::env::vars_os());
    Ok(config::ProjectRequest { cwd, paths: files.paths.clone(), project: files.project.clone(), git })
}

/// Whether the arguments name the project as a whole: its own folder, or nothing from within it.
pub(crate) fn is_whole(request: &config::ProjectRequest, project: &Project) -> bool {
    let real = |path: PathBuf| path.canonicalize().ok();
    let root = real(request.cwd.join(&project.root));
    let mut paths = request.paths.iter().map(|path| request.cwd.join(path));
    let is_root = |path: PathBuf| root.is_some() && real(path) == root;
    if request.paths.is_empty() { is_root(request.cwd.clone()) } else { paths.any(is_root) }
}

/// The selection that the arguments name.
pub(crate) fn selection(select: &Select) -> Selection {
    Selection {
        clients: select.clients.clone(),
        labels: select.labels.clone(),
        fields: select.fields.iter().copied().collect(),
        shard: select.shard,
    }
}

/// What the arguments let be sent.
pub(crate) fn sending(args: &cli::Sending) -> SendScope {
    SendScope { only: args.only.iter().copied().collect(), overwrite: args.overwrite_drift.clone() }
}

/// A warning for each `--overwrite-drift` that found no conflict.
pub(crate) fn idle(sending: &SendScope, clients: &[ClientPlan]) -> Vec<Diagnostic> {
    let warn = |one: &ringform::plan::send::Overwrite| {
        let known = clients.iter().any(|client| client.client_id == one.client);
        let why = if known { "is in no conflict there" } else { "is not among the clients of this run" };
        let summary = format!("--overwrite-drift {one}: there is no such conflict, client {} {why}", one.client);
        Diagnostic::warning("nothing-to-overwrite", None, summary)
    };
    sending.unused_overrides(clients).map(warn).collect()
}

/// Narrows what was loaded; a part of the selection that matches nothing becomes an error.
pub(crate) fn narrow(loaded: &mut Loaded, select: &Select) {
    if loaded.has_errors() {
        return;
    }
    if let Err(unmatched) = selection(select).apply(&mut loaded.declarations) {
        let errors = unmatched.into_iter().map(|text| Diagnostic::error("no-documents", None, text));
        loaded.diagnostics.extend(errors);
    }
}

/// A connection to the API, or to the embedded simulator.
#[derive(Debug)]
pub(crate) struct Session {
    /// Reads.
    pub reader: Reader,
    /// Writes.
    pub writer: Writer,
    /// RequestCounts.
    pub meter: Usage,
    /// How the endpoint stands in plans: its address, or `sandbox:FILE`.
    pub endpoint: Untrusted,
    /// How many clients at once.
    pub concurrency: usize,
    sandbox: Option<sandbox::SimulatorServer>,
}

impl Session {
    /// Ends the simulator, if there is one, and keeps what changed in it.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        match self.sandbox {
            Some(server) => server.stop().await,
            None => Ok(()),
        }
    }
}

/// Where requests go.
enum Target {
    Api(Endpoint),
    Sandbox { seed: PathBuf },
}

/// Opens the connection for these declarations. Nothing is sent yet.
pub(crate) async fn connect(
    project: &Project,
    names: impl Iterator<Item = Option<Arc<str>>>,
    args: &Connect,
    stop: &Shutdown,
) -> Result<Session, Vec<Diagnostic>> {
    let target = target(project, args)?;
    let wrong = |error: anyhow::Error| {
        let place = project.endpoint.as_ref().map(|template| template.place().clone());
        vec![Diagnostic::error("endpoint", place, format!("{error:#}"))]
    };
    let (endpoint, label, server) = match target {
        Target::Api(endpoint) => {
            let label = Untrusted::from(endpoint.text());
            (endpoint, label, None)
        }
        Target::Sandbox { seed } => {
            let label = Untrusted::from(endpoint_text(project));
            let server = embedded(project, &seed).await.map_err(wrong)?;
            let endpoint = Endpoint::parse(&server.endpoint()).map_err(|text| wrong(anyhow::anyhow!(text)))?;
            (endpoint, label, Some(server))
        }
    };
    let mut keyring = BTreeMap::new();
    for name in names {
        let from = match server {
            Some(_) => CredentialSource::Sandbox,
            None => source(project, name.as_deref(), args.allow_command),
        };
        keyring.insert(name, from);
    }
    let concurrency = args.concurrency.map_or(project.limits.concurrency, usize::from);
    let options = api::ConnectOptions {
        endpoint,
        route: project.route,
        timeout: project.limits.timeout,
        ca_file: args.ca_file.clone(),
        concurrency,
        requests_per_second: project.limits.requests_per_second,
        wait_quota: args.wait_quota.unwrap_or(Duration::ZERO),
        user_agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        random_seed: clock::random(),
    };
    let (reader, writer, meter) = api::connect(options, keyring, stop.clone()).map_err(|error| {
        // Certificates, of a flag or of this machine: no line of the project is to blame.
        vec![Diagnostic::error("endpoint", None, format!("{error:#}"))]
    })?;
    Ok(Session { reader, writer, meter, endpoint: label, concurrency, sandbox: server })
}

/// The credentials that these declarations use.
pub(crate) fn used(declarations: &[Declaration]) -> Vec<Option<Arc<str>>> {
    let mut names: Vec<Option<Arc<str>>> = declarations.iter().map(|one| one.credentials.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// The endpoint of the file as it is written, when it is a simulator.
fn endpoint_text(project: &Project) -> String {
    project.endpoint.as_ref().and_then(|template| template.fill(&variable).ok()).unwrap_or_default()
}

/// How the endpoint stands in plans, without connecting.
pub(crate) fn endpoint_label(project: &Project, args: &Connect) -> Result<Untrusted, Vec<Diagnostic>> {
    Ok(match target(project, args)? {
        Target::Api(endpoint) => endpoint.text().into(),
        Target::Sandbox { .. } => endpoint_text(project).into(),
    })
}

/// How the endpoint stands in a plan that reaches nobody: as it is written. What a variable holds is no business of a file that
/// everybody may read.
pub(crate) fn endpoint_unfilled(project: &Project, args: &Connect) -> Untrusted {
    let written = project.endpoint.as_ref().filter(|_| args.endpoint.is_none());
    match written.filter(|template| template.variables().next().is_some()) {
        Some(template) => template.text().into(),
        None => endpoint_label(project, args).unwrap_or_default(),
    }
}

/// Which endpoint counts: a simulator of the file over all, then the flag, then the environment, then the file.
fn target(project: &Project, args: &Connect) -> Result<Target, Vec<Diagnostic>> {
    let filled = project.endpoint.as_ref().map(|template| (template, template.fill(&variable)));
    if let Some((template, Ok(text))) = &filled
        && let Some(seed) = text.strip_prefix("sandbox:")
    {
        let place = template.place().clone();
        if template.text().starts_with("sandbox:") && template.variables().next().is_some() {
            // The path of a seed is shown, and the variable may hold a secret.
            let error = Diagnostic::error("endpoint", place, "`sandbox:` names a file and takes no variable");
            return Err(vec![error.help("write sandbox:seed.json".to_owned())]);
        }
        if seed.is_empty() {
            let error = Diagnostic::error("endpoint", place, "`sandbox:` names no seed");
            return Err(vec![error.help("write sandbox:seed.json".to_owned())]);
        }
        return Ok(Target::Sandbox { seed: project.root.join(seed) });
    }
    let other = args.endpoint.clone().or_else(|| variable("RINGFORM_ENDPOINT"));
    let (text, template) = match (other, filled) {
        (Some(text), _) => (text, None),
        (None, Some((template, Ok(text)))) => (text, Some(template)),
        (None, Some((template, Err(missing)))) => {
            return Err(missing.into_iter().map(|name| missing_variable(&name, template)).collect());
        }
        (None, None) => {
            let error = Diagnostic::error("endpoint", None, "no endpoint is named");
            let help = "write `endpoint: https://…` into ringform.yaml, or give --endpoint or RINGFORM_ENDPOINT";
            return Err(vec![error.help(help.to_owned())]);
        }
    };
    Endpoint::parse(&text).map(Target::Api).map_err(|why| vec![wrong_address(why, template)])
}

/// Why an address cannot be used. One that variables fill is not quoted: they may hold a secret.
fn wrong_address(why: String, template: Option<&Template>) -> Diagnostic {
    let place = template.map(|template| template.place().clone());
    let names: Vec<&str> = template.into_iter().flat_map(Template::variables).collect();
    if names.is_empty() {
        return Diagnostic::error("endpoint", place, why);
    }
    let summary = format!("what {} makes of the endpoint is no address that can be used", names.join(" and "));
    let help = "an endpoint is https://HOST, without user, query and fragment; http only on loopback".to_owned();
    Diagnostic::error("endpoint", place, summary).help(help)
}

/// What is wrong with the endpoint of the file, as far as that can be said without the environment.
pub(crate) fn wrong_endpoint(project: &Project) -> Option<Diagnostic> {
    let template = project.endpoint.as_ref().filter(|template| template.variables().next().is_none())?;
    let text = template.fill(&|_| None).ok().filter(|text| !text.starts_with("sandbox:"))?;
    Endpoint::parse(&text).err().map(|why| Diagnostic::error("endpoint", template.place().clone(), why))
}

fn missing_variable(name: &str, template: &Template) -> Diagnostic {
    let summary = format!("the variable {name} is not set");
    Diagnostic::error("missing-variable", template.place().clone(), summary).help(format!("set {name} and run again"))
}

/// A variable of the environment; empty counts as not set, as pipelines leave it for secrets that a job may not have.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where a credential comes from.
fn source(project: &Project, name: Option<&str>, allow_command: bool) -> CredentialSource {
    let Some(credential) = name.and_then(|name| project.credentials.get(name)) else { return environment() };
    match credential {
        Credential::App { app_id, app_secret } => {
            let id = app_id.fill(&variable);
            match (id, variable(app_secret)) {
                (Ok(app_id), Some(secret)) => CredentialSource::App { app_id, app_secret: Secret::new(secret) },
                (id, secret) => {
                    let mut variables = id.err().unwrap_or_default();
                    if secret.is_none() {
                        variables.push(app_secret.clone());
                    }
                    CredentialSource::Missing { variables }
                }
            }
        }
        Credential::Token { variable: name } => match variable(name) {
            Some(token) => CredentialSource::Token(Secret::new(token)),
            None => CredentialSource::Missing { variables: vec![name.clone()] },
        },
        Credential::Command { argv } if allow_command => CredentialSource::Command { argv: argv.clone() },
        Credential::Command { .. } => CredentialSource::Refused(
            "these credentials come from a command, which runs only with --allow-command or RINGFORM_ALLOW_COMMAND=1"
                .to_owned(),
        ),
    }
}

/// The credentials of the environment: a token, else an application.
fn environment() -> CredentialSource {
    let from = |name: &str| -> Result<Option<String>, String> {
        if let Some(value) = variable(name) {
            return Ok(Some(value));
        }
        let Some(path) = variable(&format!("{name}_FILE")) else { return Ok(None) };
        let text = std::fs::read_to_string(Path::new(&path));
        let text = text.map_err(|error| format!("the file that {name}_FILE names cannot be read: {}", error.kind()))?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()).filter(|text| !text.is_empty()))
    };
    match (from("RINGFORM_TOKEN"), from("RINGFORM_APP_ID"), from("RINGFORM_APP_SECRET")) {
        (Err(why), _, _) | (Ok(None), Err(why), _) | (Ok(None), _, Err(why)) => CredentialSource::Refused(why),
        (Ok(Some(token)), _, _) => CredentialSource::Token(Secret::new(token)),
        (Ok(None), Ok(Some(app_id)), Ok(Some(secret))) => {
            CredentialSource::App { app_id, app_secret: Secret::new(secret) }
        }
        (Ok(None), Ok(None), Ok(None)) => {
            CredentialSource::Missing { variables: vec!["RINGFORM_APP_ID".into(), "RINGFORM_APP_SECRET".into()] }
        }
        (Ok(None), Ok(Some(_)), Ok(None)) => {
            CredentialSource::Missing { variables: vec!["RINGFORM_APP_SECRET".into()] }
        }
        (Ok(None), Ok(None), Ok(Some(_))) => CredentialSource::Missing { variables: vec!["RINGFORM_APP_ID".into()] },
    }
}

/// Starts the simulator inside the process. What changes in it is kept beside the project and not in the seed.
async fn embedded(project: &Project, seed: &Path) -> anyhow::Result<sandbox::SimulatorServer> {
    let data = kept(&project.root, seed);
    let options = sandbox::SimulatorOptions {
        seed: sandbox::Seed::load(seed)?,
        data: Some(sandbox_data::data_file(data)),
        ..sandbox::SimulatorOptions::default()
    };
    sandbox::start(options).await
}

/// Where the changed state of a seed is kept.
pub(crate) fn kept(root: &Path, seed: &Path) -> PathBuf {
    let name = seed.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    root.join(journal::FOLDER).join("sandbox").join(format!("{name}.json"))
}

/// Runs a command on the runtime that everything with a network needs: one thread, since the work between two answers is a few
/// microseconds and handing it to another thread costs more than it.
pub(crate) fn block_on<R>(work: impl Future<Output = anyhow::Result<R>>) -> anyhow::Result<R> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
    let done = runtime.block_on(work);
    // A look-up of a name cannot be called off and may take a minute. Nobody waits for it any more.
    runtime.shutdown_background();
    done
}
