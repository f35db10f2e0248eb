//! `ringform import`: writes client documents from live clients.

use std::io::{self, IsTerminal as _};

use ringform::run::{self, ExitStatus, ImportOutcome, ImportRequest, ImportedClient};

use crate::cli::{ImportArgs, LogArgs};
use crate::terminal::files::shown;
use crate::terminal::import_words::{self, ImportLines};
use crate::terminal::output::note;
use crate::terminal::{block_on, environment, factor_words, inputs, listener, not_started, signals};

/// Runs the command.
pub(crate) fn run(args: &ImportArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let (request, listener) = (ImportRequest::from(args), listener::listener(log));
    // A line would break the bar on the same screen, so the lines follow it.
    let (mut later, has_bar) = (Vec::new(), io::stderr().is_terminal());
    let mut lines = ImportLines::new(log.quiet);
    let each = |one: ImportedClient| match has_bar {
        true => {
            later.push(one);
            Ok(())
        }
        false => lines.show(&one),
    };
    let imported = block_on(run::import(&request, &env, &listener, inputs::check_folder, each));
    later.iter().try_for_each(|one| lines.show(one))?;
    lines.show_rest()?;
    let outcome = match imported {
        Ok(outcome) => outcome,
        Err(error) => return not_started::complain(error, log),
    };
    if !log.quiet {
        notes(&outcome, request.from.is_some() || request.factor);
    }
    let is_factored = match &outcome.factored {
        Some(factored) => factor_words::show(factored, log.quiet)?,
        None => true,
    };
    let status = if outcome.is_complete() && is_factored { ExitStatus::Done } else { ExitStatus::Error };
    outcome.finished?;
    Ok(status.or_interrupted(env.shutdown.is_stopped()))
}

/// Shows what the import did beside its documents.
fn notes(outcome: &ImportOutcome, is_list: bool) {
    if let Some(example) = &outcome.removed_example {
        note(&format!("note: {} was the untouched example of `init` and is removed", shown(example)));
    }
    if is_list {
        note(&import_words::summary(outcome));
    }
    if let Some(line) = import_words::interrupted(outcome, is_list) {
        note(&line);
    }
}
