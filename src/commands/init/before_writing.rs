//! What `init` checks before it writes a file: the credentials, and the list of clients.

use std::path::Path;

use ringform::render::escape;
use ringform::run::{self, ConnectionOptions, Environment, UnwrittenProject};

use crate::cli::LogArgs;
use crate::starter::wizard::CredentialVerdict;
use crate::starter::{InitChoices, ProjectPlace};
use crate::terminal::{credential_text, files, inputs, listener, not_started, output};

/// How many rows that are not valid the wizard shows.
const MOST_ROWS: usize = 5;

/// The project that these choices would write.
pub(super) fn unwritten(place: &ProjectPlace, choices: &InitChoices) -> anyhow::Result<UnwrittenProject> {
    let layout = place.layout(choices)?;
    Ok(UnwrittenProject { folder: place.project.clone(), text: layout.project_text().to_owned() })
}

/// Whether the list can be read and the credentials work. What is wrong is on stderr.
pub(super) async fn can_import(
    place: &ProjectPlace,
    choices: &InitChoices,
    env: &Environment,
    log: &LogArgs,
) -> anyhow::Result<bool> {
    inputs::check_folder(&place.project.join("clients"))?;
    let project = unwritten(place, choices)?;
    if let Some(list) = &choices.from
        && check_list(&project, list, env, log).is_err()
    {
        return Ok(false);
    }
    let verdict = check_credentials(&project, choices.endpoint.as_deref(), env, log).await?;
    Ok(verdict != CredentialVerdict::Fails)
}

/// Asks the API about the credentials of the environment, as `auth check` does, and says what it answers on stderr.
/// Without an endpoint, that of the project counts.
pub(super) async fn check_credentials(
    project: &UnwrittenProject,
    endpoint: Option<&str>,
    env: &Environment,
    log: &LogArgs,
) -> anyhow::Result<CredentialVerdict> {
    let connection = ConnectionOptions { endpoint: endpoint.map(str::to_owned), ..ConnectionOptions::default() };
    let outcome = match run::auth_before_writing(project, &connection, env, &listener::listener(log)).await {
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

/// Reads the list of clients. A row that is not valid stops no other, and the import names it. The text says how many
/// clients there are, and what is wrong with the first rows that are not valid; the error says why there is no client.
pub(super) fn check_list(
    project: &UnwrittenProject,
    list: &Path,
    env: &Environment,
    log: &LogArgs,
) -> Result<String, String> {
    let name = files::escaped(list);
    match project.client_list(list, env) {
        Ok(found) => {
            let wrong = match found.wrong_rows {
                0 => String::new(),
                1 => ", and 1 row that is not valid".to_owned(),
                many => format!(", and {many} rows that are not valid"),
            };
            let (count, s) = (found.clients.len(), if found.clients.len() == 1 { "" } else { "s" });
            let mut text = format!("{name}: {count} client{s}{wrong}");
            for one in found.diagnostics.iter().take(MOST_ROWS) {
                let line = one.range.as_ref().map(|place| format!("line {}: ", place.line)).unwrap_or_default();
                text.push_str(&format!("\n    {line}{}", escape::terminal(&one.summary)));
            }
            if let more @ 1.. = found.diagnostics.len().saturating_sub(MOST_ROWS) {
                text.push_str(&format!("\n    and {more} more"));
            }
            Ok(text)
        }
        Err(problems) => {
            output::diagnose(&problems, log);
            Err(format!("{name} is not a list of clients"))
        }
    }
}
