//! Auth check: which credentials work, for which user and with which access.

use std::sync::Arc;
use std::time::Duration;

use crate::api::User;
use crate::config::{self, Loaded};
use crate::model::Failure;
use crate::plan::DocumentKind;
use crate::run::preflight::{self, project};
use crate::run::session::Session;
use crate::run::unwritten::UnwrittenProject;
use crate::run::{AuthRequest, ConnectionOptions, Environment, Listener, NotStarted, RunEvent};

/// One credential.
#[derive(Debug)]
pub struct CredentialCheck {
    /// Its name; `None` for the environment.
    pub name: Option<Arc<str>>,
    /// The user that the API answered, or why it answered none.
    pub user: Result<User, Failure>,
    /// The requests left, and how long until the counter is reset.
    pub remaining: Option<(u64, Option<Duration>)>,
}

/// The result of the check.
#[derive(Debug)]
pub struct AuthOutcome {
    /// Every credential of the project; the environment where the project declares none.
    pub credentials: Vec<CredentialCheck>,
    /// What failed at the end of the connection.
    pub finished: anyhow::Result<()>,
}

/// Asks the API about every credential.
pub async fn auth(request: &AuthRequest, env: &Environment, listener: &Listener) -> Result<AuthOutcome, NotStarted> {
    let loaded = config::load_project(&request.files.request(env));
    check(loaded, &request.connection, env, listener).await
}

/// As [`auth`], for a project that is not written yet.
pub async fn auth_before_writing(
    unwritten: &UnwrittenProject,
    connection: &ConnectionOptions,
    env: &Environment,
    listener: &Listener,
) -> Result<AuthOutcome, NotStarted> {
    check(unwritten.load(env), connection, env, listener).await
}

async fn check(
    mut loaded: Loaded,
    connection: &ConnectionOptions,
    env: &Environment,
    listener: &Listener,
) -> Result<AuthOutcome, NotStarted> {
    let (project, report) = project(&mut loaded, DocumentKind::Validation, false, env)?;
    let mut names: Vec<Option<Arc<str>>> = project.credentials.keys().cloned().map(Some).collect();
    if names.is_empty() {
        names.push(None);
    }
    let session = match Session::connect(&project, names.clone(), connection, env).await {
        Ok(session) => session,
        Err(errors) => return Err(preflight::problems(report, errors, env)),
    };
    listener(RunEvent::Warnings(report.diagnostics));
    let mut credentials = Vec::with_capacity(names.len());
    for name in names {
        let user = session.reader.user(name.as_ref()).await;
        credentials.push(CredentialCheck { name, user, remaining: None });
    }
    for one in &mut credentials {
        one.remaining = session.usage.remaining(one.name.as_ref());
    }
    Ok(AuthOutcome { credentials, finished: session.close().await })
}
