//! What import did, in words.
//!
//! Owns the sentence for each client and the line at the end. Every text that it quotes is escaped.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use ringform::model::io_cause;
use ringform::render::{count, escape, number};
use ringform::run::{ImportError, ImportOutcome, ImportWarning, ImportedClient};

use crate::terminal::files::shown;
use crate::terminal::output::{note, print_text};

/// How many clients that failed for one reason are shown. A list may have a million clients of one missing token.
const MOST_ALIKE: usize = 100;

/// How many documents are named on a screen. A pipe gets all of them.
const MOST_ON_SCREEN: usize = 20;

/// The lines of an import.
#[derive(Debug, Default)]
pub(crate) struct ImportLines {
    /// Whether only errors and results are shown.
    quiet: bool,
    /// How many documents are named.
    most: usize,
    /// How many documents were written.
    documents: usize,
    /// How many clients failed for each reason.
    failures: BTreeMap<String, usize>,
}

impl ImportLines {
    /// Before the first client.
    pub(crate) fn new(quiet: bool) -> ImportLines {
        let most = if io::stdout().is_terminal() { MOST_ON_SCREEN } else { usize::MAX };
        ImportLines { quiet, most, ..ImportLines::default() }
    }

    /// Shows one client.
    pub(crate) fn show(&mut self, one: &ImportedClient) -> anyhow::Result<()> {
        let client = client(one);
        match &one.result {
            Ok((path, warnings)) => {
                self.documents += 1;
                if self.documents <= self.most {
                    print_text(&format!("client {} → {}\n", one.client, shown(path)))?;
                }
                let warnings = warnings.iter().filter(|_| !self.quiet);
                warnings.for_each(|warning| note(&warned(&client, warning)));
            }
            Err(error) => {
                let why = sentence(error);
                let line = format!("error: {client}: {why}");
                let alike = self.failures.entry(why).or_default();
                *alike += 1;
                if *alike <= MOST_ALIKE {
                    note(&line);
                }
            }
        }
        Ok(())
    }

    /// Shows how many documents and failures were not shown.
    pub(crate) fn show_rest(&self) -> anyhow::Result<()> {
        if let more @ 1.. = self.documents.saturating_sub(self.most) {
            let s = if more == 1 { "" } else { "s" };
            print_text(&format!("and {} more document{s}\n", number(more as u64)))?;
        }
        for (why, alike) in self.failures.iter().filter(|(_, alike)| **alike > MOST_ALIKE) {
            let more = number((alike - MOST_ALIKE) as u64);
            note(&format!("error: {more} more clients: {why}"));
        }
        Ok(())
    }
}

/// How many clients of a list have a document now, and what is left to do.
pub(crate) fn summary(outcome: &ImportOutcome) -> String {
    let ImportOutcome { written, declared, failed, .. } = outcome;
    let mut line = format!("{} written", count(*written, "document"));
    if *declared > 0 {
        line.push_str(&format!(", {} existed already", count(*declared, "document")));
    }
    if *failed > 0 {
        line.push_str(&format!(", {} failed", number(*failed as u64)));
    }
    line
}

/// What an interrupted import left out.
pub(crate) fn interrupted(outcome: &ImportOutcome, is_list: bool) -> Option<String> {
    let were = match outcome.interrupted {
        0 => return None,
        1 => "was",
        _ => "were",
    };
    let clients = count(outcome.interrupted, "client");
    let help = match is_list {
        true => "run the same command again: it goes on with those that have no document",
        false => "import those that have no document",
    };
    Some(format!("interrupted: {clients} {were} not read\n  help: {help}"))
}

/// The client, and its row in the list.
fn client(one: &ImportedClient) -> String {
    match &one.listed {
        Some(row) => format!("client {} ({}:{})", one.client, escape::terminal(&row.file), row.line),
        None => format!("client {}", one.client),
    }
}

fn warned(client: &str, warning: &ImportWarning) -> String {
    match warning {
        ImportWarning::NotDeclarable { setting, value } => format!(
            "warning: {client}: {setting} holds {}, which cannot be declared; it stays unmanaged",
            escape::terminal(value)
        ),
        ImportWarning::Missing(setting) => {
            format!("warning: {client}: the answer lacks {setting}; it stays unmanaged")
        }
        ImportWarning::NoDomain => {
            format!("note: {client} has no domain, so its document does not expect one")
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
        ImportError::NamedTwice(id) => {
            format!("it is client {id}, which this import names too\n  help: name the client once")
        }
        ImportError::Declared(path) => declared(path, "edit that file, or give --force to replace it"),
        ImportError::DeclaredElsewhere(path) => declared(path, "edit that file instead"),
        ImportError::Dated(path) => {
            let help = "edit that file, or remove its `temporary` first";
            format!("{} has settings under `temporary`, which import never replaces\n  help: {help}", shown(path))
        }
        ImportError::OtherDocument(path) => {
            let help = "rename that file, then import again";
            format!("{} declares another client, which import never replaces\n  help: {help}", shown(path))
        }
        ImportError::Exists(path) => format!("{} already exists\n  help: give --force to replace it", shown(path)),
        ImportError::NotWritten(path, error) => {
            format!("cannot write {}: {}", shown(path), escape::terminal(&io_cause(error).into()))
        }
    }
}
