//! What an import did with a client, for people.
//!
//! Owns the words of `import` and `init` for a document that was written, and for one that was not.

use std::path::Path;

use ringform::model::{ClientId, io_cause};
use ringform::render::escape;
use ringform::run::{ImportError, ImportWarning, ImportedClient};

use crate::terminal::files::shown;
use crate::terminal::output::{note, print_text};

/// Shows a client as soon as it is done.
pub(crate) fn show_import(ImportedClient { client, result }: ImportedClient) -> anyhow::Result<()> {
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
