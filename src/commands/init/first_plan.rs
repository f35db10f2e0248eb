//! The import of the first clients, and the first plan.

use ringform::run::{
    self, ConnectionOptions, Environment, ExitRules, ExitStatus, FileOptions, ImportRequest, ImportedClient, RunRequest,
};

use crate::cli::LogArgs;
use crate::starter::{InitChoices, ProjectPlace};
use crate::terminal::{formats, inputs, listener, not_started, output, show_import};

/// Imports the clients and shows the plan, which is empty where no client changed meanwhile. A client that cannot be
/// imported stops no other.
pub(super) async fn import_and_plan(
    place: &ProjectPlace,
    choices: &InitChoices,
    env: &Environment,
    log: &LogArgs,
) -> anyhow::Result<ExitStatus> {
    let project = Some("ringform.yaml".into());
    let files = FileOptions { paths: vec![place.project.clone()], project, ..FileOptions::default() };
    let connection = ConnectionOptions { endpoint: choices.endpoint.clone(), ..ConnectionOptions::default() };
    let request = ImportRequest {
        files: files.clone(),
        clients: choices.clients.clone(),
        connection: connection.clone(),
        ..ImportRequest::default()
    };
    let listener = listener::listener(log);
    let (mut written, mut missing) = (0, Vec::new());
    let each = |client: ImportedClient| {
        match client.result.is_ok() {
            true => written += 1,
            false => missing.push(client.client.to_string()),
        }
        show_import(client)
    };
    let imported = match run::import(&request, env, &listener, inputs::check_folder, each).await {
        Ok(outcome) => outcome,
        Err(error) => return not_started::complain(error, log),
    };
    imported.finished?;
    let status = if imported.complete { ExitStatus::Done } else { ExitStatus::Error };
    if !missing.is_empty() && !log.quiet {
        output::note(&format!("note: once these can be read, `{}` writes their documents", import_of(&missing)));
    }
    if written == 0 || env.shutdown.is_stopped() {
        return Ok(status.or_interrupted(env.shutdown.is_stopped()));
    }
    let request = RunRequest { files, connection, ..RunRequest::default() };
    let planned = match run::plan(&request, env, &listener).await {
        Ok(outcome) => outcome,
        Err(error) => return not_started::complain(error, log),
    };
    formats::warn(&planned.report, &[], log);
    formats::write(&planned.report, &[], log)?;
    let status = status.max(planned.exit_status(ExitRules::default()));
    Ok(status.or_interrupted(env.shutdown.is_stopped()))
}

/// The command that imports these clients, as far as one line names them.
fn import_of(missing: &[String]) -> String {
    const MOST: usize = 10;
    let more = if missing.len() > MOST { " ..." } else { "" };
    let first: Vec<&str> = missing.iter().take(MOST).map(String::as_str).collect();
    format!("ringform import {}{more}", first.join(" "))
}
