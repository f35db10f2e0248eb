//! Where the credentials of a run come from.
//!
//! Owns the choice between the forms of the project file and the variables of the environment. No message holds a
//! secret.

use std::fs;
use std::sync::Arc;

use crate::api::{CredentialSource, Secret};
use crate::config::{Credential, Project};
use crate::model::Declaration;
use crate::run::Environment;

/// The names of the credentials that these declarations use.
pub(in crate::run) fn used(declarations: &[Declaration]) -> Vec<Option<Arc<str>>> {
    let mut names: Vec<Option<Arc<str>>> = declarations.iter().map(|one| one.credentials.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Where the credentials of this name come from; without a name, or with one that the project does not declare, the
/// environment.
pub(in crate::run) fn source(
    project: &Project,
    name: Option<&str>,
    allow_command: bool,
    env: &Environment,
) -> CredentialSource {
    match name.and_then(|name| project.credentials.get(name)) {
        Some(credential) => declared(credential, allow_command, env),
        None => environment(env),
    }
}

fn declared(credential: &Credential, allow_command: bool, env: &Environment) -> CredentialSource {
    let lookup = |name: &str| env.variables.get(name);
    match credential {
        Credential::App { app_id, app_secret } => {
            let id = app_id.fill(&lookup);
            match (id, lookup(app_secret)) {
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
        Credential::Token { variable: name } => match lookup(name) {
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
fn environment(env: &Environment) -> CredentialSource {
    let missing =
        |names: &[&str]| CredentialSource::Missing { variables: names.iter().map(|name| (*name).to_owned()).collect() };
    let (token, id, secret) =
        (value("RINGFORM_TOKEN", env), value("RINGFORM_APP_ID", env), value("RINGFORM_APP_SECRET", env));
    match (token, id, secret) {
        (Err(why), _, _) | (Ok(None), Err(why), _) | (Ok(None), _, Err(why)) => CredentialSource::Refused(why),
        (Ok(Some(token)), _, _) => CredentialSource::Token(Secret::new(token)),
        (Ok(None), Ok(Some(app_id)), Ok(Some(secret))) => {
            CredentialSource::App { app_id, app_secret: Secret::new(secret) }
        }
        (Ok(None), Ok(None), Ok(None)) => missing(&["RINGFORM_APP_ID", "RINGFORM_APP_SECRET"]),
        (Ok(None), Ok(Some(_)), Ok(None)) => missing(&["RINGFORM_APP_SECRET"]),
        (Ok(None), Ok(None), Ok(Some(_))) => missing(&["RINGFORM_APP_ID"]),
    }
}

/// A variable, else the text of the file that NAME_FILE names, without line breaks at its end.
fn value(name: &str, env: &Environment) -> Result<Option<String>, String> {
    if let Some(value) = env.variables.get(name) {
        return Ok(Some(value));
    }
    let Some(path) = env.variables.get(&format!("{name}_FILE")) else { return Ok(None) };
    let text = fs::read_to_string(env.folder.join(path));
    let text = text.map_err(|error| format!("the file that {name}_FILE names cannot be read: {}", error.kind()))?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()).filter(|text| !text.is_empty()))
}
