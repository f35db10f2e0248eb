//! `ringform import`: writes client documents from live clients.

use ringform::model::ClientId;
use ringform::render::escape;
use ringform::run::{self, ExitStatus, ImportError, ImportRequest, ImportWarning, ImportedClient};

use crate::cli::{ImportArgs, LogArgs};
use crate::terminal::files::escaped;
use crate::terminal::output::{note, print};
use crate::terminal::{block_on, environment, inputs, listener, not_started, signals};

/// Runs the command.
pub(crate) fn run(args: &ImportArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    args.out.as_deref().map_or(Ok(()), inputs::check_folder)?;
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let (request, listener) = (ImportRequest::from(args), listener::listener(log));
    match block_on(run::import(&request, &env, &listener, show)) {
        Ok(outcome) => {
            outcome.finished?;
            let status = if outcome.complete { ExitStatus::Done } else { ExitStatus::Error };
            Ok(status.or_interrupted(env.shutdown.is_stopped()))
        }
        Err(error) => not_started::complain(error, log),
    }
}

/// Shows a client as soon as it is done.
fn show(ImportedClient { client, result }: ImportedClient) -> anyhow::Result<()> {
    match result {
        Ok((path, warnings)) => {
            print(&format!("client {client} → {}\n", escaped(&path)))?;
            warnings.iter().for_each(|warning| note(&warned(client, warning)));
        }
        Err(error) => note(&format!("error: client {client}: {}", sentence(&error))),
    }
    Ok(())
}

fn warned(client: ClientId, warning: &ImportWarning) -> String {
    match warning {
        ImportWarning::NotDeclarable { setting, value } => format!(
            "warning: client {client}: {setting} holds {}, which cannot be declared; it stays unmanaged",
            escape::terminal(value)
        ),
        ImportWarning::Missing(setting) => {
            format!("warning: client {client}: the answer lacks {setting}; it stays unmanaged")
        }
    }
}

fn sentence(error: &ImportError) -> String {
    match error {
        ImportError::NotRead(failure) => {
            let help = failure.help.as_deref().map(|help| format!(". {help}")).unwrap_or_default();
            format!("{}{help}", escape::terminal(&failure.message))
        }
        ImportError::NoId => "the answer holds no valid `id`, so nothing was written".to_owned(),
        ImportError::OtherClient(id) => format!("the answer is client {id}, so nothing was written"),
        ImportError::Declared(path) => {
            format!("{} declares it already; nothing was written, edit that file instead", escaped(path))
        }
        ImportError::Exists(path) => format!("{} exists; give --force to replace it", escaped(path)),
        ImportError::NotWritten(error) => escape::terminal(&format!("{error:#}").into()).to_string(),
    }
}
