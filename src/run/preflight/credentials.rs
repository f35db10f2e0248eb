//! Where the credentials of a run come from.
//!
//! Owns the choice between the forms of the project file and the variables of the environment. No message holds a
//! secret.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use crate::api::{CredentialSource, Secret};
use crate::config::{Credential, Project};
use crate::files::{NOT_REGULAR, read_input};
use crate::model::encoding::{Utf16, without_mark};
use crate::model::io_cause;
use crate::run::{Environment, NotStarted};

/// The variable that allows commands as --allow-command does.
const ALLOW_COMMAND: &str = "RINGFORM_ALLOW_COMMAND";

/// The variables that name a file with a secret of the environment.
pub const CREDENTIAL_FILES: [&str; 3] = ["RINGFORM_TOKEN_FILE", "RINGFORM_APP_ID_FILE", "RINGFORM_APP_SECRET_FILE"];

/// The variables of the environment that hold or name credentials.
pub fn credential_variables(env: &Environment) -> Vec<String> {
    let names = ["RINGFORM_TOKEN", "RINGFORM_APP_ID", "RINGFORM_APP_SECRET"];
    let all = names.into_iter().flat_map(|name| [name.to_owned(), format!("{name}_FILE")]);
    // One that is not UTF-8 is there too: the check of the credentials names it.
    all.filter(|name| !matches!(env.variables.text(name), Ok(None))).collect()
}

/// Files and variables often end with these.
const LINE_ENDS: [char; 2] = ['\r', '\n'];

/// The names of the credentials that clients use, each once.
pub(in crate::run) fn used<'a>(names: impl Iterator<Item = &'a Option<Arc<str>>>) -> Vec<Option<Arc<str>>> {
    let names: BTreeSet<&Option<Arc<str>>> = names.collect();
    names.into_iter().cloned().collect()
}

/// The credentials that a request names, else the default of the project, else those of the environment.
pub(in crate::run) fn chosen(project: &Project, name: Option<&Arc<str>>) -> Result<Option<Arc<str>>, NotStarted> {
    match name {
        Some(name) => match project.credentials.get_key_value(name) {
            Some((name, _)) => Ok(Some(name.clone())),
            None => Err(NotStarted::UndeclaredCredentials(name.clone())),
        },
        None => Ok(project.default_credentials.clone()),
    }
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
    match credential {
        Credential::App { app_id, app_secret } => {
            let id = app_id.fill(&|name| env.variables.get(name));
            match (id, env.variables.get(app_secret)) {
                (Ok(id), Some(secret)) => {
                    let variable = app_id.variables().next();
                    let id = CredentialText { named: variable.map_or_else(|| "app_id".to_owned(), value_of), text: id };
                    pair(id, CredentialText { named: value_of(app_secret), text: secret })
                }
                (id, secret) => {
                    let mut variables = id.err().unwrap_or_default();
                    if secret.is_none() {
                        variables.push(app_secret.clone());
                    }
                    missing(variables, env)
                }
            }
        }
        Credential::Token { variable: name } => match env.variables.get(name) {
            Some(token) => ready(CredentialText { named: value_of(name), text: token }),
            None => missing(vec![name.clone()], env),
        },
        Credential::Command { argv } => match is_allowed(allow_command, env) {
            Ok(true) => CredentialSource::Command { argv: argv.clone() },
            Ok(false) => CredentialSource::Refused(
                "these credentials come from a command, which runs only with --allow-command or \
                 RINGFORM_ALLOW_COMMAND=1"
                    .to_owned(),
            ),
            Err(why) => CredentialSource::Refused(why),
        },
    }
}

/// Whether --allow-command or RINGFORM_ALLOW_COMMAND allows commands. `never` and `0` must not allow one, so only `1` is
/// a value.
fn is_allowed(flag: bool, env: &Environment) -> Result<bool, String> {
    if flag {
        return Ok(true);
    }
    match env.variables.text(ALLOW_COMMAND)?.as_deref() {
        None => Ok(false),
        Some("1") => Ok(true),
        Some(_) => Err(format!("{ALLOW_COMMAND} must be exactly 1 to allow commands; set it to 1 or unset it")),
    }
}

/// Variables that are not set, or not UTF-8.
fn missing(variables: Vec<String>, env: &Environment) -> CredentialSource {
    match variables.iter().find_map(|name| env.variables.text(name).err()) {
        Some(why) => CredentialSource::Refused(why),
        None => CredentialSource::Missing { variables },
    }
}

/// A text and the words for where it comes from.
struct CredentialText {
    named: String,
    text: String,
}

fn value_of(name: &str) -> String {
    format!("the value of {name}")
}

/// A ready token, if a request can carry it.
fn ready(token: CredentialText) -> CredentialSource {
    let secret = Secret::new(token.text);
    match secret.token_flaw() {
        Some(flaw) => CredentialSource::Refused(format!("{} {flaw}; the token itself is not shown", token.named)),
        None => CredentialSource::Token(secret),
    }
}

