//! From the source of a credential to an App ID with its secret, or to a ready token.
//!
//! Owns what each kind of source means and the sentences for those that cannot be used. It makes no request.

use crate::api::credential::ApiCredential;
use crate::api::credential_source::{CredentialSource, ResolvedCredential};
use crate::api::error::interrupted;
use crate::api::secret::Secret;
use crate::api::shutdown::Shutdown;
use crate::api::token::command;
use crate::model::{Failure, FailureKind};

/// Resolves the source of a credential. Called once per credential.
pub(super) async fn resolve(credential: &ApiCredential, shutdown: &Shutdown) -> Result<ResolvedCredential, Failure> {
    let problem = |text: String| Failure::new(FailureKind::Credentials, text);
    let resolved = match &credential.source {
        // Variables carry line ends at their end as files do.
        CredentialSource::App { app_id, app_secret } => ResolvedCredential::App {
            app_id: app_id.trim_end_matches(['\n', '\r']).to_owned(),
            app_secret: app_secret.clone(),
        },
        CredentialSource::Token(secret) => ResolvedCredential::Token(secret.clone()),
        CredentialSource::Sandbox => {
            ResolvedCredential::App { app_id: "sandbox".to_owned(), app_secret: Secret::new("sandbox".to_owned()) }
        }
        CredentialSource::Refused(why) => return Err(problem(why.clone())),
        CredentialSource::Missing { variables } => return Err(missing(credential, variables)),
        CredentialSource::Command { argv } => {
            let printed = tokio::select! {
                biased;
                () = shutdown.stopped() => return Err(interrupted()),
                printed = command::run(argv) => printed,
            };
            printed.map_err(|why| {
                problem(format!("cannot get {}: {why}", credential.label()))
                    .help("run the command by hand and read its error message")
            })?
        }
    };
    if let ResolvedCredential::App { app_id, app_secret } = &resolved {
        if app_id.is_empty() || app_secret.is_empty() {
            return Err(problem(format!("{} have an empty App ID or App Secret", credential.label()))
                .help("check the variable or the file that contains it"));
        }
        // The simulator's pair is not secret, and blanking its word would damage every sentence.
        if !matches!(credential.source, CredentialSource::Sandbox) {
            credential.remember(app_secret);
        }
    }
    Ok(resolved)
}

fn missing(credential: &ApiCredential, variables: &[String]) -> Failure {
    let list = variables.join(" and ");
    let (verb, them) = if variables.len() == 1 { ("is", "it") } else { ("are", "them") };
    Failure::new(FailureKind::Credentials, format!("{} need {list}, which {verb} not set", credential.label()))
        .help(format!("set {them} in the environment of this run"))
}
