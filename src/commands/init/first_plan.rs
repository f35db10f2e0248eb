//! The import of the first clients, and the first plan.

use ringform::model::ClientId;
use ringform::run::{
    self, ConnectionOptions, Environment, ExitRules, ExitStatus, FileOptions, ImportRequest, ImportedClient,
    LedgerOptions, RunRequest,
};

use crate::cli::LogArgs;
use crate::starter::{InitChoices, ProjectPlace};
use crate::terminal::import_words::{self, ImportLines};
use crate::terminal::{formats, inputs, listener, not_started, output};

/// What to do about rows and clients of a list that have no document.
const AGAIN: &str = "note: `ringform import --from` with the same list goes on with the clients that have no document";

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
        from: choices.from.clone(),
        connection: connection.clone(),
        ..ImportRequest::default()
    };
    let listener = listener::listener(log);
    // A line would break the progress bar on the same screen, so the lines follow it.
    let mut clients: Vec<ImportedClient> = Vec::new();
    let each = |client| {
        clients.push(client);
        Ok(())
    };
    let imported = run::import(&request, env, &listener, inputs::check_folder, each).await;
    let mut lines = ImportLines::new(log.quiet);
    clients.iter().try_for_each(|one| lines.show(one))?;
    lines.show_rest()?;
    let outcome = match imported {
        Ok(outcome) => outcome,
        Err(error) => return not_started::complain(error, log),
    };
    let status = if outcome.is_complete() { ExitStatus::Done } else { ExitStatus::Error };
    if !log.quiet {
        let is_list = choices.from.is_some();
        let again = match is_list {
            true if !outcome.is_complete() => Some(AGAIN.to_owned()),
            true => None,
            false => import_again(&clients, choices),
        };
        let summary = is_list.then(|| import_words::summary(&outcome));
        let left = (outcome.interrupted > 0).then(|| format!("interrupted: not read: {}", outcome.interrupted));
        [left, summary, again].into_iter().flatten().for_each(|line| output::note(&line));
    }
    let written = outcome.written;
    outcome.finished?;
    if written == 0 || env.shutdown.is_stopped() {
        return Ok(status.or_interrupted(env.shutdown.is_stopped()));
    }
    // No commit holds the project yet, so a ledger could say nothing of it.
    let ledger = LedgerOptions { is_left_out: true, ..LedgerOptions::default() };
    let request = RunRequest { files, connection, ledger, ..RunRequest::default() };
    let planned = match run::plan(&request, env, &listener).await {
        Ok(outcome) => outcome,
        Err(error) => return not_started::complain(error, log),
    };
    formats::warn(&planned.report, &[], log);
    formats::write(&planned.report, &[], log)?;
    let status = status.max(planned.exit_status(ExitRules::default()));
    Ok(status.or_interrupted(env.shutdown.is_stopped()))
}

/// The command that imports the clients that have no document; `None` where each of them has one.
fn import_again(clients: &[ImportedClient], choices: &InitChoices) -> Option<String> {
    const MOST: usize = 10;
    let has_document = |id: &ClientId| clients.iter().any(|one| one.client == *id && one.result.is_ok());
    let missing: Vec<String> = choices.clients.iter().filter(|id| !has_document(id)).map(ToString::to_string).collect();
    let more = if missing.len() > MOST { " ..." } else { "" };
    let first = missing.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(" ");
    (!missing.is_empty())
        .then(|| format!("note: once these can be read, `ringform import {first}{more}` writes their documents"))
}