/// An App ID and its secret. An ASCII control character in one is a mistake in how it was copied.
fn pair(id: CredentialText, secret: CredentialText) -> CredentialSource {
    let flawed =
        |given: &&CredentialText| given.text.trim_end_matches(LINE_ENDS).contains(|c: char| c.is_ascii_control());
    let flaw = [&id, &secret]
        .into_iter()
        .find(flawed)
        .map(|given| format!("{} contains a line break or another control character; copy it again", given.named));
    match flaw {
        Some(why) => CredentialSource::Refused(why),
        None => CredentialSource::App { app_id: id.text, app_secret: Secret::new(secret.text) },
    }
}

/// The credentials of the environment: a token, else an application.
fn environment(env: &Environment) -> CredentialSource {
    let absent =
        |names: &[&str]| CredentialSource::Missing { variables: names.iter().map(|name| (*name).to_owned()).collect() };
    let (token, id, secret) =
        (value("RINGFORM_TOKEN", env), value("RINGFORM_APP_ID", env), value("RINGFORM_APP_SECRET", env));
    match (token, id, secret) {
        (Err(why), _, _) | (Ok(None), Err(why), _) | (Ok(None), _, Err(why)) => CredentialSource::Refused(why),
        (Ok(Some(token)), _, _) => ready(token),
        (Ok(None), Ok(Some(id)), Ok(Some(secret))) => pair(id, secret),
        (Ok(None), Ok(None), Ok(None)) => absent(&["RINGFORM_APP_ID", "RINGFORM_APP_SECRET"]),
        (Ok(None), Ok(Some(_)), Ok(None)) => absent(&["RINGFORM_APP_SECRET"]),
        (Ok(None), Ok(None), Ok(Some(_))) => absent(&["RINGFORM_APP_ID"]),
    }
}

/// A variable, else the text of the file that NAME_FILE names, without line breaks at its end. A file that holds nothing
/// is an error: other credentials in its place would be another identity.
fn value(name: &str, env: &Environment) -> Result<Option<CredentialText>, String> {
    if let Some(text) = env.variables.text(name)? {
        return Ok(Some(CredentialText { named: value_of(name), text }));
    }
    let Some(path) = env.variables.text(&format!("{name}_FILE"))? else { return Ok(None) };
    let named = format!("the file that {name}_FILE names");
    let bytes = read_input(&env.folder.join(path)).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => format!("{named} cannot be read: {NOT_REGULAR}"),
        _ => format!("{named} cannot be read: {}", io_cause(&error)),
    })?;
    let text = without_mark(&bytes).map_err(|Utf16| format!("{named} is UTF-16; save it as UTF-8"))?;
    let text = std::str::from_utf8(text).map_err(|_| format!("{named} is not UTF-8"))?.trim_end_matches(LINE_ENDS);
    if text.trim().is_empty() {
        return Err(format!("{named} is empty"));
    }
    Ok(Some(CredentialText { named, text: text.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing;

    fn refused(variables: &[(&str, &str)]) -> String {
        match environment(&testing::environment(variables)) {
            CredentialSource::Refused(why) => why,
            other => panic!("{variables:?}: {other:?}"),
        }
    }

    #[test]
    fn a_message_names_the_variable_and_shows_no_value() {
        for (variables, name) in [
            (&[("RINGFORM_TOKEN", "hu\nsh")][..], "RINGFORM_TOKEN"),
            (&[("RINGFORM_TOKEN", " ")], "RINGFORM_TOKEN"),
            (&[("RINGFORM_TOKEN", "hush\u{44f}")], "RINGFORM_TOKEN"),
            (&[("RINGFORM_APP_ID", "hu\rsh"), ("RINGFORM_APP_SECRET", "s")], "RINGFORM_APP_ID"),
            (&[("RINGFORM_APP_ID", "a"), ("RINGFORM_APP_SECRET", "hu\nsh\n")], "RINGFORM_APP_SECRET"),
        ] {
            let why = refused(variables);
            assert!(why.contains(name) && !why.contains("hu"), "{why}");
        }
        let pair = environment(&testing::environment(&[("RINGFORM_APP_ID", "a"), ("RINGFORM_APP_SECRET", "s\r\n")]));
        assert!(matches!(pair, CredentialSource::App { .. }), "{pair:?}");
    }

    #[test]
    fn only_1_allows_commands() {
        let allowed = |value: &str| is_allowed(false, &testing::environment(&[(ALLOW_COMMAND, value)]));
        assert_eq!((allowed("1"), allowed("")), (Ok(true), Ok(false)));
        for value in ["never", "0", "true", "yes", " 1", "11"] {
            assert!(allowed(value).unwrap_err().contains(ALLOW_COMMAND), "{value}");
        }
    }
}
