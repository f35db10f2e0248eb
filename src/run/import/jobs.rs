//! Which clients an import reads, and with which credentials.
//!
//! Owns the step from a request, or from its list, to clients that are each named once.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::{self, ClientLabels, ClientList, ListedClient, Project};
use crate::model::{ClientId, Diagnostic, Place, Untrusted};
use crate::run::preflight::used_credentials;
use crate::run::{Environment, ImportRequest};

/// A client to read and to write a document for.
#[derive(Clone, Debug)]
pub(super) struct ImportJob {
    pub(super) client: ClientId,
    /// `None` for those of the environment.
    pub(super) credentials: Option<Arc<str>>,
    pub(super) labels: ClientLabels,
    /// The line of the list.
    line: Option<u32>,
}

/// The clients of an import.
#[derive(Debug, Default)]
pub(super) struct ImportJobs {
    pub(super) jobs: Vec<ImportJob>,
    /// How many rows of the list are not valid.
    pub(super) wrong_rows: usize,
    /// What is wrong with them.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The file of the list, as people wrote it.
    list: Option<Untrusted>,
}

impl ImportJobs {
    /// The clients that a request names. `default` are the credentials of those that name none.
    pub(super) fn of(
        request: &ImportRequest,
        project: &Project,
        default: Option<&Arc<str>>,
        env: &Environment,
    ) -> Result<ImportJobs, Vec<Diagnostic>> {
        let Some(from) = &request.from else {
            let jobs = named(request).into_iter().map(|client| ImportJob::of_client(client, default.cloned()));
            return Ok(ImportJobs { jobs: jobs.collect(), ..ImportJobs::default() });
        };
        let name = Untrusted::from(from.display().to_string());
        let list = config::load_client_list(&env.folder.join(from), &name, project, default)?;
        let ClientList { clients, wrong_rows, diagnostics } = list;
        Ok(ImportJobs { jobs: clients.into_iter().map(listed).collect(), wrong_rows, diagnostics, list: Some(name) })
    }

    /// The names of the credentials that the jobs use, each once.
    pub(super) fn credentials(&self) -> Vec<Option<Arc<str>>> {
        used_credentials(self.jobs.iter().map(|job| &job.credentials))
    }

    /// The file of the list.
    pub(super) fn list(&self) -> Option<Untrusted> {
        self.list.clone()
    }
}

impl ImportJob {
    /// A client that no list names.
    pub(super) fn of_client(client: ClientId, credentials: Option<Arc<str>>) -> ImportJob {
        ImportJob { client, credentials, labels: [].into(), line: None }
    }

    /// Its row in the list.
    pub(super) fn place(&self, list: Option<&Untrusted>) -> Option<Place> {
        Some(Place::new(list?.clone(), self.line?, 1))
    }
}

fn listed(one: ListedClient) -> ImportJob {
    ImportJob { client: one.client, credentials: one.credentials, labels: one.labels, line: Some(one.line) }
}

/// The clients of the request, each once; `@me` when it names none.
fn named(request: &ImportRequest) -> Vec<ClientId> {
    let mut clients = request.clients.clone();
    if clients.is_empty() {
        clients.push(ClientId::Me);
    }
    let mut seen = BTreeSet::new();
    clients.retain(|client| seen.insert(*client));
    clients
}
