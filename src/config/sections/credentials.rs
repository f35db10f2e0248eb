//! The credentials of a project file.
//!
//! Owns their three forms. A secret must name a variable of the environment: one that is written out is an error
//! whose message never repeats it. This module must not read the variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::keys::CREDENTIAL;
use crate::config::sections::template::Template;
use crate::config::yaml::Problems;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{YamlContent, YamlNode};

/// One credential.
#[derive(Clone, Debug, PartialEq)]
pub enum Credential {
    /// A pair that tokens are asked for with.
    App {
        /// The App ID, written out or from the environment.
        app_id: Template,
        /// The variable that holds the App Secret.
        app_secret: String,
    },
    /// A ready token.
    Token {
        /// The variable that holds it.
        variable: String,
    },
    /// A program that prints one of the two.
    Command {
        /// The program and its arguments; no shell reads them.
        argv: Vec<String>,
    },
}

impl Credential {
    /// Whether two come to the same, wherever they are written.
    pub fn is_same(&self, other: &Credential) -> bool {
        match (self, other) {
            (Credential::App { app_id, app_secret }, Credential::App { app_id: id, app_secret: secret }) => {
                app_id.is_same(id) && app_secret == secret
            }
            (one, other) => one == other,
        }
    }
}

/// Reads the section `credentials`.
pub(crate) fn read(node: &YamlNode, problems: &mut Problems<'_>) -> BTreeMap<Arc<str>, Credential> {
    let mut credentials = BTreeMap::new();
    for entry in mapping::section(node, "`credentials`", problems) {
        if let Some(credential) = one(&entry, problems) {
            credentials.insert(Arc::from(&*entry.key), credential);
        }
    }
    credentials
}

fn one(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<Credential> {
    let parts = SectionEntries::read(&entry.value, &CREDENTIAL, problems)?;
    let of = |key: &str| parts.get(key);
    match (of("app_id"), of("app_secret"), of("token"), of("command")) {
        (Some(id), Some(secret), None, None) => {
            let text = mapping::text(id, "an App ID", problems);
            let app_id = text.and_then(|text| {
                let template = Template::parse(text, problems.place(id.at()));
                if template.is_none() {
                    problems.error_help(
                        "bad-credentials",
                        id.value.at,
                        "a `${` is not closed or holds no name".to_owned(),
                        "write ${NAME}",
                    );
                }
                template
            });
            let app_secret = variable(secret, problems);
            Some(Credential::App { app_id: app_id?, app_secret: app_secret? })
        }
        (None, None, Some(token), None) => variable(token, problems).map(|variable| Credential::Token { variable }),
        (None, None, None, Some(command)) => argv(command, problems).map(|argv| Credential::Command { argv }),
        (_, secret, token, _) => {
            // A secret that is written out is an error whatever else is wrong.
            for part in [secret, token].into_iter().flatten() {
                variable(part, problems);
            }
            let help = "write app_id and app_secret, or token, or command";
            problems.error_help(
                "bad-credentials",
                entry.key_at,
                "a credential has one of three forms".to_owned(),
                help,
            );
            None
        }
    }
}

/// The variable that a secret names.
fn variable(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<String> {
    let text = mapping::text(entry, "one ${NAME}", problems)?;
    let template = Template::parse(text, problems.place(entry.at()));
    let name = template.as_ref().and_then(Template::only_variable).map(str::to_owned);
    if name.is_none() {
        let message = format!("`{}` must be exactly one ${{NAME}}, a variable of the environment", entry.key);
        let help = "take the secret out of the file, and change it: it may be known to others by now";
        problems.error_help("literal-secret", entry.at(), message, help);
    }
    name
}

fn argv(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<Vec<String>> {
    let YamlContent::List(items) = &entry.value.content else {
        let help = "write [program, argument]; no shell reads it";
        problems.error_help("bad-credentials", entry.value.at, "a command is a list of texts".to_owned(), help);
        return None;
    };
    let argv: Option<Vec<String>> = items.iter().map(|item| item.text().map(str::to_owned)).collect();
    let argv = argv.filter(|argv| argv.first().is_some_and(|program| !program.is_empty()));
    if argv.is_none() {
        problems.error(
            "bad-credentials",
            entry.value.at,
            "a command names a program, and its arguments are texts".to_owned(),
        );
    }
    argv
}
