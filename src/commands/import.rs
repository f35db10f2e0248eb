//! `ringform import`: writes client documents from live clients.

use std::path::Path;

use ringform::model::{ClientId, io_cause};
use ringform::render::escape;
use ringform::run::{self, ExitStatus, ImportError, ImportRequest, ImportWarning, ImportedClient};

use crate::cli::{ImportArgs, LogArgs};
use crate::terminal::files::shown;
use crate::terminal::output::{note, print_text};
use crate::terminal::{block_on, environment, inputs, listener, not_started, signals};

/// Runs the command.
pub(crate) fn run(args: &ImportArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let (request, listener) = (ImportRequest::from(args), listener::listener(log));
    match block_on(run::import(&request, &env, &listener, inputs::check_folder, show)) {
        Ok(outcome) => {
            if let Some(example) = outcome.removed_example.filter(|_| !log.quiet) {
                note(&format!("note: {} was the untouched example of `init` and is removed", shown(&example)));
            }
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
            print_text(&format!("client {client} → {}\n", shown(&path)))?;
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
        ImportWarning::NoDomain => {
            format!("note: client {client} has no domain, so its document does not expect one")
        }
    }
}

fn declared(path: &Path, help: &str) -> String {
    format!("{} declares it already, so nothing was written\n  help: {help}", shown(path))
}

fn sentence(error: &ImportError) -> String {
    match error {
        ImportError::NotRead(failure) => {
            let help = failure.help.as_deref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
            format!("{}{help}", escape::terminal(&failure.message))
        }
        ImportError::NoId => "the answer holds no valid `id`, so nothing was written".to_owned(),
        ImportError::OtherClient(id) => format!("the answer is client {id}, so nothing was written"),
        ImportError::Declared(path) => declared(path, "edit that file, or give --force to replace it"),
        ImportError::DeclaredElsewhere(path) => declared(path, "edit that file instead"),
        ImportError::Dated(path) => {
            let help = "edit that file, or remove its `temporary` first";
            format!("{} has settings under `temporary`, which import never replaces\n  help: {help}", shown(path))
        }
        ImportError::Exists(path) => format!("{} already exists\n  help: give --force to replace it", shown(path)),
        ImportError::NotWritten(path, error) => {
            format!("cannot write {}: {}", shown(path), escape::terminal(&io_cause(error).into()))
        }
    }
}
