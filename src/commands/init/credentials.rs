//! The check of the credentials before a file is written.

use ringform::run::{self, ConnectionOptions, Environment, UnwrittenProject};

use crate::cli::LogArgs;
use crate::starter::wizard::CredentialVerdict;
use crate::starter::{ProjectPlace, StarterLayout};
use crate::terminal::{credential_text, listener, not_started, output};

/// The project that the credentials are for.
#[derive(Clone, Copy, Debug)]
pub(super) struct CredentialUse<'a> {
    /// Its folder.
    pub(super) place: &'a ProjectPlace,
    /// Its files, which are not written yet.
    pub(super) layout: &'a StarterLayout,
    /// The address to check them at; `None` for that of ringform.yaml.
    pub(super) endpoint: Option<&'a str>,
}

/// Asks the API about the credentials of the environment, as `auth check` does, and says what it answers on stderr.
pub(super) async fn check(
    of: &CredentialUse<'_>,
    env: &Environment,
    log: &LogArgs,
) -> anyhow::Result<CredentialVerdict> {
    let text = of.layout.project_text().unwrap_or_default().to_owned();
    let unwritten = UnwrittenProject { folder: of.place.project.clone(), text };
    let connection = ConnectionOptions { endpoint: of.endpoint.map(str::to_owned), ..ConnectionOptions::default() };
    let outcome = match run::auth_before_writing(&unwritten, &connection, env, &listener::listener(log)).await {
        Ok(outcome) => outcome,
        Err(error) => {
            // Its status is that of an error, always.
            let _ = not_started::complain(error, log)?;
            return Ok(CredentialVerdict::Fails);
        }
    };
    outcome.finished?;
    let mut verdict = CredentialVerdict::Fails;
    for check in &outcome.credentials {
        if let Ok(user) = &check.user {
            verdict = CredentialVerdict::Works(user.client_id);
        }
        if check.user.is_err() || !log.quiet {
            output::note(credential_text(check).trim_end());
        }
    }
    Ok(verdict)
}
